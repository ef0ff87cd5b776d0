"""The places that SMTP checks dial: every address of every MX host of a system."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from migrate_mail.checks.base import Context
from migrate_mail.checks.looking import could_not_look
from migrate_mail.checks.params import MxParams, sides_of
from migrate_mail.errors import NetError
from migrate_mail.finding import Finding, Outcome
from migrate_mail.inventory.model import System
from migrate_mail.net.facts import Endpoint
from migrate_mail.state.records import MailboxSide

SMTP_PORT = 25
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Spot:
    """One address of one MX host of one side."""

    side: MailboxSide
    endpoint: Endpoint

    def __str__(self) -> str:
        return str(self.endpoint)


def system_of(context: Context, side: MailboxSide) -> System:
    """Return one of the two systems."""
    systems = context.inventory.spec.systems
    return systems.old if side == "old" else systems.new


def hosts_of(context: Context, params: MxParams) -> list[tuple[MailboxSide, str]]:
    """Return the MX hosts that are looked at: the one of this instance, or those of the system."""
    found = [
        (side, mx.host.rstrip(".").lower())
        for side in sides_of(params.system)
        for mx in sorted(system_of(context, side).mx, key=lambda mx: mx.preference)
    ]
    item = (context.item or "").rstrip(".").lower()
    return [(side, host) for side, host in found if host == item] or found


def spots(context: Context, params: MxParams) -> Iterator[Spot | Finding]:
    """Give every place to dial; a finding in its stead where a host has none."""
    for side, host in hosts_of(context, params):
        if not legal_host(host):
            yield no_host_name(host)
            continue
        try:
            endpoints = context.dns.endpoints(host, SMTP_PORT, ask=params.ask)
        except NetError as error:
            yield could_not_look(error, host)
            continue
        if not endpoints:
            yield without_address(host)
        yield from (Spot(side, endpoint) for endpoint in endpoints)


def legal_host(host: str) -> bool:
    """Tell whether a name may be an MX host: letters, digits, hyphens, at least two labels.

    RFC 1123 section 2.1: the last label is not a number, so an IP address is no host name.
    """
    labels = host.split(".")
    return (
        len(host) <= 253
        and len(labels) > 1
        and all(_LABEL.fullmatch(label) for label in labels)
        and not labels[-1].isdigit()
    )


def no_host_name(host: str) -> Finding:
    """Return the finding for an MX host that is an IP address or no legal name."""
    return Finding(
        "MX_NO_HOST_NAME",
        Outcome.FAIL,
        host,
        args={"host": host},
        fix="name a host with A or AAAA records under `systems` in migration.yaml: an MX record holds a host name, never an address",
        refs=("RFC 5321 section 5.1", "RFC 1123 section 2.1"),
    )


def without_address(host: str) -> Finding:
    """Return the finding for an MX host that has neither an A nor an AAAA record."""
    return Finding(
        "MX_NO_ADDRESS",
        Outcome.FAIL,
        host,
        args={"host": host},
        fix=f"publish its address: {host}. 300 IN A <IPv4 address>",
        refs=("RFC 5321 section 5.1",),
    )
