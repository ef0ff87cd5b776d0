"""The report as one HTML file: for a phone, a screen reader, a projector and paper; no network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from importlib.resources import files

from migrate_mail.report.blocks import Document, Item, Section
from migrate_mail.report.document import DOMAIN, document
from migrate_mail.report.mailbox_table import mailbox_table
from migrate_mail.report.model import Report
from migrate_mail.report.rollback_text import how_long, no_return_text
from migrate_mail.report.tags import badge, items, said
from migrate_mail.report.timeline_picture import picture

_TONES = {"GO": "good", "CONDITIONAL": "open", "CANNOT TELL": "open", "NO-GO": "bad"}
_BRIEF = {
    "overrides": 2, "reasons": 5, "conditions": 2, "waivers": 2, "domains": 3, "since": 3,
    "proved": 5, "overdue": 3, "owners": 3, "dates": 3,
}  # fmt: skip
"""The sections of page one and how many items of each: it has to stay one page."""
_CLIP = 120
_AGAIN = 5
"""Seconds after which a live page loads itself again."""
_FACTS = {"Migration", "Question", "Asked at", "Data as of", "Holds until", "Cutover", "Scope"}


def html(report: Report, *, live: bool = False) -> str:
    """Return a report as one HTML file that needs nothing beside it. live: loads itself again."""
    return "\n".join(_lines(report, document(report), live=live)) + "\n"


def _asset(name: str) -> str:
    return files("migrate_mail.report").joinpath(name).read_text(encoding="utf-8")


def _lines(report: Report, doc: Document, *, live: bool) -> Iterator[str]:
    script = _asset("report.js")
    yield from _head(f"{doc.word}: {report.scope.name}", script, live=live)
    yield '<a class="skip" href="#details">Skip to the details</a>'
    yield '<main><article class="page-one">'
    yield from _page_one(report, doc)
    yield "</article>"
    yield '<section id="timeline" aria-labelledby="h-timeline"><h2 id="h-timeline">Timeline</h2>'
    yield from picture(report)
    yield '</section><div id="details"><section><h2>What this is about</h2><dl>'
    yield from _facts(f for f in doc.facts if f[0] not in _FACTS)
    yield "</dl></section>"
    for number, section in enumerate(doc.sections):
        yield from _section(section, number, report)
    yield "</div></main>"
    yield f"<script>{script}</script></body></html>"


def _head(title: str, script: str, *, live: bool) -> Iterator[str]:
    """Give the head: its policy lets nothing run but the one script, and nothing be fetched."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}; img-src data:">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    if live:
        yield f'<meta http-equiv="refresh" content="{_AGAIN}">'
    yield '<meta name="color-scheme" content="light dark"><link rel="icon" href="data:,">'
    yield f"<title>{said(title)}</title><style>{_asset('report.css')}</style></head><body>"


def _page_one(report: Report, doc: Document) -> Iterator[str]:
    yield f'<h1><span class="verdict {_TONES.get(doc.word, "open")}">{said(doc.word)}</span>'
    yield f"{said(report.scope.name)}</h1>"
    yield f'<p class="why">{said(doc.why)}</p><dl>'
    yield from _facts(f for f in doc.facts if f[0] in _FACTS)
    yield '</dl><div class="brief">'
    for section in doc.sections:
        if section.key in _BRIEF:
            yield from _brief(section)
    yield "<section><h2>If it has to go back</h2><ul>"
    yield from (f"<li>{said(line)}</li>" for line in _way_back(report))
    yield "</ul></section></div>"


def _facts(facts: Iterable[tuple[str, str]]) -> Iterator[str]:
    for label, value in facts:
        yield f"<div><dt>{said(label)}</dt><dd>{said(value)}</dd></div>"


def _way_back(report: Report) -> Iterator[str]:
    yield from how_long(report.rollback.back_by)
    if report.rollback.no_return is not None:
        yield no_return_text(report.rollback.no_return)


def _brief(section: Section) -> Iterator[str]:
    shown = _BRIEF[section.key]
    hidden = len(section.items) - shown
    yield f"<section><h2>{said(section.title)}</h2><ul>"
    for item in section.items[:shown]:
        # the owner of a reason; of a waiver whether it counts, without which it misleads
        note = item.notes[0] if item.notes and section.key != "since" else ""
        beside = f' <span class="note">{said(note)}</span>' if note else ""
        yield f"<li>{badge(item.mark)}{said(_clipped(item.text))}{beside}</li>"
    if hidden > 0:
        yield f"<li>and {hidden} more, in the details</li>"
    yield "</ul></section>"


def _clipped(text: str) -> str:
    return text if len(text) <= _CLIP else f"{text[:_CLIP].rstrip()} ..."


def _section(section: Section, number: int, report: Report) -> Iterator[str]:
    own = section.key == DOMAIN
    key = f"part-{number}" if own or not section.key else section.key
    page = ' class="own-page"' if own else ""
    yield f'<section id="{key}"{page} aria-labelledby="h-{key}">'
    yield f'<h2 id="h-{key}">{said(section.title)}</h2>'
    if section.key == "mailboxes":
        summed: tuple[Item, ...] = section.items[:1]
        yield from items(summed)
        yield from mailbox_table(report)
    else:
        yield from items(section.items)
    yield "</section>"
