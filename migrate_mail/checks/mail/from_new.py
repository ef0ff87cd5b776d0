"""Whether what people send to their own domain through new comes out where people read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.desks import Desk, desks
from migrate_mail.checks.imap.stragglers import switched_at
from migrate_mail.checks.looking import one_by_one
from migrate_mail.checks.mail.handed_in import Way, by_login
from migrate_mail.checks.mail.probe import canaries
from migrate_mail.checks.spots import system_of
from migrate_mail.files.strict import StrictModel
from migrate_mail.finding import Finding, Outcome
from migrate_mail.inventory.model import Account
from migrate_mail.state.records import MailboxSide


class FromNewParams(StrictModel):
    """Where people read."""

    land_on: Literal["old", "new"] | None = Field(
        default=None,
        description="the side on which people read; left out: old until migrate-mail has switched the domain, and after a way back, else new",
    )


@check(
    "mail.from_new",
    title="Mail to the own domain that is sent through new comes out where people read",
    about=About(
        looks="a test message that the test account of each domain sends to itself through systems.new.submission, with its login at new; both systems are looked through for it. Skipped while no server is named there",
        matters="New has the mailboxes already, and takes the domain for its own before the switch: what the first people on new write to colleagues, they do not see, and sync brings nothing from new to old. After the switch the same mail must stay at new.",
        mend="Let nobody send through new before the switch, or let new hand what they send to old until then; after the switch take that out again.",
        refs=("RFC 5321 section 5.1", "RFC 6409 section 4.3"),
    ),
    params=FromNewParams,
    each=("domains",),
)
def from_new(context: Context, params: FromNewParams) -> Iterator[Finding]:
    """Send through each address of new's submission server, and look where it comes out."""
    if system_of(context, "new").submission is None:
        subject = context.item or "new"
        yield Finding("SUBMISSION_NOT_TOLD", Outcome.SKIP, subject, args={"key": "systems.new.submission"})  # fmt: skip
        return

    def look(account: Account | Finding) -> Iterator[Finding]:
        if isinstance(account, Finding):
            yield account
            return
        way = _way(context, account, params.land_on or _where_people_read(context, account))

        def at(desk: Desk) -> Iterator[Finding]:
            yield by_login(context, account, desk, way)

        what = "addresses of the submission server"
        yield from one_by_one(
            desks(context, "new"), at, what=what, name=lambda d: str(d.endpoint)
        )

    yield from one_by_one(canaries(context), look, what="domains", name=_name)


def _name(account: Account | Finding) -> str:
    return account.address if isinstance(account, Account) else account.subject


def _where_people_read(context: Context, account: Account) -> MailboxSide:
    changes = context.journal.dns_changes()
    return "old" if switched_at(changes, account.domain) is None else "new"


def _way(context: Context, account: Account, side: MailboxSide) -> Way:
    domain = account.domain
    if side == "new":
        why = "new still routes the domain to old"
        fix = f"take the route of {domain} to old out of new, and let new deliver the domain itself"
        return Way({"new"}, True, why, fix)
    mx = min(system_of(context, "old").mx, key=lambda mx: mx.preference).host.rstrip(".")
    why = "people read at old until the switch, and new takes the domain for its own already"
    return Way({"old"}, True, why, _fix(domain, mx))


def _fix(domain: str, mx: str) -> str:
    return (
        "let nobody send through new until the switch: give out its settings only then; what is sent nevertheless lies at new, and is to be read there\n"
        "; or let new hand it to old until then. Postfix, in main.cf (others in the same message go by old as well):\n"
        f"submission_recipients = check_recipient_access inline:{{{{{domain} = FILTER smtp:[{mx}]}}}}\n"
        "; and in master.cf, below submission and submissions:\n"
        "  -o smtpd_recipient_restrictions=$submission_recipients"
    )
