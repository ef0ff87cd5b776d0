"""What the findings of the family `rollback` say: one sentence for each tag. PURE."""

WORDING: dict[str, str] = {
    "BACK_NOT_KNOWN": "whether the way back of {subject} is open is not known, because of {part}: {text}",
    "BACK_NO_SNAPSHOT": "what was served of {subject} before the switch is not written down",
    "BACK_OLD_CERTIFICATE": "the certificate of old does not keep what MTA-STS promises ({mode}): {text}",
    "BACK_OLD_REFUSES": "a way back of {subject} would lead to a server that refuses its mail: {text}",
    "BACK_OPEN": "the way back of {subject} is open: snapshot of {snapshot}, TTL of the MX records at most {max} s, old takes mail, is in the MTA-STS policy and has its certificate where these are in use",
    "BACK_STS_WITHOUT_OLD": "senders with MTA-STS ({mode}) would not follow a way back of {subject}: {text}",
    "BACK_TTL_HIGH": "a way back of {subject} would take as long as the TTL: {text}",
}
