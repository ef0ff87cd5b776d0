"""Whether what Outlook sets itself up from still leads to old."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.clients.old import Belongings, new_of, old_of
from migrate_mail.checks.clients.outlook import PATH, Reading, question, reading
from migrate_mail.checks.looking import not_answered, one_by_one
from migrate_mail.checks.params import ZoneParams
from migrate_mail.checks.said import HostAt, ask, locate
from migrate_mail.checks.views import view_of
from migrate_mail.dns_changes.overlay import View
from migrate_mail.errors import NetError
from migrate_mail.finding import Arg, Finding, Outcome
from migrate_mail.net.https import Request

_REFS = ("MS-OXDISCO section 1.3", "MS-OXDSCLI section 3.2.5")


@dataclass(frozen=True, slots=True)
class _Case:
    """One domain, and whose is what."""

    context: Context
    view: View
    old: Belongings
    new: Belongings
    domain: str


@dataclass(frozen=True, slots=True)
class _Door:
    """One place that Outlook asks. sure: the name is made for it, so that silence means something."""

    what: str
    found: HostAt
    port: int
    request: Request
    sure: bool


@check(
    "clients.autodiscover",
    title="Autodiscover does not lead Outlook to old",
    about=About(
        looks=f"everything that Outlook tries: the address of autodiscover.<domain>, the SRV record _autodiscover._tcp, a POST to https://autodiscover.<domain>{PATH} and to https://<domain>{PATH}, at each address, and where http://autodiscover.<domain> sends it; no password is sent, so what stands behind a login is judged by whose host it is",
        matters="Outlook believes autodiscover, whatever the MX records say: it stays at old, or goes back there, on every desk at once.",
        mend="Let autodiscover.<domain> and the SRV record lead to what new has for it, and switch autodiscover off where old serves the web site.",
        refs=_REFS,
    ),
    params=ZoneParams,
    each=("domains",),
)
def autodiscover(context: Context, params: ZoneParams) -> Iterator[Finding]:
    """Try what Outlook tries."""
    view = view_of(context, params.zone)
    old, new = old_of(context, view), new_of(context, view)

    def look(domain: str) -> Iterator[Finding]:
        if old.why:
            args = {"text": f"the addresses of old are not known: {old.why}"}
            yield Finding("CLIENTS_NOT_COMPARED", Outcome.UNKNOWN, domain, args=args)
            return
        case, seen = _Case(context, view, old, new, domain), False
        for way in (_name, _service, _site):
            for finding in _safely(case, way):
                seen = True
                yield finding
        if not seen:
            yield Finding("AUTODISCOVER_NONE", Outcome.SKIP, domain, args={"tried": f"autodiscover.{domain}, {domain}"})  # fmt: skip

    yield from one_by_one(context.domains(), look, what="domains")


def _safely(case: _Case, way: Callable[[_Case], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from way(case)
    except NetError as error:
        yield _unseen(case, error.where, error.text)


def _name(case: _Case) -> Iterator[Finding]:
    """Look at the host that is made for it; where that is old's, its answer does not matter."""
    host = f"autodiscover.{case.domain}"
    found = locate(case.view, host)
    theirs = tuple(ip for ip in found.ips if ip in case.old.ips)
    if theirs or (found.alias and case.old.runs(found.alias)):
        yield _at_old(case, host, (found.alias, *theirs), found.evidence)
        return
    post = question(case.domain)
    yield from _tried(case, _Door(f"https://{host}{PATH}", found, 443, post, sure=True))
    plain = Request(PATH, secure=False)
    yield from _tried(case, _Door(f"http://{host}{PATH}", found, 80, plain, sure=False))


def _site(case: _Case) -> Iterator[Finding]:
    """Look at the web site of the domain: Outlook asks it first, and hosting panels answer."""
    found = locate(case.view, case.domain)
    post = question(case.domain)
    door = _Door(f"https://{case.domain}{PATH}", found, 443, post, sure=False)
    yield from _tried(case, door)


