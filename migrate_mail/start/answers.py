"""What a person says about a new migration: one model for the questions and for a file of answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from migrate_mail.files.complaint import InvalidFiles
from migrate_mail.files.names import (
    AddressPort,
    HeloName,
    HostPort,
    MailAddress,
    ServerMaybePort,
    dotted_name,
    wrong,
)
from migrate_mail.files.scalars import Moment
from migrate_mail.files.secretish import WANTED, split_reference
from migrate_mail.files.strict import StrictModel
from migrate_mail.files.validation import validate
from migrate_mail.files.yaml_source import read_yaml

New = Literal["generic", "self-hosted", "google-workspace", "microsoft-365", "minimal"]
Old = Literal[
    "none",
    "from-google-workspace",
    "from-microsoft-365",
    "cpanel",
    "zimbra",
    "exchange-on-prem",
]
_PREFERENCE = 65535


def mx_line(text: str) -> str:
    """Return `10 mx1.example.org` for an MX host with or without its preference."""
    words = text.split() or [""]
    number, host = ("10", *words) if len(words) == 1 else (words[0], " ".join(words[1:]))
    if not number.isdigit() or int(number) > _PREFERENCE:
        hint = "write a preference and a host: 10 mx1.example.org"
        raise wrong("bad-mx", f"`{text[:60]}` is no MX record", hint)
    return f"{int(number)} {dotted_name(host)}"


def person(text: str) -> str:
    """Return `Name, how to reach them`; the name must not be empty."""
    name, _, contact = text.partition(",")
    if not name.strip():
        raise wrong("bad-person", "a person has a name", "write: Anna Bauer, +41 00 000 00 01")
    return f"{name.strip()}, {contact.strip()}" if contact.strip() else name.strip()


def reference(text: str) -> str:
    """Return a reference to a secret, never the secret."""
    if split_reference(text) is None:
        raise wrong("literal-secret", "a secret is not written into a file", WANTED)
    return text.strip()


MxLine = Annotated[str, AfterValidator(mx_line)]
PersonLine = Annotated[str, AfterValidator(person)]
Reference = Annotated[str, AfterValidator(reference)]


class Answers(StrictModel):
    """Every question of `migrate-mail init`; what is left out is asked, guessed, or written as TODO."""

    name: str | None = Field(
        default=None, description="what the migration is called in reports"
    )
    new_mx: list[MxLine] | None = Field(
        default=None, description="MX hosts of the new system, such as 10 mx1.newhost.example"
    )
    new_imap: ServerMaybePort | None = Field(
        default=None, description="IMAP server of the new system, host or host:port"
    )
    old_imap: ServerMaybePort | None = Field(
        default=None, description="IMAP server of the old system, host or host:port"
    )
    to: New | None = Field(default=None, description="the checklist for the new system")
    leaving: Old | None = Field(
        default=None, description="what the old system is: a checklist for leaving it, or none"
    )
    old_secret: Reference | None = Field(
        default=None, description="where the passwords for old are kept (a reference)"
    )
    new_secret: Reference | None = Field(
        default=None, description="where the passwords for new are kept (a reference)"
    )
    accounts: list[MailAddress] | None = Field(
        default=None, description="the mailboxes that move; empty: fill accounts.csv later"
    )
    mail_admin: PersonLine | None = Field(
        default=None, description="who runs the mail servers: name, phone"
    )
    dns_admin: PersonLine | None = Field(
        default=None, description="who changes DNS: name, phone"
    )
    service_desk: PersonLine | None = Field(
        default=None, description="whom users call: name, phone"
    )
    decider: PersonLine | None = Field(
        default=None, description="who decides on go and on going back: name, phone"
    )
    cutover_at: Moment | None = Field(
        default=None,
        description="when the switch is planned, such as 2027-03-13T22:00:00+01:00",
    )
    probe_sender: MailAddress | None = Field(
        default=None, description="an address of yours that test mail comes from"
    )
    probe_helo: HeloName | None = Field(
        default=None, description="the name of the machine that runs this, for EHLO"
    )
    ca: Path | None = Field(
        default=None, description="PEM file of your own CA, if you have one"
    )
    dns_driver: Literal["manual", "rfc2136"] | None = Field(
        default=None, description="how DNS is changed: by hand, or by dynamic update"
    )
    dns_server: ServerMaybePort | None = Field(
        default=None, description="the primary that takes updates (rfc2136)"
    )
    dns_key: str | None = Field(default=None, description="the name of the TSIG key (rfc2136)")
    dns_secret: Reference | None = Field(
        default=None, description="where the TSIG key is kept, a reference (rfc2136)"
    )
    connect: dict[HostPort, AddressPort] = Field(
        default_factory=dict,
        description="host:port to dial address:port instead (labs, split networks); never asked",
    )


def read_answers(path: Path) -> Answers:
    """Return a file of answers. Raise InvalidFiles with every complaint about it."""
    answers, complaints = validate(read_yaml(path), Answers)
    if answers is None or complaints:
        raise InvalidFiles(complaints)
    return answers
