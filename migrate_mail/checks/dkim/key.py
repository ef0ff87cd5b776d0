"""What a DKIM key record says (RFC 6376 section 3.6.1, RFC 8463). PURE."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass

_TAG = re.compile(r"\s*([A-Za-z][A-Za-z0-9_]*)\s*=\s*(.*?)\s*", re.DOTALL)
_ED25519 = 32
"""Octets of an Ed25519 key (RFC 8463 section 3)."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key. bits: its size; 0 when it is revoked. testing: receivers are asked to ignore failures."""

    kind: str
    data: str
    bits: int
    testing: bool

    @property
    def revoked(self) -> bool:
        """True for an empty key: everything that was signed with it fails."""
        return not self.data


def read_key(text: str) -> Key:
    """Read a key record; ValueError says what is wrong with it."""
    tags = _tags(text)
    if tags.get("v", "DKIM1") != "DKIM1":
        raise ValueError(f"v={tags['v']} is not DKIM1")
    if "p" not in tags:
        raise ValueError("there is no p=, the key itself")
    _for_mail(tags)
    kind = tags.get("k", "rsa").lower()
    data = re.sub(r"\s+", "", tags["p"])
    testing = "y" in tags.get("t", "").lower().split(":")
    return Key(kind, data, _bits(kind, data) if data else 0, testing)


def _for_mail(tags: Mapping[str, str]) -> None:
    """Raise ValueError for a key that verifiers of mail must not use: of another service, or hash."""
    services, hashes = _list(tags.get("s", "*")), _list(tags.get("h", "sha256"))
    if not services & {"*", "email"}:
        raise ValueError(f"s={tags['s']} is not for email: verifiers ignore the key")
    if "sha256" not in hashes:
        raise ValueError(f"h={tags['h']} leaves out sha256, with which mail is signed")


def _list(value: str) -> set[str]:
    return {one.strip().lower() for one in value.split(":")}


def _tags(text: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for part in text.split(";"):
        if not part.strip():
            continue
        tag = _TAG.fullmatch(part)
        if tag is None:
            raise ValueError(f"`{part.strip()[:40]}` is no tag=value")
        found.setdefault(tag[1], tag[2])
    return found


def _bits(kind: str, data: str) -> int:
    try:
        octets = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("p= is no base64: was the record cut when it was pasted?") from None
    if kind == "ed25519":
        if len(octets) != _ED25519:
            raise ValueError(f"p= has {len(octets)} octets, an Ed25519 key has {_ED25519}")
        return 256
    if kind != "rsa":
        raise ValueError(f"k={kind} is neither rsa nor ed25519")
    return _rsa_bits(octets)


def _rsa_bits(octets: bytes) -> int:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        key = load_der_public_key(octets)
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError("p= is no RSA key: was the record cut when it was pasted?") from None
    if isinstance(key, RSAPublicKey):
        return key.key_size
    raise ValueError("p= is a key of another kind than k= says")
