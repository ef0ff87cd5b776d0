"""What a registry tells of a domain by RDAP, and which registry to ask. PURE."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Registration:
    """A domain as registered. status: as RDAP spells it. ends: none where the registry does not tell."""

    name: str
    status: tuple[str, ...]
    ends: datetime | None


def candidates(domain: str) -> list[str]:
    """Return what may be the registered domain: the name itself, then what is above it."""
    labels = domain.split(".")
    return [".".join(labels[n:]) for n in range(max(1, len(labels) - 1))]


def service_for(domain: str, body: bytes) -> str | None:
    """Return the base URL of the registry in IANA's list, None without one; ValueError for no list.

    The entry with the most labels counts, https before http (RFC 9224).
    """
    found: dict[str, str] = {}
    for names, urls in _services(body):
        for name in names:
            if f".{domain}".endswith(f".{name.lower()}"):
                found[name.lower()] = min(urls, key=lambda url: not url.startswith("https:"))
    return found[max(found, key=lambda name: name.count("."))] if found else None


def _services(body: bytes) -> Iterator[tuple[list[str], list[str]]]:
    for entry in _list(_object(body), "services"):
        if not (isinstance(entry, list) and len(entry) == 2 and all(map(_texts, entry))):
            raise ValueError(f"a service is no pair of lists: {str(entry)[:80]}")
        yield entry[0], entry[1]


def _texts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) for v in value)


def read_registration(body: bytes, name: str) -> Registration:
    """Read the answer about a name; ValueError when it is none (RFC 9083 section 5.3)."""
    data = _object(body)
    if data.get("objectClassName") != "domain":
        raise ValueError(
            f"it is about a {str(data.get('objectClassName'))[:40]!r}, not a domain"
        )
    said = str(data.get("ldhName", name)).rstrip(".").lower()
    if said != name:
        raise ValueError(f"it is about {said[:80]}")
    status = data.get("status", [])
    if status and not _texts(status):
        raise ValueError("its status is no list of texts")
    return Registration(name, tuple(status), _ends(_list({"events": [], **data}, "events")))


def _ends(events: list[Any]) -> datetime | None:
    for event in events:
        if isinstance(event, dict) and event.get("eventAction") == "expiration":
            at = datetime.fromisoformat(str(event.get("eventDate")))
            return at if at.tzinfo else at.replace(tzinfo=UTC)
    return None


def _object(body: bytes) -> dict[str, Any]:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as exc:
        raise ValueError(f"it is no JSON: {exc}") from None
    if isinstance(data, dict):
        return data
    raise ValueError("it is no JSON object")


def _list(data: dict[str, Any], key: str) -> list[Any]:
    value = data.get(key)
    if isinstance(value, list):
        return value
    raise ValueError(f"it has no list of {key}")
