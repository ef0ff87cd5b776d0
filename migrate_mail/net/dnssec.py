"""Whether names are signed, as a validating resolver that the admin trusts tells; else unknown.

We validate nothing ourselves. AD in an answer counts because of who says it and how it reaches us
(RFC 4035 section 4.9.3): a resolver on this machine, or one that migration.yaml names.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype

from migrate_mail.net.dns_answer import absolute
from migrate_mail.net.dns_facts import Validation
from migrate_mail.net.dns_wire import PAYLOAD, NoAnswer, exchange, rcode_text
from migrate_mail.net.facts import Endpoint

_SAYS = {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}


class Validator:
    """Asks the trusted resolvers in turn until one can tell."""

    def __init__(self, resolvers: Sequence[Endpoint], *, timeout: float, tries: int) -> None:
        self._resolvers = tuple(resolvers)
        self._timeout = timeout
        self._tries = tries

    def zone(self, apex: str) -> Validation:
        """Tell whether a zone is secure, insecure or bogus. Only its apex is asked for."""
        found = Validation(apex, "unknown", "no resolver is trusted to validate")
        for server in self._resolvers:
            try:
                found = self._told(server, apex)
            except NoAnswer as exc:
                found = Validation(apex, "unknown", f"{exc.status}: {exc.text}", server)
            except ValueError as exc:
                return Validation(apex, "unknown", str(exc), server)
            if found.state != "unknown":
                break
        return found

    def _told(self, server: Endpoint, apex: str) -> Validation:
        reply = self._ask(server, apex, "SOA")
        if reply.rcode() == dns.rcode.SERVFAIL:
            return self._bogus(server, apex)
        if reply.rcode() not in _SAYS:
            return Validation(apex, "unknown", rcode_text(reply), server)
        if reply.flags & dns.flags.AD:
            return Validation(apex, "secure", "the resolver has validated it (AD)", server)
        return self._unsigned(server, apex)

    def _bogus(self, server: Endpoint, apex: str) -> Validation:
        """SERVFAIL that turns into an answer when nobody checks is a signature that does not fit."""
        unchecked = self._ask(server, apex, "SOA", check=False)
        if unchecked.rcode() in _SAYS:
            text = "SERVFAIL, and an answer when checking is disabled (CD)"
            return Validation(apex, "bogus", text, server)
        text = f"SERVFAIL, with checking disabled {rcode_text(unchecked)}"
        return Validation(apex, "unknown", text, server)

    def _unsigned(self, server: Endpoint, apex: str) -> Validation:
        """No AD: the parent says with a DS that it should be there, or that there is no chain."""
        parent = self._ask(server, apex, "DS")
        if parent.rcode() not in _SAYS:
            text = f"no AD, and the DS at the parent: {rcode_text(parent)}"
            return Validation(apex, "unknown", text, server)
        if any(rrset.rdtype == dns.rdatatype.DS for rrset in parent.answer):
            text = (
                "the parent has a DS, but the resolver does not say that it validated (no AD)"
            )
            return Validation(apex, "unknown", text, server)
        return Validation(apex, "insecure", "no AD, and no DS at the parent", server)

    def _ask(
        self, server: Endpoint, name: str, rtype: str, *, check: bool = True
    ) -> dns.message.Message:
        query = dns.message.make_query(absolute(name), rtype, use_edns=0, payload=PAYLOAD)
        # RFC 6840 section 5.7: AD in a question asks for AD in the answer.
        query.flags |= dns.flags.AD | (0 if check else dns.flags.CD)
        return exchange(server, query, timeout=self._timeout, tries=self._tries)


def on_this_machine(ip: str) -> bool:
    """Tell whether an address is of this machine, so that nobody sits between it and us."""
    return ipaddress.ip_address(ip).is_loopback
