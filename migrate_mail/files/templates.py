"""`${name}` inside strings: the only kind of template, filled in after the file was read."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Mapping

_TEMPLATE = re.compile(r"\$\{(?P<name>[a-z_]*)\}")


def problems(text: str, known: Collection[str]) -> list[tuple[str, str]]:
    """Return message and hint for each template that is malformed or names something unknown."""
    found = []
    for match in _TEMPLATE.finditer(text):
        if match["name"] not in known:
            close = difflib.get_close_matches(match["name"], known, n=1)
            listed = ", ".join(f"${{{name}}}" for name in sorted(known)) or "none here"
            hint = f"did you mean `${{{close[0]}}}`?" if close else f"known: {listed}"
            found.append((f"there is no `{match[0]}`", hint))
    if "${" in _TEMPLATE.sub("", text):
        found.append(("`${` without a name and a closing `}`", "write it as ${name}"))
    return found


def fill(text: str, values: Mapping[str, str], quote: Callable[[str], str] = str) -> str:
    """Return the text with every known `${name}` replaced, each value passed through `quote`."""
    return _TEMPLATE.sub(
        lambda m: quote(values[m["name"]]) if m["name"] in values else m[0], text
    )
