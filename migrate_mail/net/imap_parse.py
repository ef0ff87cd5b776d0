"""From IMAP response lines, to our own types."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Literal

from migrate_mail.net.imap_text import FolderNames, read_date, read_flags
from migrate_mail.net.imap_tokens import Piece, tokens
from migrate_mail.net.imap_types import (
    AppendReceipt,
    FolderInfo,
    FolderStatus,
    ForeignSpace,
    MessageHead,
)

Row = dict[bytes, Any]
"""One FETCH response: data item in upper case, value as the parser gives it."""

_SPECIAL = ("\\all", "\\archive", "\\drafts", "\\flagged", "\\junk", "\\sent", "\\trash", "\\important")  # fmt: skip
_CLOSED = {"\\noselect", "\\nonexistent"}
_CODE = re.compile(rb"\[([A-Za-z-]+) ([^\]]*)\]")
_UID = re.compile(rb"\bUID (\d+)")
_ONLY_UID = re.compile(rb"\d+ \(UID (\d+)\)")
_MARKED = re.compile(rb"\d+ \(UID (\d+) FLAGS \(([^()]*)\)\)")
_HEAD = re.compile(
    rb"\d+ \(UID (\d+) RFC822.SIZE (\d+) FLAGS \(([^()]*)\) INTERNALDATE \"([^\"\\]*)\""
    rb" BODY\[HEADER.FIELDS \(MESSAGE-ID\)\] \{\d+\}"
)
_APPENDUID = re.compile(rb"\[APPENDUID (\d+) (\d+)\]", re.IGNORECASE)


def atoms(pieces: Sequence[Piece]) -> tuple[Any, ...]:
    """Return one response as nested tuples; ValueError when it is not IMAP."""
    try:
        return tokens(pieces)
    except ValueError as exc:
        raise ValueError(f"not an IMAP answer: {exc}") from exc


def responses(data: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Put the pieces back together: literals come as tuples, and a line without one ends a response."""
    group: list[Piece] = []
    for piece in data:
        group.append(piece)
        if not isinstance(piece, tuple):
            if piece or len(group) > 1:
                yield group
            group = []


def rows(data: Sequence[Piece]) -> Iterator[Row]:
    """Give the FETCH responses that carry a UID; unsolicited ones do not (RFC 3501 section 7.4.2)."""
    for group in responses(data):
        parts = atoms(group)
        if len(parts) != 2 or not isinstance(parts[1], tuple) or len(parts[1]) % 2:
            raise ValueError(f"not a FETCH answer: {group[0]!r:.80}")
        items = parts[1]
        row = {
            bytes(items[i]).upper(): items[i + 1]
            for i in range(0, len(items), 2)
            if isinstance(items[i], bytes)
        }
        if isinstance(row.get(b"UID"), int):
            yield row


def folder(pieces: Sequence[Piece], names: FolderNames) -> FolderInfo:
    """Read one LIST or LSUB response."""
    parts = atoms(pieces)
    if len(parts) < 3 or not isinstance(parts[0], tuple):
        raise ValueError(f"not a LIST answer: {pieces[0]!r:.80}")
    flags = frozenset(text(f).lower() for f in parts[0])
    return FolderInfo(
        name=names.read(_bytes(parts[2])),
        delimiter=None if parts[1] is None else text(parts[1]),
        flags=flags,
        selectable=not flags & _CLOSED,
        special_use=next((f for f in _SPECIAL if f in flags), None),
    )


def status(pieces: Sequence[Piece]) -> FolderStatus:
    """Read a STATUS response."""
    parts = atoms(pieces)
    items = parts[-1] if parts else ()
    if not isinstance(items, tuple) or len(items) % 2:
        raise ValueError(f"not a STATUS answer: {pieces[0]!r:.80}")
    found = {_bytes(items[i]).upper(): items[i + 1] for i in range(0, len(items), 2)}
    return FolderStatus(
        messages=_integer(found.get(b"MESSAGES"), "a STATUS answer without MESSAGES"),
        uidnext=_number(found.get(b"UIDNEXT")),
        uidvalidity=_number(found.get(b"UIDVALIDITY")),
        modseq=_number(found.get(b"HIGHESTMODSEQ")),
    )


