"""What the findings of the family `clients` say: one sentence for each tag. PURE."""

WORDING: dict[str, str] = {
    "AUTOCONFIG_AT_OLD": "the autoconfig file of {subject} names servers of old: {hosts}",
    "AUTOCONFIG_GOOD": "the autoconfig file of {subject} names {hosts}",
    "AUTOCONFIG_NONE": "{subject} has no autoconfig file: {text}",
    "AUTOCONFIG_NOT_SEEN": "the autoconfig file of {subject} was not seen: {text}",
    "CLIENTS_NOT_COMPARED": "{subject}: {text}",
    "CLIENT_CERT_DISTRUSTED": "new shows {subject} a certificate that is not trusted: {problem} (it is for {names})",
    "CLIENT_CERT_ENDS": "the certificate that new has for {subject} ends {until}, in less than {days} days",
    "CLIENT_CERT_GOOD": "new has a certificate for {subject}, good until {until}",
    "CLIENT_CERT_NO_NAME": "no name of {subject} under which mail programs fetch mail leads to new in the {zone} zone",
    "CLIENT_CERT_NO_TLS": "{subject} leads to an IMAP server without TLS",
    "CLIENT_NAMES_LOOKED_AT": "names of {subject} that mail programs use: {names}",
    "CLIENT_NAME_AT_OLD": "{subject} leads to old: {addresses} {alias}",
    "SRV_AT_OLD": "{subject} names hosts of old: {records}",
    "SRV_LOOKED_AT": "SRV records of {subject} for mail programs: {records}",
}
