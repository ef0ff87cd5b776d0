"""The steps of a stage: standing, severity, owner, age, what was seen, from where, and the fix."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.report.blocks import Item
from migrate_mail.report.first_page import whys
from migrate_mail.report.model import DomainPage, FindingLine, StepLine
from migrate_mail.report.words import SAID, ago, count, moment

_MARKS = {
    "pass": "ok",
    "skip": "--",
    "fail": "NO",
    "unknown": "??",
    "missing": "??",
    "stale": "??",
    "blocked": "..",
    "pending": "..",
    "waived": "if",
}
_FINE = {"pass", "skip"}
_BAD = {"fail", "unknown"}
_TOLD_BELOW = {"fail", "unknown", "missing"}
_BAD_SHOWN, _GOOD_SHOWN, _LINES_SHOWN = 10, 2, 4


def step(line: StepLine) -> Item:
    """Return one step with an excerpt of what was seen; JSON has all of it."""
    return Item(
        f"{line.title} [{line.key}]",
        mark=_MARKS[line.standing],
        notes=tuple(_notes(line)),
        items=tuple(_findings(line)),
    )


def of_domain(page: DomainPage) -> Iterator[Item]:
    """Return the page of one domain: its verdict, what stands against it, mailboxes, MX, its steps."""
    yield Item(f"{page.verdict}: {page.why}")
    yield from whys(page.reasons)
    if page.mailboxes:
        boxes = f"{page.whole} of {count(page.mailboxes, 'mailbox')} copied whole"
        yield Item(f"{boxes}, {count(page.messages, 'message')}")
    yield from (Item(f"MX: {line}") for line in page.mx)
    for mark in page.steps:
        text = f"{mark.title} [{mark.key}]: {mark.said} ({mark.owner or 'nobody'})"
        yield Item(text, mark=_MARKS[mark.standing])


def _notes(line: StepLine) -> Iterator[str]:
    owner = f"owner: {line.owner}" if line.owner else "owner: nobody"
    yield "; ".join([f"{line.said}, {_age(line)}", line.severity, owner])
    if line.reason and line.standing not in _TOLD_BELOW:
        yield line.reason
    if line.why and line.standing not in _FINE:
        yield f"why: {line.why}"
    if line.instruction:
        yield f"task: {line.instruction}"
    if line.if_fails and line.standing not in _FINE:
        yield f"if it fails: {line.if_fails}"
    if line.source and line.standing not in _FINE:
        yield f"source: {line.source}"
    if line.confirmed:
        yield f"confirmed by {line.confirmed}"
    if line.due is not None and line.standing not in _FINE:
        yield f"due {moment(line.due)}"


def _age(line: StepLine) -> str:
    if line.age is None:
        return (
            "nobody has looked yet" if line.body != "manual" else "nobody has confirmed it yet"
        )
    return ago(line.age)


def _findings(line: StepLine) -> Iterator[Item]:
    bad = [f for f in line.findings if f.outcome in _BAD]
    good = [f for f in line.findings if f.outcome not in _BAD]
    for finding in bad[:_BAD_SHOWN] + good[:_GOOD_SHOWN]:
        yield _finding(finding)
    more = [len(bad[_BAD_SHOWN:]), len(good[_GOOD_SHOWN:])]
    if any(more):
        what = [f"{n} {word}" for n, word in zip(more, ("bad", "good"), strict=True) if n]
        yield Item(f"and {' and '.join(what)} more (all are in the JSON report)")


def _finding(finding: FindingLine) -> Item:
    shown, hidden = finding.evidence[:_LINES_SHOWN], finding.evidence[_LINES_SHOWN:]
    rest = (f"... {len(hidden)} more",) if hidden else ()
    refs = f" ({', '.join(finding.refs)})" if finding.refs else ""
    at = f", {moment(finding.at)}" if finding.at else ""
    return Item(
        f"{SAID[finding.outcome]}: {finding.sentence}{refs}",
        notes=(f"seen from {finding.vantage}{at}",),
        quote=(*shown, *rest),
        paste=finding.fix if finding.outcome in _BAD else None,
    )
