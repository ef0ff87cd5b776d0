"""What the findings of the family `tlsrpt` say: one sentence for each tag. PURE."""

WORDING: dict[str, str] = {
    "TLSRPT_GOOD": "reports on TLS failures go to {rua}",
    "TLSRPT_INVALID": "{subject} cannot be read: {why}",
    "TLSRPT_NONE": "reports on TLS failures are not asked for: {text}",
    "TLSRPT_RECORDS_MANY": "{subject}: {why}, exactly one counts",
    "TLSRPT_REPORTS_LOST": "reports on TLS failures go to {why}, which is not in the inventory",
}
