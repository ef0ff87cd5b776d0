"""What the findings of the family `dmarc` say: one sentence for each tag. PURE."""

WORDING: dict[str, str] = {
    "ALIGNED": "{subject} is signed in its own name ({signed}); the policy is {policy}",
    "ALIGNED_BY_SENDER_ONLY": "{subject} is aligned by its envelope sender ({envelope}) only: when it is forwarded, it fails",
    "ALIGNMENT_UNSEEN": "{subject}: not known whether it is aligned: {text}",
    "DMARC_GOOD": "the policy for {domain} is {policy}; tags that mean nothing any more: {ignored}",
    "DMARC_INVALID": "{subject} cannot be read: {why}",
    "DMARC_MISSING_HERE": "{subject} is missing at this name server",
    "DMARC_NONE": "DMARC is not in use: {text}",
    "DMARC_NO_REPORTS": "{subject}: {text}",
    "DMARC_RECORDS_MANY": "{subject} is there {count} times, which is as none: {records}",
    "DMARC_REPORTS_LOST": "reports on {subject} go to {address}, which is not in the inventory",
    "DMARC_REPORTS_RELATED": "reports on {subject} go to {address}, in the same organisation",
    "DMARC_REPORTS_TAKEN": "reports on {subject} go to {address}, which moves along",
    "DMARC_REPORTS_UNREAD": "{subject}: {text}",
    "DMARC_REPORTS_UNWANTED": "reports on {subject} should go to {address}, whose domain does not say at {name} that it takes them",
    "DMARC_REPORTS_WANTED": "reports on {subject} go to {address}, whose domain takes them",
    "NOT_ALIGNED": "{subject} is signed as {signed} and sent as {envelope}: neither is its own name; the policy is {policy}",
}
