"""Names made from addresses: where PTR records stand, and what a blocking list is asked. PURE."""

from __future__ import annotations

import dns.name
import dns.reversename


def reverse_name(ip: str) -> str:
    """Return the name under which the PTR record of an address is (RFC 1035 section 3.5)."""
    return dns.reversename.from_address(ip).to_text(omit_final_dot=True)


def list_name(ip: str, zone: str) -> str:
    """Return what to ask a list about an address: octets or nibbles in reverse (RFC 5782 section 2)."""
    origin = dns.name.from_text(zone)
    return dns.reversename.from_address(ip, origin, origin).to_text(omit_final_dot=True)
