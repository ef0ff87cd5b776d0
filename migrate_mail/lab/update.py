"""How a primary name server takes a dynamic update: permission, prerequisites, change (RFC 2136 section 3)."""

from __future__ import annotations

from collections.abc import Mapping

import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.rrset
import dns.tsig
import dns.update
import dns.zone
from dns.rcode import Rcode

from migrate_mail.lab.zones import Name, Zones, bump

Grants = Mapping[Name, Name]
"""Zone apex: name of the key that may change it."""

_ANY, _NONE = dns.rdataclass.ANY, dns.rdataclass.NONE


def judge(zones: Zones, grants: Grants, message: dns.update.UpdateMessage) -> Rcode:
    """Return the rcode that the update deserves as the zone is now; nothing is changed."""
    zone = zones.exact(message.zone[0].name)
    if zone is None or zone.origin is None:
        return dns.rcode.NOTAUTH
    signer = message.keyname if message.had_tsig else None
    if signer is None or grants.get(zone.origin.canonicalize()) != signer.canonicalize():
        return dns.rcode.REFUSED
    return _prerequisites(zone, message.prerequisite)


def apply(zones: Zones, message: dns.update.UpdateMessage) -> None:
    """Make the change; the serial goes up."""
    zone = zones.exact(message.zone[0].name)
    assert zone is not None
    with zone.writer() as edit:
        for rrset in message.update:
            _edit(edit, rrset, apex=rrset.name.canonicalize() == zone.origin)
        bump(edit, zone)


def _prerequisites(zone: dns.zone.Zone, wanted: list[dns.rrset.RRset]) -> Rcode:
    """Check each prerequisite (section 3.2); those with values are compared as whole RRsets."""
    values: dict[tuple[Name, dns.rdatatype.RdataType], set[dns.rdata.Rdata]] = {}
    for rrset in wanted:
        owner = rrset.name.canonicalize()
        if not owner.is_subdomain(zone.origin or dns.name.root):
            return dns.rcode.NOTZONE
        if rrset.deleting is None:
            values.setdefault((owner, rrset.rdtype), set()).update(rrset)
            continue
        rcode = _presence(zone, owner, rrset)
        if rcode != dns.rcode.NOERROR:
            return rcode
    same = all(set(_rdatas(zone, *key)) == rdatas for key, rdatas in values.items())
    return dns.rcode.NOERROR if same else dns.rcode.NXRRSET


def _presence(zone: dns.zone.Zone, owner: Name, rrset: dns.rrset.RRset) -> Rcode:
    """Check "is in use" (class ANY) and "is not in use" (class NONE), of a name or of an RRset."""
    whole_name = rrset.rdtype == dns.rdatatype.ANY
    there = bool(zone.get_node(owner) if whole_name else _rdatas(zone, owner, rrset.rdtype))
    if there == (rrset.deleting == _ANY):
        return dns.rcode.NOERROR
    if there:
        return dns.rcode.YXDOMAIN if whole_name else dns.rcode.YXRRSET
    return dns.rcode.NXDOMAIN if whole_name else dns.rcode.NXRRSET


def _rdatas(
    zone: dns.zone.Zone, owner: Name, rtype: dns.rdatatype.RdataType
) -> list[dns.rdata.Rdata]:
    return list(zone.get_rdataset(owner, rtype) or ())


def _edit(edit: dns.zone.Transaction, rrset: dns.rrset.RRset, *, apex: bool) -> None:
    """Carry out one record of the update section (section 3.4.2)."""
    owner = rrset.name.canonicalize()
    keep = apex and rrset.rdtype in {dns.rdatatype.SOA, dns.rdatatype.NS, dns.rdatatype.ANY}
    if rrset.deleting is None:
        # The RRset takes the TTL of what is added: one RRset has one TTL (RFC 2181 section 5.2).
        edit.add(owner, dns.rdataset.from_rdata_list(rrset.ttl, list(rrset)))
    elif keep:
        return  # an apex never loses SOA and NS
    elif rrset.deleting == _NONE:
        edit.delete(owner, dns.rdataset.from_rdata_list(0, list(rrset)))
    elif rrset.rdtype == dns.rdatatype.ANY:
        edit.delete(owner)
    else:
        edit.delete(owner, rrset.rdtype)
