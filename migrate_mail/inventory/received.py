"""Addresses that mail was received for, out of the header fields of a message. PURE."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.errors import MessageError
from email.parser import BytesHeaderParser
from email.utils import getaddresses

DELIVERED = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
"""What servers write at delivery: the address that really received the message."""
NAMED = ("To", "Cc")
"""What the sender wrote: it may be a mailing list's, or made up."""
FIELDS = " ".join((*DELIVERED, *NAMED)).upper()
_ADDRESS = re.compile(r"[^\s,;:<>\"'()@\\]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")


@dataclass(frozen=True, slots=True)
class Receivers:
    """Addresses in lower case. delivered: as the server says; named: only as the sender says."""

    delivered: frozenset[str]
    named: frozenset[str]


def receivers(header: bytes) -> Receivers:
    """Read the fields of one message; what is no address is passed over."""
    try:
        parsed = BytesHeaderParser().parsebytes(header)
        delivered = _in([str(v) for name in DELIVERED for v in parsed.get_all(name, [])])
        named = _in([str(v) for name in NAMED for v in parsed.get_all(name, [])])
    except (MessageError, ValueError, LookupError):
        return Receivers(frozenset(), frozenset())
    return Receivers(delivered, named - delivered)


def _in(values: list[str]) -> frozenset[str]:
    # One by one: newer Pythons give nothing for all of them when one is not as it should be.
    found = (address.lower() for value in values for _, address in getaddresses([value]))
    return frozenset(a for a in found if _ADDRESS.fullmatch(a))
