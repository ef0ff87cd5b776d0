"""What the findings of the family `imap` say: one sentence for each tag. PURE."""

WORDING: dict[str, str] = {
    "ADDRESSES_LISTED": "each of the {count} addresses that got mail since {since} is in the inventory ({messages} messages read)",
    "ADDRESSES_ONLY_NAMED": "{count} addresses that are in no list stand in To or Cc of recent mail: {text}",
    "ADDRESS_NOT_LISTED": "{subject} got {count} messages lately, the last {last}, and is in no list",
    "FOLDERS_NOT_COMPARED": "{uncompared} of {folders} folders of {subject} could not be compared",
    "IMAP_AS_OLD": "new offers the extensions that programs use at old ({kept} of them)",
    "IMAP_EXTENSIONS_LOST": "new does not offer what old does: {lost}",
    "LEFT_AT_OLD": "{left} of {arrived} messages that came to {subject} at old since {since} are not at new",
    "LOGIN_REFUSED": "the {side} system refuses the login of user {user}: {text}",
    "LOGIN_WORKS": "user {user} can log in at the {side} system and sees {folders} folders",
    "MESSAGES_DIFFER": "new has every message of {subject}, but {dates} with another date and {flags} with other flags",
    "MESSAGES_MISSING": "{missing} of {old} messages of {subject} are not at new",
    "NOTHING_LEFT": "nothing is left: each of the {arrived} messages that came to {subject} at old since {since} is at new",
    "NOT_SWITCHED": "the MX of {domain} was not switched, or was switched back: nothing can be left at old",
    "NO_RECEIVERS_SEEN": "{subject} since {since} does not tell who got it ({messages} messages read)",
    "PARITY": "new has all {old} messages of {subject}, in {folders} folders",
    "QUOTA_ENOUGH": "{to_come} are still to come to {subject}, and the quota at new has {left} left",
    "QUOTA_NOT_TOLD": "the {side} system tells of no quota for {subject}",
    "QUOTA_TOO_SMALL": "{to_come} are still to come to {subject}, and the quota at new has only {left} left",
}
