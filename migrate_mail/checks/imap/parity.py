"""Whether new has every message that old has, folder by folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pydantic import Field

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.looking import one_by_one
from migrate_mail.checks.mailboxes import doors_of
from migrate_mail.files.strict import StrictModel
from migrate_mail.finding import Finding, Outcome
from migrate_mail.inventory.model import Account
from migrate_mail.net.imap import MessageHead
from migrate_mail.sync.filters import message_filter
from migrate_mail.sync.folders import pair_folders
from migrate_mail.sync.rules import folder_rules
from migrate_mail.sync.verify import FolderParity, compare

_SYNC = "copy what is missing: migrate-mail sync"


class ParityParams(StrictModel):
    """How equal is equal."""

    deep: bool = Field(
        default=False, description="compare the content of every message; reads everything"
    )
    flags: bool = Field(
        default=False,
        description="flags must be equal too; leave it off after the switch, when users read at new",
    )
    dates: bool = Field(default=True, description="dates must be equal too")
    named: int = Field(
        default=20, ge=1, le=1000, description="how many missing messages are named"
    )


@check(
    "imap.parity",
    title="New has every message of old",
    about=About(
        looks="every message of every folder at old and at new, by content, flags and date; nothing that an earlier run wrote down is trusted",
        matters="A message that is not at new is lost on the day when old is switched off.",
        mend="Run migrate-mail sync again. What it refuses to copy is listed there by name with the reason.",
        refs=("RFC 9051 section 2.3",),
    ),
    params=ParityParams,
    each=("accounts", "domains"),
)
def parity(context: Context, params: ParityParams) -> Iterator[Finding]:
    """Read both sides again and compare; what sync remembers is not trusted."""
    doors = doors_of(context)
    settings = doors.inventory.spec.sync
    rules, skip = folder_rules(settings.folders), message_filter(settings.messages.skip)
    now = context.clock()

    def wanted(head: MessageHead) -> bool:
        return not skip.reason(head, now)

    def look(account: Account) -> Iterator[Finding]:
        context.say(f"comparing {account.address}")
        with doors.old(account) as old, doors.new_read_only(account) as new:
            pairs = pair_folders(old, new, rules=rules)
            copies = settings.gmail.copies
            found = compare(old, new, pairs, deep=params.deep, wanted=wanted, copies=copies)
        yield _judged(account.address, found, params)

    yield from one_by_one(
        context.accounts(), look, what="accounts", name=lambda account: account.address
    )


def _judged(address: str, found: Sequence[FolderParity], params: ParityParams) -> Finding:
    missing = [m for folder in found for m in folder.missing]
    problems = tuple(f"{f.old}: {f.problem}" for f in found if f.problem)
    args = {
        "folders": len(found),
        "old": sum(f.old_messages for f in found),
        "new": sum(f.new_messages for f in found),
        "missing": len(missing),
        "flags": sum(len(f.flags) for f in found),
        "dates": sum(len(f.dates) for f in found),
    }
    if missing:
        named = tuple(f"{m.folder}: {m.at:%Y-%m-%d %H:%M} {m.what}" for m in missing)
        return Finding(
            "MESSAGES_MISSING",
            Outcome.FAIL,
            address,
            args=args,
            evidence=(*_counts(found), *_some(named, params.named), *problems),
            fix=_SYNC,
        )
    if problems:
        return Finding(
            "FOLDERS_NOT_COMPARED",
            Outcome.UNKNOWN,
            address,
            args=args | {"uncompared": len(problems)},
            evidence=problems,
        )
    if (params.flags and args["flags"]) or (params.dates and args["dates"]):
        return Finding(
            "MESSAGES_DIFFER",
            Outcome.FAIL,
            address,
            args=args,
            evidence=_some(_differences(found), params.named),
            fix=_SYNC,
        )
    return Finding("PARITY", Outcome.PASS, address, args=args, evidence=_counts(found))


def _counts(found: Sequence[FolderParity]) -> tuple[str, ...]:
    return tuple(
        f"{f.old} -> {f.new}: {f.old_messages} at old, {f.new_messages} at new, {len(f.missing)} missing"
        for f in found
    )


def _differences(found: Sequence[FolderParity]) -> tuple[str, ...]:
    return tuple(
        f"{d.folder}: {d.what}: {d.old or 'no flag'} at old, {d.new or 'no flag'} at new"
        for f in found
        for d in (*f.dates, *f.flags)
    )


def _some(lines: tuple[str, ...], limit: int) -> tuple[str, ...]:
    more = len(lines) - limit
    return lines if more <= 0 else (*lines[:limit], f"... and {more} more")
