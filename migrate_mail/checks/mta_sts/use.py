"""Whether a domain uses MTA-STS, and the policy as each address of its host serves it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from migrate_mail.checks.base import Context
from migrate_mail.checks.mta_sts.policy import Policy, is_record, read_policy
from migrate_mail.checks.params import ZoneParams
from migrate_mail.checks.said import HostAt, Voices, ask, locate
from migrate_mail.checks.views import view_of
from migrate_mail.dns_changes.overlay import View
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.https import Request
from migrate_mail.net.https_facts import HttpsFacts

PATH = "/.well-known/mta-sts.txt"


class PolicyParams(ZoneParams):
    """The zone, and the policy, that are judged."""

    policy: Path | None = Field(
        default=None,
        description=(
            "file with the policy as it will be served, to be judged in place of the one that is;"
            " relative to migration.yaml"
        ),
    )


@dataclass(frozen=True, slots=True)
class Use:
    """What a domain has of MTA-STS: TXT records, and where its policy host is."""

    domain: str
    voices: Voices
    host: HostAt

    @property
    def records(self) -> tuple[str, ...]:
        """The TXT records that are meant for MTA-STS."""
        return tuple(text for text in self.voices.texts if is_record(text))

    @property
    def used(self) -> bool:
        """False when there is surely no MTA-STS: neither a record nor a policy host."""
        return bool(self.records or self.host.ips or self.voices.silent)


@dataclass(frozen=True, slots=True)
class Served:
    """One policy and where it is from. policy None: there is none, and `why` says so."""

    where: str
    policy: Policy | None
    why: str = ""
    evidence: tuple[str, ...] = ()


def use_of(view: View, domain: str) -> Use:
    """Look for the record and the policy host of a domain."""
    return Use(
        domain, ask(view, f"_mta-sts.{domain}", "TXT"), locate(view, f"mta-sts.{domain}")
    )


def fetched(context: Context, use: Use) -> list[HttpsFacts]:
    """Ask every address of the policy host for the policy."""
    context.say(f"fetching the MTA-STS policy of {use.domain}")
    spots = context.dns.routed(use.host.host, use.host.ips, 443)
    return [context.https.ask(spot, Request(PATH)) for spot in spots]


def served(context: Context, params: PolicyParams, domain: str) -> list[Served] | None:
    """Return the policy as each address serves it, or the planned one; None: MTA-STS is not used."""
    if params.policy is not None:
        return [_planned(context.inventory.base / params.policy)]
    use = use_of(view_of(context, params.zone), domain)
    if not use.used:
        return None
    where = f"https://{use.host.host}{PATH}"
    found = [_served(facts) for facts in fetched(context, use)]
    return found or [Served(where, None, f"{use.host.host} has no address")]


def not_used(domain: str, evidence: tuple[str, ...] = ()) -> Finding:
    """Return the finding for a domain without MTA-STS."""
    args = {"domain": domain}
    return Finding("STS_NOT_USED", Outcome.SKIP, domain, args=args, evidence=evidence)


def without_policy(domain: str, found: list[Served]) -> Iterator[Finding]:
    """Give a finding for each address without a policy: nothing can be judged there."""
    for one in found:
        if one.policy is None:
            yield Finding(
                "STS_NO_POLICY",
                Outcome.UNKNOWN,
                domain,
                one.where,
                args={"text": one.why},
                evidence=one.evidence,
                fix=f"see what is there: curl -v https://mta-sts.{domain}{PATH}",
            )


def _planned(path: Path) -> Served:
    try:
        return Served(str(path), read_policy(path.read_bytes()))
    except OSError as exc:
        return Served(str(path), None, f"the file cannot be read: {exc.strerror}")
    except ValueError as exc:
        return Served(str(path), None, str(exc))


def _served(facts: HttpsFacts) -> Served:
    where, evidence = str(facts.endpoint), transcript(facts)
    if facts.failure is not None:
        why = f"{facts.failure.phase}: {facts.failure.text}"
        return Served(where, None, why, evidence)
    if facts.tls is not None and facts.tls.problem:
        return Served(where, None, facts.tls.problem, evidence)
    if facts.status != 200:
        return Served(where, None, f"HTTP status {facts.status}", evidence)
    try:
        return Served(where, read_policy(facts.body), evidence=evidence)
    except ValueError as exc:
        return Served(where, None, str(exc), evidence)


def transcript(facts: HttpsFacts) -> tuple[str, ...]:
    """Return an exchange as lines to show."""
    lines = [f"-> GET {facts.url}"]
    if facts.tls is not None:
        names = ", ".join(facts.tls.names)
        lines.append(
            f"** {facts.tls.version}, certificate for {names}: {facts.tls.problem or 'ok'}"
        )
    if facts.status:
        kind = facts.header("content-type")
        lines.append(f"<- {facts.status}, Content-Type: {kind}, {len(facts.body)} bytes")
        said = facts.body[:600].decode("utf-8", "backslashreplace")
        lines += [f"<- {line}" for line in said.splitlines()[:20]]
    if facts.failure is not None:
        lines.append(f"** {facts.failure.phase}: {facts.failure.text}")
    return tuple(lines)
