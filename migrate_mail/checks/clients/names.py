"""Whether the names that mail programs use still lead to old after the move."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.clients.old import Belongings, old_of
from migrate_mail.checks.looking import as_zone, not_answered, one_by_one
from migrate_mail.checks.params import ZoneParams
from migrate_mail.checks.said import ask
from migrate_mail.checks.views import view_of
from migrate_mail.dns_changes.overlay import View
from migrate_mail.finding import Finding, Outcome

USUAL_NAMES = ("mail", "imap", "smtp", "pop", "pop3", "autoconfig", "webmail")
"""Labels that people type into mail programs, and mail programs try by themselves."""
SERVICES = ("_imaps", "_imap", "_submissions", "_submission", "_pop3s", "_pop3")
"""Services that mail programs look for by SRV records; Outlook's is judged by `clients.autodiscover`."""


@check(
    "clients.names",
    title="Names that mail programs use do not lead to old",
    about=About(
        looks="mail, imap, smtp, pop, autoconfig and webmail of each domain in the zone as it will be (or is): whether their addresses are old's",
        matters="Phones keep the old names for years. While they lead to old, people read an old mailbox and think that nothing comes.",
        mend="Let the names lead to new, with a certificate for them; put the record into dns.records of migration.yaml.",
        refs=("RFC 8314 section 4.4",),
    ),
    params=ZoneParams,
    each=("domains",),
)
def names(context: Context, params: ZoneParams) -> Iterator[Finding]:
    """Look each usual name up."""
    view = view_of(context, params.zone)
    old = old_of(context, view)

    def look(domain: str) -> Iterator[Finding]:
        if old.why:
            yield _old_unknown(domain, old)
            return
        there: list[str] = []
        for label in USUAL_NAMES:
            yield from _named(view, old, f"{label}.{domain}", there)
        args = {"names": tuple(there) or ("none",)}
        yield Finding("CLIENT_NAMES_LOOKED_AT", Outcome.PASS, domain, args=args)

    yield from one_by_one(context.domains(), look, what="domains")


def _old_unknown(domain: str, old: Belongings) -> Finding:
    args = {"text": f"the addresses of old are not known: {old.why}"}
    return Finding("CLIENTS_NOT_COMPARED", Outcome.UNKNOWN, domain, args=args)


def _named(view: View, old: Belongings, name: str, there: list[str]) -> Iterator[Finding]:
    answers = [view.look(name, rtype) for rtype in ("A", "AAAA")]
    yield from not_answered([a for a in answers if a.silent])
    ips = {ip for a in answers for ip in a.records}
    alias = next((a.cname for a in answers if a.cname), None) or ""
    if ips or alias:
        there.append(name)
    if ips & old.ips or old.names(alias):
        yield Finding(
            "CLIENT_NAME_AT_OLD",
            Outcome.FAIL,
            name,
            view.vantage(answers[0]),
            args={"addresses": tuple(sorted(ips)), "alias": alias.rstrip(".")},
            evidence=tuple(line for a in answers for line in as_zone(a)),
            fix=f"{name}. 300 IN CNAME <the host of new that people should use>.   ; with a certificate for {name} there",
            refs=("RFC 8314 section 4.4",),
        )


@check(
    "clients.srv",
    title="SRV records for mail programs do not name old",
    about=About(
        looks="_imaps, _submissions and their like below each domain, in the zone as it will be (or is): whether they name hosts of old",
        matters="Every new phone is set up against the old server, and sends from there.",
        mend="Let the records name the hosts of new; a target of `.` says that a service is not there.",
        refs=("RFC 6186 section 3", "RFC 8314 section 5.1"),
    ),
    params=ZoneParams,
    each=("domains",),
)
def srv(context: Context, params: ZoneParams) -> Iterator[Finding]:
    """Look at each service."""
    view = view_of(context, params.zone)
    old = old_of(context, view)

    def look(domain: str) -> Iterator[Finding]:
        if old.why:
            yield _old_unknown(domain, old)
            return
        there: list[str] = []
        for service in SERVICES:
            yield from _service(view, old, f"{service}._tcp.{domain}", there)
        args = {"records": tuple(there) or ("none",)}
        yield Finding("SRV_LOOKED_AT", Outcome.PASS, domain, args=args)

    yield from one_by_one(context.domains(), look, what="domains")


def _service(view: View, old: Belongings, name: str, there: list[str]) -> Iterator[Finding]:
    voices = ask(view, name, "SRV")
    yield from not_answered(voices.silent)
    there += [f"{name} {record}" for record in voices.records]
    for said in voices.said:
        bad = [r for r in said.records if old.names(r.split()[-1])]
        if bad:
            yield Finding(
                "SRV_AT_OLD",
                Outcome.FAIL,
                f"{name} SRV",
                said.vantage,
                args={"records": tuple(bad)},
                evidence=said.evidence,
                fix=f"{name}. 300 IN SRV {' '.join(bad[0].split()[:3])} <the host of new>.",
                refs=("RFC 6186 section 3",),
            )