def opened(untagged: dict[str, list[Piece]]) -> FolderStatus:
    """Read what SELECT or EXAMINE said, by upper-case name."""
    codes: dict[bytes, bytes] = {}
    for line in untagged.get("OK", []):
        match = _CODE.match(line) if isinstance(line, bytes) else None
        if match:
            codes[match[1].upper()] = match[2]
    exists = untagged.get("EXISTS") or [b""]
    flags = text(codes.get(b"PERMANENTFLAGS", b""))
    return FolderStatus(
        messages=_number(exists[-1]),
        uidnext=_number(codes.get(b"UIDNEXT")),
        uidvalidity=_number(codes.get(b"UIDVALIDITY")),
        permanent_flags=frozenset(flags.strip("() ").split()),
        modseq=_number(codes.get(b"HIGHESTMODSEQ")),
    )


def heads(data: Sequence[Piece], wanted: set[int]) -> list[MessageHead]:
    """Read the heads that were asked for, by UID. Several responses may speak of one message."""
    merged: dict[int, Row] = {}
    for group in responses(data):
        row = _usual_head(group)
        for one in rows(group) if row is None else (row,):
            merged.setdefault(one[b"UID"], {}).update(one)
    return [head(merged[uid]) for uid in sorted(wanted & merged.keys())]


def _usual_head(group: Sequence[Piece]) -> Row | None:
    """Read a head as nearly every server writes it, several times faster than `rows`; None: another form."""
    first = group[0]
    if len(group) != 2 or group[1] != b")" or not isinstance(first, tuple):
        return None
    if (found := _HEAD.fullmatch(first[0])) is None:
        return None
    uid, size, flags, date = found.groups()
    return {
        b"UID": int(uid),
        b"RFC822.SIZE": int(size),
        b"FLAGS": tuple(flags.split()),
        b"INTERNALDATE": date,
        b"BODY[HEADER.FIELDS": first[1],
    }


def uids(data: Sequence[Piece]) -> list[int]:
    """Read the UIDs of FETCH (UID) responses, ascending; a folder has many, so the usual form is quick."""
    found: set[int] = set()
    rest: list[Piece] = []
    for piece in data:
        match = _ONLY_UID.fullmatch(piece) if isinstance(piece, bytes) else None
        if match:
            found.add(int(match[1]))
        else:
            rest.append(piece)
    return sorted(found | {row[b"UID"] for row in rows(rest)})


def marked(pieces: Sequence[Piece]) -> Iterator[tuple[int, bytes]]:
    """Read UID and flags (with blanks between) of one FETCH (UID FLAGS) response."""
    first = pieces[0] if len(pieces) == 1 else None
    match = _MARKED.fullmatch(first) if isinstance(first, bytes) else None
    if match:
        yield int(match[1]), match[2]
        return
    for row in rows(pieces):
        if b"FLAGS" in row:
            yield row[b"UID"], b" ".join(text(f).encode() for f in _list(row[b"FLAGS"]))


def dated(answers: Iterable[Sequence[Piece]]) -> Iterator[tuple[int, datetime | None]]:
    """Read UID and internal date of FETCH (UID INTERNALDATE) responses; None: it has no date."""
    for row in (row for pieces in answers for row in rows(pieces)):
        date = row.get(b"INTERNALDATE")
        yield row[b"UID"], None if date is None else read_date(text(date))


def body(data: Sequence[Piece], uid: int) -> bytes | None:
    """Read a message's body, or a part of it; None when it did not come."""
    for row in rows(data):
        if row[b"UID"] == uid and (found := section(row, b"BODY[]")) is not None:
            return found
    return None


def uid_set(uids: Sequence[int]) -> str:
    """Write ascending UIDs as a set, neighbours as ranges: `1:3,7`."""
    runs: list[list[int]] = []
    for uid in uids:
        if runs and uid == runs[-1][1] + 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return ",".join(str(a) if a == b else f"{a}:{b}" for a, b in runs)


def room(data: Sequence[Piece]) -> int | None:
    """Read the smallest room left by QUOTA responses, in octets: STORAGE counts units of 1024."""
    left: list[int] = []
    for group in responses(data):
        parts = atoms(group)
        limits = parts[-1] if parts and isinstance(parts[-1], tuple) else ()
        for name, used, most in zip(limits[::3], limits[1::3], limits[2::3], strict=False):
            if isinstance(name, bytes) and name.upper() == b"STORAGE":
                left.append(max(0, _number(most) - _number(used)) * 1024)
    return min(left, default=None)


