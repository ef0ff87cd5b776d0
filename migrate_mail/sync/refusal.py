"""What a NO to an APPEND is about: this message, or every message."""

from __future__ import annotations

from migrate_mail.errors import NetError

_FULL = ("OVERQUOTA",)
_FOLDER = ("TRYCREATE", "NOPERM", "NONEXISTENT")
_LATER = ("UNAVAILABLE", "LIMIT", "INUSE", "SERVERBUG", "THROTTLED")
"""Response codes of RFC 5530 and RFC 9208 by what they mean for the messages that come after."""


class FullError(NetError):
    """New has no more room for this account: no other message would fit either."""


def raise_for_the_account(words: str, where: object) -> None:
    """Raise for a refusal that would meet the messages of every folder.

    `busy` when waiting may help; FullError when only the admin can.
    """
    if _says(words, _LATER):
        raise NetError("busy", str(where), "APPEND", words)
    if _says(words, _FULL):
        raise FullError("denied", str(where), "APPEND", words)


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
    for sign, advice in _REMEDIES:
        if sign in said:
            return advice
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
