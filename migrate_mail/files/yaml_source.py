"""Reading YAML 1.2 and JSON: plain data with positions; nothing clever is let in.

Of the parser only its events are used; what a plain word stands for is decided here, by YAML 1.2.

Anchors, aliases, merge keys and tags are refused: a file that is read by tired people says what
it means in the place where it means it, and an alias can blow up a small file to gigabytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from migrate_mail.files.complaint import Complaint, InvalidFiles
from migrate_mail.files.secretish import (
    WANTED,
    is_secret_name,
    nearest_scheme,
    split_reference,
)
from migrate_mail.files.source import Source, read_source
from migrate_mail.files.yaml_document import DataPath, Node, YamlDocument
from migrate_mail.files.yaml_scalar import resolve
from migrate_mail.files.yaml_syntax import Explanation, explain

LIMIT = 512 * 1024
_DEEPEST = 24
_MOST_NODES = 50_000
_TEXT_TAG = "tag:yaml.org,2002:str"
_AGAIN = "\0"
_NO_KEYS = {"", "<<"}
_FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser in C, twenty times as fast, where PyYAML was built with it."""


def read_yaml(path: Path, *, label: str | None = None) -> YamlDocument:
    """Return a YAML or JSON file as data with positions. Raise InvalidFiles when it cannot be parsed.

    What is wrong but does not stop the reading is in `complaints` of the document.
    """
    return parse_yaml(read_source(path, limit=LIMIT, label=label))


def parse_yaml(source: Source) -> YamlDocument:
    """Return the one document of a text. Raise InvalidFiles with the place of a syntax error."""
    try:
        return _built(source, _FAST)
    except yaml.YAMLError:
        return _built_with_words(source)


def _built(source: Source, loader: Any) -> YamlDocument:
    builder = _Builder(source)
    builder.read(yaml.parse(source.text, Loader=loader))
    return builder.finished()


def _built_with_words(source: Source) -> YamlDocument:
    """Read once more with the parser that says more about what is wrong than that in C does."""
    builder = _Builder(source)
    try:
        builder.read(yaml.parse(source.text, Loader=yaml.SafeLoader))
    except yaml.YAMLError as error:
        place, code, message, hint = explain(error)
        source.hide_guesses()
        builder.found.append((_within(source, place), code, message, hint))
        raise InvalidFiles(builder.complaints()) from None
    return builder.finished()


def _within(source: Source, place: tuple[int, int]) -> tuple[int, int]:
    """Return the place, or the end of the last line with text when it lies behind the end."""
    line, column = place
    if line <= len(source.lines) and source.lines[line - 1].strip():
        return place
    line = min(line, len(source.lines))
    while line > 1 and not source.lines[line - 1].strip():
        line -= 1
    return line, min(len(source.lines[line - 1]) + 1, column if line == place[0] else 1 << 30)


