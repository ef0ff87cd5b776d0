"""What the MX RRset itself says: that there is one, that it is no refusal, and whom it still names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate_mail.checks.base import About, Context, NoParams, check
from migrate_mail.checks.looking import not_answered, one_by_one
from migrate_mail.checks.params import SideParams
from migrate_mail.checks.said import Said, ask
from migrate_mail.checks.spots import system_of
from migrate_mail.checks.views import view_of
from migrate_mail.finding import Arg, Finding, Outcome
from migrate_mail.inventory.model import System


def hosts_in(records: Sequence[str]) -> list[str]:
    """Return the hosts of MX records, without the dot at the end; a null MX is empty. PURE."""
    return [record.split()[-1].removesuffix(".") for record in records]


@check(
    "mx.record",
    title="The domain has MX records, and they do not refuse mail",
    about=About(
        looks="the MX RRset as every name server shows it: at least one record, no null MX beside others",
        matters="Without MX record the address of the domain itself gets the mail: most often a web server. A null MX says that the domain takes no mail at all.",
        mend="Publish the MX records of the new system.",
        refs=("RFC 5321 section 5.1", "RFC 7505 section 3"),
    ),
    params=NoParams,
    each=("domains",),
)
def record(context: Context, _: NoParams) -> Iterator[Finding]:
    """Judge the RRset that each name server shows."""
    view = view_of(context, "live")
    new = context.inventory.spec.systems.new

    def look(domain: str) -> Iterator[Finding]:
        voices = ask(view, domain, "MX")
        yield from not_answered(voices.silent)
        yield from (_judged(domain, new, said) for said in voices.said)

    yield from one_by_one(context.domains(), look, what="domains")


def _judged(domain: str, new: System, said: Said) -> Finding:
    hosts = hosts_in(said.records)
    subject, args = f"{domain} MX", {"hosts": tuple(hosts)}
    if hosts and "" not in hosts:
        return Finding(
            "MX_RECORDS_GOOD",
            Outcome.PASS,
            subject,
            said.vantage,
            args=args,
            evidence=said.evidence,
        )
    return Finding(
        "MX_NONE" if not hosts else "MX_NULL" if len(hosts) == 1 else "MX_NULL_MIXED",
        Outcome.FAIL,
        subject,
        said.vantage,
        args=args,
        evidence=said.evidence,
        fix=_wanted(domain, new),
        refs=("RFC 5321 section 5.1", "RFC 7505 section 3"),
    )


def _wanted(domain: str, system: System) -> str:
    lines = (f"{domain}. 300 IN MX {mx.preference} {mx.host.rstrip('.')}." for mx in system.mx)
    return "\n".join(lines)


@check(
    "mx.only",
    title="The MX records name hosts of one system only",
    about=About(
        looks="the MX RRset as the name servers show it: no host of the other system, and none that migration.yaml does not name",
        matters="An old MX host with a high preference number goes on taking mail for years, and nobody reads it. A backup MX that is not in the plan passes mail on to where it was told long ago.",
        mend="Take the record out, or name the host under `systems` in migration.yaml.",
        refs=("RFC 5321 section 5.1",),
    ),
    params=SideParams,
    each=("domains",),
)
def only(context: Context, params: SideParams) -> Iterator[Finding]:
    """Compare the hosts in the live records with those of a system."""
    view = view_of(context, "live")
    mine = _hosts(system_of(context, params.system))
    other = _hosts(system_of(context, "old" if params.system == "new" else "new")) - mine

    def look(domain: str) -> Iterator[Finding]:
        voices = ask(view, domain, "MX")
        yield from not_answered(voices.silent)
        for said in voices.said:
            yield _named(domain, said, params.system, (mine, other))

    yield from one_by_one(context.domains(), look, what="domains")


def _hosts(system: System) -> set[str]:
    return {mx.host.rstrip(".").lower() for mx in system.mx}


def _named(domain: str, said: Said, side: str, hosts: tuple[set[str], set[str]]) -> Finding:
    mine, other = hosts
    shown = hosts_in(said.records)
    stray = [r for r in said.records if hosts_in([r])[0] not in mine]
    old = [h for h in shown if h in other]
    strange = [h for h in shown if h and h not in mine | other]
    if not old and not strange:
        args: dict[str, Arg] = {"hosts": tuple(shown), "side": side}
        return Finding(
            "MX_ONLY",
            Outcome.PASS,
            f"{domain} MX",
            said.vantage,
            args=args,
            evidence=said.evidence,
        )
    return Finding(
        "MX_OTHER_SYSTEM" if old else "MX_STRANGER",
        Outcome.FAIL,
        f"{domain} MX",
        said.vantage,
        args={"hosts": tuple(old or strange), "side": side},
        evidence=said.evidence,
        fix="take out:\n" + "\n".join(f"{domain}. MX {r}" for r in stray),
        refs=("RFC 5321 section 5.1",),
    )
