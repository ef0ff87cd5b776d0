"""A small company that moves: Lindenhof, four people, from oldhost to newhost. With faults to be mended."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from migrate_mail.lab.certs import server_context
from migrate_mail.lab.dns import DnsFault
from migrate_mail.lab.outside import send
from migrate_mail.lab.scene_mail import SPECIAL, folders, letters
from migrate_mail.lab.scene_zones import (
    ADMIN,
    DOMAIN,
    NEW_IP,
    POLICY,
    POLICY_HOST,
    POLICY_PATH,
    RDAP_LIST,
    RDAP_SERVICE,
    zones,
)
from migrate_mail.lab.smtp import Greeting
from migrate_mail.lab.world import Lab

PEOPLE = ("anna", "bernd", "chiara", "doerte")
ALIASES: dict[str, tuple[str, ...]] = {
    f"info@{DOMAIN}": (f"anna@{DOMAIN}",),
    f"postmaster@{DOMAIN}": (f"bernd@{DOMAIN}",),
    f"rechnung@{DOMAIN}": (f"bernd@{DOMAIN}", f"chiara@{DOMAIN}"),
}
TSIG_KEY = f"migrate.{DOMAIN}."


@dataclass(frozen=True, slots=True)
class Planted:
    """What is wrong in the scene; by default nothing. All but `ttl`, `ns1`, `ns2` is wrong at new.

    mx_cname: mx1.newhost.example is an alias. mx_missing: it does not exist. ttl: of the MX RRset.
    alias_missing, mailbox_missing: an address that new does not know (a mailbox: no login either).
    login_refused: an account whose password new rejects. ns1, ns2: a fault of a name server.
    greeting, no_starttls, wrong_certificate, accepts_anything, greylist, refuse_data: of the MX.
    """

    mx_cname: bool = False
    mx_missing: bool = False
    ttl: int = 300
    alias_missing: str | None = None
    mailbox_missing: str | None = None
    login_refused: str | None = None
    ns1: DnsFault | None = None
    ns2: DnsFault | None = None
    greeting: Greeting | None = None
    no_starttls: bool = False
    wrong_certificate: bool = False
    accepts_anything: bool = False
    greylist: bool = False
    refuse_data: str | None = None


@dataclass(frozen=True, slots=True)
class Employee:
    """One account with its logins on both sides."""

    address: str
    old_user: str
    old_password: str
    new_user: str
    new_password: str


def employee(person: str) -> Employee:
    """Return the account of a person; passwords are the same every time."""
    address = f"{person}@{DOMAIN}"
    # New passwords are not ASCII: LOGIN cannot carry them, AUTHENTICATE PLAIN can.
    return Employee(address, person, f"alt-{person}-1", address, f"neu-{person}-Grün")


def tsig_secret() -> str:
    """Return the key that may change the domain's zone, base64."""
    return base64.b64encode(hashlib.sha256(TSIG_KEY.encode()).digest()).decode()


