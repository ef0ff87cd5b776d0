"""Whether mail handed to an MX host arrives in the mailbox, by each of its addresses."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.looking import one_by_one
from migrate_mail.checks.mail.probe import Probe, begin, canaries, evidence_of, reply_of
from migrate_mail.checks.params import MxParams
from migrate_mail.checks.spots import Spot, spots
from migrate_mail.delivery.roundtrip import Landing
from migrate_mail.finding import Arg, Finding, Outcome
from migrate_mail.inventory.model import Account
from migrate_mail.net.smtp_facts import Submission


@check(
    "mail.direct",
    title="A test message to each MX host's address arrives in the mailbox",
    about=About(
        looks="a test message handed to each address of each MX host of a system, and looked for in the mailbox",
        matters="A server may accept mail and then lose it: in a filter, in a transport, in the mailbox of another domain.",
        mend="Look for the message's token in the server's log; the finding shows the reply with the queue id.",
        refs=("RFC 5321 section 4.2.5",),
    ),
    params=MxParams,
    each=("domains", "mx_hosts"),
)
def direct(context: Context, params: MxParams) -> Iterator[Finding]:
    """Send to each address past the DNS, and find each message over IMAP on the same side."""

    def look(account: Account | Finding) -> Iterator[Finding]:
        if isinstance(account, Finding):
            yield account
        else:
            yield from one_by_one(
                spots(context, params),
                lambda spot: _spot(context, account, spot),
                what="MX hosts",
            )

    yield from one_by_one(canaries(context), look, what="domains")


def _spot(context: Context, account: Account, spot: Spot | Finding) -> Iterator[Finding]:
    if isinstance(spot, Finding):
        yield spot
        return
    probe = begin(context, account, via=str(spot))
    sent = probe.send(spot.endpoint)
    if sent.accepted:
        landing = probe.find([spot.side], reply_of(sent))
        yield _landed(probe, spot, sent, landing)
    else:
        probe.failed(reply_of(sent))
        yield _not_taken(probe, spot, sent)


def _not_taken(probe: Probe, spot: Spot, sent: Submission) -> Finding:
    args = {"recipient": probe.account.address, "side": spot.side, "reply": reply_of(sent)}
    if sent.code >= 500:
        return Finding(
            "MAIL_REFUSED",
            Outcome.FAIL,
            str(spot),
            args=args,
            evidence=evidence_of(probe, [sent]),
            fix=f"see the log of {spot.endpoint.host} for why it refused {probe.account.address}",
            refs=("RFC 5321 section 4.2.1",),
        )
    return Finding(
        "MAIL_NOT_TAKEN",
        Outcome.UNKNOWN,
        str(spot),
        args=args,
        evidence=evidence_of(probe, [sent]),
        fix="greylisting or a fault on the way: look again in some minutes",
    )


def _landed(probe: Probe, spot: Spot, sent: Submission, landing: Landing) -> Finding:
    args: dict[str, Arg] = {
        "recipient": probe.account.address,
        "side": spot.side,
        "reply": reply_of(sent),
        "seconds": landing.seconds,
    }
    evidence = evidence_of(probe, [sent], landing)
    if landing.seen:
        folder = landing.seen[spot.side]
        return Finding(
            "MAIL_ARRIVED",
            Outcome.PASS,
            str(spot),
            args=args | {"folder": folder},
            evidence=evidence,
        )
    if landing.faults:
        return Finding(
            "MAIL_NOT_LOOKED_FOR",
            Outcome.UNKNOWN,
            str(spot),
            args=args | {"text": "; ".join(landing.faults.values())},
            evidence=evidence,
        )
    return Finding(
        "MAIL_NOT_FOUND",
        Outcome.FAIL,
        str(spot),
        args=args | {"looked": landing.looked.get(spot.side, ())},
        evidence=evidence,
        fix=f"follow the Message-ID through the log and the queue of {spot.endpoint.host}",
    )
