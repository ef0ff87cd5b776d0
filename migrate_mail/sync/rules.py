"""What migration.yaml says about folders: which go elsewhere, which are left out. PURE."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from migrate_mail.inventory.sync_rules import SEPARATOR, FolderSettings
from migrate_mail.sync.space import INBOX, ROOT, Path


@dataclass(frozen=True, slots=True)
class Direction:
    """Where a rule sends a folder. rule: as it is written in migration.yaml."""

    rule: str
    to: Path


@dataclass(frozen=True, slots=True)
class FolderRules:
    r"""Rules by name: Unicode, levels divided by `/`, `*` for any text; or a special use, `\Sent`."""

    map: Mapping[str, str] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()


NO_RULES = FolderRules()


def folder_rules(settings: FolderSettings) -> FolderRules:
    """Return the rules of `sync.folders`."""
    return FolderRules(dict(settings.map), tuple(settings.exclude))


def excluding(rules: FolderRules, path: Path, uses: Mapping[Path, str]) -> str | None:
    """Return the rule that leaves out a folder, or one above it; None when there is none."""
    above = [path[:length] for length in range(1, len(path) + 1)]
    return next(
        (r for r in rules.exclude if any(caught(r, p, uses) is not None for p in above)), None
    )


def directions(
    rules: FolderRules, paths: Iterable[Path], uses: Mapping[Path, str]
) -> dict[Path, Direction]:
    """Return where rules send folders, also those that only hold others.

    The rule that says most about a folder counts. What lies below a folder goes along with it,
    so that a rule with `*` counts only for the topmost folder that it catches.
    """
    everything = {path[:length] for path in paths for length in range(1, len(path) + 1)}
    best = {path: _best(rules, path, uses) for path in everything} if rules.map else {}
    return {
        path: Direction(rule, to_path(rules.map[rule].replace("*", rest)))
        for path, (rule, rest) in best.items()
        if rule and best.get(path[:-1], ("", ""))[0] != rule
    }


def idle(rules: FolderRules, paths: Iterable[Path], uses: Mapping[Path, str]) -> list[str]:
    """Return the rules that catch none of these folders."""
    everything = {path[:length] for path in paths for length in range(1, len(path) + 1)}
    return [
        rule
        for rule in (*rules.map, *rules.exclude)
        if all(caught(rule, path, uses) is None for path in everything)
    ]


def caught(rule: str, path: Path, uses: Mapping[Path, str]) -> str | None:
    """Return what `*` stands for when a rule catches a folder (nothing without it); None when not."""
    if rule.startswith("\\"):
        return "" if uses.get(path) == rule.lower() else None
    return _starred(text_of(to_path(rule)), text_of(path))


def text_of(path: Path) -> str:
    """Return a path as rules name it."""
    levels = (INBOX, *path[1:]) if path[:1] == (ROOT,) else path
    return unicodedata.normalize("NFC", SEPARATOR.join(levels))


def to_path(text: str) -> Path:
    """Return the path that a rule names; INBOX in any case is INBOX."""
    levels = tuple(text.split(SEPARATOR))
    return (ROOT, *levels[1:]) if levels[0].upper() == INBOX else levels


def _starred(pattern: str, name: str) -> str | None:
    head, *middle, tail = pattern.split("*") if "*" in pattern else (pattern, "")
    if "*" not in pattern:
        return "" if pattern == name else None
    if len(name) < len(head) + len(tail) or not (name.startswith(head) and name.endswith(tail)):
        return None
    rest = name[len(head) : len(name) - len(tail)]
    at = 0
    for piece in middle:
        found = rest.find(piece, at)
        if found < 0:
            return None
        at = found + len(piece)
    return rest


def _best(rules: FolderRules, path: Path, uses: Mapping[Path, str]) -> tuple[str, str]:
    """Return the rule that says most about a folder and what its `*` stands for; empty for none."""
    found = [(r, rest) for r in rules.map if (rest := caught(r, path, uses)) is not None]
    return max(found, key=lambda one: _weight(one[0]), default=("", ""))


def _weight(rule: str) -> tuple[int, int]:
    """Put a whole name before a special use, that before a pattern, and longer patterns first."""
    if "*" in rule:
        return 0, len(rule)
    return (1, 0) if rule.startswith("\\") else (2, 0)
