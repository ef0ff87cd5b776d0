"""What a report is laid out from: sections of items, before any format.

All strings are as they came, from servers too; a renderer makes them harmless.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is said. mark: a short word before it. notes: sentences beneath it.

    quote: lines as seen on a wire or in a zone file. paste: what to do, maybe several lines.
    """

    text: str
    mark: str = ""
    notes: tuple[str, ...] = ()
    quote: tuple[str, ...] = ()
    paste: str | None = None
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """Some items under a title. An empty section is not shown.

    key: its name for renderers that show it in a way of their own.
    """

    title: str
    items: tuple[Item, ...]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """The verdict word, why, the facts about the report itself, and all sections."""

    word: str
    why: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
