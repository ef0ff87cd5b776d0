"""The records that will be published besides MX: `dns.records` in migration.yaml."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from migrate_mail.files.complaint import Complaint
from migrate_mail.files.records import OwnerName, record_value
from migrate_mail.files.strict import StrictModel
from migrate_mail.files.yaml_document import DataPath, YamlDocument

if TYPE_CHECKING:
    from migrate_mail.inventory.model import MigrationFile

RecordType = Literal["A", "AAAA", "CAA", "CNAME", "MX", "SRV", "TLSA", "TXT"]


class RecordSettings(StrictModel):
    """One RRset as it will be. It replaces the one of the same name and type."""

    name: OwnerName = Field(description="the whole name, such as _dmarc.example.org")
    type: RecordType
    ttl: int | None = Field(
        default=None, ge=0, le=2147483647, description="seconds; by default `dns.ttl`"
    )
    values: list[str] = Field(
        description=(
            "each as in a zone file; TXT may be without quotes. Empty: the RRset will be gone."
            " TXT at a name without underscore replaces only text of the same v=…, all other text stays"
        )
    )


def record_rules(document: YamlDocument, spec: MigrationFile) -> Iterator[Complaint]:
    """Yield what is wrong with the planned records, each at its place."""
    first: dict[tuple[str, str], int] = {}
    moving = set(spec.domains)
    for index, record in enumerate(spec.dns.records):
        path: DataPath = ("dns", "records", index)
        line = document.where((*path, "name"))[0]
        before = first.setdefault((record.name, record.type), line)
        if before != line:
            message = f"{record.name} {record.type} is here for the second time; the first is in line {before}"
            hint = "an RRset is written once, with all its values"
            yield document.complaint((*path, "name"), "duplicate-name", message, hint)
        if record.type == "MX" and record.name in moving:
            message = f"the MX records of {record.name} are made from `systems.new.mx`"
            yield document.complaint((*path, "type"), "mx-twice", message, "take this one out")
        yield from _values(document, path, record)
    yield from _aliases(document, spec.dns.records)


def _values(
    document: YamlDocument, path: DataPath, record: RecordSettings
) -> Iterator[Complaint]:
    seen: set[str] = set()
    for index, text in enumerate(record.values):
        here = (*path, "values", index)
        try:
            value = record_value(record.type, text)
        except ValueError as error:
            message = f"this is no {record.type} record: {error}"
            hint = "write it as in a zone file, without name, TTL and type"
            yield document.complaint(here, "bad-record", message, hint)
            continue
        if value in seen:
            yield document.complaint(here, "duplicate-value", "this value is there already")
        seen.add(value)


def _aliases(document: YamlDocument, records: list[RecordSettings]) -> Iterator[Complaint]:
    """Yield the aliases that are not alone at their name (RFC 1034 section 3.6.2)."""
    wanted = [(i, r) for i, r in enumerate(records) if r.values]
    for index, record in wanted:
        if record.type != "CNAME":
            continue
        path: DataPath = ("dns", "records", index)
        others = sorted(r.type for i, r in wanted if r.name == record.name and i != index)
        if others:
            message = f"{record.name} cannot be an alias and have {', '.join(others)} too"
            yield document.complaint((*path, "type"), "alias-not-alone", message)
        if len(record.values) > 1:
            message = f"{record.name} can be an alias of one name only"
            yield document.complaint((*path, "values"), "alias-not-alone", message)
