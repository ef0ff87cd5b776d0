"""Which folder at new each folder at old becomes, why, and which are left out. PURE.

Separators and prefixes differ between servers, some names are not possible on the other side,
and some folders (Sent, Drafts...) have another name there. The mapping is injective (also on a
server that ignores case), the same for the same input, and the same again when the folders that
it asked for have been made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from migrate_mail.net.imap import FolderInfo
from migrate_mail.sync.namer import Namer, top_leaf
from migrate_mail.sync.rules import NO_RULES, FolderRules, directions, excluding, idle
from migrate_mail.sync.space import INBOX, ROOT, Namespace, Path, Space, path_of
from migrate_mail.sync.special import by_attribute, by_name

__all__ = [
    "FolderMap",
    "FolderPair",
    "LeftOut",
    "Namespace",
    "Space",
    "folder_map",
    "map_folders",
]


@dataclass(frozen=True, slots=True)
class FolderPair:
    """One folder and what it becomes. create: new does not have it yet. subscribe: old is subscribed.

    why: why it is not simply called the same; empty when it is. use: the special use at old.
    """

    old: str
    new: str
    create: bool
    subscribe: bool
    why: str = ""
    use: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A folder at old that is not copied, with the reason and what to do about it."""

    old: str
    reason: str


@dataclass(frozen=True, slots=True)
class FolderMap:
    """Every folder at old that can hold mail, once: in `pairs` or in `left_out`.

    idle: rules of migration.yaml that no folder of this account matches.
    """

    pairs: tuple[FolderPair, ...]
    left_out: tuple[LeftOut, ...] = ()
    idle: tuple[str, ...] = ()


def map_folders(
    old: Sequence[FolderInfo],
    new: Sequence[FolderInfo],
    *,
    old_space: Space,
    new_space: Space,
    subscribed: AbstractSet[str] = frozenset(),
    known: Mapping[str, str] | None = None,
    rules: FolderRules = NO_RULES,
) -> list[FolderPair]:
    """Return the pairs of `folder_map`."""
    found = folder_map(
        old,
        new,
        old_space=old_space,
        new_space=new_space,
        subscribed=subscribed,
        known=known,
        rules=rules,
    )
    return list(found.pairs)


def folder_map(
    old: Sequence[FolderInfo],
    new: Sequence[FolderInfo],
    *,
    old_space: Space,
    new_space: Space,
    subscribed: AbstractSet[str] = frozenset(),
    known: Mapping[str, str] | None = None,
    rules: FolderRules = NO_RULES,
) -> FolderMap:
    r"""Return a pair for each selectable folder at old, INBOX first, parents before children.

    known: what earlier runs made of a folder; it stays so. A folder that only holds others
    (\Noselect) gets no pair: the server makes it with its first child.
    """
    own = _Own.of(old, old_space)
    left_out = [*_of_others(old, old_space), *own.excluded(rules)]
    gone = {one.old for one in left_out}
    paths = {name: path for name, path in own.paths.items() if name not in gone}
    there = [f for f in new if not new_space.foreign(f.name)]
    namer = Namer(
        there, new_space, paths, directions(rules, paths.values(), own.by_path), own.uses
    )
    namer.keep(known or {})
    namer.rules()
    namer.special()
    namer.rest()
    made = {f.name for f in there if f.selectable}
    pairs = (
        FolderPair(name, to.name, _to_make(to.name, made), name in subscribed, to.why)
        for name, to in sorted(namer.given.items(), key=lambda item: _order(paths[item[0]]))
    )
    return FolderMap(tuple(pairs), tuple(left_out), tuple(own.idle(rules)))


@dataclass(frozen=True, slots=True)
class _Own:
    """The user's own folders at old that can hold mail. uses: special use -> folder."""

    paths: Mapping[str, Path]
    uses: Mapping[str, str]
    by_path: Mapping[Path, str]

    @classmethod
    def of(cls, old: Sequence[FolderInfo], space: Space) -> _Own:
        mine = [f for f in old if f.selectable and not space.foreign(f.name)]
        paths = {f.name: path_of(f, space) for f in mine}
        declared = by_attribute(mine)
        leaves = {leaf: n for n, p in paths.items() if (leaf := top_leaf(p)) and p != (ROOT,)}
        uses = {**by_name(leaves, declared), **declared}
        views = {paths[f.name]: f.special_use or "" for f in mine if f.special_use}
        return cls(paths, uses, views | {paths[name]: use for use, name in uses.items()})

    def excluded(self, rules: FolderRules) -> list[LeftOut]:
        found = [(n, excluding(rules, path, self.by_path)) for n, path in self.paths.items()]
        text = "excluded by `{}`: take that out of sync.folders.exclude in migration.yaml to copy it"
        return [LeftOut(name, text.format(rule)) for name, rule in found if rule]

    def idle(self, rules: FolderRules) -> list[str]:
        return idle(rules, self.paths.values(), self.by_path)


def _of_others(old: Sequence[FolderInfo], space: Space) -> list[LeftOut]:
    found = {f.name: space.foreign(f.name) for f in old if f.selectable}
    return [LeftOut(name, _whose(where)) for name, where in found.items() if where]


def _whose(where: Namespace) -> str:
    if where.whose == "other users":
        return (
            f"belongs to another user (namespace `{where.prefix}`): it moves with their account"
        )
    return f"shared by several users (namespace `{where.prefix}`): move it once, by a login that owns it"


def _to_make(name: str, made: AbstractSet[str]) -> bool:
    return name != INBOX and name not in made


def _order(path: Path) -> tuple[bool, int, Path]:
    return path != (ROOT,), len(path), path
