"""The grammar of MTA-STS, RFC 8461: the TXT record, the policy, and which hosts a policy covers. PURE."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, cast

Mode = Literal["enforce", "testing", "none"]

LONGEST_AGE = 31557600
"""Seconds of a year: the most that max_age may say (section 3.2)."""

_MODES = ("enforce", "testing", "none")
_ONCE = ("version", "mode", "max_age")
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_MX = re.compile(rf"(?:\*\.)?{_LABEL}(?:\.{_LABEL})*")
_KEY = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,31}"
_LINE = re.compile(rf"({_KEY}):[ \t]*(.*?)[ \t]*")
_FIELD = re.compile(rf"({_KEY})=([\x21-\x3a\x3c\x3e-\x7e]+)")
_ID = re.compile(r"[A-Za-z0-9]{1,32}")


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as senders understand it. mx: patterns in lower case, in their order."""

    mode: Mode
    mx: tuple[str, ...]
    max_age: int

    def covers(self, host: str) -> bool:
        """Tell whether an MX host is one of those that the policy names."""
        return any(matches(pattern, host) for pattern in self.mx)

    def text(self) -> str:
        """Return the policy as it is served."""
        lines = ["version: STSv1", f"mode: {self.mode}", *(f"mx: {m}" for m in self.mx)]
        return "".join(f"{line}\n" for line in [*lines, f"max_age: {self.max_age}"])


def matches(pattern: str, host: str) -> bool:
    """Tell whether a pattern covers a host: a `*` is exactly one label (section 4.1)."""
    pattern, host = pattern.lower(), host.rstrip(".").lower()
    if not pattern.startswith("*."):
        return pattern == host
    first, dot, rest = host.partition(".")
    return bool(first and dot) and rest == pattern[2:]


def is_record(text: str) -> bool:
    """Tell whether a TXT record is meant for MTA-STS; all others at the name are ignored (section 3.1)."""
    return re.match(r"v=STSv1[ \t]*(;|$)", text) is not None


def id_of(record: str) -> str:
    """Return the id of a TXT record; ValueError says what is wrong with the record."""
    fields = [part.strip(" \t") for part in record.split(";")]
    if not fields[-1]:
        fields.pop()  # one more `;` at the end is allowed
    pairs: dict[str, str] = {}
    for text in fields[1:]:
        match = _FIELD.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is no name=value")
        pairs.setdefault(match[1], match[2])
    if "id" not in pairs:
        raise ValueError("it has no id")
    if _ID.fullmatch(pairs["id"]) is None:
        raise ValueError(f"the id {pairs['id']!r} is not 1 to 32 letters and digits")
    return pairs["id"]


def read_policy(body: bytes) -> Policy:
    """Read a policy as section 3.2 writes it; ValueError names everything that is wrong, by line.

    Unknown fields are ignored, and of a field that may stand once all but the first, as senders do.
    """
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise ValueError(f"it is not UTF-8 text: byte {exc.start}") from exc
    fields: dict[str, list[tuple[int, str]]] = {}
    wrong: list[str] = []
    for number, line in _lines(text):
        match = _LINE.fullmatch(line)
        if match is None:
            wrong.append(f"line {number}: {line[:60]!r} is no `name: value`")
        else:
            fields.setdefault(match[1], []).append((number, match[2]))
    wrong += _complaints(fields)
    if wrong:
        raise ValueError("; ".join(wrong))
    mx = tuple(dict.fromkeys(value.lower() for _, value in fields.get("mx", [])))
    return Policy(cast("Mode", fields["mode"][0][1]), mx, int(fields["max_age"][0][1]))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Give the lines with their numbers; LF or CRLF ends one, the last need not have an end."""
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.removesuffix("\r")
        if bare.strip(" \t"):
            yield number, bare


def _complaints(fields: dict[str, list[tuple[int, str]]]) -> Iterator[str]:
    yield from (f"it has no {name}" for name in _ONCE if name not in fields)
    firsts = {name: values[0] for name, values in fields.items()}
    line, version = firsts.get("version", (0, "STSv1"))
    if version != "STSv1":
        yield f"line {line}: the version is {version!r}, not STSv1"
    line, mode = firsts.get("mode", (0, "none"))
    if mode not in _MODES:
        yield f"line {line}: the mode {mode!r} is none of {', '.join(_MODES)}"
    line, age = firsts.get("max_age", (0, "1"))
    if not re.fullmatch(r"[0-9]{1,10}", age) or int(age) > LONGEST_AGE:
        yield f"line {line}: max_age {age!r} is no number of seconds up to {LONGEST_AGE}"
    for line, value in fields.get("mx", []):
        if _MX.fullmatch(value) is None:
            yield f"line {line}: mx {value!r} is no host name, and no `*.` before one"
    if "mx" not in fields and mode != "none":
        yield "it names no mx"
