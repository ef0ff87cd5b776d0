"""The report as Markdown (CommonMark), for tickets and wikis; also readable as it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from migrate_mail.report.blocks import Document, Item, Section
from migrate_mail.report.document import document
from migrate_mail.report.escape import plain
from migrate_mail.report.model import Report

_SPECIAL = re.compile(r"([\\`*\[\]<>|~#&]|(?<!\w)_|_(?!\w)|(?<=www)\.|:(?=//))", re.IGNORECASE)
_LIST_LIKE = re.compile(r"^(\d+)([.)])|^([-+=])")


def markdown(report: Report) -> str:
    """Return a report as Markdown. Nothing that a server said can become markup or a link."""
    return "\n".join(_lines(document(report))) + "\n"


def said(words: str) -> str:
    """Return prose with every character escaped that Markdown or HTML would take for markup."""
    one_line = plain(" ".join(words.split()))
    escaped = _SPECIAL.sub(r"\\\1", one_line)
    return _LIST_LIKE.sub(lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", escaped)


def _lines(doc: Document) -> Iterator[str]:
    yield f"# {said(doc.word)}: {said(doc.why)}"
    yield ""
    for label, value in doc.facts:
        yield f"- **{said(label)}:** {said(value)}"
    for section in doc.sections:
        yield from _section(section)


def _section(section: Section) -> Iterator[str]:
    yield ""
    yield f"## {said(section.title)}"
    yield ""
    lines = [line for item in section.items for line in _item(item, 0)]
    yield from lines[:-1] if lines[-1] == "" else lines


def _item(item: Item, depth: int) -> Iterator[str]:
    edge = "  " * depth
    mark = f"**{item.mark}** " if item.mark else ""
    yield f"{edge}- {mark}{said(item.text)}"
    for note in item.notes:
        yield f"{edge}  - {said(note)}"
    if item.quote or item.paste:
        yield ""
    if item.quote:
        yield from _fenced(item.quote, f"{edge}  ")
    if item.paste:
        yield from (f"{edge}  To do:", "")
        yield from _fenced(item.paste.splitlines(), f"{edge}  ")
    for child in item.items:
        yield from _item(child, depth + 1)


def _fenced(quoted: Sequence[str], edge: str) -> Iterator[str]:
    """Give lines to be taken literally; the fence is longer than any in them."""
    lines = [plain(line) for line in quoted]
    longest = max((len(run) for line in lines for run in re.findall("`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from (f"{edge}{line}".rstrip() for line in (f"{fence}text", *lines, fence))
    yield ""
