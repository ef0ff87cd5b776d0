"""Why a provider gave no token: its words, whose fault it is, the next step."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from migrate_mail.errors import NetError, NetKind
from migrate_mail.oauth.source import library
from migrate_mail.secret import Secret

_SECRET = "the application's secret is wrong or has run out: make a new one, put it where `oauth.secret` points"
_APP = "see that `tenant` and `client_id` are those of the application's registration"
_CONSENT = "let an admin of that organisation consent to the application's IMAP permission (Microsoft: IMAP.AccessAsApp, with device IMAP.AccessAsUser.All)"
_SIGN_IN = "sign in again"
_STEPS = (
    (r"AADSTS(7000215|7000222)|invalid_client_secret", _SECRET),
    (r"AADSTS(700027|700030)", "see that the certificate is uploaded to the application"),
    (r"AADSTS(700016|90002|900023|900021)", _APP),
    (r"AADSTS(65001|650053|500011|7000112)", _CONSENT),
    (
        r"AADSTS7000218",
        "switch on 'Allow public client flows' for the application, or write `flow: app`",
    ),
    (
        r"AADSTS(53003|530003|50076|50079|50105)",
        "a policy of that organisation stops the sign-in: ask its admin for an exception",
    ),
    (r"AADSTS(50034|50057|50020)", "see that this user exists there and is not disabled"),
    (r"AADSTS(70043|700082|700084|50173|50078)|interaction_required", _SIGN_IN),
    (r"expired_token|AADSTS70019|code_expired", "nobody entered the code in time: run it again"),
    (r"authorization_declined|access_denied", "whoever was asked said no: sign in again, or ask"),
    (
        r"unauthorized_client.*(scopes|delegat|method)",
        "in the Google admin console, let the service account's client id use https://mail.google.com/ (domain-wide delegation)",
    ),
    (
        r"Invalid email|User ID",
        "see that this user exists in the Google Workspace of the service account",
    ),
    (r"short-lived|iat and exp", "set this machine's clock: Google does not believe its time"),
    (r"Invalid JWT|account not found|invalid_grant", "see that the key of the service account was not deleted"),
    (r"AADSTS|invalid_client|unauthorized_client|invalid_scope|invalid_request", _APP),
)  # fmt: skip
_FOR_NOW = r"temporarily_unavailable|server_error|AADSTS(90033|50196|90055)|HTTP Error: (429|5\d\d)|internal_failure|backendError"


def refused(where: str, words: str, secret: Secret | None = None) -> NetError:
    """Return the error for words that came instead of a token; `busy` when they are for now."""
    said = " ".join(words.split())[:300]
    if secret is not None and secret.reveal():
        said = said.replace(secret.reveal(), "***")
    if re.search(_FOR_NOW, said, re.IGNORECASE):
        return NetError("busy", where, "TOKEN", said)
    hint = next((step for sign, step in _STEPS if re.search(sign, said, re.IGNORECASE)), None)
    return NetError("auth", where, "TOKEN", f"no token is given: {said}", hint=hint)


@contextmanager
def speaking_to(where: str, secret: Secret | None = None) -> Iterator[None]:
    """Raise NetError in place of what the libraries raise."""
    requests = library("requests")
    failed: NetError | None = None
    try:
        yield
    except requests.exceptions.RequestException as error:
        failed = NetError(_kind(error), where, "TOKEN", _unreached(error))
    except _foreign() as error:
        failed = refused(where, str(error), secret)
    # Raised here, not where it was caught: the original may hold the secret.
    if failed is not None:
        raise failed


def _foreign() -> tuple[type[Exception], ...]:
    """Return what the libraries raise, of those that are in use."""
    names = (("msal.exceptions", "MsalError"), ("google.auth.exceptions", "GoogleAuthError"))
    own = (getattr(sys.modules[m], name) for m, name in names if m in sys.modules)
    return (ValueError, *own)


def _kind(error: Exception) -> NetKind:
    name = type(error).__name__
    if name == "SSLError":
        return "tls"
    return "timeout" if "Timeout" in name else "unreachable"


def _unreached(error: Exception) -> str:
    if type(error).__name__ == "SSLError":
        return "the certificate of the sign-in server is not trusted"
    return f"the sign-in server could not be reached ({type(error).__name__})"
