"""Whether new offers what mail programs use at old."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.looking import one_by_one
from migrate_mail.checks.mailboxes import doors_of
from migrate_mail.files.strict import StrictModel
from migrate_mail.finding import Finding, Outcome
from migrate_mail.inventory.model import Account

_USED = {
    "IDLE": "new mail is shown only when the program asks again",
    "MOVE": "moving copies and deletes, and an interruption leaves two",
    "UIDPLUS": "deleting one message removes all that are marked",
    "SPECIAL-USE": "programs make folders for sent mail and drafts of their own",
    "CONDSTORE": "each start looks at every message again",
    "QUOTA": "nobody sees that a mailbox is nearly full",
    "SORT": "large folders are sorted by the program",
    "ACL": "shared folders cannot be shared by their owners",
}
"""Extensions that programs use, and what users notice without each."""


class CapabilityParams(StrictModel):
    """What is to be there."""

    care: list[str] = Field(
        default_factory=lambda: list(_USED),
        description="extensions that must not be lost; others may differ",
    )


@check(
    "imap.capabilities",
    title="New offers the IMAP extensions that programs use at old",
    about=About(
        looks="the capabilities of both sides after the login of one account of each domain",
        matters="Programs fall back in silence: new mail comes late, deleting takes more than was marked, and it is put down to the move.",
        mend="Switch the extension on at new, or tell the users what will be different.",
        refs=("RFC 9051 section 7.2.2",),
    ),
    params=CapabilityParams,
    each=("domains", "accounts"),
)
def capabilities(context: Context, params: CapabilityParams) -> Iterator[Finding]:
    """Log in at both sides and compare what they say of themselves."""
    doors = doors_of(context)
    care = {name.upper() for name in params.care}

    def look(account: Account) -> Iterator[Finding]:
        with doors.old(account) as old, doors.new_read_only(account) as new:
            able = (old.capabilities, new.capabilities)
        yield _judged(account.domain, *able, care)

    first = {a.domain: a for a in reversed(context.accounts())}
    yield from one_by_one(
        first.values(), look, what="accounts", name=lambda account: account.address
    )


def _judged(domain: str, old: frozenset[str], new: frozenset[str], care: set[str]) -> Finding:
    lost = sorted((old & care) - new)
    evidence = tuple(
        f"{side}: {' '.join(sorted(able))}" for side, able in (("old", old), ("new", new))
    )
    if not lost:
        args = {"kept": len(old & care)}
        return Finding("IMAP_AS_OLD", Outcome.PASS, domain, args=args, evidence=evidence)
    return Finding(
        "IMAP_EXTENSIONS_LOST",
        Outcome.FAIL,
        domain,
        args={"lost": ", ".join(lost)},
        evidence=evidence,
        fix="\n".join(
            f"{name}: {_USED.get(name, 'programs that use it notice')}" for name in lost
        ),
        refs=("RFC 9051 section 7.2.2",),
    )
