"""Whether the inventory has every address that really got mail lately, as old's mailboxes tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import Field

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.listed import is_listed
from migrate_mail.checks.looking import one_by_one
from migrate_mail.checks.mailboxes import doors_of
from migrate_mail.files.strict import StrictModel
from migrate_mail.finding import Arg, Finding, Outcome
from migrate_mail.inventory.model import Account
from migrate_mail.inventory.received import Receivers
from migrate_mail.sync.receivers import receivers_in


class UnlistedParams(StrictModel):
    """How far back, and where."""

    days: int = Field(default=31, ge=1, le=3650, description="mail of how many days is read")
    most: int = Field(
        default=2000, ge=1, le=100_000, description="newest messages of a folder, at most"
    )
    folders: tuple[str, ...] = Field(
        default=("INBOX",), description="folders that mail is delivered to"
    )
    named: bool = Field(
        default=True,
        description="also tell addresses that stand only in To and Cc; spam makes some up",
    )


@dataclass(slots=True)
class _Seen:
    """What was read. last: when the last message for an address came; count: how many.

    whole: mailboxes that were read to the end.
    """

    whole: int = 0
    messages: int = 0
    count: dict[str, int] = field(default_factory=dict)
    last: dict[str, datetime] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)

    def add(self, address: str, at: datetime) -> None:
        """Count a message that was delivered for an address."""
        self.count[address] = self.count.get(address, 0) + 1
        self.last[address] = max(at, self.last.get(address, at))


@check(
    "imap.unlisted",
    title="Every address that got mail lately is in the inventory",
    about=About(
        looks="Delivered-To, X-Original-To, Envelope-To, To and Cc of the mail that came to old in the last month: addresses of your domains that are in no list",
        matters="A forgotten alias bounces from the switch on, and nobody at old tells which there are. The mail that came through it does.",
        mend="Put the address into addresses.csv and create it at new, or decide that it ends with old.",
        refs=("RFC 5321 section 3.3", "RFC 9228"),
    ),
    params=UnlistedParams,
    each=("accounts", "domains"),
)
def unlisted(context: Context, params: UnlistedParams) -> Iterator[Finding]:
    """Read the receivers of recent mail at old, account by account; the session cannot write."""
    doors, seen = doors_of(context), _Seen()
    since = context.clock() - timedelta(days=params.days)

    def look(account: Account) -> Iterator[Finding]:
        context.say(f"reading who got the mail of {account.address}")
        with doors.old(account) as old:
            for folder in params.folders:
                for at, found in receivers_in(old, folder, since, params.most):
                    _note(context, seen, at, found)
        seen.whole += 1
        yield from ()

    yield from one_by_one(
        context.accounts(), look, what="accounts", name=lambda account: account.address
    )
    yield from _judged(context, params, seen, since)


def _note(context: Context, seen: _Seen, at: datetime, found: Receivers) -> None:
    domains = set(context.inventory.spec.domains)
    seen.messages += 1
    for address in found.delivered:
        if address.rpartition("@")[2] in domains:
            seen.add(address, at)
    seen.named |= {a for a in found.named if a.rpartition("@")[2] in domains}


def _judged(
    context: Context, params: UnlistedParams, seen: _Seen, since: datetime
) -> Iterator[Finding]:
    inventory = context.inventory
    missing = sorted(a for a in seen.count if not is_listed(inventory, a))
    for address in missing:
        yield Finding(
            "ADDRESS_NOT_LISTED",
            Outcome.FAIL,
            address,
            args={"count": seen.count[address], "last": f"{seen.last[address]:%Y-%m-%d %H:%M}"},
            fix=f"add {address} to addresses.csv and create it at new, if anybody needs it",
            refs=("RFC 5321 section 3.3",),
        )
    named = sorted(a for a in seen.named - set(seen.count) if not is_listed(inventory, a))
    if named and params.named:
        yield Finding(
            "ADDRESSES_ONLY_NAMED",
            Outcome.UNKNOWN,
            "To and Cc",
            args={"count": len(named), "text": ", ".join(named[:5])},
            evidence=tuple(named),
            fix="ask whether they are in use: a list, an alias, or made up by spam; then list them, or set `named: false`",
        )
    # What could not be read is told already, and nothing is well while it may hold more.
    if not missing and seen.whole and seen.whole == len(context.accounts()):
        yield _none_missing(seen, since)


def _none_missing(seen: _Seen, since: datetime) -> Finding:
    args: dict[str, Arg] = {
        "messages": seen.messages,
        "count": len(seen.count),
        "since": f"{since:%Y-%m-%d}",
    }
    if not seen.count:
        return Finding("NO_RECEIVERS_SEEN", Outcome.SKIP, "mail at old", args=args)
    return Finding("ADDRESSES_LISTED", Outcome.PASS, "mail at old", args=args)
