"""What the findings of the family `tls` say: one sentence for each tag. PURE."""

WORDING: dict[str, str] = {
    "STARTTLS_BROKEN": "STARTTLS is offered, but the handshake fails: {text}",
    "STARTTLS_LOST": "STARTTLS is not offered, and {old} offers it",
    "STARTTLS_NOWHERE": "STARTTLS is not offered, as at old",
    "STARTTLS_OLD_NOT_SEEN": "STARTTLS is not offered; whether old offers it could not be seen: {text}",
    "STARTTLS_WORKS": "STARTTLS works: {tls}, {cipher}",
    "TLS_CERT_DISTRUSTED": "the certificate is not trusted: {problem}; it is for {names}",
    "TLS_CERT_ENDS": "the certificate ends at {until}, in less than {days} days",
    "TLS_CERT_GOOD": "the certificate is good until {until}, for {names}",
    "TLS_CERT_WITHOUT_SNI": "who does not name the host gets another certificate: {problem}; it is for {names}",
    "TLS_NOT_OFFERED": "there is no STARTTLS, so there is nothing to judge",
    "TLS_NOT_SEEN": "TLS could not be looked at: {phase}: {text}",
    "TLS_SNI_NOT_COMPARED": "what senders without SNI get could not be seen: {text}",
    "TLS_VERSIONS_GOOD": "{versions} are spoken; old speaks {old}",
    "TLS_VERSIONS_LOST": "{lost} of old is not spoken any more, only {versions}",
    "TLS_VERSIONS_NOT_SEEN": "the versions of TLS ({side} side: {versions}) could not all be seen: {text}",
    "TLS_VERSIONS_OLD": "neither TLS 1.2 nor 1.3 is spoken, only {versions}",
}