def _service(case: _Case) -> Iterator[Finding]:
    """Look at the hosts of the SRV record, by name and by address, and ask those that are not old's."""
    name = f"_autodiscover._tcp.{case.domain}"
    voices = ask(case.view, name, "SRV")
    yield from not_answered(voices.silent)
    for record in voices.records:
        *_, port, target = record.split()
        if target == ".":
            continue
        found = locate(case.view, target.rstrip("."))
        theirs = tuple(ip for ip in found.ips if ip in case.old.ips)
        evidence = (f"{name}. SRV {record}", *found.evidence)
        if theirs or case.old.runs(target):
            yield _at_old(case, f"{name} SRV", (found.host, *theirs), evidence)
            continue
        yield _good(case, f"{name} SRV", (found.host,), evidence)
        post = question(case.domain)
        door = _Door(f"https://{found.host}{PATH}", found, int(port), post, sure=True)
        yield from _tried(case, door)


def _tried(case: _Case, door: _Door) -> Iterator[Finding]:
    for ip in door.found.ips:
        for endpoint in case.context.dns.routed(door.found.host, (ip,), door.port):
            read = reading(case.context.https.ask(endpoint, door.request))
            yield from _judged(case, door, ip, read)


def _judged(case: _Case, door: _Door, ip: str, read: Reading) -> Iterator[Finding]:
    """Judge one answer. What is no autodiscover is passed over, as Outlook does."""
    evidence = (f"{door.request.method} {door.what} at {ip}: {read.text}",)
    serves = read.kind in {"settings", "login"} and door.request.secure
    bad = tuple(host for host in read.hosts if case.old.runs(host))
    if serves and ip in case.old.ips:
        bad = bad or (ip,)
    if bad and (serves or read.kind == "moved"):
        yield _at_old(case, door.what, bad, evidence)
    elif read.kind == "moved" or (read.kind == "settings" and read.hosts):
        yield from _elsewhere(case, door, read, evidence)
    elif read.kind == "login":
        yield _login(case, door, ip, evidence)
    elif read.kind == "unseen" or (door.sure and read.kind != "nothing"):
        yield _unseen(case, door.what, read.text)


def _elsewhere(
    case: _Case, door: _Door, read: Reading, evidence: tuple[str, ...]
) -> Iterator[Finding]:
    """Take settings as they are; of a redirect only one that is about autodiscover."""
    if read.kind == "settings" or any(case.new.runs(host) for host in read.hosts):
        yield _good(case, door.what, read.hosts, evidence)
    elif "autodiscover" in read.text.lower().partition("location:")[2]:
        yield _unseen(case, door.what, f"it leads on, to a host that is neither old's nor new's by its name: {read.text}")  # fmt: skip


def _login(case: _Case, door: _Door, ip: str, evidence: tuple[str, ...]) -> Finding:
    alias = door.found.alias or ""
    if ip in case.new.ips or (alias and case.new.runs(alias)):
        return _good(case, door.what, (alias or ip,), evidence)
    return Finding(
        "AUTODISCOVER_LOGIN",
        Outcome.UNKNOWN,
        case.domain,
        args={"where": f"{door.what} at {ip}", "text": "what it tells after a login cannot be seen from here"},
        evidence=evidence,
        fix=f"see what an account gets there: curl -u ADDRESS -H 'Content-Type: text/xml' --data @request.xml {door.what}",
        refs=_REFS,
    )  # fmt: skip


def _at_old(
    case: _Case,
    where: str,
    hosts: tuple[str | None, ...],
    evidence: tuple[str, ...],
) -> Finding:
    name = f"autodiscover.{case.domain}"
    return Finding(
        "AUTODISCOVER_AT_OLD",
        Outcome.FAIL,
        case.domain,
        args={"where": where, "hosts": tuple(h for h in hosts if h)},
        evidence=evidence,
        fix=f"{name}. 300 IN CNAME <the autodiscover host of new>.   ; or take autodiscover away at {where}, if new has none",
        refs=_REFS,
    )


def _good(
    case: _Case, where: str, hosts: tuple[str, ...], evidence: tuple[str, ...]
) -> Finding:
    args: dict[str, Arg] = {"where": where, "hosts": hosts}
    return Finding("AUTODISCOVER_GOOD", Outcome.PASS, case.domain, args=args, evidence=evidence)


def _unseen(case: _Case, where: str, text: str) -> Finding:
    args = {"where": where, "text": text}
    return Finding("AUTODISCOVER_NOT_SEEN", Outcome.UNKNOWN, case.domain, args=args)
