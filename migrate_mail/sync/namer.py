"""Giving each folder a name at new, each name only once, always in the same order. PURE."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from migrate_mail.net.imap import FolderInfo
from migrate_mail.sync.rules import Direction
from migrate_mail.sync.space import INBOX, ROOT, Path, Space, path_of
from migrate_mail.sync.special import by_attribute, by_name, said
from migrate_mail.sync.spelling import Wish, fit, join, key, numbered

_NO_SEPARATOR = "_"
_CONTAINERS = {"[gmail]", "[google mail]"}
"""Folders that hold the special ones of a provider and nothing else."""


def top_leaf(path: Path) -> str | None:
    """Return the name by which a special folder may be recognised; None for one far below."""
    if len(path) == 1:
        return path[0]
    inside = path[0] == ROOT or path[0].lower() in _CONTAINERS
    return path[1] if inside and len(path) == 2 else None


@dataclass(slots=True)
class Namer:
    """Gives out names. new: the user's own folders there. paths: the folders that are copied.

    directions: where rules send folders. uses: special use -> folder at old.
    given: folder at old -> its name at new, and why it has this one.
    """

    new: Sequence[FolderInfo]
    space: Space
    paths: Mapping[str, Path]
    directions: Mapping[Path, Direction]
    uses: Mapping[str, str]
    given: dict[str, Wish] = field(default_factory=dict)
    _by_path: dict[Path, str] = field(default_factory=dict)
    _taken: dict[str, str] = field(default_factory=dict)
    _spelled: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._spelled = {key(f.name): f.name for f in self.new} | {
            f.name: f.name for f in self.new
        }
        self._taken[key(INBOX)] = INBOX
        for name in self._reserved():
            if not self._exists(name):
                self._taken[key(name)] = f"{self.space.taste.name} itself"
        if (ROOT,) not in self.directions:
            for name in (n for n, path in self.paths.items() if path == (ROOT,)):
                self._give(name, Wish(INBOX))

    def keep(self, known: Mapping[str, str]) -> None:
        """Give again what earlier runs gave, also where a rule came later: mail is there already."""
        there = {f.name for f in self.new if f.selectable}
        for name in self._topmost(self.paths):
            to, rule = known.get(name, ""), self.directions.get(self.paths[name])
            if not to or name in self.given or not self._free(to, inbox=True):
                continue
            if rule and to not in there and to != self._literal(rule.to).name:
                continue  # Nobody would miss it, so the rule may have its way.
            self._give(name, Wish(to, self._why_kept(name, to)))

    def rules(self) -> None:
        """Give what migration.yaml says."""
        late: list[tuple[str, Wish]] = []
        for name in self._topmost(n for n in self.paths if self.paths[n] in self.directions):
            wish = self._wanted(self.paths[name])
            if name in self.given:
                continue
            if self._free(wish.name, inbox=True):
                self._give(name, Wish(self._spelling(wish.name), wish.why))
            else:
                late.append((name, wish))
        self._number(late)

    def special(self) -> None:
        """Give Sent, Drafts... the folder that new uses for it, if it has one."""
        there = by_attribute(self.new)
        guessed = by_name(self._candidates(), there)
        for use, name in sorted(self.uses.items()):
            if name in self.given or name not in self.paths:
                continue
            natural = self._wanted(self.paths[name]).name
            to = there.get(use) or (None if self._made(natural) else guessed.get(use))
            if to and self._free(to):
                same = key(to) == key(natural)
                self._give(name, Wish(to, "" if same else f"special use {said(use)}"))
                # Its own name stays reserved: who took it now would lose it in the next run.
                self._taken.setdefault(key(natural), f"`{name}` by itself")

    def rest(self) -> None:
        """Give every other folder its own name, level by level; a taken one gets a number."""
        left = [n for n in self.paths if n not in self.given]
        for depth in sorted({len(self.paths[n]) for n in left}):
            late: list[tuple[str, Wish]] = []
            level = (n for n in left if len(self.paths[n]) == depth)
            for name in sorted(level, key=lambda n: self._rank(self.paths[n])):
                wish = self._wanted(self.paths[name])
                if self._free(wish.name):
                    self._give(name, Wish(self._spelling(wish.name), wish.why))
                else:
                    late.append((name, wish))
            self._number(late)

    def _number(self, late: Iterable[tuple[str, Wish]]) -> None:
        """Give the folders whose name is taken the next free one."""
        for name, wish in late:
            number = 2
            while key(numbered(wish.name, number, self.space)) in self._taken:
                number += 1
            to = self._spelling(numbered(wish.name, number, self.space))
            why = f"`{wish.name}` is what {self._taken[key(wish.name)]} becomes"
            self._give(name, Wish(to, f"{wish.why}; {why}" if wish.why else why))

    def _topmost(self, names: Iterable[str]) -> list[str]:
        return sorted(names, key=lambda n: (len(self.paths[n]), self.paths[n]))

    def _rank(self, path: Path) -> tuple[bool, Path]:
        """Put names that can stay as they are before those that must be changed."""
        return fit(path[-1], self.space).name != path[-1], path

    def _give(self, name: str, wish: Wish) -> None:
        self.given[name] = wish
        self._by_path.setdefault(self.paths[name], wish.name)
        self._taken[key(wish.name)] = f"`{name}`"

    def _free(self, to: str, *, inbox: bool = False) -> bool:
        """Tell whether a name is still to be had. inbox: also INBOX, if a rule sent old's elsewhere."""
        if inbox and to == INBOX and (ROOT,) in self.directions:
            return all(wish.name != INBOX for wish in self.given.values())
        return key(to) not in self._taken

    def _why_kept(self, name: str, to: str) -> str:
        path = self.paths[name]
        rule = self.directions.get(path)
        wanted = self._wanted(path)
        if key(wanted.name) == key(to):
            return wanted.why
        if rule:
            return (
                f"as in earlier runs: rule `{rule.rule}` came later, and mail is here already"
            )
        return "as in earlier runs"

    def _wanted(self, path: Path) -> Wish:
        """Return the name of a path at new, by a rule or below what its parent became."""
        rule = self.directions.get(path)
        if rule:
            wish = self._literal(rule.to)
            why = f"rule `{rule.rule}`"
            return Wish(wish.name, f"{why}, {wish.why}" if wish.why else why)
        if path == (ROOT,):
            return Wish(INBOX)
        return self._below(self._base(path[:-1]), path[-1])

    def _literal(self, path: Path) -> Wish:
        """Return the name at new that a rule means."""
        if path == (ROOT,):
            return Wish(INBOX)
        parent = path[:-1]
        if not parent or (parent == (ROOT,) and self._inbox_is_prefix()):
            return self._below(Wish(self.space.prefix), path[-1])
        above = self._literal(parent)
        return self._below(Wish(above.name + self._separator(), above.why), path[-1])

    def _base(self, parent: Path) -> Wish:
        """Return what the names below a folder begin with; why, when nothing else will say it."""
        if not parent:
            return Wish(self.space.prefix)
        own = self._by_path.get(parent)
        if parent == (ROOT,) and own in {None, INBOX} and self._inbox_is_prefix():
            return Wish(self.space.prefix)
        above = Wish(own) if own else self._wanted(parent)
        return Wish(above.name + self._separator(), above.why)

    def _below(self, base: Wish, level: str) -> Wish:
        wish = join(base.name, fit(level, self.space), self.space)
        foreign = self.space.foreign(wish.name)
        if foreign:
            why = f"new keeps `{foreign.prefix}` for {_SAID[foreign.whose]}"
            wish = Wish(f"{wish.name}_", f"{wish.why}, {why}" if wish.why else why)
        return Wish(wish.name, ", ".join(w for w in (base.why, wish.why) if w))

    def _separator(self) -> str:
        return self.space.delimiter or _NO_SEPARATOR

    def _inbox_is_prefix(self) -> bool:
        return self.space.prefix.upper() == INBOX + self._separator()

    def _reserved(self) -> list[str]:
        return [self.space.prefix + name for name in sorted(self.space.taste.reserved)]

    def _exists(self, name: str) -> bool:
        return key(name) in self._spelled

    def _made(self, name: str) -> bool:
        """Tell whether the next run will find a folder of this name."""
        given = (key(wish.name) for wish in self.given.values())
        return self._exists(name) or key(name) in given

    def _spelling(self, name: str) -> str:
        """Return the name as new already spells it: it may ignore case."""
        return self._spelled.get(name) or self._spelled.get(key(name), name)

    def _candidates(self) -> dict[str, str]:
        """Return the top folders of new that no folder of old would have by its own name."""
        naturals = {key(self._wanted(p).name) for p in self.paths.values()}
        leaves = {f.name: top_leaf(path_of(f, self.space)) for f in self.new if f.selectable}
        return {
            leaf: name for name, leaf in leaves.items() if leaf and key(name) not in naturals
        }


_SAID = {"other users": "folders of other users", "shared": "shared folders"}
