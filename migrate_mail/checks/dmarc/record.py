"""Whether the DMARC record is one, and can be read."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.dmarc.found import Found, each_said, find, none_there
from migrate_mail.checks.dmarc.text import GONE, is_dmarc, read_dmarc
from migrate_mail.checks.looking import one_by_one
from migrate_mail.checks.params import ZoneParams
from migrate_mail.checks.said import Said
from migrate_mail.checks.views import view_of
from migrate_mail.finding import Finding, Outcome

_FORMAT = ("RFC 9989 section 4.7",)
_ONE = ("RFC 9989 section 4.10",)


@check(
    "dmarc.record",
    title="The DMARC record is one, and can be read",
    about=About(
        looks="TXT at _dmarc.<domain>, or the first above it, in the zone as it will be (or is): one record, with values that exist",
        matters="Two records, or one that cannot be read, are as none. With p=quarantine or p=reject mail that new does not sign in the domain's name is lost.",
        mend="Publish exactly one record. While the move is on, p=none loses nothing, and the reports tell who is not aligned.",
        refs=(*_FORMAT, *_ONE),
    ),
    params=ZoneParams,
    each=("domains",),
)
def record(context: Context, params: ZoneParams) -> Iterator[Finding]:
    """Judge what each name server serves."""
    view = view_of(context, params.zone)

    def look(domain: str) -> Iterator[Finding]:
        found = find(view, domain)
        if not found.records and not found.voices.silent:
            yield none_there(found)
            return
        for said in each_said(found):
            yield said if isinstance(said, Finding) else _judged(found, said)

    yield from one_by_one(context.domains(), look, what="domains")


def _judged(found: Found, said: Said) -> Finding:
    mine = [text for text in said.texts if is_dmarc(text)]
    subject = f"_dmarc.{found.at} TXT"
    if len(mine) != 1:
        kept = mine[0] if mine else "v=DMARC1; p=none"
        return Finding(
            "DMARC_RECORDS_MANY" if mine else "DMARC_MISSING_HERE",
            Outcome.FAIL,
            subject,
            said.vantage,
            args={"count": len(mine), "records": tuple(mine)},
            evidence=said.evidence,
            fix=f'serve exactly one:\n_dmarc.{found.at}. 300 IN TXT "{kept}"',
            refs=_ONE,
        )
    try:
        read = read_dmarc(mine[0])
    except ValueError as exc:
        return Finding(
            "DMARC_INVALID",
            Outcome.FAIL,
            subject,
            said.vantage,
            args={"why": str(exc)},
            evidence=said.evidence,
            fix=f'_dmarc.{found.at}. 300 IN TXT "v=DMARC1; p=none; rua=mailto:postmaster@{found.domain}"',
            refs=_FORMAT,
        )
    policy = read.policy if found.own else read.for_subdomains
    gone = tuple(tag for tag in GONE if tag in read.tags)
    return Finding(
        "DMARC_GOOD",
        Outcome.PASS,
        subject,
        said.vantage,
        args={"policy": policy, "domain": found.domain, "ignored": gone},
        evidence=said.evidence,
    )
