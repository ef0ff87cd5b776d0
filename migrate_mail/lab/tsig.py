"""Reads DNS messages that may be signed, and says "wrong key" the way RFC 8945 wants it."""

from __future__ import annotations

import time
from collections.abc import Mapping

import dns.exception
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.tsig
from dns.rcode import Rcode
from dns.rdtypes.ANY.TSIG import TSIG

Keys = Mapping[dns.name.Name, dns.tsig.Key]

_ERRORS: dict[type[dns.exception.DNSException], Rcode] = {
    dns.message.UnknownTSIGKey: dns.rcode.BADKEY,
    dns.tsig.BadKey: dns.rcode.BADKEY,
    dns.tsig.BadAlgorithm: dns.rcode.BADKEY,
    dns.tsig.BadSignature: dns.rcode.BADSIG,
    dns.tsig.BadTime: dns.rcode.BADTIME,
}


def read(wire: bytes, keys: Keys) -> dns.message.Message:
    """Return the message, its signature checked. Raise DNSException on one that does not hold."""
    return dns.message.from_wire(wire, keyring=dict(keys))


def rejection(wire: bytes, error: dns.exception.DNSException) -> dns.message.Message | None:
    """Return NOTAUTH with the TSIG error, unsigned (RFC 8945 section 5.2); None: it was no TSIG error."""
    code = _ERRORS.get(type(error))
    if code is None:
        return None
    query = dns.message.from_wire(wire, keyring=False)
    response = dns.message.make_response(query)
    response.set_rcode(dns.rcode.NOTAUTH)
    if query.tsig:
        response.tsig = _unsigned(query.tsig, query.id, code)
        response.want_tsig_sign = False
    return response


def _unsigned(asked: dns.rrset.RRset, message_id: int, code: Rcode) -> dns.rrset.RRset:
    record = asked[0]
    other = int(time.time()).to_bytes(6, "big") if code == dns.rcode.BADTIME else b""
    rdata = TSIG(  # type: ignore[no-untyped-call]
        dns.rdataclass.ANY,
        dns.rdatatype.TSIG,
        record.algorithm,
        record.time_signed,
        record.fudge,
        b"",
        message_id,
        code,
        other,
    )
    return dns.rrset.from_rdata(asked.name, 0, rdata)