def namespace(data: Sequence[Piece], names: FolderNames) -> tuple[str, str] | None:
    """Read prefix and delimiter of the user's own folders; None when there is no such namespace."""
    parts = atoms(next(responses(data), []))
    if not parts or not isinstance(parts[0], tuple) or not parts[0]:
        return None
    first = parts[0][0]
    if not isinstance(first, tuple) or len(first) < 2:
        raise ValueError("not a NAMESPACE answer")
    return names.read(_bytes(first[0])), "/" if first[1] is None else text(first[1])


def foreign_spaces(data: Sequence[Piece], names: FolderNames) -> tuple[ForeignSpace, ...]:
    """Read the namespaces of other users, and the shared ones."""
    parts = atoms(next(responses(data), []))
    kinds: tuple[Literal["other users", "shared"], ...] = ("other users", "shared")
    return tuple(
        ForeignSpace(names.read(_bytes(one[0])), text(one[1] or b"/"), whose)
        for whose, some in zip(kinds, parts[1:3], strict=False)
        for one in _list(some)
        if isinstance(one, tuple) and len(one) >= 2
    )


def head(row: Row) -> MessageHead:
    """Read a message's head; ValueError names what is missing."""
    uid = row[b"UID"]
    return MessageHead(
        uid=uid,
        size=_integer(row.get(b"RFC822.SIZE"), f"no size came for UID {uid}"),
        flags=read_flags(text(f) for f in _list(row.get(b"FLAGS"))),
        internaldate=read_date(text(row.get(b"INTERNALDATE"))),
        message_id=_message_id(section(row, b"BODY[HEADER.FIELDS")),
    )


def section(row: Row, start: bytes) -> bytes | None:
    """Return the body section whose name starts so; servers spell the rest as they like."""
    for name, value in row.items():
        if name.startswith(start):
            return None if value is None else _bytes(value)
    return None


def receipt(line: bytes) -> AppendReceipt | None:
    """Read APPENDUID out of the answer to APPEND."""
    match = _APPENDUID.search(line)
    return None if match is None else AppendReceipt(int(match[1]), int(match[2]))


def numbers(data: Sequence[Piece]) -> list[int]:
    """Read the numbers of SEARCH responses, ascending."""
    found: set[int] = set()
    for piece in data:
        line = piece if isinstance(piece, bytes) else b""
        found.update(int(n) for n in re.sub(rb"\(.*\)", b"", line).split() if n.isdigit())
    return sorted(found)


def text(value: Any) -> str:
    """Return an atom, string or number as text."""
    return _bytes(value).decode("utf-8", "backslashreplace")


def _bytes(value: Any) -> bytes:
    if isinstance(value, int):  # a name of digits only
        return str(value).encode("ascii")
    if value is None:  # a name spelt NIL
        return b"NIL"
    if isinstance(value, bytes):
        return value
    raise ValueError(f"a list came where a string was wanted: {value!r:.80}")


def _list(value: Any) -> tuple[Any, ...]:
    if value is None or isinstance(value, tuple):
        return value or ()
    raise ValueError(f"a list was wanted: {value!r:.80}")


def _integer(value: Any, complaint: str) -> int:
    if isinstance(value, int):
        return value
    raise ValueError(complaint)


def _number(value: Any) -> int:
    if isinstance(value, int):
        return value
    raw = value if isinstance(value, bytes) else b""
    return int(raw) if raw.isdigit() else 0


def _message_id(raw: bytes | None) -> str | None:
    if not raw:
        return None
    _, _, value = raw.partition(b":")
    return " ".join(value.decode("utf-8", "backslashreplace").split()) or None


def numbered(rows: Iterable[Sequence[Piece]], item: str) -> Iterator[tuple[int, int]]:
    """Give UID and a number of each row, as they come."""
    wanted = re.compile(rb"\b%b (\d+)" % item.encode("ascii"))
    for pieces in rows:
        if isinstance(pieces[0], bytes):
            uid, number = _UID.search(pieces[0]), wanted.search(pieces[0])
            if uid and number:
                yield int(uid[1]), int(number[1])
