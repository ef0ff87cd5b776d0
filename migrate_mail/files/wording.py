"""What pydantic found, in an admin's words: seen, wanted, next step."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from migrate_mail.files.model_walk import description_of

_WANTED = {
    "string": "text",
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "bool": "true or false",
    "list": "a list",
    "tuple": "a list",
    "set": "a list",
    "dict": "keys with values",
    "model": "keys with values",
    "path": "a path",
    "datetime": "a moment such as 2026-03-13T22:00:00+01:00",
    "time": "a time such as 22:30",
    "date": "a date such as 2026-03-13",
}
_LIMITS = {
    "greater_than_equal": "at least {ge}",
    "greater_than": "more than {gt}",
    "less_than_equal": "at most {le}",
    "less_than": "less than {lt}",
}


@dataclass(frozen=True, slots=True)
class Words:
    """A complaint without its place."""

    code: str
    message: str
    hint: str | None = None


def missing(key: str, model: type[BaseModel] | None, parent: str) -> Words:
    """Say that a key is not there. parent: what lacks it."""
    return Words("missing-key", f"`{key}` is missing in {parent}", description_of(model, key))


def unknown(key: str, known: Sequence[str]) -> Words:
    """Say that a key means nothing here, and which one was probably meant."""
    close = difflib.get_close_matches(key, known, n=1)
    listed = f"known here: {', '.join(known)}; keys that begin with x- are free"
    return Words(
        "unknown-key",
        f"unknown key `{short(key)}`",
        f"did you mean `{close[0]}`?" if close else listed,
    )


def reword(error: dict[str, Any], name: str, raw: str | None, *, secret: bool) -> Words:
    """Return the words for one error of pydantic. raw: the scalar as written. secret: never repeat the value."""
    kind, context = error["type"], error.get("ctx") or {}
    seen = "something else" if secret else _seen(error.get("input"), raw)
    if kind == "named":
        return Words(context["code"], context["message"], context["hint"])
    if kind in _LIMITS:
        return Words(
            "out-of-range", f"{name} is {seen}; it must be {_LIMITS[kind].format(**context)}"
        )
    if "expected" in context:
        return _choice(name, seen, raw, re.findall(r"'([^']*)'", context["expected"]))
    if kind in {"too_short", "string_too_short"}:
        return Words("empty", f"{name} is empty; it wants at least {context['min_length']}")
    return _value(kind, error, name, seen)


def _value(kind: str, error: dict[str, Any], name: str, seen: str) -> Words:
    if kind == "timezone_aware":
        hint = "add the offset, such as 2026-03-13T22:00:00+01:00; Z is UTC"
        return Words(
            "no-offset", f"{name} is {seen}, and does not say in which time zone", hint
        )
    if kind == "string_pattern_mismatch":
        return Words(
            "bad-id", f"{name} is {seen}; lower-case letters, digits and hyphens are allowed"
        )
    if kind == "value_error":
        return Words("bad-value", _sentence(error["msg"]))
    expected = next((w for p, w in _WANTED.items() if re.match(rf"{p}(_|$)", kind)), "")
    if not expected:
        return Words("bad-value", f"{name}: {_sentence(error['msg'])}")
    quotes = (
        "put it in quotes"
        if expected == "text" and _is_plain_word(error.get("input"))
        else None
    )
    return Words("wrong-type", f"{name} is {seen}; wanted: {expected}", quotes)


def short(text: str) -> str:
    """Return a text as it may be repeated: not longer than a line bears."""
    return text if len(text) <= 60 else f"{text[:60]}…"


def _choice(name: str, seen: str, raw: str | None, allowed: list[str]) -> Words:
    close = difflib.get_close_matches(raw or "", allowed, n=1)
    hint = f"did you mean `{close[0]}`?" if close else None
    listed = ", ".join(allowed)
    wanted = f"allowed: {listed}" if len(allowed) > 1 else f"wanted: {listed}"
    return Words("bad-choice", f"{name} is {seen}; {wanted}", hint)


def _seen(value: Any, raw: str | None) -> str:
    if isinstance(value, dict):
        return "a group of keys"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    if value is None:
        return "empty"
    return f"`{short(raw if raw is not None else str(value))}`"


def _is_plain_word(value: Any) -> bool:
    return isinstance(value, int | float | bool)


def _sentence(text: str) -> str:
    return text.removeprefix("Value error, ").strip()
