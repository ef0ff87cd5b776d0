"""Whether new sends to the outside, and from its own addresses: seen at a message that arrived."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.dkim.sample import sample_of
from migrate_mail.checks.ip.senders import not_told, sending_of
from migrate_mail.checks.ip.trace import Witness, witness
from migrate_mail.checks.params import SideParams
from migrate_mail.finding import Arg, Finding, Outcome

_REFS = ("RFC 5321 section 4.4",)


@check(
    "ip.egress",
    title="New sends to the outside from its own addresses",
    about=About(
        looks="the message that systems.new.sends.sample names: the line of the receiver that tells which address handed it over (the topmost Received or Received-SPF that is not from inside the receiver), against systems.new.sends.addresses",
        matters="Cloud providers block outgoing port 25, and some servers send through a relay that nobody thought of: SPF and reverse names were then checked for the wrong address.",
        mend="Send from new to a mailbox outside and save what arrived. If it comes by a relay, name the relay's addresses under systems.new.sends.addresses; if nothing arrives, have outgoing port 25 opened for new.",
        refs=_REFS,
    ),
    params=SideParams,
)
def egress(context: Context, params: SideParams) -> Iterator[Finding]:
    """Read the sample's way."""
    sample = sample_of(context, params.system)
    addresses = sending_of(context, params.system).addresses
    if isinstance(sample, Finding):
        yield sample
    elif not addresses:
        yield from not_told(params.system, "from which addresses it sends")
    else:
        seen = witness(sample.raw, addresses)
        yield _judged(f"the {params.system} system", addresses, seen)


def _judged(subject: str, addresses: list[str], seen: Witness | None) -> Finding:
    evidence = (seen.line,) if seen else ()
    if seen is None or seen.ip is None:
        text = (
            "the line of the receiver names no address"
            if seen
            else "no line of a receiver is in it: save the message with all its headers, in a mailbox outside"
        )
        return Finding("SENT_FROM_UNREAD", Outcome.UNKNOWN, subject, args={"text": text}, evidence=evidence)  # fmt: skip
    args: dict[str, Arg] = {"ip": seen.ip, "addresses": tuple(addresses)}
    if seen.ip in addresses:
        return Finding("SENT_FROM_OWN", Outcome.PASS, subject, args=args, evidence=evidence)
    return Finding(
        "SENT_FROM_OTHER",
        Outcome.FAIL,
        subject,
        args=args,
        evidence=evidence,
        fix=f"if {seen.ip} is the relay that new sends through, add it to systems.new.sends.addresses, so that SPF and its reverse name are checked too; else let new deliver by itself",
        refs=_REFS,
    )
