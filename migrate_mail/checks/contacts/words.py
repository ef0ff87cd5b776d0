"""What the findings of the family `contacts` say: one sentence for each tag. PURE."""

WORDING: dict[str, str] = {
    "CONTACT_GOOD": "{name} ({subject}) can be reached",
    "CONTACT_MISSING": "{name} ({subject}) has no contact in migration.yaml",
    "CONTACT_MOVES": "the contact of {name} ({subject}) is a mail address that moves",
    "ZONE_CONTACT_GOOD": "the contact in {subject} is {address}",
    "ZONE_CONTACT_LOST": "the contact in {subject} is {address}, which is not in the inventory",
}
