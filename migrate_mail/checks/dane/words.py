"""What the findings of the family `dane` say: one sentence for each tag. PURE."""

WORDING: dict[str, str] = {
    "DANE_FITS": "the server shows what the TLSA record {record} promises",
    "DANE_LOOKUP_FAILS": "the name server fails on {subject} TLSA ({status}: {text}), though it answers otherwise: senders with DANE wait",
    "DANE_LOST": "there is no TLSA record at {subject}, and old has them: {old}",
    "DANE_MISMATCH": "the server shows none of what the TLSA records promise: {records}",
    "DANE_NONE": "DANE is not in use: {text}",
    "DANE_NO_RECORD": "{subject}: {text}",
    "DANE_NO_TLS": "there are TLSA records, and the server offers no STARTTLS: {records}",
    "DANE_PUBLISHED": "{subject} TLSA is published: {records}",
    "DANE_UNUSABLE": "the TLSA records at {subject} are none that senders of mail use: {records}",
    "TLSA_DIVIDED": "the name servers do not show the same {subject} TLSA: {text}",
    "TLSA_NOT_SEEN": "{subject} TLSA could not be looked at: {text}",
    "TLSA_SETTLED": "{subject} TLSA has reached every cache since {at}: {text}",
    "TLSA_TOO_YOUNG": "caches may hold what was there before {subject} TLSA until {at}: {text}",
}
