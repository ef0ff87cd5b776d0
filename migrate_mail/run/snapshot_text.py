"""Snapshots as zone files: what was served before the switch, to put back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from migrate_mail.checks.dns.snapshot import snapshot_to_go_back_to
from migrate_mail.dns_changes.model import RRset
from migrate_mail.errors import UserError
from migrate_mail.state.records import SnapshotRecord
from migrate_mail.state.store import Store


def snapshots(store: Store, domains: Sequence[str]) -> list[SnapshotRecord]:
    """Return what to go back to, domain by domain. Raise UserError when nothing was written down."""
    found = [snapshot_to_go_back_to(store, domain) for domain in domains]
    lacking = [d for d, record in zip(domains, found, strict=True) if record is None]
    if lacking:
        raise UserError(
            f"there is no snapshot of {', '.join(lacking)} from before the switch",
            hint="migrate-mail preflight --only snapshot writes one down, as long as the switch is not made",
        )
    return [record for record in found if record is not None]


def zone_lines(record: SnapshotRecord) -> Iterator[str]:
    """Yield one snapshot as lines of a zone file; names of other zones are comments."""
    rrsets = [RRset.from_data(data) for data in record.rrsets]
    mine = [r for r in rrsets if f".{r.name}".endswith(f".{record.zone}")]
    yield f"; {record.domain} as it was served on {record.at:%Y-%m-%d %H:%M:%S} UTC"
    yield (
        f"; the whole zone {record.zone}, without signatures"
        if record.whole
        else f"; not the whole zone {record.zone}: only the names that a mail domain has"
    )
    for rrset in sorted(mine, key=lambda r: _order(r, record.zone)):
        yield from rrset.zone_text().splitlines()
    others = [r for r in rrsets if r not in mine]
    if others:
        yield "; in other zones:"
    for rrset in others:
        yield from (f"; {line}" for line in rrset.zone_text().splitlines())


def _order(rrset: RRset, zone: str) -> tuple[bool, bool, list[str], str]:
    """Return what sorts SOA first, then the records of the zone's own name, then name by name."""
    labels = list(reversed(rrset.name.split(".")))
    return rrset.rtype != "SOA", rrset.name != zone, labels, rrset.rtype
