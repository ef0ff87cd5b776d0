"""Names that hold secrets, references to secrets, and lines that are safe to quote."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_NAME = re.compile(
    r"(^|[^a-z])(pass(word|wd|phrase|code)?|pwd|secret|token|credential|api[-_ ]?key|private[-_ ]?key)s?([^a-z]|$)",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    r"(?P<scheme>env|file|cmd|keyring|prompt)(?::(?P<locator>.*\S))?", re.DOTALL
)
_KEY_AND_VALUE = re.compile(r"""(?P<key>[\w.-]+)["']?\s*[:=]\s*(?=(?P<value>.*))""")
_LONGEST = 160

SCHEMES = ("env", "file", "cmd", "keyring", "prompt")
WANTED = "write env:NAME, file:PATH, cmd:COMMAND, keyring:SERVICE/USER or prompt"
HIDDEN = "***"


def is_secret_name(name: str) -> bool:
    """Tell whether something of this name holds a secret: `password`, `old_secret`, `api-token`."""
    return bool(_NAME.search(name))


def split_reference(text: str) -> tuple[str, str] | None:
    """Return scheme and locator of a secret reference; None when the text is none."""
    match = _REFERENCE.fullmatch(text.strip())
    if not match:
        return None
    scheme, locator = match["scheme"], match["locator"] or ""
    return (scheme, locator) if _fits(scheme, locator) else None


def _fits(scheme: str, locator: str) -> bool:
    match scheme:
        case "env":
            return bool(re.fullmatch(r"[^\s=]+", locator))
        case "keyring":
            service, _, user = locator.partition("/")
            return bool(service and user)
        case "prompt":
            return True
        case _:
            return bool(locator)


def nearest_scheme(text: str) -> str | None:
    """Return the scheme that a mistyped reference meant (`evn:NAME`), never a part of the text."""
    import difflib

    head, colon, _ = text.partition(":")
    close = difflib.get_close_matches(head.strip().lower(), SCHEMES, n=1, cutoff=0.6)
    return close[0] if colon and close else None


def guess_secrets(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield line and column, from 1, of what seems to be a literal secret.

    A guess by names, for a file that could not be parsed. Lines further in than a secret-like key
    belong to it.
    """
    margin: int | None = None
    for number, line in enumerate(lines, 1):
        inner = len(line) - len(line.lstrip())
        if margin is not None and line.strip() and inner > margin:
            yield number, 1
            continue
        margin = None
        for match in _KEY_AND_VALUE.finditer(line):
            value = match["value"].strip().strip("\"'")
            if is_secret_name(match["key"]) and split_reference(value) is None:
                margin = inner
                yield number, match.start("value") + 1


def quotable(line: str, column: int, hidden_from: int | None) -> str | None:
    """Return the line as it may be shown under a caret; None when a secret stands before the caret."""
    if hidden_from is not None and column > hidden_from:
        return None
    if column > _LONGEST:
        return None
    if hidden_from is not None and hidden_from <= _LONGEST:
        return f"{line[: hidden_from - 1]}{HIDDEN}"
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
