"""What the findings of the family `decommission` say: one sentence for each tag. PURE."""

WORDING: dict[str, str] = {
    "LEFTOVER_NOT_SEEN": "{subject}: whether it still lets old send is not known: {text}",
    "LEFTOVER_RECORD": "{subject} is still there ({count})",
    "LEFTOVER_SPF": "{subject} still lets {ip} of old send ({mechanism})",
    "OLD_FORGOTTEN": "nothing in DNS of {domain} trusts old any more",
    "OLD_MAY_GO": "{subject} was switched at {since}; since {until} nobody need try old any more",
    "OLD_MUST_STAY": "{subject} was switched at {since}; senders may try old until {until} (TTL of {ttl} s included)",
    "SWITCH_NOT_RECORDED": "{subject}: {text}",
}
