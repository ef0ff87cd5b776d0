"""A snapshot of everything that the move touches, as the way back needs it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from migrate_mail.checks.base import About, Context, Journal, NoParams, check
from migrate_mail.checks.dns.known import known_names
from migrate_mail.checks.dns.reading import Key, Reading, read
from migrate_mail.checks.imap.stragglers import switched_at
from migrate_mail.checks.looking import as_zone, one_by_one
from migrate_mail.delivery.route import sending_order
from migrate_mail.dns_changes.model import RRset
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.dns_facts import Transfer, Zone
from migrate_mail.state.records import SnapshotRecord

_REFS = ("RFC 5936 section 2.2", "RFC 1035 section 5")


@check(
    "dns.snapshot",
    title="What the name servers serve is written down, as a way back",
    about=About(
        looks="every RRset with its TTL, at every name server: the whole zone where one of them hands it out (AXFR), else all names that a mail domain has (MX, SPF, DKIM, DMARC, MTA-STS, TLS reports, TLSA, names and SRV records of mail programs, usual subdomains, `dns.records` of migration.yaml) and the MX hosts. It is stored in the state file when it differs from the last one. Signatures are left out",
        matters="The switch stores the MX records that it replaces, and nothing else. Whoever changes SPF, an alias or a TTL by hand that night knows afterwards what is there, and not what was.",
        mend="Let every name server answer, and all the same. `migrate-mail records --snapshot` prints the last snapshot before the switch as a zone file; a whole zone wants a name server that allows AXFR from this machine.",
        refs=_REFS,
    ),
    params=NoParams,
    each=("domains",),
)
def snapshot(context: Context, _: NoParams) -> Iterator[Finding]:
    """Read, compare, store."""
    yield from one_by_one(context.domains(), partial(_domain, context), what="domains")


def _domain(context: Context, domain: str) -> Iterator[Finding]:
    zone = context.dns.zone_of(domain, published=True)
    mx = context.dns.authorities(domain, "MX", published=True)
    hosts = {host.host for a in mx for host in sending_order(a.records)}
    names = known_names(context.inventory.spec, domain, sorted(hosts))
    context.say(f"reading {len(names)} names of {domain}")
    reading = read(context.dns, names)
    transfers = list(_transfers(context, zone, reading))
    yield from _problems(domain, reading)
    if reading.whole:
        yield _stored(context, domain, zone, reading, transfers)


def _transfers(context: Context, zone: Zone, reading: Reading) -> Iterator[Transfer]:
    """Ask for the whole zone, up to the first name server that gives it."""
    for server in zone.servers:
        if server not in reading.silent:
            yield (found := context.dns.transfer(server, zone.apex))
            if found.rrsets:
                return


def _problems(domain: str, reading: Reading) -> Iterator[Finding]:
    for server, answers in reading.silent.items():
        first = answers[0]
        yield Finding(
            "SNAPSHOT_SILENT",
            Outcome.UNKNOWN,
            domain,
            str(server),
            args={"name": f"{first.name} {first.rtype}", "text": first.text or first.status},
            evidence=tuple(line for a in answers for line in as_zone(a)),
            fix="see why this name server does not answer, and look again",
        )
    for why in dict.fromkeys(reading.unread.values()):
        names = tuple(name for name, text in reading.unread.items() if text == why)
        yield Finding("SNAPSHOT_NOT_READ", Outcome.UNKNOWN, domain, args={"count": len(names), "text": why}, evidence=names)  # fmt: skip
    for (name, rtype), lines in reading.differ.items():
        yield Finding(
            "SNAPSHOT_DIFFERS",
            Outcome.FAIL,
            domain,
            args={"name": f"{name} {rtype}"},
            evidence=lines,
            fix="bring the secondaries up to date, or publish it at every DNS provider: while they differ nobody can say what to go back to",
            refs=("RFC 1034 section 4.3.5",),
        )


def _stored(
    context: Context, domain: str, zone: Zone, reading: Reading, transfers: list[Transfer]
) -> Finding:
    given = next((t for t in transfers if t.rrsets), None)
    whole = {
        (r.name, r.rtype): RRset(r.name, r.rtype, r.ttl, r.records)
        for r in (given.rrsets if given is not None else ())
    }
    rrsets = {**_without_invented(reading.rrsets, f"*.{domain}."), **whole}
    kept = _keep(context, domain, zone, rrsets, whole=given is not None)
    what = "the whole zone" if kept.whole else "the names that a mail domain has"
    return Finding(
        "SNAPSHOT_STORED",
        Outcome.PASS,
        domain,
        args={
            "what": what,
            "rrsets": len(kept.rrsets),
            "zone": zone.apex.rstrip("."),
            "since": f"{kept.at:%Y-%m-%d %H:%M} UTC",
        },
        evidence=tuple(f"AXFR from {t.server}: {t.text or 'given'}" for t in transfers),
    )


def _without_invented(rrsets: dict[Key, RRset], wildcard: str) -> dict[Key, RRset]:
    """Leave out what name servers only make up from a wildcard."""

    def invented(found: RRset) -> bool:
        star = rrsets.get((wildcard, found.rtype))
        below = found.name != wildcard and found.name.endswith(wildcard[1:])
        return below and star is not None and star.values == found.values

    return {key: found for key, found in rrsets.items() if not invented(found)}


def _keep(
    context: Context, domain: str, zone: Zone, rrsets: dict[Key, RRset], *, whole: bool
) -> SnapshotRecord:
    """Store what is new; the last snapshot when nothing but the serial has changed since."""
    data = tuple(rrsets[key].to_data() for key in sorted(rrsets))
    made = SnapshotRecord(domain, zone.apex, whole, data, context.clock())
    last: SnapshotRecord | None = next(reversed(context.journal.snapshots(domain)), None)
    if last is not None and last.whole == whole and _plain(last) == _plain(made):
        return last
    context.journal.add_snapshot(made)
    return made


def _plain(record: SnapshotRecord) -> list[RRset]:
    rrsets = (RRset.from_data(data) for data in record.rrsets)
    return [r for r in rrsets if r.rtype != "SOA"]


def snapshot_to_go_back_to(journal: Journal, domain: str) -> SnapshotRecord | None:
    """Return the last snapshot from before the switch; before that, the last one."""
    switched = switched_at(journal.dns_changes(), domain)
    found = [s for s in journal.snapshots(domain) if switched is None or s.at < switched]
    return next(reversed(found), None)
