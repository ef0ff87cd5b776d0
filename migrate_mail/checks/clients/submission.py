"""Whether people can send through new: TLS, a login, the right to their own address."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence

from pydantic import Field

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.desks import Desk, desks
from migrate_mail.checks.looking import could_not_look, one_by_one
from migrate_mail.checks.spots import system_of
from migrate_mail.errors import NetError
from migrate_mail.files.strict import StrictModel
from migrate_mail.finding import Finding, Outcome
from migrate_mail.inventory.model import Account
from migrate_mail.net.facts import Failure
from migrate_mail.net.sasl import TOKEN_WAYS, Identity
from migrate_mail.net.submission import Sender, SubmissionFacts
from migrate_mail.secret import Secret


class SubmissionParams(StrictModel):
    """How many people are tried."""

    accounts: int = Field(
        default=3,
        ge=1,
        le=100,
        description="accounts whose login is tried, spread over the list",
    )
    nobody: bool = Field(
        default=False,
        description="try a name that does not exist as well; it counts as a failed login from here, for which some servers slow a client down or shut it out",
    )


@check(
    "clients.submission",
    title="People can log in and send through new",
    about=About(
        looks="systems.new.submission of migration.yaml, at each of its addresses: TLS with a certificate that is trusted, AUTH only behind TLS, the logins of some accounts, and whether each may send from its own address; no message is sent. With `nobody` a name that does not exist is tried as well",
        matters="Mail comes in, and nobody can answer: receiving and sending are two servers with two lists of passwords.",
        mend="Name the server under systems.new.submission; set the passwords there; offer AUTH behind TLS.",
        refs=("RFC 6409 section 4.3", "RFC 8314 section 3.3", "RFC 4954 section 4"),
    ),
    params=SubmissionParams,
    each=("domains", "accounts"),
)
def submission(context: Context, params: SubmissionParams) -> Iterator[Finding]:
    """Look at each address, then log in there."""
    server = system_of(context, "new").submission
    if server is None:
        subject = context.item or "new"
        yield Finding("SUBMISSION_NOT_TOLD", Outcome.SKIP, subject, args={"key": "systems.new.submission"})  # fmt: skip
        return
    try:
        found = desks(context, "new")
    except NetError as error:
        yield could_not_look(error, server.host)
        return
    chosen = spread(context.accounts(), params.accounts)

    def at(desk: Desk) -> Iterator[Finding]:
        bad = list(_door(desk, desk.look()))
        yield from bad
        if not bad:
            yield from one_by_one(chosen, lambda a: _try(desk, a), what="accounts", name=_name)
            if params.nobody:
                yield from _anybody(desk, chosen)

    yield from one_by_one(
        found, at, what="addresses of the submission server", name=lambda d: str(d.endpoint)
    )


def spread(accounts: Sequence[Account], count: int) -> list[Account]:
    """Return so many accounts, evenly spread, the same ones every time. PURE."""
    if len(accounts) <= count:
        return list(accounts)
    return [accounts[number * len(accounts) // count] for number in range(count)]


def _name(account: Account) -> str:
    return account.address


def _door(desk: Desk, seen: SubmissionFacts) -> Iterator[Finding]:
    """Give what keeps everybody out, and what would show passwords to strangers."""
    where, host = str(seen.endpoint), seen.endpoint.host
    if seen.failure is not None:
        yield _broke_off(host, where, seen.failure)
    elif seen.distrust is not None:
        yield Finding("SUBMISSION_DISTRUSTED", Outcome.FAIL, host, where, args={"problem": seen.distrust}, fix=f"install a certificate for {host} at {where}, with its chain", refs=("RFC 8314 section 4.4",))  # fmt: skip
    elif not seen.tls:
        yield Finding("SUBMISSION_NO_TLS", Outcome.FAIL, host, where, args={"port": desk.server.port}, fix="offer STARTTLS there, or TLS from the first octet on port 465", refs=("RFC 8314 section 3.3",))  # fmt: skip
    elif not seen.mechanisms:
        yield Finding("SUBMISSION_NO_AUTH", Outcome.FAIL, host, where, args={"tls": seen.tls}, fix="switch AUTH on for this port (Postfix: smtpd_sasl_auth_enable = yes)", refs=("RFC 6409 section 4.3",))  # fmt: skip
    elif seen.early:
        yield Finding("SUBMISSION_AUTH_IN_CLEAR", Outcome.FAIL, host, where, args={"mechanisms": seen.early}, fix="offer AUTH behind TLS only (Postfix: smtpd_tls_auth_only = yes)", refs=("RFC 4954 section 4",))  # fmt: skip


def _broke_off(subject: str, where: str, failure: Failure) -> Finding:
    args = {"phase": failure.phase, "text": failure.text}
    return Finding("SUBMISSION_NOT_SEEN", Outcome.UNKNOWN, subject, where, args=args)


def _try(desk: Desk, account: Account) -> Iterator[Finding]:
    sender = desk.sender(account)
    seen = desk.look(sender)
    where, who = str(seen.endpoint), account.address
    if seen.failure is not None:
        yield _broke_off(who, where, seen.failure)
    elif seen.login is None:
        yield Finding("SUBMISSION_NO_WAY", Outcome.FAIL, who, where, args={"way": sender.way, "mechanisms": seen.mechanisms}, fix=f"offer a mechanism at {where} that can carry what opens the mailbox", refs=("RFC 4954 section 4",))  # fmt: skip
    elif seen.login.code != 235:
        yield _refused(sender, seen, str(seen.login))
    elif seen.rights is not None:
        yield _no_right(who, where, seen)
    else:
        args = {"user": sender.who.user, "mechanism": str(seen.mechanism), "tls": seen.tls}
        yield Finding("SUBMISSION_WORKS", Outcome.PASS, who, where, args=args)


def _refused(sender: Sender, seen: SubmissionFacts, reply: str) -> Finding:
    """Return what a refusal means: 4xx is for now; that of an admin says nothing of the user."""
    who, where = sender.address, str(seen.endpoint)
    args = {"user": sender.who.admin or sender.who.user, "text": reply}
    if reply.startswith("4") or sender.who.admin:
        fix = "give this account a password of its own in accounts.csv, so that its login can be tried"  # fmt: skip
        return Finding("SUBMISSION_LOGIN_OPEN", Outcome.UNKNOWN, who, where, args=args, fix=fix if sender.who.admin else None)  # fmt: skip
    fix = f"set the password of {sender.who.user} for sending too: this one opens the mailbox at new over IMAP, if imap.login passes"
    return Finding("SUBMISSION_REFUSED", Outcome.FAIL, who, where, args=args, fix=fix, refs=("RFC 4954 section 6",))  # fmt: skip


def _no_right(who: str, where: str, seen: SubmissionFacts) -> Finding:
    reply = str(seen.rights)
    if reply.startswith("4"):
        return Finding("SUBMISSION_LOGIN_OPEN", Outcome.UNKNOWN, who, where, args={"user": who, "text": reply})  # fmt: skip
    fix = f"let this login send from {who} (Postfix: smtpd_sender_login_maps)"
    return Finding("SUBMISSION_NO_RIGHT", Outcome.FAIL, who, where, args={"text": reply}, fix=fix, refs=("RFC 6409 section 6.1",))  # fmt: skip


def _anybody(desk: Desk, accounts: Sequence[Account]) -> Iterator[Finding]:
    """Give a finding when a name that does not exist may log in: spammers try just that."""
    first = next((a for a in accounts if a.new.way not in TOKEN_WAYS and not a.new.oauth), None)
    if first is None:
        return
    name = f"migrate-mail-{secrets.token_hex(4)}@{first.domain}"
    nobody = Sender(Identity(name), Secret(secrets.token_urlsafe(12)), "password", name)
    seen = desk.look(nobody)
    if seen.login is not None and seen.login.code == 235:
        yield Finding("SUBMISSION_TAKES_ANYBODY", Outcome.FAIL, desk.endpoint.host, str(desk.endpoint), args={"user": name}, fix="look the password up before you say yes: this server is an open relay", refs=("RFC 4954 section 6",))  # fmt: skip
