"""Whether the addresses that DMARC reports go to will take them."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.dmarc.found import Found, find, none_there
from migrate_mail.checks.dmarc.text import is_dmarc, read_dmarc
from migrate_mail.checks.listed import is_listed
from migrate_mail.checks.looking import not_answered, one_by_one
from migrate_mail.checks.params import ZoneParams
from migrate_mail.checks.said import ask
from migrate_mail.checks.views import view_of
from migrate_mail.dns_changes.overlay import View
from migrate_mail.finding import Finding, Outcome

_WHERE = ("RFC 9989 section 4.7",)
_EXTERNAL = ("RFC 9990 section 4",)


@check(
    "dmarc.reports",
    title="DMARC reports go to addresses that take them",
    about=About(
        looks="rua and ruf of the record: an address of a domain that moves must be in the inventory; one of another domain must say at <domain>._report._dmarc that it takes them",
        matters="The reports stop in the very week in which they would tell that the new server's mail is not aligned.",
        mend="Add the address at new, or have the other domain publish the record.",
        refs=(*_WHERE, *_EXTERNAL),
    ),
    params=ZoneParams,
    each=("domains",),
)
def reports(context: Context, params: ZoneParams) -> Iterator[Finding]:
    """Judge each address in the record."""
    view = view_of(context, params.zone)

    def look(domain: str) -> Iterator[Finding]:
        found = find(view, domain)
        yield from not_answered(found.voices.silent)
        if found.records:
            yield from _addresses(context, view, found)
        elif not found.voices.silent:
            yield none_there(found)

    yield from one_by_one(context.domains(), look, what="domains")


def _addresses(context: Context, view: View, found: Found) -> Iterator[Finding]:
    try:
        addresses = read_dmarc(found.records[0]).reports
    except ValueError as exc:
        text = f"the record cannot be read: {exc}"
        yield Finding("DMARC_REPORTS_UNREAD", Outcome.UNKNOWN, found.domain, args={"text": text}, fix="see dmarc.record")  # fmt: skip
        return
    if not addresses:
        args = {"text": "the record asks for no reports"}
        yield Finding("DMARC_NO_REPORTS", Outcome.SKIP, found.domain, args=args)
    for address in addresses:
        theirs = address.rpartition("@")[2]
        if theirs in context.inventory.spec.domains:
            yield _ours(context, found, address)
        elif _related(theirs, found.domain):
            args = {"address": address}
            yield Finding("DMARC_REPORTS_RELATED", Outcome.PASS, found.domain, args=args, evidence=found.records)  # fmt: skip
        else:
            yield from _external(view, found, address)


def _related(one: str, other: str) -> bool:
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _ours(context: Context, found: Found, address: str) -> Finding:
    listed = is_listed(context.inventory, address)
    return Finding(
        "DMARC_REPORTS_TAKEN" if listed else "DMARC_REPORTS_LOST",
        Outcome.PASS if listed else Outcome.FAIL,
        found.domain,
        args={"address": address},
        evidence=found.records,
        fix=None if listed else f"add {address} at new and to the inventory, or change rua",
        refs=() if listed else _WHERE,
    )


def _external(view: View, found: Found, address: str) -> Iterator[Finding]:
    name = f"{found.at}._report._dmarc.{address.rpartition('@')[2]}"
    voices = ask(view, name, "TXT")
    yield from not_answered(voices.silent)
    for said in voices.said:
        wanted = any(is_dmarc(text) for text in said.texts)
        yield Finding(
            "DMARC_REPORTS_WANTED" if wanted else "DMARC_REPORTS_UNWANTED",
            Outcome.PASS if wanted else Outcome.FAIL,
            found.domain,
            said.vantage,
            args={"address": address, "name": name},
            evidence=said.evidence,
            fix=None if wanted else f'have its owner publish: {name}. 3600 IN TXT "v=DMARC1"',
            refs=() if wanted else _EXTERNAL,
        )
