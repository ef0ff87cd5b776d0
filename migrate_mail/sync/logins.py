"""Whether every account can be opened on both sides, found out before the first byte is copied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from migrate_mail.errors import NetError, SecretError
from migrate_mail.inventory.model import Account
from migrate_mail.net.imap import ReadOnlySession
from migrate_mail.state.records import MailboxSide
from migrate_mail.sync.mailbox import Doors


@dataclass(frozen=True, slots=True)
class LoginProblem:
    """One mailbox that could not be opened, and why; the reason says whose fault it is.

    refused: trying again would be refused again, and may lock the account.
    """

    account: str
    side: MailboxSide
    reason: str
    refused: bool = False


def check_logins(
    accounts: Sequence[Account],
    doors: Doors,
    *,
    jobs: int,
    seen: Callable[[Account], object] = lambda _: None,
) -> list[LoginProblem]:
    """Log in to every account on both sides, side by side, and out again; return what did not work.

    INBOX is opened too: some servers let a user in whose mailbox they cannot open. seen: is told
    of each account when it was looked at, from several threads.
    """

    def look(account: Account) -> list[LoginProblem]:
        sides: tuple[tuple[MailboxSide, Callable[[Account], ReadOnlySession]], ...] = (
            ("old", doors.old), ("new", doors.new_read_only),
        )  # fmt: skip
        found = [_problem(account, side, door) for side, door in sides]
        seen(account)
        return [problem for problem in found if problem is not None]

    with ThreadPoolExecutor(max_workers=max(1, jobs), thread_name_prefix="login") as pool:
        return [problem for problems in pool.map(look, accounts) for problem in problems]


def _problem(
    account: Account, side: MailboxSide, door: Callable[[Account], ReadOnlySession]
) -> LoginProblem | None:
    try:
        with door(account) as session:
            session.examine("INBOX")
    except (NetError, SecretError) as error:
        refused = isinstance(error, SecretError) or error.kind == "auth"
        return LoginProblem(account.address, side, error.told, refused)
    return None
