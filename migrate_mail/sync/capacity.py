"""What will not fit into new, told before the first message is sent."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from migrate_mail.files.scalars import format_size

NO_LIMIT = 1 << 62


def append_limit(able: AbstractSet[str]) -> int:
    """Return the size of the largest message that new takes, as far as it says so (RFC 7889)."""
    found = [a.removeprefix("APPENDLIMIT=") for a in able if a.startswith("APPENDLIMIT=")]
    return min((int(f) for f in found if f.isdigit()), default=NO_LIMIT)


def too_much(wanted: int, room: int | None) -> str:
    """Say that an account's mail exceeds its quota at new; empty when it does not, or nobody knows."""
    if room is None or wanted <= room:
        return ""
    return (
        f"{format_size(wanted)} are to be copied, and the quota at new has {format_size(room)}"
        " left: raise the quota before the sync"
    )


def too_large(folder: str, uids: list[int], limit: int) -> str:
    """Say which messages of a folder are larger than new takes; empty for none."""
    if not uids:
        return ""
    some = ", ".join(str(uid) for uid in uids[:10]) + (", ..." if len(uids) > 10 else "")
    return (
        f"{folder}: UID {some} {'is' if len(uids) == 1 else 'are'} larger than the"
        f" {format_size(limit)} that new takes: raise its limit, or save by hand"
    )
