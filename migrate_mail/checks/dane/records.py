"""Whether new has TLSA records where old had them, that senders use them, and that look-ups work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.dane.tlsa import read_tlsa
from migrate_mail.checks.looking import not_answered, one_by_one
from migrate_mail.checks.params import MxParams, ZoneParams
from migrate_mail.checks.said import Said, Voices, ask
from migrate_mail.checks.spots import hosts_of
from migrate_mail.checks.views import view_of
from migrate_mail.dns_changes.overlay import View
from migrate_mail.errors import NetError
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.dns_facts import DnsAnswer

_REFS = ("RFC 7672 section 2.1", "RFC 7672 section 3.1")


def owner(host: str) -> str:
    """Return the name of an MX host's TLSA records."""
    return f"_25._tcp.{host}"


@check(
    "dane.records",
    title="New has TLSA records where old had them, and they can be looked up",
    about=About(
        looks="TLSA at _25._tcp.<MX host> for every host of new, at every name server, in the zone as it will be (or is): there if old has them, of a usage that senders of mail take, no failing look-up",
        matters="A new MX host has a new name, and so no TLSA record: senders with DANE fall back to less. A name server that fails on TLSA only makes them wait and give up.",
        mend="Publish the record of the new server's key before the switch, and before the certificate is served.",
        refs=_REFS,
    ),
    params=ZoneParams,
    each=("mx_hosts",),
)
def records(context: Context, params: ZoneParams) -> Iterator[Finding]:
    """Look at each new host; at old's to know whether DANE is in use."""
    view = view_of(context, params.zone)
    old = _at_old(context, view)

    def look(host: str) -> Iterator[Finding]:
        voices = ask(view, owner(host), "TLSA")
        yield from _silent(view, host, voices.silent)
        if voices.records:
            yield from (_judged(host, said) for said in voices.said)
        elif not voices.silent:
            yield _none(host, voices, old)

    hosts = dict.fromkeys(host for _, host in hosts_of(context, MxParams(system="new")))
    yield from one_by_one(hosts, look, what="MX hosts")


def _at_old(context: Context, view: View) -> tuple[str, ...]:
    """Return the hosts of old that have TLSA records, as far as anybody tells."""
    found = []
    for _, host in hosts_of(context, MxParams(system="old")):
        try:
            found += [host] if view.look(owner(host), "TLSA").records else []
        except NetError:
            continue
    return tuple(found)


def _silent(view: View, host: str, answers: Sequence[DnsAnswer]) -> Iterator[Finding]:
    """Tell a name server that fails on TLSA from one that is silent on everything."""
    dead = []
    for answer in answers:
        if view.dns.ask(answer.server, host, "A").silent:
            dead.append(answer)
            continue
        yield Finding(
            "DANE_LOOKUP_FAILS",
            Outcome.FAIL,
            owner(host),
            str(answer.server),
            args={"status": answer.status, "text": answer.text},
            fix=f"mend the name server: dig @{answer.server.ip} -p {answer.server.port} TLSA {owner(host)} must answer, if only that there is none",
            refs=("RFC 7672 section 2.1.2",),
        )
    yield from not_answered(dead)


def _none(host: str, voices: Voices, old: tuple[str, ...]) -> Finding:
    evidence = tuple(e for s in voices.said for e in s.evidence)
    if not old:
        args = {"text": "neither old nor new has TLSA records"}
        return Finding("DANE_NONE", Outcome.SKIP, owner(host), args=args, evidence=evidence)
    return Finding(
        "DANE_LOST",
        Outcome.FAIL,
        owner(host),
        args={"old": old},
        evidence=evidence,
        fix=f"{owner(host)}. 300 IN TLSA 3 1 1 <SHA-256 of the new server's public key>   ; only in a signed zone",
        refs=_REFS,
    )


def _judged(host: str, said: Said) -> Finding:
    try:
        unused = tuple(r for r in said.records if not read_tlsa(r).for_smtp)
    except ValueError:
        unused = said.records
    good = len(unused) < len(said.records)
    return Finding(
        "DANE_PUBLISHED" if good else "DANE_UNUSABLE",
        Outcome.PASS if good else Outcome.FAIL,
        owner(host),
        said.vantage,
        args={"records": said.records},
        evidence=said.evidence,
        fix=None
        if good
        else f"{owner(host)}. 300 IN TLSA 3 1 1 <SHA-256 of the server's public key>",
        refs=() if good else ("RFC 7672 section 3.1.3",),
    )
