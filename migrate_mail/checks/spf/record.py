"""An SPF record as text: finding it, its terms, and the same record with more addresses. PURE."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from migrate_mail.net.dns_facts import DnsAnswer
from migrate_mail.net.txt import text_of

COUNTED = frozenset({"include", "a", "mx", "ptr", "exists", "redirect"})
"""The terms that cost a look-up (RFC 7208 section 4.6.4)."""

_POLICY = re.compile(r"v=spf1($| )", re.IGNORECASE)
_TERM = re.compile(r"(?P<sign>[-+~?]?)(?P<name>[a-z0-9_.-]+)(?P<value>[:=/].*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a record. name: lower-case. target: the domain it names; empty: the domain itself."""

    text: str
    name: str
    target: str


def is_policy(text: str) -> bool:
    """Tell whether a text is an SPF record: the version, then a blank or the end."""
    return _POLICY.match(text) is not None


def policies(answer: DnsAnswer) -> list[str]:
    """Return the SPF records among the text of a domain (RFC 7208 section 4.5)."""
    texts = (text_of(record) for record in answer.records)
    return [text for text in texts if is_policy(text)]


def terms(record: str) -> Iterator[Term]:
    """Give the mechanisms and modifiers of a record, in their order."""
    for word in record.split(" ")[1:]:
        match = _TERM.fullmatch(word)
        if match:
            value = (match["value"] or "").lstrip(":=")
            target = "" if value.startswith("/") else value.partition("/")[0]
            yield Term(word, match["name"].lower(), target.rstrip("."))


def uses(record: str, names: Iterable[str], domain: str) -> list[str]:
    """Return the terms of a record that stand for the domain's own MX or address."""
    wanted = set(names)
    return [
        t.text for t in terms(record) if t.name in wanted and t.target.lower() in ("", domain)
    ]


def with_addresses(record: str, ips: Iterable[str]) -> str:
    """Return a record that lets addresses send too; a new strict one when there is none."""
    added = [term_of(ip) for ip in ips]
    words = record.split(" ") if record else ["v=spf1", "-all"]
    fresh = [term for term in dict.fromkeys(added) if term not in words]
    return " ".join([words[0], *fresh, *words[1:]])


def merged(records: Iterable[str]) -> str:
    """Return one record in place of several; `redirect` would be ignored beside `all` (RFC 7208 section 6.1)."""
    found = [term for record in records for term in terms(record) if term.name != "all"]
    words = [f"include:{t.target}" if t.name == "redirect" else t.text for t in found]
    return " ".join(["v=spf1", *dict.fromkeys(words), "~all"])


def term_of(ip: str) -> str:
    """Return the mechanism for one address."""
    return f"ip{ipaddress.ip_address(ip).version}:{ip}"


def zone_line(name: str, ttl: int, text: str) -> str:
    """Return a TXT record as a line of a zone file, cut into strings of 255 octets."""
    parts = [text[i : i + 255] for i in range(0, len(text), 255)] or [""]
    return f"{name}. {ttl} IN TXT " + " ".join(
        '"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in parts
    )