class Company(Lab):
    """The lab with Lindenhof in it. The methods that mend act as a provider's support would."""

    domain = DOMAIN

    def __init__(self, planted: Planted) -> None:
        super().__init__()
        self.planted = planted
        self.employees = tuple(employee(person) for person in PEOPLE)

    def furnish(self) -> None:
        """Publish the zones, fill the mailboxes, plant the faults."""
        for origin, text in zones(self.planted.ttl).items():
            self.add_zone(origin, text)
        self.serve(POLICY_HOST, POLICY_PATH, POLICY)
        self.serve_at(RDAP_LIST, json.dumps({"services": [[["example"], [RDAP_SERVICE]]]}))
        self.register(ends=datetime.now(UTC) + timedelta(days=300))
        self.authority.grant(DOMAIN, TSIG_KEY, tsig_secret())
        self._fill_old()
        self._prepare_new()
        self._plant()

    def register(self, *, ends: datetime | None, status: Sequence[str] = ("active",)) -> None:
        """Let the registry tell this of the domain. ends: None where it tells no date."""
        told = {
            "objectClassName": "domain",
            "ldhName": DOMAIN,
            "status": list(status),
            "events": [{"eventAction": "expiration", "eventDate": ends.isoformat()}]
            if ends
            else [],
        }
        self.serve_at(f"{RDAP_SERVICE}domain/{DOMAIN}", json.dumps(told))

    def lower_ttl(self, seconds: int = 300) -> None:
        """Publish the domain's MX RRset with another TTL."""
        _, values = self.rrset(DOMAIN, "MX")
        self.set_rrset(DOMAIN, "MX", seconds, values)

    def switch_mx(self, ttl: int = 300) -> None:
        """Publish the new MX by hand, as an admin does in a web form."""
        self.set_rrset(DOMAIN, "MX", ttl, [f"10 {self.new.mx_host}."])

    def switch_back(self, ttl: int = 300) -> None:
        """Publish the old MX by hand."""
        self.set_rrset(DOMAIN, "MX", ttl, [f"10 {self.old.mx_host}."])

    def mend_mx_cname(self) -> None:
        """Give the new MX host an address of its own."""
        self.set_rrset(self.new.mx_host, "CNAME", 0, [])
        self.set_rrset(self.new.mx_host, "A", 3600, [NEW_IP])

    def let_old_pass_on(self) -> None:
        """Let old pass on what it gets for domains whose MX is elsewhere; until then it keeps it."""
        self.old.smtp.route = partial(self._by_mx, self.old)

    def add_alias(self, address: str, *targets: str) -> None:
        """Add an alias at new; by default with the targets that it has at old."""
        self.new.directory.add_alias(address, targets or ALIASES[address])

    def add_mailbox(self, address: str) -> None:
        """Add an account at new."""
        account = next(e for e in self.employees if e.address == address)
        self._add_new(account)

    def mend_logins(self) -> None:
        """Let everybody log in at new."""
        self.new.imap.faults.refuse.clear()
        self.new.imap.faults.unavailable.clear()

    def mend_dns(self) -> None:
        """Make both name servers answer, with the zones as they are."""
        for server in (self.ns1, self.ns2):
            self.break_dns(server, None)

    def mend_mx(self) -> None:
        """Make the new MX behave: greeting, STARTTLS, certificate, recipients."""
        smtp = self.new.smtp
        smtp.faults.greeting = smtp.faults.refuse_data = None
        smtp.faults.no_starttls = smtp.faults.greylist = smtp.faults.accept_anything = False
        smtp.context = server_context(self.new.mx_host, f"gateway.{self.new.provider}")

    def send_from_outside(
        self, to: str, subject: str = "Hallo", sender: str = "karl@holz.example"
    ) -> str:
        """Send a message as the world would, by MX through the resolver; returns the host that took it."""
        return send(self.resolver.port, self.connect(), sender=sender, to=to, subject=subject)

    def write_project(self, folder: Path, *, secrets: str = "file") -> Path:
        """Write migration.yaml and all that belongs to it; returns its path. See lab/project.py."""
        from migrate_mail.lab.project import write_project

        return write_project(self, folder, secrets=secrets)

    @property
    def probe_sender(self) -> str:
        """The address that test mail comes from: the admin's own."""
        return f"probe@{ADMIN}"

    def _fill_old(self) -> None:
        self.old.directory.domains.add(DOMAIN)
        for account in self.employees:
            self.old.imap.add_user(account.old_user, account.old_password)
            self.old.directory.add_mailbox(account.address, account.old_user)
        for address, targets in ALIASES.items():
            self.old.directory.add_alias(address, targets)
        for person, folder in folders():
            self.old.imap.make_folder(person, _at_old(folder), special_use=SPECIAL.get(folder))
        for letter in letters(DOMAIN):
            self.old.imap.deliver(
                letter.person,
                _at_old(letter.folder),
                letter.body,
                flags=letter.flags,
                date=letter.date,
            )

    def _prepare_new(self) -> None:
        self.new.directory.domains.add(DOMAIN)
        for account in self.employees:
            if account.address != self.planted.mailbox_missing:
                self._add_new(account)
        for address, targets in ALIASES.items():
            if address != self.planted.alias_missing:
                self.new.directory.add_alias(address, targets)

    def _add_new(self, account: Employee) -> None:
        self.new.imap.add_user(account.new_user, account.new_password)
        self.new.directory.add_mailbox(account.address, account.new_user)
        for use in ("Sent", "Drafts", "Trash", "Junk"):
            self.new.imap.make_folder(account.new_user, use, special_use=use)

    def _plant(self) -> None:
        planted, faults = self.planted, self.new.smtp.faults
        if planted.mx_cname or planted.mx_missing:
            self.set_rrset(self.new.mx_host, "A", 0, [])
        if planted.mx_cname:
            alias = f"gateway.{self.new.provider}."
            self.set_rrset(self.new.mx_host, "CNAME", 3600, [alias])
        if planted.login_refused:
            self.new.imap.faults.refuse.add(planted.login_refused)
        if planted.wrong_certificate:
            self.new.smtp.context = server_context("somebody-else.example")
        self.break_dns(self.ns1, planted.ns1)
        self.break_dns(self.ns2, planted.ns2)
        faults.greeting, faults.no_starttls = planted.greeting, planted.no_starttls
        faults.accept_anything, faults.greylist = planted.accepts_anything, planted.greylist
        faults.refuse_data = planted.refuse_data


def _at_old(folder: str) -> str:
    return folder if folder == "INBOX" else f"INBOX.{folder}"
