"""What the findings of the family `ip` say: one sentence for each tag. PURE."""

WORDING: dict[str, str] = {
    "HELO_ELSEWHERE": "the EHLO name {subject} has the addresses {addresses}; the system sends from {sending}",
    "HELO_GOOD": "the EHLO name {subject} has an address that the system sends from",
    "IP_LISTED": "{subject}: listed ({codes})",
    "IP_NOT_LISTED": "{subject}: not listed",
    "LIST_NOT_SEEN": "{subject}: not known: {text}",
    "LIST_NO_ANSWER": "the list {subject} cannot be used from here: {text}",
    "NAME_LISTED": "{subject}: listed ({codes})",
    "NAME_NOT_LISTED": "{subject}: not listed",
    "NAME_NOT_SEEN": "{subject}: {question} was not answered: {status}: {text}",
    "PTR_CONFIRMED": "{subject} is {names}, and the name leads back to it",
    "PTR_NONE": "{subject} has no reverse name: there is no PTR record at {name}",
    "PTR_NOT_CONFIRMED": "{subject} is {names} by its PTR record, but no {rtype} record of that name leads back",
    "SENDING_NOT_TOLD": "{subject}: {text}",
    "SENT_FROM_OTHER": "what {subject} sent came from {ip}, which is none of its sending addresses: {addresses}",
    "SENT_FROM_OWN": "{subject} sends to the outside, from its own address {ip}",
    "SENT_FROM_UNREAD": "from where {subject} sends is not known: {text}",
}
