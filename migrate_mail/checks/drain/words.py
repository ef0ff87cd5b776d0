"""What the findings of the family `drain` say: one sentence for each tag. PURE."""

WORDING: dict[str, str] = {
    "OLD_REFUSES_MAIL": "{subject} refuses {address} ({code}): mail from caches and queues bounces",
    "OLD_TAKES_MAIL": "{subject} still takes mail for {address}",
}
