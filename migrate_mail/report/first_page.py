"""The first page: what is decided, why, by whom it is borne, and how long the way back takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate_mail.report.blocks import Item
from migrate_mail.report.model import Report, Scope, Why
from migrate_mail.report.rollback_text import how_long, no_return_text
from migrate_mail.report.words import ago, count, moment, span, tally
from migrate_mail.run.verdict import Word

_MARKS = {"stops": "NO", "cannot tell": "??", "condition": "if"}
_WORDS = {"GO": "ok", "CONDITIONAL": "if", "CANNOT TELL": "??", "NO-GO": "NO"}
_HOLDS = {Word.GO.value, Word.CONDITIONAL.value}
_STAGES = {
    "before": "The MX points to old. If it were switched now and had to go back:",
    "switched": "The MX points to new. If it has to go back now:",
    "back": "The MX was taken back to old. What is left of the way back:",
}


def facts(report: Report) -> Iterator[tuple[str, str]]:
    """Give what this report is about and how fresh it is."""
    scope = report.scope
    yield "Migration", f"{scope.name} ({scope.ticket})" if scope.ticket else scope.name
    yield "Question", report.question
    yield "Asked at", moment(report.at)
    yield "Data as of", _freshness(report)
    if report.holds_until is not None and report.verdict in _HOLDS:
        yield "Holds until", f"{moment(report.holds_until)}; then look again"
    yield "Cutover", _cutover(scope)
    yield "Domains", ", ".join(scope.domains)
    yield "From", ", ".join(scope.old_mx) or "(no MX given)"
    yield "To", ", ".join(scope.new_mx)
    amounts = (count(scope.accounts, "account"), count(scope.addresses, "address"))
    yield "Scope", f"{count(len(scope.domains), 'domain')}, {amounts[0]}, {amounts[1]}"
    if scope.people:
        yield "People", "; ".join(scope.people)


def _freshness(report: Report) -> str:
    if report.data_as_of is None:
        return "nothing was recorded yet"
    latest = f"{moment(report.data_as_of)} ({ago(report.at - report.data_as_of)})"
    if report.oldest_at is None:
        return f"{latest}; nothing was looked at yet"
    return f"{latest}; the oldest look is {ago(report.at - report.oldest_at)}"


def _cutover(scope: Scope) -> str:
    if scope.cutover_at is None:
        return "no moment is planned"
    if scope.window_ends is None or scope.window_ends == scope.cutover_at:
        return f"planned {moment(scope.cutover_at)}"
    return f"planned {moment(scope.cutover_at)}, window until {moment(scope.window_ends)}"


def overrides(report: Report) -> Iterator[Item]:
    """Give every command that was run against its gate, in capitals."""
    for o in report.overrides:
        head = f"{o.command.upper()} WAS RUN AGAINST {o.verdict.upper()}"
        yield Item(f"{head} by {o.by}, {moment(o.at)}: {o.reason}", mark="!!")


def whys(reasons: Sequence[Why]) -> Iterator[Item]:
    """Give reasons, worst first, with owner and fix."""
    for why in reasons:
        step = f" [{why.step}]" if why.step else ""
        yield Item(
            f"{why.text}{step}",
            mark=_MARKS[why.weight],
            notes=(f"owner: {why.owner or 'nobody'}",) if why.step else (),
            paste=why.fix,
        )


def since(report: Report) -> Iterator[Item]:
    """Give what is different since an earlier run: worse first, then better."""
    then = report.since
    if then is None:
        return
    verdict = "is still" if then.verdict == report.verdict else f"was {then.verdict}, and is"
    yield Item(f"The verdict {verdict} {report.verdict}")
    for title, mark, lines in (
        ("worse", "NO", then.worse),
        ("better", "ok", then.better),
        ("different", "--", then.other),
    ):
        for line in lines:
            text = f"{title}: {line.title} [{line.step}]: {line.before}, now {line.after}"
            yield Item(text, mark=mark, notes=(line.reason,) if line.reason else ())
    if not (then.worse or then.better or then.other):
        yield Item("Every step stands as it did")


def domains(report: Report) -> Iterator[Item]:
    """Give each of several domains in a line; more is on its page."""
    for one in report.domains:
        yield Item(f"{one.domain}: {one.verdict}: {one.why}", mark=_WORDS[one.verdict])


def waivers(report: Report) -> Iterator[Item]:
    """Give who took responsibility for what, and until when."""
    for w in report.waivers:
        text = f"{w.title} [{w.step}]: waived by {w.by} until {moment(w.until)}: {w.reason}"
        said = f"{w.status}; signed {moment(w.at)}"
        yield Item(text, mark="ok" if w.status == "counts" else "--", notes=(said,))


def certificates(report: Report) -> Iterator[Item]:
    """Give the bad certificates that somebody lets pass: what goes there may be read by others."""
    for one in report.certificates:
        text = f"the certificate of {one.host} ({one.side}): let pass unverified by {one.by} until {moment(one.until)}: {one.reason}"
        said = "counts" if one.counts else "does not count: it has ended"
        yield Item(
            text, mark="!!" if one.counts else "--", notes=(f"{said}; SHA-256 {one.sha256}",)
        )


def connect(report: Report) -> Iterator[Item]:
    """Give the names that are not dialled where the world dials them."""
    for name, address in report.connect:
        yield Item(f"{name} is dialled at {address}")


def departures(report: Report) -> Iterator[Item]:
    """Give the steps of a checklist that were changed or taken out, and why."""
    for one in report.departures:
        yield Item(f"{one.step} was {one.what} by {one.file}: {one.because}")


def tallies(report: Report) -> Iterator[Item]:
    """Give how many steps of each stage stand how."""
    for stage in report.stages:
        yield Item(f"{stage.title} ({stage.phase}): {tally(stage.tally)}")


def way_back(report: Report) -> Iterator[Item]:
    """Give the way back in short: how long, what is past, and the steps in their order."""
    back = report.rollback
    yield Item(_STAGES[back.stage], notes=tuple(how_long(back.back_by)))
    if back.no_return is not None:
        yield Item(no_return_text(back.no_return), mark="!!" if back.past_no_return else "")
    for number, step in enumerate(back.steps, start=1):
        beside: list[str] = [step.mark]
        beside += [f"takes {span(step.takes)}"] if step.takes is not None else []
        beside += [f"owner: {step.owner}"] if step.owner else []
        beside += [f"undoes what was done {moment(step.done_at)}"] if step.done_at else []
        text = f"{number}. {step.title} ({', '.join(beside)})"
        if step.mark == "automatic":
            yield Item(text, paste=step.what)
        else:
            yield Item(text, notes=tuple(step.what.splitlines()))
