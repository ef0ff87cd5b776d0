"""Whether the TXT record that announces the policy is one that senders accept."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.looking import not_answered, one_by_one
from migrate_mail.checks.mta_sts.policy import id_of, is_record
from migrate_mail.checks.mta_sts.use import Use, not_used, use_of
from migrate_mail.checks.params import ZoneParams
from migrate_mail.checks.said import Said
from migrate_mail.checks.views import view_of
from migrate_mail.finding import Finding, Outcome

_REFS = ("RFC 8461 section 3.1",)


@check(
    "mta_sts.record",
    title="The TXT record of MTA-STS is one, and has an id",
    about=About(
        looks="TXT at _mta-sts.<domain>, in the zone as it will be (or is): exactly one record that begins with v=STSv1, with a valid id",
        matters="Two records, or one that cannot be read, count as none: senders go on without the policy, and nobody is told.",
        mend="Publish exactly one record; change its id each time after the policy has changed.",
        refs=_REFS,
    ),
    params=ZoneParams,
    each=("domains",),
)
def record(context: Context, params: ZoneParams) -> Iterator[Finding]:
    """Judge what each name server serves."""
    view = view_of(context, params.zone)

    def look(domain: str) -> Iterator[Finding]:
        use = use_of(view, domain)
        if use.used:
            for said in use.voices.said:
                yield _judged(use, said)
            yield from not_answered(use.voices.silent)
        else:
            yield not_used(domain, tuple(e for s in use.voices.said for e in s.evidence))

    yield from one_by_one(context.domains(), look, what="domains")


def _judged(use: Use, said: Said) -> Finding:
    mine = [text for text in said.texts if is_record(text)]
    if not mine:
        return _missing(use, said)
    if len(mine) > 1:
        return _many(use, said, mine)
    try:
        found = id_of(mine[0])
    except ValueError as exc:
        return _invalid(use, said, str(exc))
    return Finding(
        "STS_RECORD_GOOD",
        Outcome.PASS,
        f"_mta-sts.{use.domain} TXT",
        said.vantage,
        args={"id": found},
        evidence=said.evidence,
    )


def _missing(use: Use, said: Said) -> Finding:
    return Finding(
        "STS_RECORD_MISSING",
        Outcome.FAIL,
        f"_mta-sts.{use.domain} TXT",
        said.vantage,
        args={"host": use.host.host, "others": said.texts},
        evidence=(*said.evidence, *use.host.evidence),
        fix=_wanted(use),
        refs=_REFS,
    )


def _many(use: Use, said: Said, mine: list[str]) -> Finding:
    return Finding(
        "STS_RECORDS_MANY",
        Outcome.FAIL,
        f"_mta-sts.{use.domain} TXT",
        said.vantage,
        args={"count": len(mine), "records": tuple(mine)},
        evidence=said.evidence,
        fix=f'leave one of them:\n_mta-sts.{use.domain}. 300 IN TXT "{mine[0]}"',
        refs=_REFS,
    )


def _invalid(use: Use, said: Said, why: str) -> Finding:
    return Finding(
        "STS_RECORD_INVALID",
        Outcome.FAIL,
        f"_mta-sts.{use.domain} TXT",
        said.vantage,
        args={"why": why},
        evidence=said.evidence,
        fix=_wanted(use),
        refs=_REFS,
    )


def _wanted(use: Use) -> str:
    return f'_mta-sts.{use.domain}. 300 IN TXT "v=STSv1; id=1"   ; another id than ever before'
