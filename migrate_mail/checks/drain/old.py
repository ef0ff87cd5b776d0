"""Whether old still takes the mail of those whose caches have not forgotten it."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, NoParams, check
from migrate_mail.checks.looking import one_by_one
from migrate_mail.checks.smtp.both import Said, ask, not_told, places
from migrate_mail.finding import Finding, Outcome

_REFS = ("RFC 5321 section 4.5.4.1",)


@check(
    "drain.old_accepts",
    title="Old still takes mail",
    about=About(
        looks="the test account of each domain as recipient, at every address of old; nothing is sent",
        matters="Caches and queues send to old for days. What old refuses by then bounces, and a way back needs it, too.",
        mend="Let old accept the domain and pass its mail on, until it is switched off.",
        refs=_REFS,
    ),
    params=NoParams,
    each=("domains",),
)
def old_accepts(context: Context, _: NoParams) -> Iterator[Finding]:
    """Ask old for the test account."""

    def look(domain: str) -> Iterator[Finding]:
        canary = context.inventory.canary(domain)
        if canary is None:
            yield from one_by_one((), lambda _: iter(()), what="accounts")
            return
        found, problems = places(context, "old")
        yield from problems
        for said in (ask(context, spot, [canary.address]) for spot in found):
            yield _judged(canary.address, said)

    yield from one_by_one(context.domains(), look, what="domains")


def _judged(address: str, said: Said) -> Finding:
    code = said.code(address)
    if not 200 <= code < 300 and code < 500:
        return not_told("old", [said])
    good = code < 300
    return Finding(
        "OLD_TAKES_MAIL" if good else "OLD_REFUSES_MAIL",
        Outcome.PASS if good else Outcome.FAIL,
        str(said.spot),
        args={"address": address, "code": code},
        evidence=said.dialogue(address),
        fix=None if good else "let old accept the domain again, and pass its mail on to new",
        refs=() if good else _REFS,
    )
