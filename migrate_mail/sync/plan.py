"""What there is to do in one folder: which messages to settle, to copy, to flag. PURE.

There are no deletions: a message that disappears at old stays at new.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from migrate_mail.net.imap import MessageHead
from migrate_mail.state.records import MessageRecord


@dataclass(frozen=True, slots=True)
class FlagChange:
    """Set these flags on our copy of a message."""

    old_uid: int
    new_uid: int
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FolderPlan:
    """The work in one folder.

    settle: intents without receipt; look for them at new before anything is sent.
    copy: messages that the journal does not know. flag: copies whose original got other flags.
    """

    settle: tuple[MessageRecord, ...]
    copy: tuple[MessageHead, ...]
    flag: tuple[FlagChange, ...]


def plan_folder(
    known: Mapping[int, MessageRecord], heads: Sequence[MessageHead], *, additions_only: bool
) -> FolderPlan:
    """Return what is to be done, given what the journal knows and what old holds now.

    additions_only: after the switch people work at new, and what they did there is never
    undone: flags are no longer followed. Flags are only ever set on messages that we copied.
    """
    settle = tuple(r for _, r in sorted(known.items()) if r.new_uid is None)
    copy = tuple(h for h in heads if h.uid not in known)
    return FolderPlan(settle, copy, () if additions_only else _flag_changes(known, heads))


def _flag_changes(
    known: Mapping[int, MessageRecord], heads: Sequence[MessageHead]
) -> tuple[FlagChange, ...]:
    pairs = ((head, known[head.uid]) for head in heads if head.uid in known)
    return tuple(
        FlagChange(head.uid, record.new_uid, head.flags)
        for head, record in pairs
        if record.new_uid is not None and same_flags(record.flags, head.flags) is False
    )


def same_flags(left: Sequence[str], right: Sequence[str]) -> bool:
    """Tell whether two sets of flags are equal (RFC 9051 section 2.3.2: case does not matter)."""
    return {f.lower() for f in left} == {f.lower() for f in right}
