"""The timeline as a picture: a bar for each record until caches have forgotten what it was. PURE."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from migrate_mail.run.clock import DomainClock
from migrate_mail.timeline.schedule import Term

_WIDTH, _LEFT, _LINE, _TOP = 900, 330, 24, 40
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:currentColor}.known{fill:#2b6cb0}"
    ".waits{fill:#c05621}.unknown{fill:none;stroke:currentColor;stroke-dasharray:3 3}"
    ".head{font-weight:600}.axis{stroke:currentColor;opacity:.4}"
)
_SIGNS = {"known": "", "waits": " (something must be done first)", "unknown": " (not known)"}


def draw(clocks: Sequence[DomainClock]) -> str:
    """Return one SVG with a block for each domain. It says in words what it shows (title, desc)."""
    blocks: list[str] = []
    top = 0
    for clock in clocks:
        blocks += _block(clock, top)
        top += _TOP + _LINE * (len(clock.schedule.terms) + 2)
    told = "; ".join(_told(clock) for clock in clocks)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {max(top, _LINE)}"'
        f' role="img" aria-label={quoteattr(told)} color="#1a202c">'
        f"<title>When it is safe to switch</title><desc>{escape(told)}</desc>"
        f"<style>{_STYLE}</style>{''.join(blocks)}</svg>\n"
    )


def _told(clock: DomainClock) -> str:
    found, term = clock.schedule, clock.schedule.binding
    because = f", because of {term.name} {term.rtype}: {term.why}" if term else ""
    at = found.earliest
    if at is not None:
        when = "now" if at <= found.now else f"from {_moment(at)}"
        return f"{clock.domain}: safe {when}{because}"
    return f"{clock.domain}: not known when{because}"


def _block(clock: DomainClock, top: int) -> Iterator[str]:
    yield _text(8, top + 24, _told(clock)[:130], "head")
    terms = clock.schedule.terms
    now = clock.schedule.now
    last = max((t.at for t in terms if t.at is not None), default=now)
    span = max((last - now).total_seconds(), 1.0)
    bottom = top + _TOP + _LINE * len(terms)
    yield f'<line class="axis" x1="{_LEFT}" y1="{top + _TOP - 8}" x2="{_LEFT}" y2="{bottom}"/>'
    for number, term in enumerate(terms):
        yield from _bar(term, now, span, top + _TOP + _LINE * number)
    yield _text(_LEFT, bottom + 16, f"now, {_moment(now)}")
    if last > now:
        yield _text(_WIDTH - 8, bottom + 16, _moment(last), anchor="end")


def _bar(term: Term, now: datetime, span: float, y: int) -> Iterator[str]:
    label = f"{term.name} {term.rtype}"
    yield _text(_LEFT - 8, y + 12, label if len(label) < 44 else f"{label[:42]}…", anchor="end")
    left = (term.at - now).total_seconds() if term.at is not None else 0.0
    room = _WIDTH - _LEFT - 8
    wide = room if term.kind == "unknown" else max(round(left / span * room), 0)
    why = escape(f"{label}: {term.why}{_SIGNS[term.kind]}")
    if wide <= 0:
        yield _text(_LEFT + 6, y + 12, "settled")
        return
    yield f'<rect class="{term.kind}" x="{_LEFT}" y="{y}" width="{wide}" height="16"><title>{why}</title></rect>'


def _text(x: int, y: int, words: str, kind: str = "", anchor: str = "start") -> str:
    marked = f' class="{kind}"' if kind else ""
    return f'<text{marked} x="{x}" y="{y}" text-anchor="{anchor}">{escape(words)}</text>'


def _moment(at: datetime) -> str:
    return f"{at:%a %Y-%m-%d %H:%M %Z}"
