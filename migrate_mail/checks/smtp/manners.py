"""Whether new takes bounces, mail to postmaster, and the ways of writing an address that old takes."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence

from migrate_mail.checks.base import About, Context, NoParams, check
from migrate_mail.checks.looking import one_by_one
from migrate_mail.checks.smtp.both import Said, accepted, ask, not_told, places
from migrate_mail.checks.spots import Spot
from migrate_mail.finding import Finding, Outcome

MADE_UP = "made up, to know whether the others mean anything"
_POSTMASTER = ("RFC 5321 section 4.5.1",)
_ABUSE = ("RFC 2142 section 4",)


def _made_up(domain: str) -> str:
    return f"migrate-mail-nobody-{secrets.token_hex(6)}@{domain}"


def _box(context: Context, domain: str) -> str | None:
    canary = context.inventory.canary(domain)
    return canary.address if canary else None


@check(
    "smtp.null_sender",
    title="New takes bounces",
    about=About(
        looks="MAIL FROM:<> and the test account of each domain as recipient, at every address of new; nothing is sent",
        matters="Who writes to a wrong address never learns of it: bounces and delivery notices have no sender.",
        mend="Let new accept the empty envelope sender.",
        refs=("RFC 5321 section 4.5.5", "RFC 5321 section 6.1"),
    ),
    params=NoParams,
    each=("domains",),
)
def null_sender(context: Context, _: NoParams) -> Iterator[Finding]:
    """Ask as a bounce would."""

    def look(domain: str) -> Iterator[Finding]:
        box = _box(context, domain)
        new, problems = places(context, "new")
        yield from problems
        if box is None:
            yield from one_by_one((), lambda _: iter(()), what="accounts")
            return
        for said in (ask(context, spot, [box], sender="") for spot in new):
            yield _bounce(box, said)

    yield from one_by_one(context.domains(), look, what="domains")


def _bounce(box: str, said: Said) -> Finding:
    code = said.code(box)
    if not 200 <= code < 300 and code < 500:
        return not_told("new", [said])
    good = code < 300
    return Finding(
        "BOUNCES_TAKEN" if good else "BOUNCES_REFUSED",
        Outcome.PASS if good else Outcome.FAIL,
        str(said.spot),
        args={"address": box, "code": code},
        evidence=said.dialogue(box),
        fix=None if good else "let new accept MAIL FROM:<>",
        refs=() if good else ("RFC 5321 section 4.5.5",),
    )


@check(
    "smtp.postmaster",
    title="New takes mail to postmaster, and to abuse if old does",
    about=About(
        looks="postmaster@ and abuse@ each domain, at old and at every address of new; nothing is sent",
        matters="postmaster@ is where the rest of the world complains, and some refuse mail from a domain without it.",
        mend="Create the addresses at new.",
        refs=(*_POSTMASTER, *_ABUSE),
    ),
    params=NoParams,
    each=("domains",),
)
def postmaster(context: Context, _: NoParams) -> Iterator[Finding]:
    """Ask both sides for the two addresses."""

    def probes(domain: str) -> Mapping[str, str]:
        return {
            f"postmaster@{domain}": "is required",
            f"abuse@{domain}": "is accepted by old",
        }

    def judged(name: str, why: str, old: bool | None, said: Said) -> Finding | None:
        required = name.startswith("postmaster@")
        if said.code(name) >= 500 and (required or old):
            return Finding(
                "SPECIAL_ADDRESS_REFUSED",
                Outcome.FAIL,
                name,
                str(said.spot),
                args={"address": name, "why": why, "code": said.code(name)},
                evidence=said.dialogue(name),
                fix=f"create {name} at new",
                refs=_POSTMASTER if required else _ABUSE,
            )
        return None

    yield from _each(context, probes, judged, needs_old=False)


@check(
    "smtp.spellings",
    title="New takes the ways of writing an address that old takes",
    about=About(
        looks="the test account of each domain with a +tag, with a -tag, in capitals, and without its dots, at old and new; nothing is sent",
        matters="Addresses with a tag stand in a thousand sign-up forms. What separates the tag differs between servers, and mail to them bounces.",
        mend="Set the delimiter of new to that of old (Postfix: recipient_delimiter).",
        refs=("RFC 5233", "RFC 5321 section 2.4"),
    ),
    params=NoParams,
    each=("domains",),
)
def spellings(context: Context, _: NoParams) -> Iterator[Finding]:
    """Ask both sides for the spellings."""

    def probes(domain: str) -> Mapping[str, str]:
        box = _box(context, domain)
        if box is None:
            return {}
        local = box.rpartition("@")[0]
        ways = {
            f"{local}+probe@{domain}": "with a +tag",
            f"{local}-probe@{domain}": "with a -tag",
            f"{local.upper()}@{domain}": "in capitals",
        }
        ways[_made_up(domain)] = MADE_UP
        plain = f"{local.replace('.', '')}@{domain}"
        return ways | ({plain: "without its dots"} if plain != box else {})

    def judged(name: str, why: str, old: bool | None, said: Said) -> Finding | None:
        if not (old and said.code(name) >= 500):
            return None
        return Finding(
            "SPELLING_LOST",
            Outcome.FAIL,
            name,
            str(said.spot),
            args={"address": name, "why": why, "code": said.code(name)},
            evidence=said.dialogue(name),
            fix=f"let new take addresses {why}, as old does (Postfix: recipient_delimiter)",
            refs=("RFC 5233",),
        )

    yield from _each(context, probes, judged)


@check(
    "smtp.catch_all",
    title="No catch-all of old is lost unnoticed",
    about=About(
        looks="a made-up address of each domain, at old and new; nothing is sent",
        matters="A catch-all at old hides the addresses that nobody ever wrote down; from the day of the switch they bounce.",
        mend="Find out which addresses got mail (old's log), create them, or set a catch-all at new for the time being.",
        refs=("RFC 5321 section 4.2.1",),
    ),
    params=NoParams,
    each=("domains",),
)
def catch_all(context: Context, _: NoParams) -> Iterator[Finding]:
    """Ask both sides for an address that nobody has."""

    def probes(domain: str) -> Mapping[str, str]:
        return {_made_up(domain): "made up"}

    def judged(name: str, why: str, old: bool | None, said: Said) -> Finding | None:
        if not (old and said.code(name) >= 500):
            return None
        return Finding(
            "CATCH_ALL_LOST",
            Outcome.FAIL,
            name.rpartition("@")[2],
            str(said.spot),
            args={"address": name, "why": why, "code": said.code(name)},
            evidence=said.dialogue(name),
            fix="look into old's log for the addresses that got mail; or set a catch-all at new, and list it with kind catch-all",
            refs=("RFC 5321 section 4.2.1",),
        )

    yield from _each(context, probes, judged)


Judge = Callable[[str, str, bool | None, Said], Finding | None]


def _each(
    context: Context,
    probes: Callable[[str], Mapping[str, str]],
    judged: Judge,
    *,
    needs_old: bool = True,
) -> Iterator[Finding]:
    def look(domain: str) -> Iterator[Finding]:
        wanted = probes(domain)
        if not wanted:
            yield from one_by_one((), lambda _: iter(()), what="accounts")
            return
        yield from _compared(context, domain, (wanted, judged), needs_old=needs_old)

    yield from one_by_one(context.domains(), look, what="domains")


def _compared(
    context: Context, domain: str, what: tuple[Mapping[str, str], Judge], *, needs_old: bool
) -> Iterator[Finding]:
    wanted, judged = what
    (old, _), (new, problems) = places(context, "old"), places(context, "new")
    before = _answers(context, old, wanted)
    after = _answers(context, new, wanted)
    yield from problems
    knows = {name: accepted(before, name) for name in wanted}
    if needs_old and None in knows.values():
        yield not_told("old", before)
    if any(knows[name] for name, why in wanted.items() if why == MADE_UP):
        args = {"text": "old takes every address, so nothing follows from what it takes"}
        yield Finding("OLD_TAKES_ALL", Outcome.SKIP, domain, args=args)
        return
    found = [f for said in after for n, why in wanted.items() if (f := judged(n, why, knows[n], said))]  # fmt: skip
    yield from found
    unclear = [said for said in after if any(accepted([said], n) is None for n in wanted)]
    yield from (not_told("new", [said]) for said in unclear)
    if not found and not unclear and after and not (needs_old and None in knows.values()):
        lines = tuple(
            line for said in (*before, *after) for n in wanted for line in said.dialogue(n)
        )
        yield Finding(
            "SMTP_AS_OLD", Outcome.PASS, domain, args={"asked": len(wanted)}, evidence=lines
        )


def _answers(context: Context, found: Sequence[Spot], wanted: Mapping[str, str]) -> list[Said]:
    return [ask(context, spot, list(wanted)) for spot in found]
