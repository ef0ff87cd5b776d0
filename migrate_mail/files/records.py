"""DNS records as admins write them in files: an owner name, a type, a value; each wrong one says why."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

from migrate_mail.files.names import host_name, wrong

NAMES_ONLY = frozenset({"A", "AAAA", "CNAME", "MX", "PTR", "SRV"})
"""Types whose value may be lower-cased as a whole."""

_LABEL = re.compile(r"_[a-z0-9_-]{0,62}")
_CHUNK = 255
"""Octets of one character-string (RFC 1035 section 3.3)."""


def owner_name(text: str) -> str:
    """Return the whole name of a record: lower-case, no dot at the end; underscores are welcome."""
    name = text.removesuffix(".").lower()
    if text == "@" or "." not in name:
        hint = "write the whole name, such as _dmarc.example.org"
        raise wrong("bad-name", f"`{text[:60]}` is no whole name", hint)
    labels = [part if _LABEL.fullmatch(part) else host_name(part) for part in name.split(".")]
    whole = ".".join(labels)
    if len(whole) > 253:
        raise wrong("bad-name", f"a name of {len(whole)} octets; DNS allows 253")
    return whole


def record_value(rtype: str, text: str) -> str:
    """Return one value as a DNS server would give it in text. Raise ValueError with what is wrong.

    Text for TXT may be written without quotes; it is then cut into strings of 255 octets.
    """
    # Late: only who plans records pays for the parser.
    import dns.exception
    import dns.name
    import dns.rdata

    written = _quoted(text) if rtype == "TXT" and not text.startswith('"') else text
    try:
        rdata = dns.rdata.from_text(
            "IN", rtype, written, origin=dns.name.root, relativize=False
        )
    except (dns.exception.DNSException, ValueError) as exc:
        raise ValueError(str(exc) or type(exc).__name__) from exc
    value = rdata.to_text()
    return value.lower() if rtype in NAMES_ONLY else value


def _quoted(text: str) -> str:
    octets = text.encode()
    parts = [octets[i : i + _CHUNK] for i in range(0, len(octets), _CHUNK)] or [b""]
    return " ".join(f'"{"".join(map(_escaped, part))}"' for part in parts)


def _escaped(octet: int) -> str:
    """Return an octet in the text form of RFC 1035 section 5.1."""
    if octet in b'"\\':
        return f"\\{chr(octet)}"
    return chr(octet) if 32 <= octet < 127 else f"\\{octet:03d}"


OwnerName = Annotated[str, AfterValidator(owner_name)]
"""The whole name of a record, lower-case."""
