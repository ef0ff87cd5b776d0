"""The rest of the world: sends a message by MX, asking the lab's resolver, as any mail server would."""

from __future__ import annotations

import smtplib
from collections.abc import Mapping

import dns.message
import dns.query
import dns.rdatatype

_PATIENCE = 5


def send(
    resolver_port: int, connect: Mapping[str, str], *, sender: str, to: str, subject: str
) -> str:
    """Send one short message; returns the MX host that took it."""
    host = _best_mx(resolver_port, to.rpartition("@")[2])
    address, _, port = connect[f"{host}:25"].rpartition(":")
    body = f"From: <{sender}>\r\nTo: <{to}>\r\nSubject: {subject}\r\n\r\n{subject}\r\n"
    with smtplib.SMTP(
        address, int(port), timeout=_PATIENCE, local_hostname="mail.holz.example"
    ) as client:
        client.sendmail(sender, [to], body.encode())
    return host


def _best_mx(resolver_port: int, domain: str) -> str:
    query = dns.message.make_query(domain, "MX")
    reply = dns.query.udp(query, "127.0.0.1", port=resolver_port, timeout=_PATIENCE)
    records = [
        rdata for rrset in reply.answer if rrset.rdtype == dns.rdatatype.MX for rdata in rrset
    ]
    best = min(records, key=lambda rdata: int(rdata.preference))
    return str(best.exchange.to_text(omit_final_dot=True))
