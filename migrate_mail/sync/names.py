"""Which folder at new each folder at old becomes. PURE.

Separators and prefixes differ between servers, some names are not possible on the other side,
and some folders (Sent, Drafts...) have another name there. The mapping is injective (also on a
server that ignores case), the same for the same input, and the same again when the folders that
it asked for have been made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from migrate_mail.net.imap import FolderInfo
from migrate_mail.sync.special import by_attribute, by_name

INBOX = "INBOX"
_ROOT = "\0INBOX"
"""Stands for INBOX in a path, so that a folder `INBOX.INBOX` is not taken for it."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NO_SEPARATOR = "_"

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Space:
    """A personal namespace (RFC 2342): what names begin with, and what separates levels."""

    prefix: str
    delimiter: str


@dataclass(frozen=True, slots=True)
class FolderPair:
    """One folder and what it becomes. create: new does not have it yet. subscribe: old is subscribed."""

    old: str
    new: str
    create: bool
    subscribe: bool


def map_folders(
    old: Sequence[FolderInfo],
    new: Sequence[FolderInfo],
    *,
    old_space: Space,
    new_space: Space,
    subscribed: AbstractSet[str] = frozenset(),
    known: Mapping[str, str] | None = None,
) -> list[FolderPair]:
    r"""Return a pair for each selectable folder at old, INBOX first, parents before children.

    known: what earlier runs made of a folder; it stays so. A folder that only holds others
    (\Noselect) gets no pair: the server makes it with its first child.
    """
    paths = {f.name: _path(f, old_space) for f in old if f.selectable}
    namer = _Namer(new, new_space, paths)
    namer.keep(known or {})
    namer.special(by_attribute(old))
    namer.rest()
    there = {f.name for f in new if f.selectable}
    return [
        FolderPair(name, to, to != INBOX and to not in there, name in subscribed)
        for name, to in sorted(namer.given.items(), key=lambda item: _order(paths[item[0]]))
    ]


def _order(path: Path) -> tuple[bool, int, Path]:
    return path != (_ROOT,), len(path), path


def _path(folder: FolderInfo, space: Space) -> Path:
    """Return the levels of a name below the namespace's prefix."""
    name, delimiter = folder.name, folder.delimiter or space.delimiter
    if name.upper() == INBOX:
        return (_ROOT,)
    head = name[: len(space.prefix)]
    if space.prefix and head.upper() == space.prefix.upper() and len(name) > len(head):
        return _split(name[len(head) :], delimiter)
    parts = _split(name, delimiter)
    return (_ROOT, *parts[1:]) if parts[0].upper() == INBOX and len(parts) > 1 else parts


def _split(name: str, delimiter: str | None) -> Path:
    return tuple(name.split(delimiter)) if delimiter else (name,)


@dataclass(slots=True)
class _Namer:
    """Gives out names at new, each only once. Works through the folders in a fixed order."""

    new: Sequence[FolderInfo]
    space: Space
    paths: Mapping[str, Path]
    given: dict[str, str] = field(default_factory=dict)
    _by_path: dict[Path, str] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)
    _spelled: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._spelled = {f.name.casefold(): f.name for f in self.new} | {
            f.name: f.name for f in self.new
        }
        self._taken.add(INBOX.casefold())
        for name, path in self.paths.items():
            if path == (_ROOT,):
                self._give(name, INBOX)

    def keep(self, known: Mapping[str, str]) -> None:
        """Give again what earlier runs gave."""
        for name in self.paths:
            to = known.get(name)
            if to and name not in self.given and to.casefold() not in self._taken:
                self._give(name, to)

    def special(self, declared: Mapping[str, str]) -> None:
        """Give Sent, Drafts... the folder that new uses for it, if it has one."""
        tops = {p[0]: n for n, p in self.paths.items() if len(p) == 1 and n not in self.given}
        uses = {**by_name(tops, declared), **declared}
        there = by_attribute(self.new)
        guessed = by_name(self._candidates(), there)
        for use, name in sorted(uses.items()):
            if name in self.given or name not in self.paths:
                continue
            natural = self._wanted(self.paths[name])
            to = there.get(use) or (None if self._exists(natural) else guessed.get(use))
            if to and to.casefold() not in self._taken:
                self._give(name, to)
                # Its own name stays reserved: who took it now would lose it in the next run.
                self._taken.add(natural.casefold())

    def rest(self) -> None:
        """Give every other folder its own name, level by level; a taken one gets a number."""
        left = [n for n in self.paths if n not in self.given]
        for depth in sorted({len(self.paths[n]) for n in left}):
            level = sorted(self._level(left, depth), key=lambda n: self._rank(self.paths[n]))
            late = []
            for name in level:
                if self._wanted(self.paths[name]).casefold() in self._taken:
                    late.append(name)
                else:
                    self._give(name, self._spelling(self._wanted(self.paths[name])))
            for name in late:
                self._give(name, self._numbered(self._wanted(self.paths[name])))

    def _level(self, names: Sequence[str], depth: int) -> Iterator[str]:
        return (n for n in names if len(self.paths[n]) == depth)

    def _rank(self, path: Path) -> tuple[bool, Path]:
        """Put names that can stay as they are before those that must be changed."""
        return self._clean(path[-1]) != path[-1], path

    def _give(self, name: str, to: str) -> None:
        self.given[name] = to
        self._by_path.setdefault(self.paths[name], to)
        self._taken.add(to.casefold())

    def _wanted(self, path: Path) -> str:
        """Return the name of a path at new, below what its parent became."""
        if path == (_ROOT,):
            return INBOX
        return self._base(path[:-1]) + self._clean(path[-1])

    def _base(self, parent: Path) -> str:
        separator = self.space.delimiter or _NO_SEPARATOR
        if not parent:
            return self.space.prefix
        if parent == (_ROOT,) and self.space.prefix.upper() == INBOX + separator:
            return self.space.prefix
        return (self._by_path.get(parent) or self._wanted(parent)) + separator

    def _clean(self, part: str) -> str:
        part = _CONTROL.sub("_", part)
        if self.space.delimiter:
            part = part.replace(self.space.delimiter, "_")
        return part or "_"

    def _exists(self, name: str) -> bool:
        return name.casefold() in self._spelled

    def _spelling(self, name: str) -> str:
        """Return the name as new already spells it: it may ignore case."""
        return self._spelled.get(name) or self._spelled.get(name.casefold(), name)

    def _numbered(self, name: str) -> str:
        number = 2
        while f"{name}_{number}".casefold() in self._taken:
            number += 1
        return self._spelling(f"{name}_{number}")

    def _candidates(self) -> dict[str, str]:
        """Return the top folders of new that no folder of old would have by its own name."""
        naturals = {self._wanted(p).casefold() for p in self.paths.values()}
        paths = {f.name: _path(f, self.space) for f in self.new if f.selectable}
        return {
            p[0]: n for n, p in paths.items() if len(p) == 1 and n.casefold() not in naturals
        }
