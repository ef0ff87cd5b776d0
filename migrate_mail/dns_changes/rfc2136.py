"""The driver for DNS servers that take dynamic updates: one signed compare-and-swap (RFC 2136, RFC 8945)."""

from __future__ import annotations

import binascii
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.tsig
import dns.update

from migrate_mail.dns_changes.model import Change, RRset
from migrate_mail.dns_changes.plan import in_words, same, seen_rrset
from migrate_mail.errors import NetError, Refused, UserError
from migrate_mail.net.boundary import explain
from migrate_mail.net.dns_facts import DnsAnswer
from migrate_mail.net.facts import Endpoint
from migrate_mail.secret import Secret

_PHASE = "UPDATE"
_CAS_FAILED = {dns.rcode.NXRRSET, dns.rcode.YXRRSET, dns.rcode.NXDOMAIN, dns.rcode.YXDOMAIN}
_NOT_ALLOWED = {
    dns.rcode.REFUSED,
    dns.rcode.NOTAUTH,
    dns.rcode.NOTZONE,
    dns.rcode.NOTIMP,
    dns.rcode.FORMERR,
}
_PEER: dict[type[dns.exception.DNSException], str] = {
    dns.tsig.PeerBadKey: "the server does not know the key",
    dns.tsig.PeerBadSignature: "the server finds the signature wrong: the secret is not the key's",
    dns.tsig.PeerBadTime: "the server's clock and ours differ by more than the signature allows",
    dns.tsig.PeerBadTruncation: "the server finds the signature too short",
}


@dataclass(frozen=True, slots=True)
class KeySource:
    """A TSIG key whose secret is resolved when the update is signed, and not before."""

    name: str
    algorithm: str
    secret: Callable[[], Secret] = field(repr=False)

    def key(self) -> dns.tsig.Key:
        """Return the key itself. Raise UserError when the secret is no base64."""
        try:
            return dns.tsig.Key(self.name, self.secret().reveal(), self.algorithm)
        except (binascii.Error, ValueError):
            raise UserError(
                f"the secret of the TSIG key {self.name} is no base64",
                hint="check what `dns.key.secret` refers to: the key's secret alone, as in its key file",
            ) from None


