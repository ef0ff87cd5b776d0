"""Whether the way back is open: five things that other checks judge, put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from pydantic import Field

from migrate_mail.checks.base import About, Context, NoParams, check
from migrate_mail.checks.dns.snapshot import snapshot_to_go_back_to
from migrate_mail.checks.dns.ttl import TtlParams, ttl
from migrate_mail.checks.drain.old import old_accepts
from migrate_mail.checks.looking import one_by_one
from migrate_mail.checks.mta_sts.cover import covers_old
from migrate_mail.checks.mta_sts.use import PolicyParams
from migrate_mail.checks.tls.cert import CertParams, cert
from migrate_mail.checks.wording import told
from migrate_mail.files.scalars import Duration
from migrate_mail.files.strict import StrictModel
from migrate_mail.finding import Arg, Finding, Outcome
from migrate_mail.timeline.rrsets import LOW


class ReadyParams(StrictModel):
    """What a way back may take."""

    max: Duration | None = Field(
        default=None,
        description="highest TTL of the MX records; by default 5m, or `dns.ttl` of migration.yaml where that is higher",
    )
    days: int = Field(
        default=14,
        ge=0,
        le=397,
        description="days for which old's certificate must still be good",
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """One thing that a way back needs. missing: the finding when it is not there; args: `part`."""

    missing: Finding
    seen: tuple[Finding, ...]


@check(
    "rollback.ready",
    title="The way back is open",
    about=About(
        looks="a snapshot from before the switch (dns.snapshot), the TTL of the MX records as every name server serves it (dns.ttl), whether old accepts the domain (drain.old_accepts), whether the MTA-STS policy lists old (mta_sts.covers_old), and old's certificates (tls.cert)",
        matters="A way back is needed at the worst moment. It leads nowhere when old refuses the mail by then, takes a day when the TTL is a day, and senders with MTA-STS do not follow it to a host that the policy does not list or that has no good certificate.",
        mend="Each missing part is a finding of its own, with what mends it. Old's certificate counts where the policy is in mode enforce: other senders take any (RFC 7435), and renewals by HTTP end when the name leads elsewhere.",
        refs=("RFC 8461 section 4.1", "RFC 7435"),
    ),
    params=ReadyParams,
    each=("domains",),
)
def ready(context: Context, params: ReadyParams) -> Iterator[Finding]:
    """Look at each part, and name those that are missing."""
    yield from one_by_one(context.domains(), partial(_domain, context, params), what="domains")


def _domain(context: Context, params: ReadyParams, domain: str) -> Iterator[Finding]:
    limit = _limit(context, params)
    parts = _parts(replace(context, item=domain), domain, limit, params.days)
    kept = snapshot_to_go_back_to(context.journal, domain)
    missing = [f for part in parts for f in _missing(part)]
    if kept is None:
        yield _no_snapshot(domain)
    elif not missing:
        yield _open(domain, kept.at, limit, parts)
    yield from missing


def _parts(context: Context, domain: str, limit: timedelta, days: int) -> tuple[_Part, ...]:
    """Let the other checks look. Old's certificate counts where it was promised to be good."""
    policy = tuple(covers_old.run(context, PolicyParams(zone="live")))
    mode = next((str(f.args["mode"]) for f in policy if "mode" in f.args), "none")
    shown = tuple(cert.run(context, CertParams(system="old", days=days)))
    if mode != "enforce":
        shown = tuple(f for f in shown if f.outcome is not Outcome.FAIL)
    return (
        _Part(
            Finding("BACK_TTL_HIGH", Outcome.FAIL, domain, args={"part": "the TTL"}),
            tuple(ttl.run(context, TtlParams(max=limit))),
        ),
        _Part(
            Finding("BACK_OLD_REFUSES", Outcome.FAIL, domain, args={"part": "old"}),
            tuple(old_accepts.run(context, NoParams())),
        ),
        _Part(
            Finding(
                "BACK_STS_WITHOUT_OLD",
                Outcome.FAIL,
                domain,
                args={"part": "the MTA-STS policy", "mode": mode},
            ),
            policy,
        ),
        _Part(
            Finding(
                "BACK_OLD_CERTIFICATE",
                Outcome.FAIL,
                domain,
                args={"part": "old's certificate", "mode": mode},
            ),
            shown,
        ),
    )


def _limit(context: Context, params: ReadyParams) -> timedelta:
    if params.max is not None:
        return params.max
    return timedelta(seconds=max(LOW, context.inventory.spec.dns.ttl))


def _no_snapshot(domain: str) -> Finding:
    return Finding(
        "BACK_NO_SNAPSHOT",
        Outcome.FAIL,
        domain,
        args={"part": "the snapshot"},
        fix="before the switch: migrate-mail preflight --only snapshot. After it: ask the DNS provider for what was there; the MX records that were replaced are in migrate-mail rollback",
    )


def _missing(part: _Part) -> Iterator[Finding]:
    """Give one finding for what is wrong with a part, and one for what is not known of it."""
    yield from _told(part.missing, [f for f in part.seen if f.outcome is Outcome.FAIL])
    unknown = Finding("BACK_NOT_KNOWN", Outcome.UNKNOWN, part.missing.subject, args=part.missing.args)  # fmt: skip
    yield from _told(unknown, [f for f in part.seen if f.outcome is Outcome.UNKNOWN])


def _told(finding: Finding, seen: Sequence[Finding]) -> Iterator[Finding]:
    """Fill a finding with what was seen; none when nothing was."""
    if seen:
        yield replace(
            finding,
            vantage=", ".join(dict.fromkeys(f.vantage for f in seen if f.vantage)),
            args={**finding.args, "text": "; ".join(dict.fromkeys(told(f) for f in seen))},
            evidence=tuple(line for f in seen for line in f.evidence),
            fix=next((f.fix for f in seen if f.fix), None),
            refs=tuple(dict.fromkeys(ref for f in seen for ref in f.refs)),
        )


def _open(domain: str, kept_at: datetime, limit: timedelta, parts: Iterable[_Part]) -> Finding:
    args: dict[str, Arg] = {
        "snapshot": f"{kept_at:%Y-%m-%d %H:%M} UTC",
        "max": int(limit.total_seconds()),
    }
    seen = tuple(dict.fromkeys(told(f) for part in parts for f in part.seen))
    return Finding("BACK_OPEN", Outcome.PASS, domain, args=args, evidence=seen)
