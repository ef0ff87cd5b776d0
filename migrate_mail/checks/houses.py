"""Whose a host is, as far as its name tells: the domain that somebody registered. PURE."""

from __future__ import annotations

_SHARED = frozenset({"ac", "co", "com", "edu", "gob", "gov", "gv", "ne", "net", "or", "org"})
"""Labels below which countries register names, as in example.co.uk."""
_SAME = {
    "office.com": "outlook.com",
    "office365.com": "outlook.com",
    "onmicrosoft.com": "outlook.com",
    "googlemail.com": "google.com",
}
"""Second names of providers whose mail hosts have several."""


def house_of(host: str) -> str:
    """Return the domain that a host is in: two labels, three where a country has co.uk and the like."""
    labels = host.rstrip(".").lower().split(".")
    country = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SHARED
    domain = ".".join(labels[-3:] if country else labels[-2:])
    return _SAME.get(domain, domain)
