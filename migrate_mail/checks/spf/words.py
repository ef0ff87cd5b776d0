"""What the findings of the family `spf` say: one sentence for each tag. PURE."""

WORDING: dict[str, str] = {
    "SPF_CHEAP": "{subject}: {lookups} look-ups of 10, {voids} of 2 without an answer",
    "SPF_ERROR": "{subject}: a permanent error, which counts as forged: {text}",
    "SPF_HELO_REFUSES": "{subject}: SPF of the EHLO name says {verdict}: {text}",
    "SPF_LARGE": "the text records of {subject} are {octets} octets together: too much for one UDP answer",
    "SPF_MANY": "{subject} has {count} SPF records, which is an error: {records}",
    "SPF_MISSING_HERE": "{subject} has no SPF record at this name server, but at others",
    "SPF_NONE": "SPF is not in use: {text}",
    "SPF_ONE": "{subject} has one SPF record: {records}",
    "SPF_PASSES": "{subject}: pass ({mechanism})",
    "SPF_REFUSES": "{subject}: SPF says {verdict}: {text}; terms that move with the MX: {moving}",
    "SPF_TOO_DEAR": "{subject}: {faults}",
    "SPF_TREE_UNSEEN": "{subject}: not counted to the end: {question} was not answered: {status}: {text}",
    "SPF_UNSEEN": "{subject}: not known: {status}: {text}",
}
