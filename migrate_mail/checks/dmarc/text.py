"""What a DMARC record says (RFC 9989 section 4.7). PURE."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

_RECORD = re.compile(r"v[ \t]*=[ \t]*DMARC1[ \t]*(;|$)")
_TAG = re.compile(r"[ \t]*([A-Za-z]+)[ \t]*=[ \t]*(.*?)[ \t]*")
Policy = Literal["none", "quarantine", "reject"]
_POLICIES = ("none", "quarantine", "reject")
GONE = ("pct", "rf", "ri")
"""Tags of RFC 7489 that RFC 9989 has no more (its appendix C.5.2)."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record. rua, ruf: the addresses that reports go to, as far as they are mail addresses."""

    tags: Mapping[str, str]

    @property
    def policy(self) -> str:
        """What is asked for mail that fails."""
        return self.tags.get("p", "none").lower()

    @property
    def for_subdomains(self) -> str:
        """What is asked for mail from names below."""
        return self.tags.get("sp", self.policy).lower()

    @property
    def reports(self) -> tuple[str, ...]:
        """Return the mail addresses that reports go to, each once, in their order."""
        uris = ",".join(self.tags.get(tag, "") for tag in ("rua", "ruf")).split(",")
        return tuple(dict.fromkeys(a for a in map(mail_address, uris) if a))


def is_dmarc(text: str) -> bool:
    """Tell whether a TXT record is one of DMARC: the version comes first, in capitals."""
    return _RECORD.match(text) is not None


def read_dmarc(text: str) -> Record:
    """Read a record; ValueError names everything that is wrong with it."""
    tags: dict[str, str] = {}
    faults: list[str] = []
    for part in text.split(";"):
        if not part.strip():
            continue
        found = _TAG.fullmatch(part)
        if found is None:
            faults.append(f"`{part.strip()}` is no tag=value")
        elif found[1].lower() in tags:
            faults.append(f"{found[1]} stands there twice")
        else:
            tags[found[1].lower()] = found[2]
    faults += _odd_values(tags)
    if faults:
        raise ValueError("; ".join(faults))
    return Record(tags)


def _odd_values(tags: Mapping[str, str]) -> list[str]:
    faults = [
        f"{tag}={tags[tag]} is none of {', '.join(wanted)}"
        for tag, wanted in (
            ("p", _POLICIES), ("sp", _POLICIES), ("np", _POLICIES),
            ("adkim", ("r", "s")), ("aspf", ("r", "s")),
        )
        if tag in tags and tags[tag].lower() not in wanted
    ]  # fmt: skip
    if "p" not in tags and "rua" not in tags:
        faults.append("there is no p")
    for tag in ("rua", "ruf"):
        uris = [u.strip() for u in tags.get(tag, "").split(",") if u.strip()]
        faults += [f"{tag}: `{uri}` is no URI" for uri in uris if ":" not in uri]
    return faults


def mail_address(uri: str) -> str:
    """Return the address in a mailto URI, without a size limit (`!10m`); empty for anything else."""
    scheme, _, rest = uri.strip().partition(":")
    if scheme.lower() != "mailto" or "@" not in rest:
        return ""
    return unquote(rest.partition("!")[0].partition("?")[0]).lower()


def walk(domain: str) -> list[str]:
    """Return the names where a policy may stand: the domain, then up, eight at most (RFC 9989 section 4.10)."""
    labels = domain.rstrip(".").lower().split(".")
    names = [".".join(labels[n:]) for n in range(len(labels))]
    return names if len(names) <= 8 else [names[0], *names[-7:]]
