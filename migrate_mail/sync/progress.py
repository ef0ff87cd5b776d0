"""How far the sync of an account is, as values that any display can show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

SyncState = Literal[
    "connecting", "looking", "copying", "waiting", "retrying",
    "done", "incomplete", "paused", "stopped", "failed",
]  # fmt: skip
"""The last five are how the sync of an account ends. waiting: the server asked for a pause."""
Ending = Literal["done", "incomplete", "paused", "stopped", "failed"]


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """One account at one moment.

    total: messages at old as far as known; done: how many of them are at new (or entered as
    failed). copied, bytes: what this run has sent. note: why it waits or failed.
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


@dataclass(frozen=True, slots=True)
class AccountOutcome:
    """How the sync of one account ended.

    done: every message is at new. incomplete: some failed, and the journal has their names.
    paused: what the server allows for now is used up; a run after `until` goes on. stopped: on request, at a message boundary. failed: a side could not be reached, see
    `reason`. lost: flags that new does not keep, by how many copied messages had them. adopted: messages that new already had. elsewhere: copied under another label of Gmail. merged: kept by Gmail, as new, as one with another. flagged: flag changes followed.
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
    lost: Mapping[str, int] = field(default_factory=dict)
