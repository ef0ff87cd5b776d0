"""The addresses of a system's submission server, and who logs in there."""

from __future__ import annotations

from dataclasses import dataclass

from migrate_mail.checks.base import Context
from migrate_mail.checks.spots import system_of
from migrate_mail.inventory.model import Account
from migrate_mail.inventory.submission import SubmissionServer
from migrate_mail.net.facts import Endpoint
from migrate_mail.net.sasl import Identity
from migrate_mail.net.submission import Letter, Sender, SubmissionFacts
from migrate_mail.state.records import MailboxSide


@dataclass(frozen=True, slots=True)
class Desk:
    """One address of the submission server of one side."""

    context: Context
    side: MailboxSide
    server: SubmissionServer
    endpoint: Endpoint

    def look(
        self, sender: Sender | None = None, letter: Letter | None = None
    ) -> SubmissionFacts:
        """Hold one conversation; with a letter it is handed in."""
        ca = self.context.inventory.base / self.server.ca if self.server.ca else None
        starttls = self.server.tls == "starttls"
        smtp = self.context.smtp
        return smtp.submission(
            self.endpoint, ca, starttls=starttls, sender=sender, letter=letter
        )

    def sender(self, account: Account) -> Sender:
        """Return who logs in for an account: with what opens its mailbox on this side."""
        login = account.new if self.side == "new" else account.old
        admin = "" if login.oauth else login.admin
        who = Identity(login.user, admin, self.endpoint.host, self.server.port)
        return Sender(who, self.context.secret(login), login.way, account.address)


def desks(context: Context, side: MailboxSide) -> list[Desk]:
    """Return every address of a side's submission server; none where none is named.

    NetError when its name does not resolve.
    """
    server = system_of(context, side).submission
    if server is None:
        return []
    endpoints = context.dns.endpoints(server.host, server.port, ask="authorities")
    return [Desk(context, side, server, endpoint) for endpoint in endpoints]
