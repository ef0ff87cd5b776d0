"""A whole zone from a name server that hands it out (AXFR, RFC 5936)."""

from __future__ import annotations

import struct

import dns.exception
import dns.query
import dns.rcode
import dns.rdataset
import dns.rdatatype
import dns.xfr
import dns.zone

from migrate_mail.net.boundary import explain
from migrate_mail.net.dns_answer import records_of
from migrate_mail.net.dns_facts import ServedRrset, Transfer
from migrate_mail.net.facts import Endpoint

_MOST = 20_000
"""RRsets; a larger zone is not a mail domain's."""
_SIGNERS = {"RRSIG", "NSEC", "NSEC3", "NSEC3PARAM"}
"""Types that whoever signs the zone makes anew."""


def transfer(server: Endpoint, apex: str, *, timeout: float) -> Transfer:
    """Ask one server for the zone; why it gave none is in the words of the answer."""
    zone = dns.zone.Zone(apex, relativize=False)
    try:
        dns.query.inbound_xfr(
            server.ip, zone, port=server.port, timeout=timeout, lifetime=10 * timeout
        )
    except dns.xfr.TransferError as exc:
        return Transfer(apex, server, text=dns.rcode.to_text(exc.rcode))
    except dns.exception.Timeout:
        return Transfer(apex, server, text=f"no answer in {timeout:g} s")
    except OSError as exc:
        return Transfer(apex, server, text=explain(exc)[1])
    except (dns.exception.DNSException, EOFError, ValueError, KeyError, struct.error) as exc:
        return Transfer(apex, server, text=f"no zone came: {str(exc) or type(exc).__name__}")
    found = tuple(_rrsets(zone))
    if len(found) > _MOST:
        return Transfer(apex, server, text=f"the zone has {len(found)} RRsets")
    return Transfer(apex, server, found)


def _rrsets(zone: dns.zone.Zone) -> list[ServedRrset]:
    return [
        ServedRrset(name.to_text().lower(), rtype, int(found.ttl), records_of(found))
        for name, found in zone.iterate_rdatasets()
        if (rtype := dns.rdatatype.to_text(found.rdtype)) not in _SIGNERS
    ]
