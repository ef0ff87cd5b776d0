"""`migration.yaml`: who moves, from where to where, and how DNS is changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field

from migrate_mail.files.names import (
    AddressPort,
    Domain,
    HeloName,
    HostPort,
    MailAddress,
    MxName,
    Resolver,
    ServerMaybePort,
    ServerName,
)
from migrate_mail.files.scalars import Duration, Moment, TimeZone
from migrate_mail.files.strict import StrictModel
from migrate_mail.inventory.limits import LimitSettings
from migrate_mail.inventory.login_settings import (
    LoginAs,
    LoginName,
    OAuthSettings,
    TlsWaiver,
)
from migrate_mail.inventory.record_settings import RecordSettings
from migrate_mail.inventory.sending import Sending
from migrate_mail.inventory.submission import SubmissionServer
from migrate_mail.inventory.sync_rules import SyncSettings

SCHEMA = "migrate-mail/migration/v1"
LoginWay = Literal["password", "plain", "login", "token", "xoauth2", "oauthbearer"]
"""`password` and `token` leave the mechanism to what the server offers."""
AddressKind = Literal["mailbox", "alias", "list", "forward", "group", "catch-all"]


class Person(StrictModel):
    """Somebody who owns steps, and how to reach them when mail does not work."""

    name: str
    contact: str | None = Field(
        default=None, description="phone or chat; not a mail address of the domain that moves"
    )


class Cutover(StrictModel):
    """When the MX RRset is to change."""

    at: Moment | None = Field(default=None, description="planned moment, with offset")
    window: Duration | None = None
    time_zone: TimeZone | None = Field(
        default=None,
        description="zone of the times in reports, such as Europe/Berlin; by default the offset of `at`",
    )
    point_of_no_return: str | None = Field(
        default=None,
        description="id of the step after which going back costs more than going on",
    )
    max_conditions: int = Field(
        default=3, ge=0, description="more conditions than this make NO-GO"
    )


class ImapServer(StrictModel):
    """How to reach and log in to one side's IMAP server."""

    host: ServerName
    port: int = Field(default=993, ge=1, le=65535)
    tls: Literal["implicit", "starttls", "none"] = "implicit"
    ca: Path | None = Field(
        default=None, description="PEM file of the CA to trust instead of the system's"
    )
    user: str = Field(
        default="${address}",
        description="login name; ${address} and ${local} are filled in for each account",
    )
    secret: str | None = Field(
        default=None,
        description="secret reference for every account without one of its own; ${address} and ${local} are filled in",
    )
    login: LoginName = Field(
        default="auto",
        description="mechanism; auto takes the best that the server offers. xoauth2 and oauthbearer without `oauth`: the secret is the token",
    )
    login_as: LoginAs | None = Field(
        default=None,
        description="an admin who opens every mailbox that has no secret of its own",
    )
    oauth: OAuthSettings | None = Field(
        default=None, description="access tokens instead of passwords (Microsoft 365, Google)"
    )
    tls_waiver: TlsWaiver | None = Field(
        default=None, description="a bad certificate that is let pass, by name and for a while"
    )
    connections: int = Field(
        default=4,
        ge=1,
        le=100,
        description="connections at the same time; one that no account needs goes to large messages",
    )
    limits: LimitSettings = LimitSettings()


class MxHost(StrictModel):
    """One MX host as it is, or will be, published."""

    host: MxName
    preference: int = Field(default=10, ge=0, le=65535)


class System(StrictModel):
    """One of the two mail systems."""

    mx: list[MxHost] = Field(min_length=1)
    imap: ImapServer
    submission: SubmissionServer | None = Field(
        default=None,
        description="where mail programs send through; its logins are tried with those of IMAP",
    )
    sends: Sending = Sending()


class Systems(StrictModel):
    """The two systems: mail moves from old to new."""

    old: System
    new: System


class TsigKey(StrictModel):
    """The key that signs DNS updates (RFC 8945)."""

    name: str
    algorithm: Literal["hmac-sha256", "hmac-sha384", "hmac-sha512"] = "hmac-sha256"
    secret: str = Field(description="secret reference to the base64 key")


class DnsSettings(StrictModel):
    """How the MX RRset is changed, and what else will be published."""

    driver: Literal["manual", "rfc2136"] = "manual"
    server: ServerMaybePort | None = Field(
        default=None, description="primary that takes updates, host or host:port (rfc2136)"
    )
    key: TsigKey | None = None
    ttl: int = Field(
        default=300, ge=0, le=2147483647, description="TTL of the new MX RRset, seconds"
    )
    records: list[RecordSettings] = Field(
        default_factory=list,
        description="the other records that will be published: checked as if they were there already, and printed to paste",
    )


