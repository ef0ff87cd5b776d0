"""What was done: DNS changes, test deliveries, copied mailboxes, runs, and the foot."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.report.blocks import Item
from migrate_mail.report.model import AccountLine, DnsChangeLine, Report
from migrate_mail.report.words import ago, count, moment, size, span

_ACCOUNTS_SHOWN, _FAILURES_SHOWN, _RUNS_SHOWN = 25, 25, 10


def dns_change(change: DnsChangeLine) -> Item:
    """Return one DNS change: before, after, its story, and whether it was proved."""
    proved = change.read_back_at
    seen = (
        f"read back from every name server {moment(proved)}"
        if proved
        else "NOT read back from every name server"
    )
    events = tuple(
        f"{moment(e.at)}  {e.event}" + (f": {_one_line(e.detail)}" if e.detail else "")
        for e in change.events
    )
    return Item(
        f"{change.kind} of {change.domain} by driver {change.driver}: {change.status}",
        mark="ok" if proved else "??",
        notes=(seen,),
        items=(
            Item("before:", quote=change.before),
            Item("after:", quote=change.after),
            Item("events:", quote=events),
        ),
    )


def _one_line(text: str) -> str:
    return " / ".join(line.strip() for line in text.splitlines() if line.strip())


def deliveries(report: Report) -> Iterator[Item]:
    """Give the test messages by where they were handed over, after a line for all."""
    lines = report.deliveries
    if not lines:
        return
    slowest = max((d.seconds for d in lines if d.seconds is not None), default=None)
    yield Item(
        f"{count(sum(d.sent for d in lines), 'test message')}:"
        f" {sum(d.on_new for d in lines)} found on new, {sum(d.on_old for d in lines)} on old,"
        f" {sum(d.nowhere for d in lines)} not found, {sum(d.open for d in lines)} not looked for"
        + (f"; the slowest took {slowest:.1f} s" if slowest is not None else "")
    )
    for d in lines:
        parts = [(d.on_new, "found on new"), (d.on_old, "found on old")]
        parts += [(d.nowhere, "not found"), (d.open, "not looked for")]
        took = f"; slowest {d.seconds:.1f} s" if d.seconds is not None else ""
        landed = ", ".join(f"{n} {word}" for n, word in parts if n)
        yield Item(
            f"via {d.via}: {d.sent} sent, {landed}{took}; last {ago(report.at - d.last_at)}",
            mark="NO" if d.nowhere else "",
        )


def mailboxes(report: Report) -> Iterator[Item]:
    """Give where the sync stands: all accounts in one line, then each, troubled ones first."""
    accounts = report.accounts
    if not accounts:
        return
    yield Item(
        f"{len(accounts)} of {count(report.scope.accounts, 'account')}:"
        f" {count(sum(a.copied for a in accounts), 'message')}"
        f" ({size(sum(a.bytes for a in accounts))}) copied,"
        f" {sum(a.pending for a in accounts)} under way,"
        f" {sum(a.failed for a in accounts)} not copied"
    )
    ordered = sorted(accounts, key=lambda a: (mark(a) == "ok", a.account))
    yield from (_account(a, report) for a in ordered[:_ACCOUNTS_SHOWN])
    hidden = ordered[_ACCOUNTS_SHOWN:]
    if hidden:
        yield Item(f"and {count(len(hidden), 'account')} more (all are in the JSON report)")


def mark(account: AccountLine) -> str:
    """Return the short word for how the copy of an account stands."""
    if account.failed:
        return "NO"
    return "ok" if account.last_state == "done" and not account.pending else "??"


def _account(a: AccountLine, report: Report) -> Item:
    ended = (
        f"last pass {a.last_state}, {ago(report.at - a.last_at)}"
        if a.last_at
        else "no pass has ended yet"
    )
    parts = [f"{count(a.folders, 'folder')}", f"{count(a.copied, 'message')} ({size(a.bytes)})"]
    parts += [f"{a.pending} under way"] if a.pending else []
    parts += [f"{a.failed} not copied"] if a.failed else []
    return Item(f"{a.account}: {', '.join(parts)}; {ended}", mark=mark(a))


def not_copied(report: Report) -> Iterator[Item]:
    """Give what could not be copied, by name."""
    for f in report.not_copied[:_FAILURES_SHOWN]:
        where = ", ".join(
            [f.account, *([f"folder {f.folder}"] if f.folder else [])]
            + ([f"UID {f.uid}"] if f.uid is not None else [])
        )
        subject = f' "{f.subject}"' if f.subject else ""
        yield Item(f"{where}{subject}: {f.reason}", mark="NO", notes=(moment(f.at),))
    hidden = report.not_copied[_FAILURES_SHOWN:]
    if hidden:
        yield Item(f"and {len(hidden)} more (all are in the JSON report)")


def runs(report: Report) -> Iterator[Item]:
    """Give the last runs, newest first."""
    newest = report.runs[::-1]
    for run in newest[:_RUNS_SHOWN]:
        if run.outcome is None or run.took is None:
            end = "has not ended (still running, or killed)"
        else:
            end = f"{run.outcome} after {span(run.took)}"
        plan = "" if run.same_plan else "; an earlier plan"
        yield Item(
            f"#{run.number} {moment(run.started_at)} {run.command} by {run.by}: {end}"
            f" (migrate-mail {run.version}{plan})"
        )
    hidden = newest[_RUNS_SHOWN:]
    if hidden:
        yield Item(f"and {count(len(hidden), 'earlier run')} (all are in the JSON report)")


def incidents(report: Report) -> Iterator[Item]:
    """Give what did not go as planned, in its order."""
    for one in report.incidents:
        yield Item(f"{moment(one.at)}: {one.what}")


def foot(report: Report) -> Iterator[Item]:
    """Give what a reader needs to trace this report."""
    foot = report.foot
    yield Item(f"migrate-mail {foot.version}")
    yield Item(f"plan {foot.plan_digest}")
    if foot.inventory:
        yield Item(f"migration.yaml with its CSV files: SHA-256 {foot.inventory}")
    for label, digest in foot.checklists:
        yield Item(f"checklist {label}: SHA-256 {digest}")
    yield Item(
        f"history up to {foot.history} (migrate-mail state verify --head {foot.history[:16]})"
    )
    yield Item(
        "unknown, too old, never looked at and waiting are no pass: a blocker that is one of these"
        " keeps the verdict from GO, a major one is a condition"
    )
    as_of = f", data as of {moment(report.data_as_of)}" if report.data_as_of else ""
    yield Item(f"state file {foot.state}{as_of}")
