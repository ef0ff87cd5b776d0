"""What the findings of the family `mail` say: one sentence for each tag. PURE."""

WORDING: dict[str, str] = {
    "MAIL_ARRIVED": "a test message to {recipient} by {subject} was in {folder} on the {side} system after {seconds} s",
    "MAIL_BOUNCED": "{host} refused a test message to {subject}: {reply}",
    "MAIL_LANDED": "a test message sent as the world sends it went to {host} and was on the {side} system, and only there, after {seconds} s",
    "MAIL_LOST": "{host} took a test message, but after {seconds} s it was on neither system",
    "MAIL_NOT_FOUND": "a test message to {recipient} was taken ({reply}), but after {seconds} s it was not on the {side} system; looked through {looked}",
    "MAIL_NOT_LOOKED_FOR": "a test message to {recipient} was taken ({reply}), but its mailbox on the {side} system could not be looked through: {text}",
    "MAIL_NOT_TAKEN": "a test message to {recipient} was not taken: {reply}",
    "MAIL_NO_ROUTE": "the resolver gives no way to deliver to {recipient}; {faults}",
    "MAIL_ON_BOTH": "a test message that {host} took is on the {side} system and on the {other} system too",
    "MAIL_ON_WRONG_SIDE": "a test message that {host} took is on the {other} system, not on the {side} system",
    "MAIL_QUEUED": "no MX host took a test message to {subject} ({tried} tried), the last said: {reply}",
    "MAIL_REFUSED": "a test message to {recipient} was refused: {reply}",
    "MAIL_SIDES_NOT_SEEN": "{host} took a test message, but not both systems could be looked through: {text}",
    "NO_CANARY": "{domain} has no account that could get test mail",
}
