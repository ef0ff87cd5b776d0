"""What the findings of the family `smtp` say: one sentence for each tag. PURE."""

WORDING: dict[str, str] = {
    "CATCH_ALL_MISSING": "the {side} system refuses {address}, so {subject} has no catch-all there: {code} {text}",
    "MADE_UP_ACCEPTED": "the {side} system accepts {address}, which nobody has: that it accepts the others proves nothing",
    "MADE_UP_DEFERRED": "the {side} system puts off a made-up address of {subject} ({code} {text}), so nothing is proved yet",
    "RECIPIENTS_ACCEPTED": "{count} addresses are accepted, and made-up ones are answered as they should be",
    "RECIPIENTS_NOT_ASKED": "{count} addresses could not be asked for: {text}",
    "RECIPIENT_DEFERRED": "the {side} system puts {subject} off: {code} {text}",
    "RECIPIENT_REFUSED": "the {side} system refuses {subject} ({kind}): {code} {text}",
    "SMTP_CERTIFICATE_DISTRUSTED": "STARTTLS works, but {problem}: senders that insist on a good certificate do not deliver",
    "SMTP_DENIED": "the server turns us away: {phase}: {text}",
    "SMTP_NOT_SEEN": "no conversation with the server came about: {phase}: {text}",
    "SMTP_NO_STARTTLS": "the server answers ({banner}), but does not offer STARTTLS",
    "SMTP_READY": "the server answers ({banner}), with {tls}",
    "SMTP_REFUSED": "nothing listens there: {text}",
    "SMTP_TLS_BROKEN": "STARTTLS is offered and does not work: {phase}: {text}",
}
