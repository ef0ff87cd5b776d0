"""Who takes a domain's mail, by the names of its MX hosts. PURE.

The names and IMAP hosts are facts that change: as of November 2026, from what the providers publish. They are
proposals that a person confirms, and nothing is concluded from an MX host that is not here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Kind = Literal["google", "microsoft", "hosting", "filter"]


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider that is known by its MX hosts.

    ends: how names of its MX hosts end. imap: its IMAP host; empty: it has none, or it is not known.
    spf: what lets it send. leaving: the shipped checklist for old; arriving: the one for new.
    """

    name: str
    kind: Kind
    ends: tuple[str, ...]
    imap: str = ""
    spf: str = ""
    leaving: str = ""
    arriving: str = ""


PROVIDERS = (
    Provider(
        "Google Workspace", "google", (".google.com", ".googlemail.com"), "imap.gmail.com",
        "include:_spf.google.com", "from-google-workspace", "google-workspace",
    ),
    Provider(
        "Microsoft 365", "microsoft", (".mail.protection.outlook.com", ".mx.microsoft"),
        "outlook.office365.com", "include:spf.protection.outlook.com", "from-microsoft-365", "microsoft-365",
    ),
    Provider("IONOS", "hosting", (".kundenserver.de", ".ionos.com", ".ionos.de"), "imap.ionos.de"),
    Provider("STRATO", "hosting", (".rzone.de",), "imap.strato.de"),
    Provider("OVHcloud", "hosting", (".ovh.net",), "ssl0.ovh.net"),
    Provider("Gandi", "hosting", (".gandi.net",), "mail.gandi.net"),
    Provider("Fastmail", "hosting", (".messagingengine.com",), "imap.fastmail.com"),
    Provider("mailbox.org", "hosting", (".mailbox.org",), "imap.mailbox.org"),
    Provider("Infomaniak", "hosting", (".infomaniak.ch",), "mail.infomaniak.com"),
    Provider("Zoho Mail", "hosting", (".zoho.com", ".zoho.eu"), "imap.zoho.com"),
    Provider("Proton Mail (IMAP by its bridge only)", "hosting", (".protonmail.ch",)),
    Provider("Mimecast, a filter: the mailboxes are behind it", "filter", (".mimecast.com",)),
    Provider("Proofpoint, a filter: the mailboxes are behind it", "filter", (".pphosted.com", ".ppe-hosted.com")),
    Provider("Barracuda, a filter: the mailboxes are behind it", "filter", (".barracudanetworks.com",)),
    Provider("Hornetsecurity, a filter: the mailboxes are behind it", "filter", (".hornetsecurity.com",)),
)  # fmt: skip


def provider_of(hosts: Iterable[str]) -> Provider | None:
    """Return the provider of these MX hosts; None when it is not known, or they are of several."""
    found = {_of(host) for host in hosts}
    return found.pop() if len(found) == 1 else None


def _of(host: str) -> Provider | None:
    name = "." + host.rstrip(".").lower()
    return next((p for p in PROVIDERS if name.endswith(p.ends)), None)
