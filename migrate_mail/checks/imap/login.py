"""Whether every account can log in, on the side or sides that are asked for."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.looking import could_not_look, one_by_one
from migrate_mail.checks.mailboxes import Mailbox, mailboxes
from migrate_mail.checks.params import System
from migrate_mail.errors import NetError
from migrate_mail.files.strict import StrictModel
from migrate_mail.finding import Finding, Outcome


class LoginParams(StrictModel):
    """Which side's passwords are tried."""

    system: System = Field(default="both", description="where to log in")


@check(
    "imap.login",
    title="Every account can log in over IMAP",
    about=About(
        looks="a login of every account over IMAP at the chosen system, and its list of folders",
        matters="Mail that cannot be read at old cannot be copied, and a user who cannot log in at new has no mail on the first morning.",
        mend="Set or correct the secret of the account in accounts.csv; the finding says whether the server refused the password or the way of logging in.",
        refs=("RFC 9051 section 6.2",),
    ),
    params=LoginParams,
    each=("accounts", "domains"),
)
def login(context: Context, params: LoginParams) -> Iterator[Finding]:
    """Log in, read-only, and out again."""
    found = mailboxes(context, params.system)
    yield from one_by_one(found, _judged, what="accounts")


def _judged(mailbox: Mailbox) -> Iterator[Finding]:
    try:
        with mailbox.open() as session:
            folders = session.folders()
            yield Finding(
                "LOGIN_WORKS",
                Outcome.PASS,
                mailbox.account.address,
                str(session.endpoint),
                args={"side": mailbox.side, "user": mailbox.user, "folders": len(folders)},
            )
    except NetError as error:
        yield _failed(mailbox, error)


def _failed(mailbox: Mailbox, error: NetError) -> Finding:
    if error.kind != "auth":
        return could_not_look(error, str(mailbox))
    return Finding(
        "LOGIN_REFUSED",
        Outcome.FAIL,
        mailbox.account.address,
        error.where,
        args={"side": mailbox.side, "user": mailbox.user, "text": error.text},
        fix=f"{error.hint or 'see that this user exists there'} (tried with {mailbox.secret})",
        refs=("RFC 5530 section 3",),
    )
