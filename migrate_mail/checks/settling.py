"""Looking once more at RRsets, entering that in the journal, and reckoning until when caches hold what was before."""

from __future__ import annotations

from collections.abc import Sequence

from migrate_mail.checks.base import Context
from migrate_mail.checks.dns.observing import Silent, observe
from migrate_mail.finding import Arg
from migrate_mail.timeline.schedule import Schedule, Wanted, schedule


def settling(context: Context, wanted: Sequence[Wanted]) -> Schedule | list[Silent]:
    """Return the terms of these RRsets; or who was silent about those that must be known."""
    served, silent = observe(context.dns, wanted, context.clock)
    context.journal.observe_ttls(served)
    needed = {(w.name, w.rtype) for w in wanted if not w.optional}
    if blind := [s for s in silent if (s.name, s.rtype) in needed]:
        return blind
    journal = [o for w in wanted for o in context.journal.ttl_journal(w.name, w.rtype)]
    return schedule(wanted, [*journal, *served], context.clock())


def told_of(found: Schedule | list[Silent]) -> tuple[dict[str, Arg], tuple[str, ...]]:
    """Return what a finding says of the binding term (rrset, text, at), and all terms as lines."""
    if isinstance(found, list):
        first = found[0]
        lines = tuple(f"{s.name} {s.rtype}: {s.reason}" for s in found)
        return {"rrset": f"{first.name} {first.rtype}", "text": first.reason}, lines
    term = found.binding
    assert term is not None
    args: dict[str, Arg] = {
        "rrset": f"{term.name} {term.rtype}",
        "text": term.why,
        "at": f"{term.at:%a %Y-%m-%d %H:%M:%S %Z}" if term.at else "",
    }
    lines = tuple(
        f"{t.name} {t.rtype}: {f'{t.at:%Y-%m-%d %H:%M:%S %Z}' if t.at else '?'}: {t.why}"
        for t in found.terms
    )
    return args, lines
