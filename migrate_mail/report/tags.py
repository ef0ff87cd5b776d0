"""Pieces of HTML: everything that was said is escaped here, once."""

from __future__ import annotations

import html as escaping
from collections.abc import Iterator

from migrate_mail.report.blocks import Item
from migrate_mail.report.escape import plain

_TONES = {"ok": "good", "NO": "bad", "!!": "bad", "??": "open", "if": "open"}


def said(words: str) -> str:
    """Return prose as HTML text: nothing in it can become markup or command a terminal."""
    return escaping.escape(plain(" ".join(words.split())))


def literal(lines: tuple[str, ...] | list[str]) -> str:
    """Return lines to be taken as they are."""
    return "\n".join(escaping.escape(plain(line)) for line in lines)


def badge(mark: str) -> str:
    """Return the short word before an item; its colour says nothing that the word does not."""
    return f'<b class="mark {_TONES.get(mark, "calm")}">{said(mark)}</b> ' if mark else ""


def items(found: tuple[Item, ...]) -> Iterator[str]:
    """Give items as a list, those beneath them as lists inside."""
    yield "<ul>"
    for item in found:
        yield "<li>"
        yield from _item(item)
        yield "</li>"
    yield "</ul>"


def _item(item: Item) -> Iterator[str]:
    yield f"<p>{badge(item.mark)}{said(item.text)}</p>"
    for note in item.notes:
        yield f'<p class="note">{said(note)}</p>'
    if item.quote:
        yield f"<pre>{literal(item.quote)}</pre>"
    if item.paste:
        yield '<p class="note">To do:</p>'
        yield f'<pre class="do">{literal(item.paste.splitlines())}</pre>'
    if item.items:
        yield from items(item.items)
