"""Reading a file as text: every way in which that fails, with the place."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from migrate_mail.files.complaint import Complaint, InvalidFiles
from migrate_mail.files.secretish import guess_secrets, quotable

_BREAK = re.compile(r"\r\n|[\r\n]")
# C0 and C1 controls other than tab and line breaks; a terminal would obey them.
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]"
)
"""With the separators of lines and paragraphs, which end a line for some programs and not for others."""


@dataclass(frozen=True, slots=True)
class Source:
    """The text of one file. label: the path as the admin gave it. raw: its bytes.

    hidden: line number to the column from which on it holds a secret and is not shown.
    """

    label: str
    raw: bytes = field(repr=False)
    text: str = field(repr=False)
    lines: tuple[str, ...] = field(repr=False)
    hidden: dict[int, int] = field(default_factory=dict, repr=False)

    def hide(self, line: int, column: int) -> None:
        """Never quote this line from this column on."""
        self.hidden[line] = min(column, self.hidden.get(line, column))

    def hide_guesses(self) -> None:
        """Hide what looks like a literal secret in a file that could not be parsed."""
        for number, column in guess_secrets(self.lines):
            self.hide(number, column)

    def complaint(
        self, place: tuple[int, int], code: str, message: str, hint: str | None = None
    ) -> Complaint:
        """Return a complaint about a place, with the line as far as it may be shown."""
        line, column = place
        return Complaint(
            self.label, line, column, code, message, hint, self._quote(line, column)
        )

    def _quote(self, line: int, column: int) -> str | None:
        if not 1 <= line <= len(self.lines):
            return None
        text = self.lines[line - 1]
        return quotable(text, column, self.hidden.get(line))


def label_of(path: Path) -> str:
    """Return a path as it can be printed: undecodable and control characters escaped."""
    text = str(path).encode("utf-8", "backslashreplace").decode()
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def read_source(path: Path, *, limit: int, label: str | None = None) -> Source:
    """Return the text of a UTF-8 file of at most `limit` bytes. Raise InvalidFiles with one complaint."""
    name = label or label_of(path)
    return decode(name, _read(path, name, limit))


def decode(label: str, raw: bytes) -> Source:
    """Return bytes as text. Raise InvalidFiles when they are not clean UTF-8."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        _refuse(label, "not-utf-8", "this file is UTF-16", "save it as UTF-8")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _refuse_bytes(label, raw, error)
    source = Source(label, raw, text, tuple(_BREAK.split(text)))
    if bad := _CONTROL.search(text):
        line, column = _position(text[: bad.start()])
        message = f"a control character (U+{ord(bad[0]):04X}) does not belong into this file"
        raise InvalidFiles([Complaint(label, line, column, "control-character", message)])
    return source


def _read(path: Path, label: str, limit: int) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            _refuse(label, "no-file", "this is not a file", None)
        with path.open("rb") as stream:
            raw = stream.read(limit + 1)
    except FileNotFoundError:
        _refuse(label, "missing-file", "there is no such file", None)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = (
            os.strerror(error.errno) if isinstance(error, OSError) and error.errno else error
        )
        _refuse(label, "unreadable-file", f"cannot be read: {reason}", None)
    if len(raw) > limit:
        message = f"larger than {limit // 1024} KiB; such a file is not written by hand"
        _refuse(label, "too-big", message, None)
    return raw


def _refuse(label: str, code: str, message: str, hint: str | None) -> NoReturn:
    raise InvalidFiles([Complaint(label, 0, 0, code, message, hint)])


def _refuse_bytes(label: str, raw: bytes, error: UnicodeDecodeError) -> NoReturn:
    line, column = _position(raw[: error.start].decode("utf-8-sig", "replace"))
    message = f"byte 0x{raw[error.start]:02x} is not UTF-8"
    hint = "save the file as UTF-8 (in Excel: CSV UTF-8)"
    raise InvalidFiles([Complaint(label, line, column, "not-utf-8", message, hint)])


def _position(before: str) -> tuple[int, int]:
    lines = _BREAK.split(before)
    return len(lines), len(lines[-1]) + 1
