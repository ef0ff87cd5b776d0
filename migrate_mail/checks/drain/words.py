"""What the findings of the family `drain` say: one sentence for each tag. PURE."""

WORDING: dict[str, str] = {
    "OLD_REFUSES_MAIL": "{subject} refuses {address} ({code}): mail from caches and queues bounces",
    "OLD_TAKES_MAIL": "{subject} still takes mail for {address}",
    "OLD_TRUSTED": "new took a message from {sender} that {subject} passed on, though {domain} forbids it ({spf}; DMARC {policy}); it was in {folder} after {seconds} s",
    "TRUST_BAN_NOT_SEEN": "what {subject} says of mail from old is not known, so that a test message would prove nothing: {text}",
    "TRUST_JUNKED": "new files a message from {sender} that {subject} passed on as junk, in {folder}",
    "TRUST_LOST": "{subject} took a message from {sender} to pass it on, and after {seconds} s it was on neither system: new refuses it or puts it off, or old still has it",
    "TRUST_NOT_NEEDED": "{subject} keeps the mail itself, so that new has nothing from it to take",
    "TRUST_NOT_SEEN": "{subject} took a test message, but its mailbox could not be looked through: {text}",
    "TRUST_NOT_TRIED": "a test message to {recipient} was not taken by {subject}: {reply}",
    "TRUST_PROVES_LITTLE": "new took a message from {sender} that {subject} passed on, but {domain} does not forbid it ({spf}; DMARC {policy}), so that a server that does not know of old would take it as well",
}
