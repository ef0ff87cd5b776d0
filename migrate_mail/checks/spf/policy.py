"""Whether the SPF record of a domain is one, small enough, and cheap enough."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.looking import not_answered, one_by_one
from migrate_mail.checks.params import ZoneParams
from migrate_mail.checks.said import Said, ask
from migrate_mail.checks.spf.record import is_policy, merged
from migrate_mail.checks.spf.tree import MAX_HOSTS, MAX_LOOKUPS, MAX_VOIDS, Cost, cost_of
from migrate_mail.checks.views import view_of
from migrate_mail.dns_changes.overlay import View
from migrate_mail.finding import Arg, Finding, Outcome

_ONE = ("RFC 7208 section 3.2", "RFC 7208 section 4.5")
_LIMITS = ("RFC 7208 section 4.6.4",)
_FITS = 1232
"""Octets of a UDP answer that passes everywhere without fragments (DNS flag day 2020)."""


@check(
    "spf.record",
    title="The domain has one SPF record, and it fits into an answer",
    about=About(
        looks="TXT of the domain in the zone as it will be (or is), at every name server: one record that begins with v=spf1, and all text together small enough for one UDP answer",
        matters="Two records are a permanent error: with DMARC all mail of the domain then counts as forged. It happens when the new provider's record is added beside the old one.",
        mend="Merge them into one record.",
        refs=_ONE,
    ),
    params=ZoneParams,
    each=("domains",),
)
def record(context: Context, params: ZoneParams) -> Iterator[Finding]:
    """Judge what each name server serves."""
    view = view_of(context, params.zone)

    def look(domain: str) -> Iterator[Finding]:
        voices = ask(view, domain, "TXT")
        yield from not_answered(voices.silent)
        if not any(is_policy(text) for text in voices.texts):
            # With a silent server nobody knows whether the others lack a record that there is.
            if not voices.silent:
                yield none_there(domain)
            return
        yield from (_judged(domain, said) for said in voices.said)

    yield from one_by_one(context.domains(), look, what="domains")


def none_there(domain: str) -> Finding:
    """Return the finding for a domain without SPF: nothing of it can break."""
    args = {"text": "there is no record that begins with v=spf1"}
    return Finding("SPF_NONE", Outcome.SKIP, f"{domain} TXT", args=args)


def _judged(domain: str, said: Said) -> Finding:
    mine = [text for text in said.texts if is_policy(text)]
    octets = sum(len(text.encode()) + len(text) // 255 + 13 for text in said.texts)
    subject = f"{domain} TXT"
    args: dict[str, Arg] = {"count": len(mine), "octets": octets, "records": tuple(mine)}
    if len(mine) == 1 and octets <= _FITS:
        return Finding("SPF_ONE", Outcome.PASS, subject, said.vantage, args=args, evidence=said.evidence)  # fmt: skip
    if len(mine) == 1:
        return Finding(
            "SPF_LARGE",
            Outcome.FAIL,
            subject,
            said.vantage,
            args=args,
            evidence=said.evidence,
            fix="take text out that nobody needs any more (old site verifications), or move parts of the record behind an include",
            refs=("RFC 7208 section 3.4",),
        )
    return Finding(
        "SPF_MANY" if mine else "SPF_MISSING_HERE",
        Outcome.FAIL,
        subject,
        said.vantage,
        args=args,
        evidence=said.evidence,
        fix=f'publish one in place of them:\n{domain}. 300 IN TXT "{merged(mine)}"'
        if mine
        else "bring this name server up to date",
        refs=_ONE,
    )


@check(
    "spf.limits",
    title="The SPF record needs no more look-ups than are allowed",
    about=About(
        looks="every look-up that the record can cause, for senders with IPv4 and with IPv6: ten at most, two without an answer at most; the tree of who costs what is shown",
        matters="Over the limit receivers stop and report a permanent error. A sender with IPv6 finds no address at hosts that have IPv4 only, and each of those counts.",
        mend="Name addresses (ip4:, ip6:) in place of includes of services that are not used any more.",
        refs=_LIMITS,
    ),
    params=ZoneParams,
    each=("domains",),
)
def limits(context: Context, params: ZoneParams) -> Iterator[Finding]:
    """Walk the record once for each kind of address."""
    view = view_of(context, params.zone)

    def look(domain: str) -> Iterator[Finding]:
        voices = ask(view, domain, "TXT")
        yield from not_answered(voices.silent)
        mine = [text for text in voices.texts if is_policy(text)]
        if mine:
            yield from (_walked(view, domain, mine[0], a) for a in ("A", "AAAA"))
        elif not voices.silent:
            yield none_there(domain)

    yield from one_by_one(context.domains(), look, what="domains")


def _walked(view: View, domain: str, text: str, address: str) -> Finding:
    cost = cost_of(view.look, domain, text, address)
    subject = f"{domain} SPF, {'IPv4' if address == 'A' else 'IPv6'} senders"
    evidence = tuple(cost.lines())
    faults = over(cost)
    silent = next((c.silent for c in cost.everything() if c.silent), None)
    if silent is not None and not faults:
        return Finding(
            "SPF_TREE_UNSEEN",
            Outcome.UNKNOWN,
            subject,
            str(silent.server),
            args={"question": f"{silent.name} {silent.rtype}", "status": silent.status, "text": silent.text},
            evidence=evidence,
        )  # fmt: skip
    return Finding(
        "SPF_TOO_DEAR" if faults else "SPF_CHEAP",
        Outcome.FAIL if faults else Outcome.PASS,
        subject,
        args={"lookups": cost.lookups, "voids": cost.all_voids, "faults": tuple(faults)},
        evidence=evidence,
        fix="take out what nobody sends through any more, or name its addresses: see the tree"
        if faults
        else None,
        refs=_LIMITS if faults else (),
    )


def over(cost: Cost) -> list[str]:
    """Return which limits a record is over, in words. PURE."""
    faults = []
    if cost.lookups > MAX_LOOKUPS:
        faults.append(f"{cost.lookups} look-ups, {MAX_LOOKUPS} are allowed")
    if cost.all_voids > MAX_VOIDS:
        faults.append(f"{cost.all_voids} look-ups without an answer, {MAX_VOIDS} are allowed")
    faults += [
        f"{c.term} names {c.hosts} MX hosts, {MAX_HOSTS} are allowed"
        for c in cost.everything()
        if c.hosts > MAX_HOSTS
    ]
    return faults
