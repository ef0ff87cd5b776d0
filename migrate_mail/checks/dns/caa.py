"""Whether the CA of the new server may issue certificates for the names that it needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import Field

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.looking import not_answered, one_by_one
from migrate_mail.checks.params import MxParams, ZoneParams
from migrate_mail.checks.said import Voices, ask
from migrate_mail.checks.spots import hosts_of
from migrate_mail.checks.views import view_of
from migrate_mail.dns_changes.overlay import View
from migrate_mail.errors import NetError
from migrate_mail.files.names import Domain
from migrate_mail.finding import Arg, Finding, Outcome

_CAA = re.compile(r'(\d+)\s+([a-z0-9]+)\s+"([^"]*)"', re.IGNORECASE)
_REFS = ("RFC 8659 section 3", "RFC 8659 section 4.2")


class CaaParams(ZoneParams):
    """Which CA issues for the new server."""

    issuer: Domain | None = Field(
        default=None,
        description="the CA of the new server as CAA records name it, such as letsencrypt.org",
    )


@dataclass(frozen=True, slots=True)
class Climbed:
    """The CAA records that hold for a name, and where they stand."""

    at: str
    voices: Voices


def issuers(records: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the CAs that may issue; None: any may, as no `issue` is there. PURE."""
    found = [m for m in map(_CAA.fullmatch, records) if m and m[2].lower() == "issue"]
    if not found:
        return None
    return tuple(m[3].partition(";")[0].strip().lower() for m in found)


@check(
    "dns.caa",
    title="The CA of the new server may issue for its names",
    about=About(
        looks="CAA for each new MX host, climbing up to the first name that has such records, in the zone as it will be (or is)",
        matters="The new server gets no certificate, or does not get it renewed, three months after everybody has gone home.",
        mend="Add the CA to the CAA records, or say with `issuer` which it is.",
        refs=_REFS,
    ),
    params=CaaParams,
    each=("mx_hosts",),
)
def caa(context: Context, params: CaaParams) -> Iterator[Finding]:
    """Climb from each host."""
    view = view_of(context, params.zone)

    def look(host: str) -> Iterator[Finding]:
        found = _climb(view, host)
        yield from not_answered(found.voices.silent)
        if not found.voices.silent:
            yield _judged(host, found, params.issuer)

    hosts = dict.fromkeys(host for _, host in hosts_of(context, MxParams(system="new")))
    yield from one_by_one(hosts, look, what="MX hosts")


def _climb(view: View, host: str) -> Climbed:
    labels = host.split(".")
    last: Climbed | None = None
    for start in range(len(labels) - 1):
        name = ".".join(labels[start:])
        try:
            last = Climbed(name, ask(view, name, "CAA"))
        except NetError:
            if last is None:
                raise
            break  # above the zones that we can find nobody need answer us
        if last.voices.silent or last.voices.records:
            break
    assert last is not None
    return last


def _judged(host: str, found: Climbed, issuer: str | None) -> Finding:
    evidence = tuple(e for s in found.voices.said for e in s.evidence)
    allowed = issuers(found.voices.records)
    if allowed is None:
        args = {"text": "no CAA record restricts who may issue"}
        return Finding("CAA_ANY", Outcome.PASS, host, args=args, evidence=evidence)
    args_of: dict[str, Arg] = {"at": found.at, "allowed": tuple(a for a in allowed if a)}
    if issuer is None:
        return Finding(
            "CAA_WHO",
            Outcome.SKIP,
            host,
            args=args_of,
            evidence=evidence,
            fix="say which CA the new server uses: with: {issuer: letsencrypt.org}",
        )
    if issuer in allowed:
        return Finding("CAA_ALLOWS", Outcome.PASS, host, args={**args_of, "issuer": issuer}, evidence=evidence)  # fmt: skip
    return Finding(
        "CAA_FORBIDS",
        Outcome.FAIL,
        host,
        args={**args_of, "issuer": issuer},
        evidence=evidence,
        fix=f'{found.at}. 300 IN CAA 0 issue "{issuer}"   ; beside the others',
        refs=_REFS,
    )
