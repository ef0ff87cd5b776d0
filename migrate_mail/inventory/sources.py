"""Addresses out of what an admin has: Postfix maps, aliases, directory exports, logs. PURE.

Each reader takes the text of a file and gives Addresses; what it does not understand it leaves out,
so the number of lines that gave nothing is told as well.
"""

from __future__ import annotations

import base64
import binascii
import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from migrate_mail.inventory.model import Address, AddressKind

SourceKind = Literal["postfix", "aliases", "ldif", "csv", "log"]
_MAIL = re.compile(r"[^\s,;:<>\"'()@]+@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+")
_TO = re.compile(r"\b(?:orig_to|to)=<([^>\s]+@[^>\s]+)>.*\bstatus=sent\b")
_ORIGINAL = re.compile(r"\borig_to=<([^>\s]+@[^>\s]+)>")
_EXIM = re.compile(r" [=-]> (?:[^<\n]*<)?([^\s<>]+@[^\s<>]+)>?")
_LDIF_MAIN = {"mail"}
_LDIF_MORE = {"mailalternateaddress", "mailalias", "proxyaddresses", "mailequivalentaddress", "rfc822mailalias"}  # fmt: skip
_COLUMNS = re.compile(r"mail|address|alias|smtp", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """What a file gave. passed_over: lines, entries or rows that gave no address."""

    kind: SourceKind
    addresses: tuple[Address, ...]
    passed_over: int = 0


def kind_of(name: str, text: str) -> SourceKind:
    """Guess what a file is, by its name and its first lines."""
    lower, head = name.lower(), text[:4000]
    if lower.endswith((".ldif", ".ldf")) or re.search(r"^dn::? ", head, re.MULTILINE):
        return "ldif"
    if lower.endswith(".csv") or re.match(
        r"[^\n]*(mail|address)[^\n]*[,;]", head, re.IGNORECASE
    ):
        return "csv"
    if "log" in lower or "status=sent" in head or re.search(r" => \S+@", head):
        return "log"
    entries = [line for line in head.splitlines() if line.strip() and line.lstrip()[0] != "#"]
    colons = sum(bool(re.match(r'[\w."+-]+\s*:', line)) for line in entries)
    return "aliases" if entries and colons * 2 > len(entries) else "postfix"


def read_addresses(kind: SourceKind, text: str, domains: Sequence[str]) -> Found:
    """Return the addresses of the given domains in a file; names without a domain get the first."""
    seen: dict[str, Address] = {}
    passed_over = 0
    mine = {d.lower() for d in domains}
    for one in _READERS[kind](text, domains[0]):
        if one is None:
            passed_over += 1
        elif one.address.rpartition("@")[2] in mine:
            seen.setdefault(one.address, one)
    return Found(kind, tuple(seen.values()), passed_over)


def _address(address: str, kind: AddressKind, target: str = "") -> Address:
    return Address(address.strip().lower(), kind, target.strip())


def _logical(text: str) -> Iterator[str]:
    """Give the lines of a map: comments left out, lines that begin with a blank joined to the one before."""
    line = ""
    for raw in text.splitlines():
        if not raw.strip() or raw.lstrip().startswith("#"):
            continue
        if raw[0] in " \t" and line:
            line += " " + raw.strip()
            continue
        if line:
            yield line
        line = raw.rstrip()
    if line:
        yield line


def _postfix(text: str, domain: str) -> Iterator[Address | None]:
    del domain
    for line in _logical(text):
        key, _, value = line.partition(" ") if " " in line else line.partition("\t")
        value = value.strip()
        if key.startswith("@"):
            yield _address(f"*{key}", "catch-all", value)
        elif "@" in key:
            targets = value.replace(",", " ").split()
            forwards = any("@" in t for t in targets)
            kind: AddressKind = (
                "mailbox" if not forwards else "list" if len(targets) > 1 else "alias"
            )
            yield _address(key, kind, " ".join(targets) if forwards else "")
        else:
            yield None


def _aliases(text: str, domain: str) -> Iterator[Address | None]:
    for line in _logical(text):
        name, colon, value = line.partition(":")
        name = name.strip().strip('"')
        if not colon or not name or " " in name:
            yield None
            continue
        targets = [t.strip().strip('"') for t in value.split(",") if t.strip()]
        full = [t if "@" in t else f"{t}@{domain}" for t in targets if t[0] not in "|/:"]
        kind: AddressKind = "list" if len(full) > 1 else "alias"
        yield _address(name if "@" in name else f"{name}@{domain}", kind, " ".join(full))


def _ldif(text: str, domain: str) -> Iterator[Address | None]:
    del domain
    unfolded = re.sub(r"\r?\n ", "", text)
    for entry in re.split(r"\r?\n\r?\n", unfolded):
        if not entry.strip() or entry.startswith(("#", "version:")):
            continue
        yield from _entry(_attributes(entry))


def _attributes(entry: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in entry.splitlines():
        match = re.match(r"([A-Za-z0-9;-]+)(::?) ?(.*)", line)
        if match is None:
            continue
        value = match[3]
        if match[2] == "::":
            try:
                value = base64.b64decode(value).decode("utf-8")
            except (binascii.Error, UnicodeDecodeError):
                continue
        found.setdefault(match[1].lower(), []).append(value)
    return found


def _entry(attributes: Mapping[str, list[str]]) -> Iterator[Address | None]:
    classes = {c.lower() for c in attributes.get("objectclass", [])}
    group = any("group" in c for c in classes)
    main = [v for a in _LDIF_MAIN for v in attributes.get(a, [])]
    more = [v for a in _LDIF_MORE for v in attributes.get(a, [])]
    primary = [v[5:] for v in more if v.startswith("SMTP:")]
    first = (main + primary)[:1]
    for number, value in enumerate(main + [_bare(v) for v in more]):
        if "@" in value:
            alone = number == 0 or value.lower() == (first[0].lower() if first else "")
            kind: AddressKind = ("group" if group else "mailbox") if alone else "alias"
            yield _address(value, kind, "" if alone or not first else first[0])
    if not main and not more:
        yield None


def _bare(value: str) -> str:
    scheme, colon, rest = value.partition(":")
    return (rest if scheme.lower() == "smtp" else "") if colon else value


def _csv(text: str, domain: str) -> Iterator[Address | None]:
    del domain
    delimiter = (
        ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    )
    lines = io.StringIO(text.lstrip("\ufeff"), newline=None)  # any kind of line end
    for row in _rows(csv.DictReader(lines, delimiter=delimiter)):
        cells = [v for k, v in row.items() if k and isinstance(v, str) and _COLUMNS.search(k)]
        addresses = list(
            dict.fromkeys(a.lower() for cell in cells for a in _MAIL.findall(cell))
        )
        for number, one in enumerate(addresses):
            yield _address(
                one, "alias" if number else "mailbox", addresses[0] if number else ""
            )
        if not addresses:
            yield None


def _rows(reader: Iterator[dict[Any, Any]]) -> Iterator[dict[Any, Any]]:
    """Give the rows; one that is no CSV (an endless field) ends the reading as a row that gave nothing."""
    try:
        yield from reader
    except csv.Error:
        yield {}


def _log(text: str, domain: str) -> Iterator[Address | None]:
    """Give the addresses that mail was delivered to: what people wrote, not what it was rewritten to."""
    del domain
    for line in text.splitlines():
        found = (_ORIGINAL.search(line) if "status=sent" in line else None) or _TO.search(line) or _EXIM.search(line)  # fmt: skip
        if found is not None:
            yield _address(found[1], "alias")


_READERS: Mapping[SourceKind, Callable[[str, str], Iterator[Address | None]]] = {
    "postfix": _postfix,
    "aliases": _aliases,
    "ldif": _ldif,
    "csv": _csv,
    "log": _log,
}
