"""What in DNS still names old: to be taken out when, and not before, old goes."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, NoParams, check
from migrate_mail.checks.ip.senders import sending_of
from migrate_mail.checks.looking import not_answered, one_by_one
from migrate_mail.checks.said import Voices, ask
from migrate_mail.checks.spf.engine import evaluate
from migrate_mail.checks.spots import system_of
from migrate_mail.checks.views import view_of
from migrate_mail.dns_changes.overlay import View
from migrate_mail.finding import Finding, Outcome


@check(
    "decommission.leftovers",
    title="Nothing in DNS trusts old any more",
    about=About(
        looks="SPF of each domain for every address that old sent from, old's DKIM keys, TLSA records of old's MX hosts, as the name servers show them",
        matters="An address that you give back is somebody else's next month: whoever has it may send in your name as long as SPF names it.",
        mend="Take the records out a week after old has sent its last message.",
        refs=("RFC 7208 section 2.1",),
    ),
    params=NoParams,
    each=("domains",),
)
def leftovers(context: Context, _: NoParams) -> Iterator[Finding]:
    """Look for each trace of old."""
    view = view_of(context, "live")

    def look(domain: str) -> Iterator[Finding]:
        found = [*_spf(context, view, domain), *_records(context, view, domain)]
        yield from found
        if not found:
            yield Finding("OLD_FORGOTTEN", Outcome.PASS, domain, args={"domain": domain})

    yield from one_by_one(context.domains(), look, what="domains")


def _spf(context: Context, view: View, domain: str) -> Iterator[Finding]:
    sending = sending_of(context, "old")
    new = set(sending_of(context, "new").addresses)
    for ip in sending.addresses:
        if ip in new:
            continue
        result = evaluate(
            view.look, ip, mail_from=f"postmaster@{domain}", helo="unknown.invalid"
        )
        if result.verdict == "temperror":
            args = {"text": result.text}
            yield Finding("LEFTOVER_NOT_SEEN", Outcome.UNKNOWN, f"{domain} SPF", args=args)
        elif result.verdict == "pass":
            yield Finding(
                "LEFTOVER_SPF",
                Outcome.FAIL,
                f"{domain} SPF",
                args={"ip": ip, "mechanism": result.mechanism},
                evidence=(result.record,),
                fix=f"take {result.mechanism} out of the SPF record of {domain}, when old has gone",
                refs=("RFC 7208 section 2.1",),
            )


def _records(context: Context, view: View, domain: str) -> Iterator[Finding]:
    old, new = system_of(context, "old"), system_of(context, "new")
    mine = {mx.host.rstrip(".").lower() for mx in new.mx}
    names = [
        (f"{s}._domainkey.{domain}", "TXT")
        for s in old.sends.selectors
        if s not in new.sends.selectors
    ]
    names += [
        (f"_25._tcp.{mx.host.rstrip('.').lower()}", "TLSA")
        for mx in old.mx
        if mx.host.rstrip(".").lower() not in mine
    ]
    for name, rtype in names:
        voices = ask(view, name, rtype)
        yield from not_answered(voices.silent)
        if voices.records:
            yield _left(name, rtype, voices)


def _left(name: str, rtype: str, voices: Voices) -> Finding:
    return Finding(
        "LEFTOVER_RECORD",
        Outcome.FAIL,
        f"{name} {rtype}",
        args={"count": len(voices.records)},
        evidence=tuple(e for s in voices.said for e in s.evidence),
        fix=f"take {name} {rtype} out, a week after old has sent its last message",
        refs=("RFC 6376 section 3.6.1",),
    )
