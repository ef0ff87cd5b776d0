"""The errors that a user may meet, and the exit code of each.

MigrateMailError          70
├── UserError              2   the input is wrong; nothing was changed
│   ├── InvalidFiles       2   one or more files, every complaint at once (files/complaint.py)
│   ├── SecretError        2   a secret reference that cannot be resolved
│   └── StateError         2   the state file is locked, damaged, newer, or cannot be written
├── Refused                4   possible, but unsafe: names the danger and the flag that accepts it
├── CannotTell             3   the world did not answer, so there is nothing to decide on
└── NetError               3   one conversation with one server failed (kind says how)
"""

from __future__ import annotations

from enum import IntEnum
from typing import Literal


class ExitCode(IntEnum):
    """What the process says to the shell. Documented in the README; tested."""

    GO = 0
    NO_GO = 1
    USAGE = 2
    CANNOT_TELL = 3
    REFUSED = 4
    BUG = 70
    INTERRUPTED = 130


class MigrateMailError(Exception):
    """Base of all errors with a message for the user; `hint` is the next step."""

    exit_code = ExitCode.BUG

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def told(self) -> str:
        """The message and the next step on one line, for lists of accounts."""
        return f"{self.message} ({self.hint})" if self.hint else self.message


class UserError(MigrateMailError):
    """The input is wrong; nothing was changed."""

    exit_code = ExitCode.USAGE


class SecretError(UserError):
    """A secret reference cannot be resolved. Never holds the secret."""


class StateError(UserError):
    """The state file is locked, damaged, newer than this program, or cannot be written."""


class Refused(MigrateMailError):
    """Possible, but unsafe: the message names the danger, the hint the way to accept it."""

    exit_code = ExitCode.REFUSED


class CannotTell(MigrateMailError):
    """The world did not answer, so there is nothing to decide on."""

    exit_code = ExitCode.CANNOT_TELL


NetKind = Literal[
    "timeout",
    "refused",
    "unreachable",
    "closed",
    "tls",
    "auth",
    "busy",
    "denied",
    "garbage",
    "dns",
]


class NetError(MigrateMailError):
    """One conversation with one server failed.

    kind: `timeout`, `refused` (TCP reset on connect), `unreachable`, `closed` (dropped in
    mid-conversation, BYE), `tls`, `auth` (credentials rejected), `busy` (our own limit or
    theirs), `denied` (a final NO/5xx to a command), `garbage` (not the protocol), `dns`.
    where: `host [ip]:port`. phase: `connect`, `banner`, `EHLO`, `LOGIN`...
    """

    exit_code = ExitCode.CANNOT_TELL

    def __init__(
        self, kind: NetKind, where: str, phase: str, text: str, *, hint: str | None = None
    ) -> None:
        super().__init__(f"{where}: {phase}: {text}", hint=hint)
        self.kind: NetKind = kind
        self.where = where
        self.phase = phase
        self.text = text
