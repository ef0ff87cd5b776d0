"""Whether new refuses to pass on mail of strangers to strangers."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, NoParams, check
from migrate_mail.checks.smtp.both import Said, ask, not_told, places
from migrate_mail.finding import Finding, Outcome

_REFS = ("RFC 2505 section 2.1",)


@check(
    "smtp.relay",
    title="New does not pass on mail of strangers",
    about=About(
        looks="our own sender and our own address as recipient, in several ways of writing it, at every address of new; nothing is sent",
        matters="An open relay is found within hours, and is then on every blocking list.",
        mend="Let new accept only its own domains from outside (Postfix: smtpd_relay_restrictions). From a network that new trusts this looks worse than it is.",
        refs=_REFS,
    ),
    params=NoParams,
)
def relay(context: Context, _: NoParams) -> Iterator[Finding]:
    """Ask for a recipient that is none of new's business."""
    sender = context.inventory.spec.probe.sender
    domain = context.inventory.spec.domains[0]
    local, ours = sender.rsplit("@", 1)
    ways = [sender, f"{local}%{ours}@{domain}", f'"{sender}"@{domain}']
    found, problems = places(context, "new")
    yield from problems
    for said in (ask(context, spot, ways) for spot in found):
        yield _judged(said, ways)


def _judged(said: Said, ways: list[str]) -> Finding:
    taken = tuple(way for way in ways if 200 <= said.code(way) < 300)
    if not taken and not any(said.code(way) >= 500 for way in ways):
        return not_told("new", [said])
    lines = tuple(line for way in ways for line in said.dialogue(way))
    return Finding(
        "RELAY_OPEN" if taken else "RELAY_CLOSED",
        Outcome.FAIL if taken else Outcome.PASS,
        str(said.spot),
        args={"taken": taken, "asked": len(ways)},
        evidence=lines,
        fix="let new accept only its own domains from outside (Postfix: smtpd_relay_restrictions); ask from a network that new does not trust"
        if taken
        else None,
        refs=_REFS if taken else (),
    )
