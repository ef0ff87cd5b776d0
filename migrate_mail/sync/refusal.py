"""What a NO to an APPEND is about: this message, or every message."""

from __future__ import annotations

from migrate_mail.errors import NetError
from migrate_mail.net.imap_advice import advice

_FOLDER = ("TRYCREATE", "NOPERM", "NONEXISTENT")
"""Response codes of RFC 5530 that are about the folder, whatever the message."""


class FullError(NetError):
    """New has no more room for this account: no other message would fit either."""


def raise_for_the_account(words: str, where: object) -> None:
    """Raise for a refusal that would meet the messages of every folder.

    `busy` when waiting may help; FullError when only the admin can.
    """
    asked = advice(words)
    if asked is None:
        return
    if asked.act == "full":
        hint = "raise the quota at new, then run the same command again"
        raise FullError("denied", str(where), "APPEND", words, hint=hint)
    raise NetError("busy", str(where), "APPEND", words)


def raise_for_the_folder(words: str, where: object) -> None:
    """Raise for a refusal that would meet the next message of the folder, too."""
    raise_for_the_account(words, where)
    if _says(words, _FOLDER):
        raise NetError("denied", str(where), "APPEND", words)


def _says(words: str, codes: tuple[str, ...]) -> bool:
    said = words.upper()
    return any(f"[{code}" in said for code in codes)


def remedy(words: str) -> str:
    """Say what can be done about one message that was refused."""
    said = words.lower()
    for sign, what_to_do in _REMEDIES:
        if sign in said:
            return what_to_do
    return "save it from old by hand, or waive it by name"


_REMEDIES = (
    ("toobig", "raise the largest size at new, or hand the message over in another way"),
    ("too big", "raise the largest size at new, or hand the message over in another way"),
    ("too large", "raise the largest size at new, or hand the message over in another way"),
    ("nul", "its text holds NUL bytes, which new does not take: save it by hand"),
    ("bare newline", "its lines do not end as new wants them: save it by hand"),
    ("header", "its header is not valid for new: save it by hand"),
    ("date", "new does not take its date: save it by hand"),
)
