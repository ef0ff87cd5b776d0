"""How far the sync of an account is, as values that any display can show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from migrate_mail.sync.removal import Removal

SyncState = Literal[
    "connecting", "looking", "copying", "waiting", "retrying",
    "done", "incomplete", "paused", "stopped", "failed", "refused",
]  # fmt: skip
"""The last six are how the sync of an account ends. waiting: the server asked for a pause."""
Ending = Literal["done", "incomplete", "paused", "stopped", "failed", "refused"]


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """One account at one moment.

    total: messages at old as far as known; done: how many of them are at new (or entered as
    failed). copied, bytes: what this run has sent. note: why it waits or failed. held:
    seconds that budgets of a day make the rest take at least.
    """

    account: str
    state: SyncState
    folder: str = ""
    total: int = 0
    done: int = 0
    copied: int = 0
    bytes: int = 0
    failed: int = 0
    note: str = ""
    held: float = 0.0


@dataclass(frozen=True, slots=True)
class AccountOutcome:
    """How the sync of one account ended.

    done: every message is at new. incomplete: some failed, and the journal has their names.
    paused: what the server allows for now is used up; a run after `until` goes on. stopped: on request, at a message boundary. failed: a side could not be reached, see
    `reason`. lost: flags that new does not keep, by how many copied messages had them. adopted:
    messages that new already had. elsewhere: copied under another label of Gmail. merged: kept
    by Gmail, as new, as one with another. flagged: flag changes followed. gone: copies at new
    whose original is no more at old; removed: those taken out of new, removals: by name.
    refused: too many would have been removed, and none was. vanished: folders of earlier runs
    that old does not have any more; what was copied from them stays.
    """

    account: str
    state: Ending
    folders: int = 0
    copied: int = 0
    bytes: int = 0
    adopted: int = 0
    flagged: int = 0
    failed: int = 0
    reason: str = ""
    until: str = ""
    elsewhere: int = 0
    merged: int = 0
    gone: int = 0
    removed: int = 0
    removals: Sequence[Removal] = ()
    lost: Mapping[str, int] = field(default_factory=dict)
    phase: str = ""
    vanished: Sequence[str] = ()
