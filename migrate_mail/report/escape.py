"""What servers say, made harmless before it reaches a terminal or a page."""

from __future__ import annotations


def plain(text: str) -> str:
    """Return text with every control character replaced by its Python escape."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