class _Builder:
    """Turns the parser's events into data; owns the document while it grows."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found: list[Explanation] = []
        self._nodes: dict[DataPath, Node] = {}
        self._broken: set[DataPath] = set()
        self._aliases: set[str] = set()
        self._data: Any = None
        self._documents = 0

    def read(self, events: Iterator[Any]) -> None:
        """Read all events of the stream."""
        for event in events:
            match type(event).__name__:
                case "DocumentStartEvent":
                    self._begin(event)
                case "StreamStartEvent" | "StreamEndEvent" | "DocumentEndEvent":
                    pass
                case _:
                    self._data = self._value(event, events, (), secret=False)

    def finished(self) -> YamlDocument:
        """Return the document. Raise InvalidFiles when there is nothing in the file."""
        if self._data is None and not self.found:
            message = "this file is empty"
            hint = "its first line says what it is, such as `schema: migrate-mail/checklist/v1`"
            raise InvalidFiles([self.source.complaint((0, 0), "empty-file", message, hint)])
        return YamlDocument(
            self.source, self._data, self._nodes, self.complaints(), self._broken
        )

    def complaints(self) -> list[Complaint]:
        """Return what was found; lines are quoted only now, when it is known what they hide."""
        return [self.source.complaint(*one) for one in self.found]

    def _begin(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            self._stop(
                event, "second-document", "a second document begins here; a file holds one"
            )
        if event.version not in (None, (1, 2)):
            self._stop(event, "yaml-version", "this file says that it is not YAML 1.2")

    def _value(self, event: Any, events: Iterator[Any], path: DataPath, *, secret: bool) -> Any:
        if len(path) > _DEEPEST:
            self._stop(event, "too-deep", f"nested deeper than {_DEEPEST} levels")
        if len(self._nodes) >= _MOST_NODES:
            self._stop(event, "too-big", f"more than {_MOST_NODES} values in one file")
        self._place(path, _start(event))
        self._refuse_clever(event, path)
        match type(event).__name__:
            case "ScalarEvent":
                return self._scalar(event, path, secret=secret)
            case "SequenceStartEvent":
                return self._list(events, path, secret=secret)
            case "MappingStartEvent":
                return self._mapping(events, path, secret=secret)
            case _:
                return None

    def _scalar(self, event: Any, path: DataPath, *, secret: bool) -> Any:
        node = self._nodes[path]
        self._nodes[path] = Node(node.value, node.key, event.value)
        plain = event.style in (None, "") and event.tag is None
        value = resolve(event.value) if plain else event.value
        if secret and value is not None and not isinstance(value, bool):
            self._judge_secret(event, path)
        return value

    def _list(self, events: Iterator[Any], path: DataPath, *, secret: bool) -> list[Any]:
        items: list[Any] = []
        for event in events:
            if type(event).__name__ == "SequenceEndEvent":
                break
            items.append(self._value(event, events, (*path, len(items)), secret=secret))
        return items

    def _mapping(
        self, events: Iterator[Any], path: DataPath, *, secret: bool
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for event in events:
            if type(event).__name__ == "MappingEndEvent":
                break
            key, place = self._key(event), _start(event)
            again = key in found
            if again:
                self._twice(event, key, self.where(path, key))
            name = f"{key}{_AGAIN}{place}" if again else key
            self._nodes[(*path, name)] = Node(place, place)
            below = secret or is_secret_name(key)
            value = self._value(next(events), events, (*path, name), secret=below)
            if not again and key not in _NO_KEYS:
                found[key] = value
        return found

    def where(self, path: DataPath, key: str) -> int:
        """Return the line of a key that was read before."""
        return self._nodes[(*path, key)].value[0]

    def _key(self, event: Any) -> str:
        if type(event).__name__ != "ScalarEvent":
            self._stop(event, "bad-key", "a key must be a word, not a list or a group of keys")
        if event.value == "<<" and event.style in (None, ""):
            self._complain(
                event, "merge-key", "merge keys (`<<`) are not used here", "write the keys out"
            )
        if event.value == "":
            self._complain(event, "bad-key", "a key is missing before the `:`", None)
        return str(event.value)

    def _twice(self, event: Any, key: str, first: int) -> None:
        message = (
            f"key `{_short(key)}` is here for the second time; the first is in line {first}"
        )
        self._complain(event, "duplicate-key", message, "keep one of them")

    def _refuse_clever(self, event: Any, path: DataPath) -> None:
        if type(event).__name__ == "AliasEvent":
            self._broken.add(path)
            if event.anchor in self._aliases:
                return  # once is enough: an alias bomb has many
            self._aliases.add(event.anchor)
            self._complain(
                event,
                "alias",
                f"aliases (`*{_short(event.anchor)}`) are not used here",
                "write the value out",
            )
            return
        if event.anchor:
            self._complain(
                event,
                "anchor",
                f"anchors (`&{_short(event.anchor)}`) are not used here",
                "leave it out",
            )
        if event.tag is not None and event.tag not in {_TEXT_TAG, "!"}:
            self._complain(event, "tag", "tags (`!…`) are not used here", "leave it out")
            self._broken.add(path)

    def _judge_secret(self, event: Any, path: DataPath) -> None:
        if split_reference(event.value) is not None:
            return
        begin, end = _start(event), event.end_mark.line + 1
        for line in range(begin[0], end + 1):
            self.source.hide(line, begin[1] if line == begin[0] else 1)
        name = next(p for p in reversed(path) if isinstance(p, str)).partition(_AGAIN)[0]
        if not is_secret_name(name):
            return  # in a group under a secret-like key: hidden; the model will speak
        near = nearest_scheme(event.value)
        message = (
            f"`{_short(name)}` holds no secret reference; what it holds is not repeated here"
        )
        hint = f"{WANTED}; if this was the secret itself, change it"
        self._complain(
            event, "literal-secret", message, f"did you mean `{near}:`?" if near else hint
        )
        self._broken.add(path)

    def _place(self, path: DataPath, value: tuple[int, int]) -> None:
        known = self._nodes.get(path)
        self._nodes[path] = Node(value, known.key if known else None)

    def _complain(self, event: Any, code: str, message: str, hint: str | None = None) -> None:
        self.found.append((_start(event), code, message, hint))

    def _stop(self, event: Any, code: str, message: str) -> None:
        self.source.hide_guesses()
        self._complain(event, code, message)
        raise InvalidFiles(self.complaints())


def _start(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}…"
