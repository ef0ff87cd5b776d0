"""How an authoritative name server answers a question from its zones (RFC 1034 section 4.3.2)."""

from __future__ import annotations

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import dns.zone

from migrate_mail.lab.zones import Zones, node_at

_CHAIN = 8
"""Aliases to follow before we take them for a loop."""


def answer(zones: Zones, query: dns.message.Message) -> dns.message.Message:
    """Return the authoritative answer; REFUSED for zones that are not ours."""
    response = dns.message.make_response(query)
    question = query.question[0]
    zone = zones.find(question.name.canonicalize())
    if zone is None:
        response.set_rcode(dns.rcode.REFUSED)
        return response
    response.flags |= dns.flags.AA
    _fill(response, zone, question.name.canonicalize(), question.rdtype)
    return response


def whole(zone: dns.zone.Zone, query: dns.message.Message) -> dns.message.Message:
    """Return a whole zone in one message, between two SOA records (RFC 5936 section 2.2)."""
    response = dns.message.make_response(query)
    response.flags |= dns.flags.AA
    origin = _origin(zone)
    rrsets = [
        dns.rrset.from_rdata_list(name, found.ttl, list(found))
        for name, found in zone.iterate_rdatasets()
    ]
    head = [r for r in rrsets if (r.name, r.rdtype) == (origin, dns.rdatatype.SOA)]
    response.answer = [*head, *(r for r in rrsets if r not in head), *head]
    return response


def _fill(
    response: dns.message.Message,
    zone: dns.zone.Zone,
    name: dns.name.Name,
    rtype: dns.rdatatype.RdataType,
) -> None:
    for _ in range(_CHAIN):
        target = _step(response, zone, name, rtype)
        if target is None or not target.is_subdomain(_origin(zone)):
            return
        name = target


def _step(
    response: dns.message.Message,
    zone: dns.zone.Zone,
    name: dns.name.Name,
    rtype: dns.rdatatype.RdataType,
) -> dns.name.Name | None:
    """Add what the zone says of one name; return where an alias leads."""
    node = node_at(zone, name)
    if node is None:
        response.set_rcode(dns.rcode.NXDOMAIN)
        _add_soa(response, zone)
        return None
    for kind in (rtype, dns.rdatatype.CNAME):
        found = node.get_rdataset(dns.rdataclass.IN, kind)
        if found:
            response.answer.append(dns.rrset.from_rdata_list(name, found.ttl, list(found)))
            alias = kind == dns.rdatatype.CNAME and rtype != kind
            return found[0].target.canonicalize() if alias else None
    _add_soa(response, zone)
    return None


def _add_soa(response: dns.message.Message, zone: dns.zone.Zone) -> None:
    """Add the SOA that says how long "no" may be remembered (RFC 2308 section 3)."""
    soa = zone.get_soa()
    ttl = min(zone.find_rdataset(_origin(zone), "SOA").ttl, soa.minimum)
    response.authority.append(dns.rrset.from_rdata(_origin(zone), ttl, soa))


def _origin(zone: dns.zone.Zone) -> dns.name.Name:
    assert zone.origin is not None
    return zone.origin
