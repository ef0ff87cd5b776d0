"""The moments of the migration as a picture (SVG inside the page) and as a list beneath it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate_mail.report.model import Report
from migrate_mail.report.summary import Moment, moments
from migrate_mail.report.tags import said
from migrate_mail.report.words import moment

_LEFT, _RIGHT, _LINE = 20, 980, 40
_NEAR = 26
"""Two numbers closer than this would cover each other: the later one goes a row down."""
_FILL = 'class="fill" fill="#000"'
_HOLLOW = 'class="hollow" fill="#fff" stroke="#000" stroke-width="2"'
"""Colours stand here for paper too: the PDF writer looks at no style sheet inside a picture."""
_SHAPES = {
    "done": f'<circle cx="{{x}}" cy="{{y}}" r="11" {_FILL}/>',
    "planned": f'<circle cx="{{x}}" cy="{{y}}" r="11" {_HOLLOW}/>',
    "limit": f'<path d="M{{x}} {{top}} l13 21 h-26 z" {_HOLLOW}/>',
    "now": f'<rect x="{{left}}" y="{{top}}" width="22" height="22" {_FILL}/>',
}
_WORDS = {"done": "done", "planned": "planned", "limit": "ends", "now": "now"}


def picture(report: Report) -> Iterator[str]:
    """Give the line with a numbered sign for each moment, and what each number is."""
    found = moments(report)
    rows = _rows(found)
    height = _LINE + 30 * max((row for _, row in rows), default=0) + 30
    yield f'<svg viewBox="0 0 1000 {height}" role="img" aria-label="Timeline, told in the list below">'
    yield f'<path d="M{_LEFT} {_LINE} H{_RIGHT}" class="line" stroke="#777" stroke-width="2"/>'
    for number, (one, (x, row)) in enumerate(zip(found, rows, strict=True), start=1):
        yield _sign(one, number, x, _LINE + 30 * row)
    yield '</svg><ol class="moments">'
    for one in found:
        yield f"<li><b>{_WORDS[one.kind]}</b> {moment(one.at)}: {said(one.text)}</li>"
    yield "</ol>"


def _rows(found: Sequence[Moment]) -> list[tuple[int, int]]:
    """Return where each moment goes: along the line by its time, down where it would cover one."""
    first = found[0].at.timestamp()
    length = max(found[-1].at.timestamp() - first, 1.0)
    ends: list[int] = []
    placed = []
    for one in found:
        x = _LEFT + 13 + round((_RIGHT - _LEFT - 26) * (one.at.timestamp() - first) / length)
        row = next((n for n, end in enumerate(ends) if x - end >= _NEAR), len(ends))
        ends[row : row + 1] = [x]
        placed.append((x, row))
    return placed


def _sign(one: Moment, number: int, x: int, y: int) -> str:
    shape = _SHAPES[one.kind].format(x=x, y=y, top=y - 11, left=x - 11)
    on_fill = one.kind in {"done", "now"}
    tone = 'class="on-fill" fill="#fff"' if on_fill else 'class="on-page" fill="#000"'
    place = f'x="{x}" y="{y + 5}" text-anchor="middle" font-size="13" font-weight="700"'
    text = f"<text {place} {tone}>{number}</text>"
    return f"<g>{shape}{text}</g>"
