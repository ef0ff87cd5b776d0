"""Whether receivers let the addresses of old and new send in the domain's name."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.ip.senders import not_told, sending_of
from migrate_mail.checks.looking import as_zone, one_by_one
from migrate_mail.checks.params import ZoneParams
from migrate_mail.checks.spf.engine import SpfResult, evaluate
from migrate_mail.checks.spf.policy import none_there
from migrate_mail.checks.spf.record import uses, with_addresses, zone_line
from migrate_mail.checks.views import view_of
from migrate_mail.finding import Arg, Finding, Outcome
from migrate_mail.state.records import MailboxSide

_REFS = ("RFC 7208 section 2.6",)
_ABOUT_NEW = About(
    looks="SPF as a receiver evaluates it, for every address that new sends from: envelope sender in the domain, and each EHLO name; in the zone as it will be (or is)",
    matters="The first mail that new sends is judged as forged, and with p=reject it is lost.",
    mend="Publish the record with the new addresses before the switch.",
    refs=_REFS,
)
_ABOUT_OLD = About(
    looks="SPF as a receiver evaluates it, for every address that old sends from, in the zone as it will be (or is)",
    matters="Old's queue goes on for days after the switch. A record with `mx` changes who may send at the very moment at which the MX records change.",
    mend="Name old's addresses in the record until old is switched off.",
    refs=("RFC 7208 section 2.1", *_REFS),
)


@check("spf.new_pass", title="SPF lets new send", about=_ABOUT_NEW, params=ZoneParams, each=("domains",))  # fmt: skip
def new_pass(context: Context, params: ZoneParams) -> Iterator[Finding]:
    """Evaluate every sender of new."""
    yield from _senders(context, params, "new")


@check("spf.old_pass", title="SPF still lets old send", about=_ABOUT_OLD, params=ZoneParams, each=("domains",))  # fmt: skip
def old_pass(context: Context, params: ZoneParams) -> Iterator[Finding]:
    """Evaluate every sender of old."""
    yield from _senders(context, params, "old")


def _senders(context: Context, params: ZoneParams, side: MailboxSide) -> Iterator[Finding]:
    sending = sending_of(context, side)
    if not sending.addresses:
        yield from not_told(side, "from which addresses it sends")
        return
    view = view_of(context, params.zone)
    greeted = sending.helo[0] if sending.helo else "unknown.invalid"

    def look(domain: str) -> Iterator[Finding]:
        for ip in sending.addresses:
            result = evaluate(view.look, ip, mail_from=f"postmaster@{domain}", helo=greeted)
            yield _mail_from(domain, ip, result)

    yield from one_by_one(context.domains(), look, what="domains")
    for name in sending.helo:
        for ip in sending.addresses:
            yield from _greeting(ip, name, evaluate(view.look, ip, mail_from="", helo=name))


def _evidence(result: SpfResult) -> tuple[str, ...]:
    lines = (line for answer in result.seen for line in as_zone(answer))
    return tuple(dict.fromkeys(lines))


def _unseen(subject: str, result: SpfResult) -> Finding:
    silent = result.silent
    text = f"{silent.name} {silent.rtype}: {silent.text}" if silent else result.text
    return Finding(
        "SPF_UNSEEN",
        Outcome.UNKNOWN,
        subject,
        str(silent.server) if silent else "here",
        args={"status": silent.status if silent else "temperror", "text": text},
        evidence=_evidence(result),
    )


def _mail_from(domain: str, ip: str, result: SpfResult) -> Finding:
    subject = f"{ip} for {domain}"
    if result.verdict == "temperror":
        return _unseen(subject, result)
    if result.verdict == "none":
        return none_there(domain)
    moving = uses(result.record, ("mx", "a"), domain)
    args: dict[str, Arg] = {
        "verdict": result.verdict, "mechanism": result.mechanism, "text": result.text,
        "moving": tuple(moving),
    }  # fmt: skip
    if result.verdict == "pass":
        return Finding(
            "SPF_PASSES", Outcome.PASS, subject, args=args, evidence=_evidence(result)
        )
    wanted = with_addresses(result.record, [ip])
    return Finding(
        "SPF_ERROR" if result.verdict == "permerror" else "SPF_REFUSES",
        Outcome.FAIL,
        subject,
        args=args,
        evidence=_evidence(result),
        fix=f"{zone_line(domain, 300, wanted)}\n; in place of: {result.record}",
        refs=_REFS,
    )


def _greeting(ip: str, name: str, result: SpfResult) -> Iterator[Finding]:
    """Judge the EHLO name: without a record of its own it says nothing, and that is well."""
    subject = f"{ip} as {name}"
    if result.verdict == "temperror":
        yield _unseen(subject, result)
    elif result.verdict not in {"pass", "none", "neutral"}:
        yield Finding(
            "SPF_HELO_REFUSES",
            Outcome.FAIL,
            subject,
            args={"verdict": result.verdict, "text": result.text},
            evidence=_evidence(result),
            fix=zone_line(name, 300, with_addresses(result.record, [ip])),
            refs=("RFC 7208 section 2.3",),
        )
