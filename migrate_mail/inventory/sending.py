"""From where a system sends mail, and how it signs: the `sends:` part of a system in migration.yaml."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from migrate_mail.files.names import HeloName, host_name, wrong
from migrate_mail.files.strict import StrictModel

_SELECTOR = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")


def sending_address(text: str) -> str:
    """Return an IP address in its one spelling."""
    try:
        return str(ipaddress.ip_address(text.removeprefix("[").removesuffix("]")))
    except ValueError:
        hint = "receivers judge the address that connects to them: name it as 192.0.2.1 or 2001:db8::1"
        raise wrong("not-an-ip", f"`{text[:60]}` is no IP address", hint) from None


def selector(text: str) -> str:
    """Return a DKIM selector in lower case (RFC 6376 section 3.1)."""
    name = text.lower()
    if "_domainkey" in name:
        hint = f"write only what stands before ._domainkey: {name.partition('._domainkey')[0]}"
        raise wrong("bad-selector", f"`{text[:60]}` is more than a selector", hint)
    if not _SELECTOR.fullmatch(name):
        return host_name(text)
    return name


IpAddress = Annotated[str, AfterValidator(sending_address)]
"""An IPv4 or IPv6 address."""
Selector = Annotated[str, AfterValidator(selector)]
"""A DKIM selector, without `._domainkey` and the domain."""


class Sending(StrictModel):
    """What receivers of its mail see of a system. SPF, DKIM and DMARC are judged by it."""

    addresses: list[IpAddress] = Field(
        default_factory=list,
        description="every IP address that mail leaves from, IPv4 and IPv6",
    )
    helo: list[HeloName] = Field(
        default_factory=list, description="the names that it says in EHLO when it sends"
    )
    selectors: list[Selector] = Field(
        default_factory=list,
        description="the DKIM selectors that it signs with, such as s2026 for s2026._domainkey.example.org",
    )
    sample: Path | None = Field(
        default=None,
        description="a message that this system sent to the outside, saved as it arrived (.eml): its signature is verified",
    )
