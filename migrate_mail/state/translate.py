"""The one place where what SQLite complains about becomes words for the admin."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from migrate_mail.errors import StateError

UNTOUCHED = "it was not changed"
_DAMAGED_HINT = (
    f"{UNTOUCHED}; put it back from a backup, or move it away to begin anew: mail that was"
    " copied before is then found again by looking at new"
)
_WORDS: dict[str, tuple[str, str]] = {
    "SQLITE_FULL": (
        "cannot be written: the disk is full",
        "free some space and run the same command again; what was recorded before is safe",
    ),
    "SQLITE_NOTADB": (
        "is not a state file",
        f"{UNTOUCHED}; move it away, or put the right file back from a backup",
    ),
    "SQLITE_CORRUPT": ("is damaged", _DAMAGED_HINT),
    "SQLITE_BUSY": (
        "is held by another program for too long",
        "close what has the file open (a database browser, a backup), then try again",
    ),
    "SQLITE_READONLY": (
        "cannot be written: it is read-only",
        "make the file and its folder writable for you",
    ),
    "SQLITE_CANTOPEN": (
        "cannot be opened",
        "look at the permissions of the file and of its folder",
    ),
    "SQLITE_PERM": (
        "cannot be opened",
        "look at the permissions of the file and of its folder",
    ),
    "SQLITE_IOERR": (
        "cannot be read or written: the disk reports an error",
        "look at the disk (full, quota, limits, hardware) before you go on",
    ),
}
_BUGS = (sqlite3.ProgrammingError, sqlite3.IntegrityError, sqlite3.InterfaceError)


@contextmanager
def speaking_of(path: Path) -> Iterator[None]:
    """Turn SQLite's complaints about a file into StateError; our own mistakes stay what they are."""
    try:
        yield
    except _BUGS:
        raise
    except sqlite3.Error as error:
        raise _translated(path, error) from error


def damaged(path: Path) -> StateError:
    """Return the error for a file that is no whole state file."""
    return StateError(f"{path}: is damaged", hint=_DAMAGED_HINT)


def _translated(path: Path, error: sqlite3.Error) -> StateError:
    name = getattr(error, "sqlite_errorname", "")
    for start, (words, hint) in _WORDS.items():
        if name.startswith(start):
            return StateError(f"{path}: {words}", hint=hint)
    return StateError(f"{path}: {error}")
