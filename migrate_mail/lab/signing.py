"""The DKIM keys of the two providers, and a message that new signed."""

from __future__ import annotations

import base64
from functools import cache

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

OLD_SELECTOR, NEW_SELECTOR = "alt", "s2026"


@cache
def _key(selector: str, bits: int) -> rsa.RSAPrivateKey:
    del selector
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def key_record(selector: str, bits: int = 2048) -> str:
    """Return the text of a key's record."""
    octets = (
        _key(selector, bits)
        .public_key()
        .public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return f"v=DKIM1; k=rsa; p={base64.b64encode(octets).decode()}"


def strings(text: str) -> str:
    """Return a text as the strings of a TXT record."""
    return " ".join(f'"{text[i : i + 255]}"' for i in range(0, len(text), 255))


def signed_message(
    domain: str, *, as_domain: str | None = None, ip: str = "192.0.2.26"
) -> bytes:
    """Return a message from somebody in the domain as it arrived outside.

    as_domain: who signs. ip: who handed it over.
    """
    import dkim

    head = (
        f"Return-Path: <anna@{domain}>\r\nReceived: from mx1.newhost.example (unknown [{ip}])\r\n"
        "\tby mx.holz.example (Postfix) with ESMTPS id 4d8c1; Mon, 23 Nov 2026 09:00:01 +0100\r\n"
    ).encode()
    text = (
        f"From: Anna <anna@{domain}>\r\nTo: karl@holz.example\r\nSubject: Probe\r\n"
        f"Date: Mon, 23 Nov 2026 09:00:00 +0100\r\nMessage-ID: <probe-1@{domain}>\r\n\r\nHallo\r\n"
    ).encode()
    private = _key(NEW_SELECTOR, 2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    who = (as_domain or domain).encode()
    headers = [b"From", b"To", b"Subject", b"Date", b"Message-ID"]
    seal: bytes = dkim.sign(text, NEW_SELECTOR.encode(), who, private, include_headers=headers)
    return head + seal + text