class Probe(StrictModel):
    """Who we say we are when we test SMTP, and where test mail goes."""

    sender: MailAddress = Field(description="envelope sender of test mail; an address of yours")
    helo: HeloName = Field(description="EHLO name; constant, and yours")
    ca: Path | None = Field(
        default=None,
        description="PEM file of the CA to trust for SMTP and HTTPS instead of the system's",
    )
    canary: dict[Domain, MailAddress] = Field(
        default_factory=dict,
        description="domain: address of the account that gets test mail; by default the first account of the domain",
    )
    within: Duration = Field(
        default="2m", validate_default=True, description="how long a test delivery may take"
    )


class MigrationFile(StrictModel):
    """The whole of migration.yaml."""

    schema_: Literal["migrate-mail/migration/v1"] = Field(alias="schema")
    name: str
    ticket: str | None = None
    domains: list[Domain] = Field(
        min_length=1, description="the mail domains that move, such as example.org"
    )
    systems: Systems
    accounts: Path = Field(
        default=Path("accounts.csv"),
        description="CSV of the mailboxes that move: address,old_user,old_secret,new_user,new_secret",
    )
    addresses: Path | None = Field(
        default=None, description="CSV of everything that can receive: address,kind,target"
    )
    people: dict[str, Person] = Field(default_factory=dict)
    cutover: Cutover = Cutover()
    dns: DnsSettings = DnsSettings()
    sync: SyncSettings = SyncSettings()
    probe: Probe
    resolvers: list[Resolver] = Field(
        default_factory=list,
        description="recursive resolvers to watch, address or address:port; by default the system's",
    )
    validating: list[Resolver] = Field(
        default_factory=list,
        description="resolvers that validate DNSSEC, reached in a way that nobody can meddle with; by default those of `resolvers` on this machine",
    )
    checklists: list[str] = Field(default_factory=lambda: ["builtin:core"], min_length=1)
    connect: dict[HostPort, AddressPort] = Field(
        default_factory=dict,
        description="host:port to dial address:port instead (labs, split networks). Printed in every report",
    )


@dataclass(frozen=True, slots=True)
class SecretRef:
    """Where a secret is kept: `env:NAME`, `file:PATH`, `cmd:COMMAND`, `keyring:SERVICE/USER`, `prompt`.

    `prompt:WORDS` asks with these words.
    """

    scheme: Literal["env", "file", "cmd", "keyring", "prompt"]
    locator: str

    def __str__(self) -> str:
        return f"{self.scheme}:{self.locator}" if self.locator else self.scheme


@dataclass(frozen=True, slots=True)
class Login:
    """Whose mailbox, and what opens it.

    secret: where the password is kept, or what stands for it; None when a person signs in with
    a browser. admin: who logs in on behalf of `user`; empty: the user.
    """

    user: str
    secret: SecretRef | None
    way: LoginWay = "password"
    admin: str = ""
    oauth: OAuthSettings | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """One mailbox that moves."""

    address: str
    old: Login
    new: Login
    line: int = 0

    @property
    def domain(self) -> str:
        """The part after the @, lower-case."""
        return self.address.rpartition("@")[2].lower()


@dataclass(frozen=True, slots=True)
class Address:
    """One address that can receive, whether or not a mailbox is behind it."""

    address: str
    kind: AddressKind
    target: str = ""


@dataclass(frozen=True, slots=True)
class Inventory:
    """migration.yaml with its CSV files, read and checked.

    addresses: every address that can receive, the accounts' own included, no duplicates.
    fingerprint: SHA-256 hex over the content of all files; secrets are not in them.
    """

    spec: MigrationFile
    path: Path
    accounts: tuple[Account, ...]
    addresses: tuple[Address, ...]
    fingerprint: str

    @property
    def base(self) -> Path:
        """The folder that relative paths start from."""
        return self.path.parent

    def canary(self, domain: str) -> Account | None:
        """Return the account that gets test mail of a domain: the one named, else the domain's first."""
        named = self.spec.probe.canary.get(domain, "").lower()
        mine = [a for a in self.accounts if a.domain == domain]
        return next(
            (a for a in self.accounts if a.address.lower() == named),
            mine[0] if mine and not named else None,
        )