@dataclass(frozen=True, slots=True)
class Rfc2136:
    """Sends one update to the primary. primary: its addresses, found when they are needed.

    ask: asks one name server one question (`net.Dns.ask`). key None: unsigned.
    """

    primary: Callable[[], list[Endpoint]] = field(repr=False)
    ask: Callable[[Endpoint, str, str], DnsAnswer] = field(repr=False)
    key: KeySource | None
    server: str
    timeout: float = 10.0
    name: str = "rfc2136"

    def describe(self, change: Change) -> str:
        """Return the update in words; nothing is sent."""
        signed = (
            f"signed with {self.key.name} ({self.key.algorithm})" if self.key else "unsigned"
        )
        there = change.before.values
        held = ", ".join(there) or f"no {change.before.rtype}"
        rule = "RFC 2136 section 2.4.2" if there else "RFC 2136 section 2.4.3"
        return (
            f"one update to {self.server} over TCP, {signed}\n"
            f"prerequisite ({rule}): the zone holds exactly {held}"
        )

    def apply(self, change: Change) -> str:
        """Send the update; a zone that holds `after` already is fine."""
        endpoints = self.primary()
        if not endpoints:
            raise UserError(
                f"dns.server: {self.server} has no address",
                hint="write the address of the primary, or put it under `connect:`",
            )
        endpoint, rcode = self._send(endpoints, self._message(change))
        if rcode == dns.rcode.NOERROR:
            return f"{endpoint} answered NOERROR"
        if rcode in _CAS_FAILED:
            return self._already(endpoint, change, rcode)
        raise self._denied(endpoint, change, rcode)

    def _message(self, change: Change) -> dns.update.UpdateMessage:
        key = self.key.key() if self.key else None
        message = dns.update.UpdateMessage(change.zone, keyring=key)
        _swap(message, change.before, change.after)
        return message

    def _send(
        self, endpoints: list[Endpoint], message: dns.update.UpdateMessage
    ) -> tuple[Endpoint, dns.rcode.Rcode]:
        """Send to the first address that takes a connection: what was not sent may be sent again."""
        for endpoint in endpoints[:-1]:
            try:
                return endpoint, self._once(endpoint, message)
            except NetError as error:
                if error.kind not in {"refused", "unreachable"}:
                    raise
        return endpoints[-1], self._once(endpoints[-1], message)

    def _once(self, endpoint: Endpoint, message: dns.update.UpdateMessage) -> dns.rcode.Rcode:
        try:
            reply = dns.query.tcp(
                message, endpoint.ip, port=endpoint.port, timeout=self.timeout
            )
        except dns.tsig.PeerError as error:
            raise self._key_problem(endpoint, _PEER.get(type(error), str(error))) from None
        except dns.exception.Timeout:
            text = f"no answer in {self.timeout:g} s"
            raise NetError("timeout", str(endpoint), _PHASE, text) from None
        except (OSError, EOFError) as error:
            kind, text = explain(error, _PHASE)
            raise NetError(kind, str(endpoint), _PHASE, text) from None
        except (dns.exception.DNSException, ValueError, struct.error) as error:
            text = f"not an answer that we can trust: {str(error) or type(error).__name__}"
            raise NetError("garbage", str(endpoint), _PHASE, text) from None
        self._must_be_signed(endpoint, reply)
        return reply.rcode()

    def _must_be_signed(self, endpoint: Endpoint, reply: dns.message.Message) -> None:
        """Trust a "done" only with the server's signature (RFC 8945 section 5.3); a "no" needs none."""
        if self.key and reply.rcode() == dns.rcode.NOERROR and not reply.had_tsig:
            text = "the answer NOERROR is not signed, although the update was"
            raise NetError("garbage", str(endpoint), _PHASE, text)

    def _already(self, endpoint: Endpoint, change: Change, rcode: dns.rcode.Rcode) -> str:
        """Look what the zone holds instead: a repeated update finds `after`, and that is fine."""
        code = dns.rcode.to_text(rcode)
        answer = self.ask(endpoint, change.after.name, change.after.rtype)
        if answer.silent:
            raise NetError(
                "denied", str(endpoint), _PHASE, f"{code}, and it does not say what it holds"
            )
        found = seen_rrset(answer)
        if same(found, change.after):
            return f"{endpoint} holds it already ({code})"
        raise Refused(
            f"{change.after.name} {change.after.rtype}: somebody changed it: {endpoint} holds"
            f" {in_words(found)}, and not {in_words(change.before)} ({code}); nothing was changed",
            hint="find out who and why, then plan again: the plan is made from what is there",
        )

    def _denied(
        self, endpoint: Endpoint, change: Change, rcode: dns.rcode.Rcode
    ) -> UserError | NetError:
        """Say what a code means that is no success; after SERVFAIL nobody can say what was done."""
        code = dns.rcode.to_text(rcode)
        if rcode not in _NOT_ALLOWED:
            return NetError("denied", str(endpoint), _PHASE, code)
        who = f"the key {self.key.name}" if self.key else "an update without a key"
        return UserError(
            f"{endpoint} does not let {who} change {change.zone}: {code}; nothing was changed",
            hint="allow updates of this zone with this key at the primary (`dns.server`, `dns.key`)",
        )

    def _key_problem(self, endpoint: Endpoint, text: str) -> UserError:
        name = self.key.name if self.key else "(none)"
        return UserError(
            f"{endpoint}: TSIG key {name}: {text}; nothing was changed",
            hint="compare name, algorithm and secret of `dns.key` with the server's, and both clocks",
        )


def _swap(message: dns.update.UpdateMessage, before: RRset, after: RRset) -> None:
    """Write the compare-and-swap: the whole old RRset as prerequisite, the whole new one after."""
    if before.values:
        message.present(before.name, before.rtype, *before.values)
    else:
        message.absent(before.name, before.rtype)
    if after.values:
        message.replace(after.name, after.ttl, after.rtype, *after.values)
    else:
        message.delete(after.name, after.rtype)
