"""TXT records: from the quoted form in which a server's answer is kept to the text itself. PURE."""

from __future__ import annotations

import re

_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"|([^\s"]+)', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([0-9]{3})|(.))", re.DOTALL)


def strings(record: str) -> tuple[bytes, ...]:
    """Return the character-strings of one TXT record (RFC 1035 section 3.3.14)."""
    return tuple(_octets(m[1] if m[1] is not None else m[2]) for m in _STRING.finditer(record))


def text_of(record: str) -> str:
    """Return one TXT record as one text: its strings joined without blanks (RFC 7208 section 3.3)."""
    return b"".join(strings(record)).decode("utf-8", errors="backslashreplace")


def _octets(quoted: str) -> bytes:
    plain = _ESCAPE.sub(lambda m: chr(int(m[1])) if m[1] else m[2], quoted)
    # A record that was read from the wire has ASCII and escapes only; a planned one may hold more.
    return plain.encode("latin-1", errors="ignore")
