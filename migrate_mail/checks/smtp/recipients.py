"""Whether every address that can receive is accepted, and a made-up one is not."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from datetime import timedelta

from pydantic import Field

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.looking import one_by_one
from migrate_mail.checks.params import MxParams
from migrate_mail.checks.smtp.asking import (
    Patience,
    Talk,
    forget_when_settled,
    taken_up,
    talk,
)
from migrate_mail.checks.spots import Spot, spots
from migrate_mail.files.scalars import Duration
from migrate_mail.finding import Finding, Outcome
from migrate_mail.inventory.model import Address
from migrate_mail.net.smtp_facts import RecipientReply
from migrate_mail.state.records import RecipientRecord

_REFS = ("RFC 5321 section 4.2.1",)


class RecipientParams(MxParams):
    """Whose servers are asked, and what is proof."""

    canary_reject: bool = Field(
        default=True,
        description="a made-up address must be refused; a server that takes all proves nothing",
    )
    again: Duration = Field(
        default="0s",
        validate_default=True,
        description="after how long to ask once more for what was put off (greylisting); 0s: not at all",
    )
    pause: Duration = Field(
        default="30s",
        validate_default=True,
        le=timedelta(minutes=15),
        description=(
            "how long a server that had enough (421, or it hung up) is left alone before it is asked on, "
            "up to four times and only while each conversation settles some addresses; 0s: not asked on"
        ),
    )
    keep: Duration = Field(
        default="2h",
        validate_default=True,
        le=timedelta(hours=6),
        description=(
            "how long ago an address may have been accepted, in a look that was cut short, so that it is not "
            "asked for again; keep it well below the `valid_for` of the step. 0s, or `preflight --fresh`: all are asked"
        ),
    )


@check(
    "smtp.recipients",
    title="Every address of the inventory is accepted, a made-up one is refused",
    about=About(
        looks="RCPT TO for every address of the inventory, and for made-up ones, at every MX host; no mail is sent",
        matters="A forgotten alias is the most common loss of a migration. A server that accepts made-up addresses proves nothing by accepting the real ones.",
        mend="Create the address at the new server, or take it out of addresses.csv if nobody uses it. What a server said is kept until every address has its answer: a look that was cut short is gone on with, and what was refused is asked again. `migrate-mail preflight --fresh` asks for all.",
        refs=("RFC 5321 section 3.3", "RFC 5321 section 6.2"),
    ),
    params=RecipientParams,
    each=("domains", "addresses"),
)
def recipients(context: Context, params: RecipientParams) -> Iterator[Finding]:
    """Ask each address of each MX host for every recipient, in one session, without sending."""

    def look(spot: Spot | Finding) -> Iterator[Finding]:
        if isinstance(spot, Finding):
            yield spot
        else:
            yield from _asked(context, params, spot)

    yield from one_by_one(spots(context, params), look, what="MX hosts")


def _asked(context: Context, params: RecipientParams, spot: Spot) -> Iterator[Finding]:
    wanted = {a.address: a for a in _wanted(context) if a.kind != "catch-all"}
    if not wanted:
        yield from one_by_one((), lambda _: iter(()), what="addresses")
        return
    made_up = {_made_up(d): d for d in _domains(wanted)} if params.canary_reject else {}
    kept = taken_up(context, spot, wanted, params.keep)
    left = [a for a in wanted if a not in kept]
    context.say(f"asking {spot} for {len(left)} addresses{_kept_so_far(kept)}")
    # The made-up ones first: without them nothing is proved, should the server soon have enough.
    patience = Patience(params.pause, params.again)
    said = talk(context, spot, [*made_up, *left], patience, noted=wanted)
    replies = {
        **{a: RecipientReply(a, k.code, k.text) for a, k in kept.items()},
        **said.replies,
    }
    forget_when_settled(context, spot, wanted, replies)
    if kept:
        yield _taken_up(spot, kept, len(left))
    problems = [
        *_problems(spot, wanted, replies),
        *_proof(context, spot, made_up, replies),
        *_not_asked(spot, said),
    ]
    yield from problems
    if not problems:
        yield Finding(
            "RECIPIENTS_ACCEPTED",
            Outcome.PASS,
            str(spot),
            args={"count": len(wanted)},
            evidence=tuple(f"{r.address}: {r.code} {r.text}" for r in said.replies.values()),
        )


def _kept_so_far(kept: Mapping[str, RecipientRecord]) -> str:
    return f"; {len(kept)} were accepted before the look was cut short" if kept else ""


def _taken_up(spot: Spot, kept: Mapping[str, RecipientRecord], asked: int) -> Finding:
    """Say what was not asked now, and from when it is known."""
    since = min(k.at for k in kept.values())
    return Finding(
        "RECIPIENTS_TAKEN_UP",
        Outcome.PASS,
        str(spot),
        args={"count": len(kept), "asked": asked, "since": f"{since:%Y-%m-%d %H:%M:%S} UTC"},
        evidence=tuple(
            f"{a}: {k.code} {k.text} (at {k.at:%H:%M:%S} UTC)" for a, k in kept.items()
        ),
    )


def _wanted(context: Context) -> list[Address]:
    item = context.item
    mine = [a for a in context.inventory.addresses if item in (a.address, _domain(a.address))]
    return mine if item is not None else list(context.inventory.addresses)


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def _domains(addresses: Mapping[str, Address]) -> list[str]:
    return sorted({_domain(a) for a in addresses})


def _made_up(domain: str) -> str:
    return f"migrate-mail-nobody-{secrets.token_hex(6)}@{domain}"


def _problems(
    spot: Spot, wanted: Mapping[str, Address], replies: Mapping[str, RecipientReply]
) -> Iterator[Finding]:
    for address in wanted.values():
        reply = replies.get(address.address)
        if reply is None or reply.code == 0 or 200 <= reply.code < 300:
            continue
        if reply.code >= 500:
            yield _refused(spot, address, reply)
        else:
            yield _deferred(spot, address, reply)


def _refused(spot: Spot, address: Address, reply: RecipientReply) -> Finding:
    target = f" to {address.target}" if address.target else ""
    return Finding(
        "RECIPIENT_REFUSED",
        Outcome.FAIL,
        address.address,
        str(spot),
        args=_args(spot, reply) | {"kind": address.kind},
        evidence=_dialogue(reply),
        fix=f"create the {address.kind} {address.address}{target} on the {spot.side} system, or take it off the list of addresses",
        refs=_REFS,
    )


def _deferred(spot: Spot, address: Address, reply: RecipientReply) -> Finding:
    return Finding(
        "RECIPIENT_DEFERRED",
        Outcome.UNKNOWN,
        address.address,
        str(spot),
        args=_args(spot, reply),
        evidence=_dialogue(reply),
        fix="greylisting or a temporary fault: look again in some minutes",
        refs=_REFS,
    )


def _args(spot: Spot, reply: RecipientReply) -> dict[str, str | int]:
    return {"side": spot.side, "code": reply.code, "text": reply.text}


def _dialogue(reply: RecipientReply) -> tuple[str, ...]:
    return (f"-> RCPT TO:<{reply.address}>", f"<- {reply.code} {reply.text}")


def _proof(
    context: Context,
    spot: Spot,
    made_up: Mapping[str, str],
    replies: Mapping[str, RecipientReply],
) -> Iterator[Finding]:
    """Judge the made-up addresses: refused where there is no catch-all, accepted where there is."""
    catching = {
        _domain(a.address) for a in context.inventory.addresses if a.kind == "catch-all"
    }
    for address, domain in made_up.items():
        reply = replies.get(address)
        if reply is None or reply.code == 0:
            continue
        if 400 <= reply.code < 500:
            yield _unproved(spot, domain, reply)
        elif reply.code < 400 and domain not in catching:
            yield _takes_all(spot, domain, reply)
        elif reply.code >= 500 and domain in catching:
            yield _no_catch_all(spot, domain, reply)


def _unproved(spot: Spot, domain: str, reply: RecipientReply) -> Finding:
    return Finding(
        "MADE_UP_DEFERRED",
        Outcome.UNKNOWN,
        domain,
        str(spot),
        args=_args(spot, reply),
        evidence=_dialogue(reply),
        fix="look again in some minutes: as long as a made-up address is not refused, nothing is proved",
        refs=_REFS,
    )


def _takes_all(spot: Spot, domain: str, reply: RecipientReply) -> Finding:
    return Finding(
        "MADE_UP_ACCEPTED",
        Outcome.FAIL,
        domain,
        str(spot),
        args=_args(spot, reply) | {"address": reply.address},
        evidence=_dialogue(reply),
        fix=f"let the server refuse unknown recipients at RCPT; if {domain} has a catch-all, list it with kind catch-all",
        refs=_REFS,
    )


def _no_catch_all(spot: Spot, domain: str, reply: RecipientReply) -> Finding:
    return Finding(
        "CATCH_ALL_MISSING",
        Outcome.FAIL,
        domain,
        str(spot),
        args=_args(spot, reply) | {"address": reply.address},
        evidence=_dialogue(reply),
        fix=f"create the catch-all of {domain} on the {spot.side} system",
        refs=_REFS,
    )


def _not_asked(spot: Spot, said: Talk) -> Iterator[Finding]:
    """Name what was left when the conversations ended early, in one finding, with every reason."""
    left = [r for r in said.replies.values() if r.code == 0]
    if not left:
        return
    reasons = said.why or sorted({r.text for r in left})
    yield Finding(
        "RECIPIENTS_NOT_ASKED",
        Outcome.UNKNOWN,
        str(spot),
        args={"count": len(left), "text": "; then ".join(dict.fromkeys(reasons))},
        evidence=tuple(f"{r.address}: {r.text}" for r in left),
    )
