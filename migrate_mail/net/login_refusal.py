"""Whose fault a refused login is: the server's words, read, and the next step."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from migrate_mail.errors import NetKind
from migrate_mail.net.sasl import TokenError

Fault = Literal[
    "server", "privacy", "method", "account", "expired", "authorization", "token", "password"
]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was tried. admin: who logged in on behalf of `user`; empty: the user."""

    user: str
    admin: str = ""
    token: bool = False

    @property
    def by(self) -> str:
        """Who gave the password or the token."""
        return self.admin or self.user


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a login was refused. kind: `busy` when another try may help. hint: the next step."""

    fault: Fault
    kind: NetKind
    text: str
    hint: str


_SIGNS: tuple[tuple[Fault, tuple[str, ...]], ...] = (
    # A lock that grows with each try must not be taken for "try again".
    (
        "account",
        (r"too many (\w+ )?(fail|bad|invalid|incorrect|login attempt|auth)", r"\blocked"),
    ),
    (
        "server",
        (r"\[(UNAVAILABLE|LIMIT|INUSE|SERVERBUG)\]", "too many", "try again", "temporar"),
    ),
    ("server", ("throttl", "backoff", r"service (is )?(not available|unavailable)")),
    ("privacy", (r"\[PRIVACYREQUIRED\]", "non-secure", r"(until|without) (SSL|TLS|STARTTLS)")),
    ("method", ("basic ?auth", "less secure", "legacy auth")),
    ("method", (r"\bapp(lication)?(-specific)?[ -]password",)),
    ("account", (r"\[CONTACTADMIN\]", "disabled", "not enabled", "suspended", r"\bblocked")),
    ("account", ("inactive", "authenticated but not connected", "account (has )?expired")),
    ("method", ("web ?login", "web browser", "WEBALERT")),
    ("expired", (r"\[EXPIRED\]", "(password|token) (has )?expired", "AccessTokenExpired")),
)
"""Signs in the server's words, the most telling first; the codes in brackets are RFC 5530's."""
_WRONG_PASSWORD = r"\[AUTHENTICATIONFAILED\]|(incorrect|invalid|wrong|bad) .{0,20}(password|credential)|invalid credentials"
_NOT_ALLOWED = (
    r"\[(AUTHORIZATIONFAILED|NOPERM)\]|not authori[sz]ed|authori[sz]ation (fail|denied)"
)

_MICROSOFT = r"(LOGIN|AUTHENTICATE) failed\.?"


def refusal(words: str, tried: Attempt, detail: TokenError | None = None) -> Refusal:
    """Return whose fault a refused login is. words: the server's, with its response code."""
    fault = _fault(words, tried)
    said = f"{words} ({detail})" if detail else words
    kind: NetKind = "busy" if fault == "server" else "tls" if fault == "privacy" else "auth"
    hint = _next(fault, tried)
    if fault == "password" and tried.admin:
        hint += (
            f", and that {tried.admin} may log in for others: some servers say the same of both"
        )
    if fault == "password" and re.fullmatch(_MICROSOFT, words):
        hint += "; Microsoft 365 says the same where passwords are switched off (`oauth:`)"
    return Refusal(fault, kind, f"{_whose(fault, tried)}: {said}", hint)


def _fault(words: str, tried: Attempt) -> Fault:
    for fault, signs in _SIGNS:
        if re.search("|".join(signs), words, re.IGNORECASE):
            return fault
    wrong = re.search(_WRONG_PASSWORD, words, re.IGNORECASE)
    # Some servers say AUTHORIZATIONFAILED for a wrong password too.
    if not wrong and re.search(_NOT_ALLOWED, words, re.IGNORECASE):
        return "authorization"
    return "token" if tried.token else "password"


def _whose(fault: Fault, tried: Attempt) -> str:
    what = "token" if tried.token else "password"
    words: dict[Fault, str] = {
        "server": "the server cannot say for now, which is no one's password's fault",
        "privacy": "the server takes no password without TLS",
        "method": "the server does not let this kind of login in",
        "account": f"the account {tried.user} may not log in",
        "expired": f"the {what} of {tried.by} has expired",
        "authorization": f"{tried.by} may not open the mailbox of {tried.user}",
        "token": f"the token for {tried.user} is refused",
        "password": f"user name or password of {tried.by} is wrong",
    }
    return words[fault]


def _next(fault: Fault, tried: Attempt) -> str:
    if fault == "authorization":
        return _allow(tried)
    if fault in {"expired", "token"}:
        return _renew(tried, expired=fault == "expired")
    steps: dict[str, str] = {
        "server": "wait, then run the same command again",
        "privacy": "write `tls: implicit` (port 993) or `tls: starttls` (port 143)",
        "method": "passwords are switched off there: make an app password, or write `oauth:` (Microsoft 365, Google Workspace)",
        "account": f"ask the admin of that server to unlock {tried.user}, to switch on IMAP for it, and whether it has a mailbox; do not try again and again",
        "password": f"see that user {tried.by} exists there, and that its secret holds its password",
    }
    return steps[fault]


def _allow(tried: Attempt) -> str:
    if tried.admin:
        return f"the password of {tried.admin} was right: let {tried.admin} log in for other users (Dovecot: master user; Cyrus: proxyservers; Zimbra: an admin account)"
    if tried.token:
        return f"let the application, or who signed in, open {tried.user}: Microsoft: Add-MailboxPermission; Google: domain-wide delegation of https://mail.google.com/"
    return f"ask the admin of that server to let {tried.user} use IMAP"


def _renew(tried: Attempt, *, expired: bool) -> str:
    if not tried.token:
        return f"give {tried.by} a new password, and put it where its secret is kept"
    if expired:
        return "get a new token; with `oauth:` in migration.yaml that happens by itself"
    return f"see that the token is for this server (scope), for {tried.user}, and that IMAP is among the application's permissions"
