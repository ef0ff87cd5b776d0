"""Whether the TLSRPT record can be read, and its reports arrive somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.dmarc.text import mail_address
from migrate_mail.checks.listed import is_listed
from migrate_mail.checks.looking import not_answered, one_by_one
from migrate_mail.checks.params import ZoneParams
from migrate_mail.checks.said import Said, ask
from migrate_mail.checks.views import view_of
from migrate_mail.finding import Finding, Outcome

_REFS = ("RFC 8460 section 3",)
_RECORD = re.compile(r"v=TLSRPTv1[ \t]*(;|$)")
_FIELD = re.compile(r"[ \t]*([A-Za-z0-9][A-Za-z0-9_.-]{0,31})=([!-:<>-~]+)[ \t]*")


def is_tlsrpt(text: str) -> bool:
    """Tell whether a TXT record is one of TLSRPT. PURE."""
    return _RECORD.match(text) is not None


def read_rua(text: str) -> tuple[str, ...]:
    """Return where reports go; ValueError when the record cannot be read. PURE."""
    fields: dict[str, str] = {}
    for part in filter(str.strip, text.split(";")[1:]):
        found = _FIELD.fullmatch(part)
        if found is None:
            raise ValueError(f"`{part.strip()}` is no field")
        fields.setdefault(found[1], found[2])
    uris = tuple(u for u in fields.get("rua", "").split(",") if u)
    bad = [u for u in uris if not u.startswith("https:") and not mail_address(u)]
    if bad or not uris:
        raise ValueError(
            f"rua: `{bad[0]}` is neither mailto: nor https:" if bad else "there is no rua"
        )
    return uris


@check(
    "tlsrpt.record",
    title="The TLSRPT record is one, and its reports arrive",
    about=About(
        looks="TXT at _smtp._tls.<domain> in the zone as it will be (or is): one record with rua; an address of a domain that moves must be in the inventory",
        matters="It is the only feedback about senders that cannot deliver because of MTA-STS or DANE.",
        mend="Publish one record; let its address move along.",
        refs=_REFS,
    ),
    params=ZoneParams,
    each=("domains",),
)
def record(context: Context, params: ZoneParams) -> Iterator[Finding]:
    """Judge what each name server serves."""
    view = view_of(context, params.zone)

    def look(domain: str) -> Iterator[Finding]:
        voices = ask(view, f"_smtp._tls.{domain}", "TXT")
        yield from not_answered(voices.silent)
        if not voices.silent and not any(is_tlsrpt(text) for text in voices.texts):
            lines = tuple(e for s in voices.said for e in s.evidence)
            args = {"text": "there is no such record"}
            yield Finding("TLSRPT_NONE", Outcome.SKIP, f"_smtp._tls.{domain} TXT", args=args, evidence=lines)  # fmt: skip
            return
        for said in voices.said:
            yield _judged(context, domain, said)

    yield from one_by_one(context.domains(), look, what="domains")


def _judged(context: Context, domain: str, said: Said) -> Finding:
    mine = [text for text in said.texts if is_tlsrpt(text)]
    wanted = f'_smtp._tls.{domain}. 300 IN TXT "v=TLSRPTv1; rua=mailto:postmaster@{domain}"'
    if len(mine) != 1:
        return Finding("TLSRPT_RECORDS_MANY", Outcome.FAIL, **_bad(domain, said, f"{len(mine)} records", wanted))  # fmt: skip
    try:
        uris = read_rua(mine[0])
    except ValueError as exc:
        return Finding("TLSRPT_INVALID", Outcome.FAIL, **_bad(domain, said, str(exc), wanted))
    lost = [a for a in map(mail_address, uris) if a and _is_lost(context, a)]
    if lost:
        fix = f"add {lost[0]} at new and to the inventory, or change rua"
        return Finding("TLSRPT_REPORTS_LOST", Outcome.FAIL, **_bad(domain, said, ", ".join(lost), fix))  # fmt: skip
    return Finding(
        "TLSRPT_GOOD",
        Outcome.PASS,
        f"_smtp._tls.{domain} TXT",
        said.vantage,
        args={"rua": uris},
        evidence=said.evidence,
    )


def _is_lost(context: Context, address: str) -> bool:
    ours = address.rpartition("@")[2] in context.inventory.spec.domains
    return ours and not is_listed(context.inventory, address)


def _bad(domain: str, said: Said, why: str, fix: str) -> dict[str, Any]:
    """Return what all that fails here has in common."""
    return {
        "subject": f"_smtp._tls.{domain} TXT",
        "vantage": said.vantage,
        "args": {"why": why},
        "evidence": said.evidence,
        "fix": fix,
        "refs": _REFS,
    }
