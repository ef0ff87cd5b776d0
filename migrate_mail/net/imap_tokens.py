"""Cut IMAP responses into their parts, and folder names out of modified UTF-7, with nothing to load.

A start of `sync` with nothing to do takes a fraction of a second, and reading these few forms
through a general client library cost a tenth of that, in imports alone.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Sequence
from typing import Any

Piece = bytes | tuple[bytes, bytes]
"""Part of a response: a line, or a line that ends in `{n}` together with its literal."""

_TOKEN = re.compile(
    rb"""\ *(?:
      (?P<open>\()
    | (?P<close>\))
    | "(?P<quoted>(?:[^"\\]|\\.)*)"
    | (?P<atom>[^\s()"\[]*\[[^\]]*\][^\s()"]*   # with a section: BODY[HEADER.FIELDS (DATE)]<0>
      | [^\s()"]+)
    )""",
    re.VERBOSE | re.DOTALL,
)
_ANNOUNCED = re.compile(rb"~?\{\d+\+?\}\Z")
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_SHIFTED = re.compile(r"&([^-]*)-")
_FOREIGN = re.compile(r"[^\x20-\x7e]+")


def tokens(pieces: Sequence[Piece]) -> tuple[Any, ...]:
    """Return one response: lists as tuples, numbers as int, NIL as None, the rest as bytes.

    ValueError where it is no IMAP response (RFC 9051 section 9). It never recurses, so that
    no depth of parentheses does harm.
    """
    stack: list[list[Any]] = [[]]
    for piece in pieces:
        if isinstance(piece, tuple):
            _scan(_ANNOUNCED.sub(b"", piece[0]), stack)
            stack[-1].append(piece[1])
        else:
            _scan(piece, stack)
    if len(stack) != 1:
        raise ValueError("a parenthesis is not closed")
    return tuple(stack[0])


def _scan(line: bytes, stack: list[list[Any]]) -> None:
    """Put the parts of a line on the stack; its top is the list that is open."""
    place, end = 0, len(line.rstrip(b" "))
    while place < end:
        match = _TOKEN.match(line, place)
        if match is None:
            raise ValueError(f"no IMAP: {line[place : place + 40]!r}")
        place = match.end()
        if match["atom"] is not None:
            stack[-1].append(_atom(match["atom"]))
        elif match["quoted"] is not None:
            stack[-1].append(_unescaped(match["quoted"]))
        elif match["open"]:
            stack.append([])
        elif len(stack) > 1:
            closed = tuple(stack.pop())
            stack[-1].append(closed)
        else:
            raise ValueError("a parenthesis is closed that was not opened")


def _atom(raw: bytes) -> Any:
    if raw.isdigit():
        return int(raw)
    return None if raw == b"NIL" else raw


def _unescaped(raw: bytes) -> bytes:
    return _ESCAPED.sub(rb"\1", raw) if b"\\" in raw else raw


def from_utf7(raw: bytes) -> str:
    """Return a folder name out of modified UTF-7 (RFC 3501 section 5.1.3); ValueError when it is none."""
    text = raw.decode("ascii")
    return _SHIFTED.sub(_unshifted, text) if "&" in text else text


def _unshifted(match: re.Match[str]) -> str:
    if not match[1]:
        return "&"
    coded = match[1].replace(",", "/")
    try:
        octets = binascii.a2b_base64(coded + "=" * (-len(coded) % 4))
    except binascii.Error as exc:
        raise ValueError(f"no modified UTF-7: {match[0]!r}") from exc
    return octets.decode("utf-16-be")


def to_utf7(name: str) -> bytes:
    """Return a folder name in modified UTF-7; UnicodeError for half a surrogate pair."""
    return _FOREIGN.sub(_shifted, name.replace("&", "&-")).encode("ascii")


def _shifted(match: re.Match[str]) -> str:
    coded = binascii.b2a_base64(match[0].encode("utf-16-be"), newline=False).decode("ascii")
    return "&" + coded.rstrip("=").replace("/", ",") + "-"
