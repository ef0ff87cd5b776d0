"""The parts of an IMAP server's entry that say how to log in, and which bad certificate is let pass."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from migrate_mail.files.names import wrong
from migrate_mail.files.scalars import Moment
from migrate_mail.files.strict import StrictModel

LoginName = Literal["auto", "plain", "login", "xoauth2", "oauthbearer"]


def _fingerprint(text: str) -> str:
    """Return a SHA-256 fingerprint as 64 hex digits, however it was pasted."""
    digits = re.sub(r"(?i)^(sha-?256( fingerprint)?[=:])|[:\s]", "", text.strip()).lower()
    if not re.fullmatch(r"[0-9a-f]{64}", digits):
        hint = "on that server: openssl x509 -noout -fingerprint -sha256 -in cert.pem"
        raise wrong("bad-fingerprint", "no SHA-256 fingerprint, which has 64 hex digits", hint)
    return digits


def _https(text: str) -> str:
    if not re.fullmatch(r"https://[^\s/?#@]+(/[^\s?#]*)?", text):
        raise wrong("bad-url", f"`{text[:60]}` is no https:// address")
    return text.rstrip("/")


Fingerprint = Annotated[str, AfterValidator(_fingerprint)]
"""The SHA-256 of a certificate, 64 hex digits."""
HttpsUrl = Annotated[str, AfterValidator(_https)]
"""An address that begins with https://, without a slash at its end."""


class LoginAs(StrictModel):
    """One login that may open every mailbox."""

    user: str = Field(min_length=1, description="the admin's login name")
    secret: str | None = Field(
        default=None, description="secret reference to the admin's password"
    )


class OAuthSettings(StrictModel):
    """Where access tokens come from."""

    provider: Literal["microsoft", "google"]
    flow: Literal["app", "device"] = Field(
        default="app",
        description="app: the application opens every mailbox by itself. device: a person signs in with a browser (Microsoft only)",
    )
    tenant: str | None = Field(
        default=None, description="directory (tenant) id or domain (Microsoft)"
    )
    client_id: str | None = Field(
        default=None, description="application (client) id (Microsoft)"
    )
    secret: str | None = Field(
        default=None,
        description="secret reference: the application's client secret (Microsoft), the service account's JSON key (Google)",
    )
    authority: HttpsUrl | None = Field(
        default=None,
        description="sign-in address of a national cloud, such as https://login.microsoftonline.us",
    )
    scope: str | None = Field(
        default=None, description="what the token is for, where it is not the usual mail scope"
    )
    remember: Literal["memory", "keyring"] = Field(
        default="memory",
        description="where a person's sign-in is kept: gone at the end of the command, or in the system's keyring",
    )


class TlsWaiver(StrictModel):
    """A bad certificate that somebody lets pass: this one only, and not for ever."""

    sha256: Fingerprint = Field(description="SHA-256 fingerprint of the certificate")
    reason: str = Field(min_length=1)
    by: str = Field(min_length=1, description="who answers for it")
    until: Moment = Field(description="moment, with offset, after which it counts no more")
