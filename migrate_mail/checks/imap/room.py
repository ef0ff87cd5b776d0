"""Whether the mail of each account fits into what its quota at new has left."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, NoParams, check
from migrate_mail.checks.looking import one_by_one
from migrate_mail.checks.mailboxes import doors_of
from migrate_mail.files.scalars import format_size
from migrate_mail.finding import Finding, Outcome
from migrate_mail.inventory.model import Account
from migrate_mail.net.imap import ReadOnlySession
from migrate_mail.sync.folders import pair_folders
from migrate_mail.sync.rules import FolderRules, folder_rules


@check(
    "imap.room",
    title="Each mailbox fits into its quota at new",
    about=About(
        looks="the size of every message at old and at new, and what the quota at new has left",
        matters="A copy that fills a mailbox stops in the middle, and from then on new refuses that user's mail, too.",
        mend="Raise the quota at new to what old holds and a fifth more, or leave old mail out (`sync.messages.skip`).",
        refs=("RFC 9208 section 4.1.2",),
    ),
    params=NoParams,
    each=("accounts", "domains"),
)
def room(context: Context, _params: NoParams) -> Iterator[Finding]:
    """Compare what is still to come with the room that is left; without a limit there is nothing to compare."""
    doors = doors_of(context)
    rules = folder_rules(doors.inventory.spec.sync.folders)

    def look(account: Account) -> Iterator[Finding]:
        with doors.old(account) as old, doors.new_read_only(account) as new:
            left = new.room()
            to_come = _to_come(old, new, rules) if left is not None else 0
        yield _judged(account.address, left, to_come)

    yield from one_by_one(
        context.accounts(), look, what="accounts", name=lambda account: account.address
    )


def _to_come(old: ReadOnlySession, new: ReadOnlySession, rules: FolderRules) -> int:
    """Return how many octets old has more than new, in the folders that are copied."""
    pairs = pair_folders(old, new, rules=rules)
    there = sum(_octets(new, pair.new) for pair in pairs if not pair.create)
    return max(0, sum(_octets(old, pair.old) for pair in pairs) - there)


def _octets(session: ReadOnlySession, folder: str) -> int:
    session.examine(folder)
    return sum(size for _, size in session.numbers("RFC822.SIZE"))


def _judged(address: str, left: int | None, to_come: int) -> Finding:
    if left is None:
        return Finding("QUOTA_NOT_TOLD", Outcome.SKIP, address, args={"side": "new"})
    args = {"to_come": format_size(to_come), "left": format_size(left)}
    if to_come <= left:
        return Finding("QUOTA_ENOUGH", Outcome.PASS, address, args=args)
    return Finding(
        "QUOTA_TOO_SMALL",
        Outcome.FAIL,
        address,
        args=args,
        fix=f"raise the quota of {address} at new by at least {format_size(to_come - left)}",
        refs=("RFC 9208 section 4.1.2",),
    )
