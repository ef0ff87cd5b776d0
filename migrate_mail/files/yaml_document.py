"""A YAML file as plain data that knows where each key and value stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from migrate_mail.files.complaint import Complaint
from migrate_mail.files.source import Source

DataPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """Where one value stands. key: where its key stands; None in a list. raw: the text of a scalar."""

    value: tuple[int, int]
    key: tuple[int, int] | None = None
    raw: str | None = None


@dataclass(frozen=True, slots=True)
class YamlDocument:
    """Plain data with places.

    complaints: what was wrong already while reading (duplicate keys, aliases, literal secrets).
    broken: paths whose value is of no use because of that; nothing more is said about them.
    """

    source: Source
    data: Any = field(repr=False)
    nodes: dict[DataPath, Node] = field(repr=False)
    complaints: list[Complaint] = field(default_factory=list)
    broken: set[DataPath] = field(default_factory=set)

    @property
    def label(self) -> str:
        """The path as the admin gave it."""
        return self.source.label

    def where(self, path: DataPath, *, key: bool = False) -> tuple[int, int]:
        """Return line and column, from 1, of a value, or of its key.

        Of an unknown path: of the nearest thing around it.
        """
        for length in range(len(path), -1, -1):
            node = self.nodes.get(path[:length])
            if node is not None:
                at_key = (key or length < len(path)) and node.key is not None
                return node.key if at_key and node.key is not None else node.value
        return 1, 1

    def raw(self, path: DataPath) -> str | None:
        """Return a scalar as it is written in the file; None for anything else."""
        node = self.nodes.get(path)
        return node.raw if node else None

    def complaint(
        self,
        path: DataPath,
        code: str,
        message: str,
        hint: str | None = None,
        *,
        key: bool = False,
    ) -> Complaint:
        """Return a complaint about a value (or about its key), with its line quoted."""
        return self.source.complaint(self.where(path, key=key), code, message, hint)

    def is_broken(self, path: DataPath) -> bool:
        """Tell whether the value at a path, or one around it, was already complained about."""
        return any(path[:length] in self.broken for length in range(len(path) + 1))
