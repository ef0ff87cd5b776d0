"""Whether new's TLSA records were there long enough for caches to have them."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, NoParams, check
from migrate_mail.checks.dane.records import owner
from migrate_mail.checks.looking import one_by_one
from migrate_mail.checks.params import MxParams
from migrate_mail.checks.settling import settling, told_of
from migrate_mail.checks.spots import hosts_of
from migrate_mail.finding import Finding, Outcome
from migrate_mail.timeline.schedule import Wanted

_REFS = ("RFC 7671 section 8",)


@check(
    "dane.timing",
    title="New's TLSA records have reached every cache",
    about=About(
        looks="TLSA of each MX host of new at every name server, and what the journal knows of it: what was there before, with which TTL, or for how long caches may believe that there was none",
        matters="Whoever cached the old TLSA record, or its absence in a signed zone, judges the new certificate by it: senders with DANE put the mail off.",
        mend="Publish the new record beside the old one, wait until the moment that the finding tells, and only then serve the new certificate or switch.",
        refs=_REFS,
    ),
    params=NoParams,
    each=("mx_hosts",),
)
def timing(context: Context, _: NoParams) -> Iterator[Finding]:
    """Look at the TLSA records of each host, and reckon."""
    hosts = dict.fromkeys(host for _, host in hosts_of(context, MxParams(system="new")))
    yield from one_by_one(hosts, lambda host: _host(context, host), what="MX hosts")


def _host(context: Context, host: str) -> Iterator[Finding]:
    name = owner(host)
    found = settling(context, [Wanted(name, "TLSA")])
    args, lines = told_of(found)
    if isinstance(found, list) or found.word == "unknown":
        yield Finding("TLSA_NOT_SEEN", Outcome.UNKNOWN, name, args=args, evidence=lines)
    elif found.word == "waits":
        fix = "bring the secondaries up to date, then wait for the TTL: migrate-mail schedule tells until when"
        yield Finding("TLSA_DIVIDED", Outcome.FAIL, name, args=args, evidence=lines, fix=fix, refs=_REFS)  # fmt: skip
    elif not any(seen.value for seen in context.journal.ttl_journal(name, "TLSA")):
        args = {"text": f"nobody ever saw a TLSA record at {name}"}
        yield Finding("DANE_NONE", Outcome.SKIP, name, args=args, evidence=lines)
    elif found.settled:
        yield Finding("TLSA_SETTLED", Outcome.PASS, name, args=args, evidence=lines)
    else:
        fix = f"do not serve another certificate and do not switch before {args['at']}"
        yield Finding("TLSA_TOO_YOUNG", Outcome.FAIL, name, args=args, evidence=lines, fix=fix, refs=_REFS)  # fmt: skip
