"""One writer at a time: a lock file beside the state file that names who holds it."""

from __future__ import annotations

import getpass
import json
import os
import platform
import sys
from datetime import datetime
from pathlib import Path

from migrate_mail.errors import StateError

_SUFFIX = ".lock"
_HELD = "is being written by another command"


class WriterLock:
    """The lock of one state file, held from the making of this object to `release`.

    The operating system lets go of it when the process dies, however it dies. The file itself
    stays: taking it away would let two processes hold locks on two files of one name.
    """

    def __init__(self, state: Path, *, command: str, since: datetime) -> None:
        self._path = state.with_name(state.name + _SUFFIX)
        self._fd = _open(self._path)
        if not _try_lock(self._fd):
            os.close(self._fd)
            raise _taken(state, self._path)
        try:
            _write(self._fd, command, since)
        except OSError as error:
            self.release()
            raise _unwritable(self._path, error) from error

    def release(self) -> None:
        """Let the next writer in. Harmless when done twice."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def login_name() -> str:
    """Return who runs this process; the user's number when the system knows no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "somebody"


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> StateError:
    return StateError(
        f"{path}: cannot be written: {error.strerror}",
        hint="the state file and its lock lie beside migration.yaml; that folder must be writable",
    )


if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 30  # msvcrt locks are mandatory: lock a byte that nobody wants to read

    def _try_lock(fd: int) -> bool:
        os.lseek(fd, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _try_lock(fd: int) -> bool:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _write(fd: int, command: str, since: datetime) -> None:
    holder = {
        "who": f"{login_name()}@{platform.node() or 'localhost'}",
        "pid": os.getpid(),
        "command": command,
        "since": since.isoformat(timespec="seconds"),
    }
    os.ftruncate(fd, 0)
    os.lseek(fd, 0, os.SEEK_SET)
    os.write(fd, json.dumps(holder).encode())


class Locked(StateError):
    """Another command is writing the state file; the message names it."""


def _taken(state: Path, lock: Path) -> Locked:
    return Locked(
        f"{state}: {_HELD}: {_holder(lock)}",
        hint="wait until it has ended, or end it; `migrate-mail report` works meanwhile",
    )


def _holder(lock: Path) -> str:
    """Say who holds a lock; its holder may be just about to write that."""
    try:
        data = json.loads(lock.read_text(encoding="utf-8"))
        return (
            f"{data['who']}, pid {data['pid']}, `{data['command']}`, since "
            f"{datetime.fromisoformat(data['since']):%Y-%m-%d %H:%M:%S %Z}"
        )
    except (OSError, ValueError, KeyError, TypeError):
        return "it has not said who it is yet"
