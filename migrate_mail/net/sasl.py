"""How to log in: which mechanism a server takes, and the words of each."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from migrate_mail.secret import Secret

Way = Literal["password", "plain", "login", "token", "xoauth2", "oauthbearer"]
"""What is wanted; `password` and `token` leave the choice of the mechanism to us."""
Mechanism = Literal["PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2", "command"]
"""A SASL mechanism; `command` is IMAP's own LOGIN."""

TOKEN_WAYS: frozenset[Way] = frozenset({"token", "xoauth2", "oauthbearer"})
_LADDER: dict[Way, tuple[Mechanism, ...]] = {
    "password": ("PLAIN", "LOGIN", "command"),
    "plain": ("PLAIN",),
    "login": ("LOGIN", "command"),
    "token": ("OAUTHBEARER", "XOAUTH2"),
    "xoauth2": ("XOAUTH2",),
    "oauthbearer": ("OAUTHBEARER",),
}
_CLIENT_FIRST: frozenset[Mechanism] = frozenset({"PLAIN", "OAUTHBEARER", "XOAUTH2"})
_TOKEN = re.compile(r"[\x21-\x7e]+")
_END = "\x01"


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose mailbox, and who asks for it.

    admin: who logs in on behalf of `user`; empty: the user. host, port: the server, which a
    token is for.
    """

    user: str
    admin: str = ""
    host: str = ""
    port: int = 0


@dataclass(frozen=True, slots=True)
class TokenError:
    """What a server says about a token that it refuses (RFC 7628 section 3.2.2)."""

    status: str
    scope: str = ""

    def __str__(self) -> str:
        return f"status {self.status}" + (f", scope {self.scope}" if self.scope else "")


def choose(able: frozenset[str], way: Way, *, admin: bool = False) -> Mechanism | None:
    """Return the first mechanism of a way that the server offers; None: there is none.

    admin: only what can carry an authorization identity.
    """
    ladder = _LADDER[way]
    if admin and way not in TOKEN_WAYS:
        ladder = tuple(m for m in ladder if m == "PLAIN")
    return next((m for m in ladder if _offered(able, m)), None)


def _offered(able: frozenset[str], mechanism: Mechanism) -> bool:
    if mechanism == "command":
        return "LOGINDISABLED" not in able
    return f"AUTH={mechanism}" in able


def offered(able: Iterable[str]) -> str:
    """Return the mechanisms that a server offers, in words."""
    found = sorted(a.removeprefix("AUTH=") for a in able if a.startswith("AUTH="))
    return ", ".join(found) or "none"


def at_once(mechanism: Mechanism) -> bool:
    """Tell whether the client speaks first, so that SASL-IR saves a round trip (RFC 4959)."""
    return mechanism in _CLIENT_FIRST


def replies(mechanism: Mechanism, who: Identity, secret: str) -> list[bytes]:
    """Return what to say, in order. Raise ValueError for what cannot be said.

    With a token the last reply is for the server's refusal, which it wants acknowledged
    (RFC 7628 section 3.2.3).
    """
    match mechanism:
        case "PLAIN":
            return [_plain(who, secret)]
        case "LOGIN" | "command":
            return [who.user.encode(), secret.encode()]
        case "OAUTHBEARER":
            return [_oauthbearer(who, secret), _END.encode()]
        case "XOAUTH2":
            return [_xoauth2(who, secret), b""]


def _plain(who: Identity, password: str) -> bytes:
    """Return authorization identity, authentication identity, password (RFC 4616 section 2)."""
    parts = (who.user if who.admin else "", who.admin or who.user, password)
    if any("\0" in part for part in parts):
        raise ValueError("NUL in a name or password")
    return "\0".join(parts).encode()


def _xoauth2(who: Identity, token: str) -> bytes:
    _sendable(who.user, token)
    return f"user={who.user}{_END}auth=Bearer {token}{_END}{_END}".encode()


def _oauthbearer(who: Identity, token: str) -> bytes:
    """Return the GS2 header and the token, with the server that it is for (RFC 7628 section 3.1)."""
    _sendable(who.user, token)
    name = who.user.replace("=", "=3D").replace(",", "=2C")
    fields = (f"host={who.host}", f"port={who.port}", f"auth=Bearer {token}")
    return f"n,a={name},{_END}{_END.join(fields)}{_END}{_END}".encode()


def _sendable(user: str, token: str) -> None:
    if not _TOKEN.fullmatch(token) or re.search(r"[\x00\x01]", user):
        raise ValueError("this cannot be a token or a user name")


def read_token_error(challenge: bytes) -> TokenError | None:
    """Return what a challenge says about a refused token; None when it says nothing readable."""
    try:
        said = json.loads(base64.b64decode(challenge, validate=True))
    except (ValueError, binascii.Error):
        return None
    if not isinstance(said, dict) or "status" not in said:
        return None
    return TokenError(str(said["status"])[:80], str(said.get("scope", ""))[:200])


def scrubbed(text: str, secret: Secret, says: Sequence[bytes]) -> str:
    """Return the server's words without the secret; some servers echo what they were sent."""
    value = secret.reveal()
    told = {base64.b64encode(word).decode() for word in (*says, value.encode())}
    for form in sorted({value, *told} - {""}, key=len, reverse=True):
        text = text.replace(form, "***")
    return text
