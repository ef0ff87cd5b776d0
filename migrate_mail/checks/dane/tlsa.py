"""TLSA records: reading them, and whether a chain of certificates is what they promise. PURE."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

_DIGESTS = {1: hashlib.sha256, 2: hashlib.sha512}
TRUST_ANCHOR, END_ENTITY = 2, 3


@dataclass(frozen=True, slots=True)
class Tlsa:
    """One record (RFC 6698 section 2.1). data: lower-case hex."""

    usage: int
    selector: int
    matching: int
    data: str

    @property
    def for_smtp(self) -> bool:
        """Whether senders of mail use it: DANE-TA and DANE-EE only (RFC 7672 section 3.1.3)."""
        known = self.selector in (0, 1) and self.matching in (0, 1, 2)
        return known and self.usage in (TRUST_ANCHOR, END_ENTITY)

    def __str__(self) -> str:
        return f"{self.usage} {self.selector} {self.matching} {self.data}"


def read_tlsa(record: str) -> Tlsa:
    """Read a record in presentation form; ValueError when it is none."""
    parts = record.split()
    if len(parts) < 4 or not all(p.isdigit() for p in parts[:3]):
        raise ValueError(f"{record!r} is no TLSA record")
    data = "".join(parts[3:]).lower()
    bytes.fromhex(data)
    return Tlsa(int(parts[0]), int(parts[1]), int(parts[2]), data)


def matches(record: Tlsa, chain: Sequence[bytes]) -> bool:
    """Tell whether a chain as the server sent it (DER, its own first) has what a record promises."""
    if not record.for_smtp or not chain:
        return False
    held = chain[:1] if record.usage == END_ENTITY else chain[1:]
    return any(_data(record, der) == record.data for der in held)


def wanted(chain: Sequence[bytes]) -> str:
    """Return the record to publish for a chain: `3 1 1`, the key of the server itself (RFC 7671 section 5.1)."""
    return f"3 1 1 {_data(Tlsa(END_ENTITY, 1, 1, ''), chain[0])}"


def _data(record: Tlsa, der: bytes) -> str:
    octets = _key_of(der) if record.selector == 1 else der
    digest = _DIGESTS.get(record.matching)
    return digest(octets).hexdigest() if digest else octets.hex()


def _key_of(der: bytes) -> bytes:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = x509.load_der_x509_certificate(der).public_key()
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
