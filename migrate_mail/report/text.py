"""The report as plain text: readable without colour, on 80 columns, in a pipe and on paper."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from migrate_mail.report.blocks import Document, Item, Section
from migrate_mail.report.document import document, first_page
from migrate_mail.report.escape import plain
from migrate_mail.report.model import Report
from migrate_mail.report.words import WIDTH

_MARK = 4


def text(report: Report) -> str:
    """Return a report as lines of plain text; the verdict word comes first."""
    return "\n".join(_lines(document(report))) + "\n"


def first_page_text(report: Report) -> str:
    """Return the first page alone: what fits a screen when the question is only whether."""
    return "\n".join(_lines(first_page(report))) + "\n"


def _lines(doc: Document) -> Iterator[str]:
    yield from _wrapped(f"{doc.word}: {doc.why}", 0)
    yield ""
    column = max(len(label) for label, _ in doc.facts) + 2
    for label, value in doc.facts:
        yield from _wrapped(value, 2 + column, head=f"  {label:<{column}}")
    for section in doc.sections:
        yield from _section(section)


def _section(section: Section) -> Iterator[str]:
    yield ""
    title = plain(section.title)
    yield title
    yield "-" * min(len(title), WIDTH)
    for item in section.items:
        yield from _item(item, 2)


def _item(item: Item, indent: int) -> Iterator[str]:
    column = _MARK if item.mark else 0
    inner = indent + column
    yield from _wrapped(item.text, inner, head=f"{'':{indent}}{item.mark:<{column}}")
    for note in item.notes:
        yield from _wrapped(note, inner + 2)
    for line in item.quote:
        yield f"{'':{inner + 2}}| {plain(line)}"
    for number, line in enumerate((item.paste or "").splitlines()):
        yield f"{'':{inner + 2}}{'-> ' if number == 0 else '   '}{plain(line)}"
    for child in item.items:
        yield from _item(child, inner + 2)


def _wrapped(said: str, indent: int, *, head: str | None = None) -> Iterator[str]:
    """Wrap prose; words such as host names and commands are never cut."""
    lines = textwrap.wrap(
        plain(" ".join(said.split())),
        WIDTH,
        initial_indent=" " * indent if head is None else head,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    yield from lines or [(head or "").rstrip()]
