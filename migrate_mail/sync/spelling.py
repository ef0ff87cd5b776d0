"""Writing one level of a folder's name so that new takes it, and saying what was changed. PURE."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from migrate_mail.sync.space import Space

LONGEST_LEVEL = 255
"""Octets: the longest name of a file; most servers keep a folder in one."""
_LONGEST_DOTTED = 250
"""Where `.` separates levels, all of them are often one file name (Maildir++)."""
_LEAST = 8
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NOTHING = "_"


@dataclass(frozen=True, slots=True)
class Wish:
    """A name that a folder would have at new. why: what had to be changed; empty when nothing."""

    name: str
    why: str = ""


def key(name: str) -> str:
    """Return what is equal for names that a server may take for one: case and Unicode form aside."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def fit(level: str, space: Space) -> Wish:
    """Return a level as new takes it. Names are sent in Unicode's form NFC; that is no change."""
    taste = space.taste
    said: list[str] = []

    def change(text: str, to: str, why: str) -> str:
        if text != to:
            said.append(why)
        return to

    text = unicodedata.normalize("NFC", level)
    text = change(text, _CONTROL.sub(_NOTHING, text), "control characters in it")
    if space.delimiter:
        plain = text.replace(space.delimiter, _NOTHING)
        text = change(text, plain, f"`{space.delimiter}` separates levels at new")
    plain = "".join(_NOTHING if c in taste.forbidden else c for c in text)
    text = change(text, plain, f"{taste.name} takes none of {' '.join(taste.forbidden)}")
    if taste.tidy:
        plain = " ".join(word for word in text.split(" ") if word)
        text = change(text, plain, f"{taste.name} takes no blank at an end, nor two in a row")
    if text in {"", ".", ".."}:
        text = change(text, _NOTHING * max(1, len(text)), "a level needs a name")
    text = change(text, shorten(text, LONGEST_LEVEL), f"longer than {LONGEST_LEVEL} octets")
    return Wish(text, ", ".join(said))


def join(base: str, level: Wish, space: Space) -> Wish:
    """Return a whole name; its last level is cut when new takes no name as long as this."""
    most = longest(space)
    room = most - octets(base)
    if not most or octets(level.name) <= room or room < _LEAST:
        return Wish(base + level.name, level.why)
    why = f"longer than {most} octets"
    return Wish(base + shorten(level.name, room), f"{level.why}, {why}" if level.why else why)


def longest(space: Space) -> int:
    """Return how many octets a whole name may have; 0 when that is not known."""
    return space.taste.longest or (_LONGEST_DOTTED if space.delimiter == "." else 0)


def numbered(name: str, number: int, space: Space) -> str:
    """Return a name with a number behind it, no longer than new takes it."""
    tail = f"_{number}"
    base, separator, level = (
        name.rpartition(space.delimiter) if space.delimiter else ("", "", name)
    )
    most = longest(space)
    room = LONGEST_LEVEL if not most else min(LONGEST_LEVEL, most - octets(base + separator))
    if octets(level + tail) > room >= _LEAST:
        level = shorten(level, room - len(tail))
    return f"{base}{separator}{level}{tail}"


def shorten(text: str, most: int) -> str:
    """Return the beginning of a text that has at most so many octets on the wire."""
    if octets(text) <= most:
        return text
    text = text[:most]
    while octets(text) > most:
        text = text[:-1]
    return text.rstrip() or text


def octets(text: str) -> int:
    """Return how long a name is in UTF-7; IMAP's modified form (RFC 3501) differs by an octet or two."""
    return len(text.encode("utf-7"))
