"""Whether the registration of the domains lasts, and nothing is under way with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from urllib.parse import urljoin, urlsplit

from pydantic import Field

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.dns.registration import (
    Registration,
    candidates,
    read_registration,
    service_for,
)
from migrate_mail.checks.looking import one_by_one
from migrate_mail.errors import NetError
from migrate_mail.files.strict import StrictModel
from migrate_mail.finding import Arg, Finding, Outcome
from migrate_mail.net.https import Request
from migrate_mail.net.https_facts import HttpsFacts

BOOTSTRAP = "https://data.iana.org/rdap/dns.json"
_REFS = ("RFC 9083 section 5.3", "RFC 8056")
_ACCEPT = {"Accept": "application/rdap+json, application/json"}
_MOST = 2_000_000
_HOPS = 4
_MOVED = {301, 302, 303, 307, 308}
_ANOTHER_NAME = {400, 404, 422}
"""What registries say of a name below one that is registered."""
_BAD = {
    "clienthold": "ask the registrar why it took the domain out of DNS (an unpaid bill, an address that was not confirmed), and have the hold lifted",
    "pendingdelete": "ask the registrar at once whether the domain can still be restored",
    "pendingtransfer": "refuse the transfer at the registrar, or finish it and see the name servers right before you switch",
    "redemptionperiod": "have the registrar restore the domain at once: it was deleted, and can be registered by others soon",
    "serverhold": "ask the registry, through the registrar, why it took the domain out of DNS, and have the hold lifted",
}
"""What to do about a status under which a domain does not stay as it is."""


class RegistrarParams(StrictModel):
    """How long a registration must last, and whom to ask."""

    days: int = Field(
        default=60, ge=0, le=3650, description="days for which the registration must still last"
    )
    rdap: str | None = Field(
        default=None,
        pattern=r"^https://\S+$",
        description="the RDAP service to ask, such as https://rdap.example/; without it, that of the registry in IANA's list",
    )


@check(
    "dns.registrar",
    title="The registration of the domains lasts, and no transfer is under way",
    about=About(
        looks="what the registry says by RDAP: when the registration ends, and its status (pending transfer, pending delete, redemption period, client hold, server hold)",
        matters="A transfer changes name servers under you, and a domain that ends in the weeks of the move takes all its mail with it.",
        mend="Renew the domain at its registrar, and finish or refuse the transfer before the move.",
        refs=(*_REFS, "RFC 9224"),
    ),
    params=RegistrarParams,
    each=("domains",),
)
def registrar(context: Context, params: RegistrarParams) -> Iterator[Finding]:
    """Ask the registry of each domain."""
    bootstrap = cache(lambda: _body(context, BOOTSTRAP))

    def look(domain: str) -> Iterator[Finding]:
        try:
            base = params.rdap or _service(domain, bootstrap)
            if base is None:
                args = {"tld": domain.rpartition(".")[2]}
                yield Finding("REGISTRATION_NO_SERVICE", Outcome.SKIP, domain, args=args)
            else:
                yield from _judged(context, params, domain, _registration(context, base, domain))  # fmt: skip
        except NetError as error:
            args = {"text": str(error)}
            yield Finding("REGISTRATION_NOT_SEEN", Outcome.UNKNOWN, domain, args=args, fix="look it up at the registrar, or at https://lookup.icann.org/")  # fmt: skip

    yield from one_by_one(context.domains(), look, what="domains")


def _service(domain: str, bootstrap: Callable[[], bytes]) -> str | None:
    body = bootstrap()
    try:
        return service_for(domain, body)
    except ValueError as exc:
        raise NetError("garbage", BOOTSTRAP, "GET", str(exc)) from exc


def _registration(context: Context, base: str, domain: str) -> Registration:
    """Ask for the domain, then for what is above it: only one of them is registered."""
    facts: HttpsFacts | None = None
    for name in candidates(domain):
        url = urljoin(base if base.endswith("/") else f"{base}/", f"domain/{name}")
        facts = _fetched(context, url)
        if facts.status == 200:
            try:
                return read_registration(facts.body, name)
            except ValueError as exc:
                raise NetError("garbage", url, "GET", str(exc)) from exc
        if facts.status not in _ANOTHER_NAME:
            break
    assert facts is not None
    raise NetError("denied", facts.url, "GET", f"HTTP status {facts.status}")


def _body(context: Context, url: str) -> bytes:
    facts = _fetched(context, url)
    if facts.status != 200 or facts.cut:
        text = f"it has more than {_MOST} bytes" if facts.cut else f"HTTP status {facts.status}"
        raise NetError("denied", url, "GET", text)
    return facts.body


def _fetched(context: Context, url: str) -> HttpsFacts:
    """Fetch a page, redirects followed (RFC 7480 section 5.2); NetError where nothing trusted came."""
    for _ in range(_HOPS):
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname:
            raise NetError("garbage", url[:200], "GET", "it is no https address")
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        request = Request(path, headers=_ACCEPT, most=_MOST)
        facts = _asked(context, parts.hostname, parts.port or 443, request)
        target = facts.header("location")
        if facts.status not in _MOVED or target is None:
            return facts
        url = urljoin(url, target)
    raise NetError("garbage", url[:200], "GET", "one redirect after the other")


def _asked(context: Context, host: str, port: int, request: Request) -> HttpsFacts:
    """Ask at one address after the other until one answers, with a certificate that is trusted."""
    problem = NetError("dns", host, "A/AAAA", "it has no address")
    for endpoint in context.dns.endpoints(host, port, ask="resolvers"):
        facts = context.https.ask(endpoint, request)
        if facts.failure is not None:
            problem = NetError(facts.failure.kind, str(endpoint), facts.failure.phase, facts.failure.text)  # fmt: skip
        elif facts.tls is not None and facts.tls.problem is not None:
            problem = NetError("tls", str(endpoint), "TLS", facts.tls.problem)
        else:
            return facts
    raise problem


def _judged(
    context: Context, params: RegistrarParams, domain: str, found: Registration
) -> Iterator[Finding]:
    bad = [s for s in found.status if s.replace(" ", "").lower() in _BAD]
    soon = found.ends is not None and found.ends < context.clock() + timedelta(days=params.days)
    until = f"{found.ends:%Y-%m-%d}" if found.ends else "a day that is not told"
    args: dict[str, Arg] = {"name": found.name, "status": found.status, "until": until, "days": params.days}  # fmt: skip
    for status in bad:
        fix = _BAD[status.replace(" ", "").lower()]
        yield Finding("REGISTRATION_STATUS", Outcome.FAIL, domain, args={**args, "status": status}, fix=fix, refs=_REFS)  # fmt: skip
    if soon:
        fix = f"renew {found.name} at its registrar now, for longer than the move lasts"
        yield Finding("REGISTRATION_ENDS", Outcome.FAIL, domain, args=args, fix=fix, refs=_REFS)
    if found.ends is None:
        yield Finding("REGISTRATION_NO_END", Outcome.SKIP, domain, args=args)
    if not bad and not soon:
        yield Finding("REGISTRATION_GOOD", Outcome.PASS, domain, args=args)
