"""Whether the addresses that mail is sent from have names, and the names have the addresses."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.ip.senders import not_told, sending_of
from migrate_mail.checks.looking import as_zone, one_by_one
from migrate_mail.checks.params import SideParams
from migrate_mail.checks.views import view_of
from migrate_mail.dns_changes.overlay import View
from migrate_mail.finding import Arg, Finding, Outcome
from migrate_mail.net.dns_facts import DnsAnswer
from migrate_mail.net.reverse import reverse_name

_REFS = ("RFC 1912 section 2.1",)


@check(
    "ip.reverse",
    title="Every address that mail is sent from has a name that leads back to it",
    about=About(
        looks="the PTR record of each sending address, and A or AAAA of the name in it, at the authorities",
        matters="Large receivers refuse mail from an address without a name, or whose name does not lead back: everything that your users send comes back to them on the first day.",
        mend="The owner of the address (hosting or access provider) sets the PTR record; you set the address of the name.",
        refs=_REFS,
    ),
    params=SideParams,
)
def reverse(context: Context, params: SideParams) -> Iterator[Finding]:
    """Look for each address' name, and back."""
    view = view_of(context, "planned")
    addresses = sending_of(context, params.system).addresses
    if not addresses:
        yield from not_told(params.system, "from which addresses it sends")
        return
    yield from one_by_one(addresses, lambda ip: _address(view, ip), what="sending addresses")


def _address(view: View, ip: str) -> Iterator[Finding]:
    answer = view.look(reverse_name(ip), "PTR")
    if answer.silent:
        yield _silent(ip, answer)
        return
    if not answer.records:
        yield Finding(
            "PTR_NONE",
            Outcome.FAIL,
            ip,
            view.vantage(answer),
            args={"name": reverse_name(ip)},
            evidence=as_zone(answer),
            fix=f"ask the owner of the address for: {reverse_name(ip)}. PTR <the EHLO name of the server>.",
            refs=_REFS,
        )
        return
    yield from _back(view, ip, answer)


def _back(view: View, ip: str, answer: DnsAnswer) -> Iterator[Finding]:
    rtype = "AAAA" if ":" in ip else "A"
    names = tuple(record.rstrip(".") for record in answer.records)
    forward = {name: view.look(name, rtype) for name in names}
    evidence = (*as_zone(answer), *(x for a in forward.values() for x in as_zone(a)))
    args: dict[str, Arg] = {"names": names, "rtype": rtype}
    if any(ip in a.records for a in forward.values()):
        yield Finding("PTR_CONFIRMED", Outcome.PASS, ip, view.vantage(answer), args=args, evidence=evidence)  # fmt: skip
    elif any(a.silent for a in forward.values()):
        yield from (_silent(ip, a) for a in forward.values() if a.silent)
    else:
        yield Finding(
            "PTR_NOT_CONFIRMED",
            Outcome.FAIL,
            ip,
            view.vantage(answer),
            args=args,
            evidence=evidence,
            fix=f"publish {names[0]}. 300 IN {rtype} {ip}, or have the PTR record name a host with this address",
            refs=_REFS,
        )


def _silent(ip: str, answer: DnsAnswer) -> Finding:
    return Finding(
        "NAME_NOT_SEEN",
        Outcome.UNKNOWN,
        ip,
        str(answer.server),
        args={
            "question": f"{answer.name.rstrip('.')} {answer.rtype}",
            "status": answer.status,
            "text": answer.text,
        },
        evidence=as_zone(answer),
    )


@check(
    "ip.helo",
    title="The name in EHLO is that of the sending address",
    about=About(
        looks="each EHLO name of the system: A or AAAA at the authorities, which must be one of its sending addresses",
        matters="A new server that still greets as localhost or with the old name is taken for a spam sender.",
        mend="Set the server's host name (Postfix: myhostname or smtp_helo_name) to a name that has its address.",
        refs=("RFC 5321 section 4.1.4",),
    ),
    params=SideParams,
)
def helo(context: Context, params: SideParams) -> Iterator[Finding]:
    """Look up each EHLO name."""
    view = view_of(context, "planned")
    sending = sending_of(context, params.system)
    if not sending.helo or not sending.addresses:
        yield from not_told(params.system, "with which EHLO names and addresses it sends")
        return

    def look(name: str) -> Iterator[Finding]:
        both = [view.look(name, rtype) for rtype in ("A", "AAAA")]
        ips = tuple(ip for a in both for ip in a.records)
        evidence = tuple(x for a in both for x in as_zone(a))
        args = {"addresses": ips, "sending": tuple(sending.addresses)}
        if set(ips) & set(sending.addresses):
            yield Finding("HELO_GOOD", Outcome.PASS, name, args=args, evidence=evidence)
        elif any(a.silent for a in both):
            yield from (_silent(name, a) for a in both if a.silent)
        else:
            yield Finding(
                "HELO_ELSEWHERE",
                Outcome.FAIL,
                name,
                args=args,
                evidence=evidence,
                fix=f"publish {name}. 300 IN A {sending.addresses[0]}, or let the server greet with a name that has this address",
                refs=("RFC 5321 section 4.1.4",),
            )

    yield from one_by_one(sending.helo, look, what="EHLO names")
