"""What the findings of the family `dkim` say: one sentence for each tag. PURE."""

WORDING: dict[str, str] = {
    "DKIM_ABSENT": "there is no key at {subject}",
    "DKIM_BROKEN": "the key at {subject} cannot be used: {why}",
    "DKIM_COLLISION": "{subject} has a key now and will have another: two keys under one selector",
    "DKIM_IGNORED": "{subject} has {bits} bits: verifiers accept no key of less than 1024, at least {least} are wanted",
    "DKIM_MANY": "there are {count} records at {subject}, one is allowed",
    "DKIM_NOT_JUDGED": "{subject}: {text}",
    "DKIM_NO_COLLISION": "{subject}: no key is replaced by another",
    "DKIM_PUBLISHED": "{subject} has a key: {kind}, {bits} bits",
    "DKIM_REVOKED": "the key at {subject} is empty, which means revoked",
    "DKIM_STRONG": "{subject}: {kind}, {bits} bits",
    "DKIM_TESTING": "{subject} is marked as a test (t=y): its signatures count for nothing",
    "DKIM_WEAK": "{subject} has {bits} bits, at least {least} are wanted",
    "SAMPLE_KEY_UNSEEN": "{subject}: the key was not seen: {question}: {status}: {text}",
    "SAMPLE_NOT_TOLD": "{subject}: {text}",
    "SAMPLE_UNREAD": "the message of {subject} cannot be read: {text}",
    "SAMPLE_UNSIGNED": "{subject} has no DKIM signature",
    "SIGNATURE_BROKEN": "{subject}: the signature of {domain} (selector {selector}) does not hold: {why}",
    "SIGNATURE_HOLDS": "{subject}: the signature of {domain} (selector {selector}) holds",
    "SIGNATURE_NOT_JUDGED": "{subject}: the signature of {domain} (selector {selector}) was not judged: {text}",
}
