"""What the types cannot say of how to log in: which settings contradict each other, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from migrate_mail.files.complaint import Complaint
from migrate_mail.files.model_walk import description_of
from migrate_mail.files.templates import problems
from migrate_mail.files.yaml_document import DataPath, YamlDocument
from migrate_mail.inventory.login_settings import LoginAs, OAuthSettings
from migrate_mail.inventory.model import ImapServer

ACCOUNT_NAMES = ("address", "local")
_TOKENS = ("xoauth2", "oauthbearer")
_WANTED = {
    ("microsoft", "app"): ("tenant", "client_id", "secret"),
    ("microsoft", "device"): ("client_id",),
    ("google", "app"): ("secret",),
    ("google", "device"): (),
}
_UNUSED = {
    ("microsoft", "app"): (),
    ("microsoft", "device"): ("secret",),
    ("google", "app"): ("tenant", "client_id", "authority"),
    ("google", "device"): (),
}


def login_rules(
    document: YamlDocument, side: str, imap: ImapServer, *, now: datetime
) -> Iterator[Complaint]:
    """Yield what is wrong with the login settings of one side."""
    at = _At(document, ("systems", side, "imap"))
    yield from _templates(at, imap)
    yield from _mechanism(at, imap)
    if imap.login_as is not None:
        yield from _login_as(at, imap, imap.login_as)
    if imap.oauth is not None:
        yield from _oauth(at, imap, imap.oauth)
    yield from _waiver(at, imap, now)


@dataclass(frozen=True, slots=True)
class _At:
    """Complains about something below one place of migration.yaml."""

    document: YamlDocument
    path: DataPath

    def complaint(
        self, below: DataPath, code: str, message: str, hint: str | None = None
    ) -> Complaint:
        return self.document.complaint((*self.path, *below), code, message, hint)


def _templates(at: _At, imap: ImapServer) -> Iterator[Complaint]:
    admin = imap.login_as
    texts: list[tuple[DataPath, str | None]] = [
        (("user",), imap.user),
        (("secret",), imap.secret),
        (("login_as", "user"), admin.user if admin else None),
        (("login_as", "secret"), admin.secret if admin else None),
    ]
    for below, text in texts:
        broken = at.document.is_broken((*at.path, *below))
        for message, hint in [] if broken else problems(text or "", ACCOUNT_NAMES):
            yield at.complaint(below, "unknown-name", message, hint)


def _mechanism(at: _At, imap: ImapServer) -> Iterator[Complaint]:
    token = imap.oauth is not None or imap.login in _TOKENS
    if imap.oauth is not None and imap.login in {"plain", "login"}:
        message = f"`{imap.login}` sends a password, and `oauth` gives a token"
        yield at.complaint(
            ("login",), "contradiction", message, "leave `login` out, or write xoauth2"
        )
    if token and imap.tls == "none":
        message = "a token is only sent over TLS: whoever reads it has the mailbox"
        hint = "write `tls: implicit` or `tls: starttls`"
        yield at.complaint(("tls",), "token-in-clear", message, hint)


def _login_as(at: _At, imap: ImapServer, admin: LoginAs) -> Iterator[Complaint]:
    if imap.oauth is not None:
        yield from _signs_in(at, imap.oauth, admin)
        return
    if imap.login not in {"auto", "plain"}:
        message = f"`{imap.login}` cannot carry two names; only PLAIN can (RFC 4616 section 2)"
        hint = 'leave `login` out; a Dovecot master user can also be written as user: "${address}*admin"'
        yield at.complaint(("login",), "contradiction", message, hint)
    if admin.secret is None:
        wanted = description_of(LoginAs, "secret")
        yield at.complaint(
            ("login_as",), "missing-key", "`secret` is missing in `login_as`", wanted
        )
    if imap.secret is not None:
        message = (
            "with `login_as` every account is opened by the admin's secret, and never by this"
        )
        hint = "leave one of them out; an account of its own secret has it in accounts.csv"
        yield at.complaint(("secret",), "contradiction", message, hint)


def _signs_in(at: _At, oauth: OAuthSettings, admin: LoginAs) -> Iterator[Complaint]:
    if oauth.flow == "app":
        message = "with `flow: app` the application opens the mailboxes, and nobody else"
        yield at.complaint(("login_as",), "contradiction", message, "leave `login_as` out")
    elif admin.secret is not None:
        message = "whoever signs in with a browser gives the password there"
        yield at.complaint(
            ("login_as", "secret"), "contradiction", message, "leave `secret` out"
        )


def _oauth(at: _At, imap: ImapServer, oauth: OAuthSettings) -> Iterator[Complaint]:
    if imap.secret is not None:
        message = "with `oauth` no password is used"
        hint = "leave it out; the application's own secret is `oauth.secret`"
        yield at.complaint(("secret",), "contradiction", message, hint)
    if (oauth.provider, oauth.flow) == ("google", "device"):
        message = "Google lets nobody read mail by a device code"
        hint = "write `flow: app` with a service account (Workspace), or `login: xoauth2` with a `secret: cmd:…` that prints a token"
        yield at.complaint(("oauth", "flow"), "impossible", message, hint)
    kind = f"{oauth.provider} with flow {oauth.flow}"
    for key in _WANTED[oauth.provider, oauth.flow]:
        if getattr(oauth, key) is None:
            wanted = description_of(OAuthSettings, key)
            yield at.complaint(("oauth",), "missing-key", f"{kind} wants `{key}`", wanted)
    for key in _UNUSED[oauth.provider, oauth.flow]:
        if getattr(oauth, key) is not None:
            message = f"{kind} has no use for `{key}`"
            yield at.complaint(("oauth", key), "contradiction", message, "leave it out")


def _waiver(at: _At, imap: ImapServer, now: datetime) -> Iterator[Complaint]:
    waiver = imap.tls_waiver
    if waiver is None:
        return
    if imap.tls == "none":
        message = "without TLS there is no certificate that could be let pass"
        yield at.complaint(("tls_waiver",), "contradiction", message, "leave it out")
    if waiver.until <= now:
        message = f"this waiver of {waiver.by} ended at {waiver.until.isoformat()}"
        hint = "give that server a good certificate, name its authority with `ca:`, or let somebody answer for it anew"
        yield at.complaint(("tls_waiver", "until"), "waiver-expired", message, hint)
