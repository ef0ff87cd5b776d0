"""Whether mail still arrived at old after the switch and is not at new yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import Field

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.looking import one_by_one
from migrate_mail.checks.mailboxes import doors_of
from migrate_mail.files.strict import StrictModel
from migrate_mail.finding import Arg, Finding, Outcome
from migrate_mail.inventory.model import Account
from migrate_mail.net.imap import MessageHead, ReadOnlySession
from migrate_mail.net.own_mail import is_test_message
from migrate_mail.state.records import DnsChangeRecord
from migrate_mail.sync.bodies import read_body
from migrate_mail.sync.content import content_hash
from migrate_mail.sync.mailbox import Doors

_SKEW = timedelta(minutes=10)
"""The old server's clock may be behind ours by this much."""


class StragglerParams(StrictModel):
    """How much is listed."""

    named: int = Field(default=20, ge=1, le=1000, description="how many messages are named")


@dataclass(frozen=True, slots=True)
class _Arrival:
    """A message that came to old after the switch. mark: its Message-ID, else its content's hash."""

    folder: str
    head: MessageHead
    mark: str

    def __str__(self) -> str:
        name = self.head.message_id or "without Message-ID"
        return f"{self.folder}: {self.head.internaldate:%Y-%m-%d %H:%M %z} {name}"


@check(
    "imap.stragglers",
    title="Nothing that arrived at old since the switch is missing at new",
    about=About(
        looks="messages that came to old after the switch, and whether each is at new",
        matters="Caches and queues send mail to the old server for days. Nobody reads it there.",
        mend="Run migrate-mail sync until nothing is left, and keep old running for five days at least.",
        refs=("RFC 5321 section 4.5.4.1",),
    ),
    params=StragglerParams,
    each=("accounts", "domains"),
)
def stragglers(context: Context, params: StragglerParams) -> Iterator[Finding]:
    """List arrivals at old since the switch, and look for each at new, in any folder."""
    changes = context.journal.dns_changes()
    doors = doors_of(context)

    def look(account: Account) -> Iterator[Finding]:
        since = switched_at(changes, account.domain)
        if since is None:
            yield _not_switched(account)
        else:
            context.say(f"looking for arrivals at old of {account.address}")
            yield from _account(doors, account, since, params.named)

    yield from one_by_one(
        context.accounts(), look, what="accounts", name=lambda account: account.address
    )


def switched_at(changes: Sequence[DnsChangeRecord], domain: str) -> datetime | None:
    """Return when a domain's MX was last switched; None: never, or it was rolled back since."""
    moment: datetime | None = None
    for change in sorted(changes, key=lambda c: c.id):
        when = change.when("applied") or change.when("read-back")
        if change.domain.lower() == domain and when is not None:
            moment = when if change.kind == "switch" else None
    return moment


def _not_switched(account: Account) -> Finding:
    return Finding(
        "NOT_SWITCHED",
        Outcome.SKIP,
        account.address,
        args={"domain": account.domain},
    )


def _account(doors: Doors, account: Account, since: datetime, named: int) -> Iterator[Finding]:
    with doors.old(account) as old:
        arrivals = _arrivals(old, since - _SKEW)
    left = _not_at_new(doors, account, arrivals, since - _SKEW) if arrivals else []
    args: dict[str, Arg] = {
        "arrived": len(arrivals),
        "left": len(left),
        "since": f"{since:%Y-%m-%d %H:%M %Z}",
    }
    if not left:
        yield Finding("NOTHING_LEFT", Outcome.PASS, account.address, args=args)
        return
    more = [f"... and {len(left) - named} more"] if len(left) > named else []
    yield Finding(
        "LEFT_AT_OLD",
        Outcome.FAIL,
        account.address,
        args=args,
        evidence=(*(str(a) for a in left[:named]), *more),
        fix="copy it: migrate-mail sync (after the switch it only adds to new)",
    )


def _arrivals(old: ReadOnlySession, since: datetime) -> list[_Arrival]:
    found = []
    for folder in old.folders():
        if folder.selectable and old.readable(folder.name):
            late = old.heads(old.arrived(since))
            found += [
                _Arrival(folder.name, head, _mark(old, head))
                for head in late
                if not is_test_message(head.message_id)
            ]
    return found


def _mark(session: ReadOnlySession, head: MessageHead) -> str:
    """Return what a message is recognised by in the other mailbox."""
    if head.message_id:
        return head.message_id
    body = read_body(session, head.uid)
    return content_hash(body) if body is not None else ""


def _not_at_new(
    doors: Doors, account: Account, arrivals: Sequence[_Arrival], since: datetime
) -> list[_Arrival]:
    """Return the arrivals that no folder at new has."""
    named = {a.mark for a in arrivals if a.head.message_id}
    nameless = {a.mark for a in arrivals if not a.head.message_id}
    with doors.new_read_only(account) as new:
        for folder in new.folders():
            if not (named or nameless):
                break
            if folder.selectable and new.readable(folder.name):
                named -= {mid for mid in named if new.find("Message-ID", mid)}
                nameless -= _nameless(new, since) if nameless else set()
    return [a for a in arrivals if a.mark in named | nameless]


def _nameless(new: ReadOnlySession, since: datetime) -> set[str]:
    """Return the content of what arrived without Message-ID; sync keeps the dates of messages."""
    late = new.heads(new.arrived(since))
    return {_mark(new, head) for head in late if not head.message_id} - {""}
