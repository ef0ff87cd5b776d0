"""The `sync:` part of migration.yaml: where folders go, what is left out."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from migrate_mail.files.complaint import Complaint
from migrate_mail.files.names import wrong
from migrate_mail.files.scalars import Age, Day, Size
from migrate_mail.files.strict import StrictModel
from migrate_mail.files.yaml_document import YamlDocument

SEPARATOR = "/"
USES = ("\\Sent", "\\Drafts", "\\Trash", "\\Junk", "\\Archive")
"""Special uses (RFC 6154) that a rule may name instead of a folder."""
VIEWS = ("\\All", "\\Flagged", "\\Important")
"""Special uses of folders that only show what is in others (RFC 6154, RFC 8457)."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def _pattern(text: str) -> str:
    """Return a folder's name, a name with `*`, or a special use; in Unicode, levels divided by `/`."""
    name = unicodedata.normalize("NFC", text)
    if name.startswith("\\"):
        return _use(name)
    return _levels(name)


def _use(name: str) -> str:
    known = {use.lower(): use for use in (*USES, *VIEWS)}
    if name.lower() in known:
        return known[name.lower()]
    close = difflib.get_close_matches(name.lower(), known, n=1)
    hint = f"did you mean `{known[close[0]]}`?" if close else None
    message = f"`{name[:60]}` is no special use; known: {', '.join(known.values())}"
    raise wrong("bad-folder", message, hint)


def _levels(name: str) -> str:
    problem = ""
    if not name.strip():
        problem = "an empty name is no folder"
    elif _CONTROL.search(name):
        problem = f"{name[:60]!r} holds a control character"
    elif not all(name.split(SEPARATOR)):
        problem = f"`{name[:60]}` has an empty level: `/` divides levels, and none stands at either end"
    if problem:
        hint = "write the name in Unicode, levels divided by /, whatever the servers use"
        raise wrong("bad-folder", problem, hint)
    return name


def _source(text: str) -> str:
    name = _pattern(text)
    if name in VIEWS:
        raise wrong(
            "bad-folder", f"`{name}` only shows what other folders hold; it has no place"
        )
    return _one_star(name)


def _target(text: str) -> str:
    name = unicodedata.normalize("NFC", text)
    if name.startswith("\\"):
        hint = "special folders go to those of new by themselves"
        raise wrong(
            "bad-folder", f"`{name[:60]}` is no name that a folder at new may have", hint
        )
    return _one_star(_levels(name))


def _one_star(name: str) -> str:
    if name.count("*") > 1:
        message = f"`{name[:60]}` has more than one `*`; a rule of `map` takes one"
        raise wrong("bad-glob", message)
    return name


FolderPattern = Annotated[str, AfterValidator(_pattern)]
MapSource = Annotated[str, AfterValidator(_source)]
MapTarget = Annotated[str, AfterValidator(_target)]


class FolderSettings(StrictModel):
    """Which folders go where. Names are Unicode with `/` between levels, whatever the servers use."""

    map: dict[MapSource, MapTarget] = Field(
        default_factory=dict,
        description="folder at old: folder at new; what is below goes along. `*` stands for any text, also over levels, and is kept. `\\Sent`, `\\Trash`... name a folder by its use",
    )
    exclude: list[FolderPattern] = Field(
        default_factory=list,
        description="folders at old that are not copied, with what is below them; `*` and `\\Junk` as in map",
    )


class SkipSettings(StrictModel):
    """Messages that are not copied; each is listed with the reason."""

    older_than: Age | None = Field(
        default=None, description="by the date of arrival, counted back from each run: 90d, 3y"
    )
    before: Day | None = Field(
        default=None, description="arrived before this day, in the zone of the message's date"
    )
    larger_than: Size | None = Field(default=None, description="such as 50MB")


class MessageSettings(StrictModel):
    """Which messages are copied."""

    skip: SkipSettings = SkipSettings()


class GmailSettings(StrictModel):
    """What becomes of messages that show under several labels, when old is Gmail."""

    copies: Literal["once", "per-label"] = Field(
        default="once",
        description="once: into the first of INBOX, Sent, Drafts, labels by name, Spam, Trash. per-label: into each. All Mail gets what has no other folder",
    )


class SyncSettings(StrictModel):
    """What `migrate-mail sync` copies, and where to."""

    gmail: GmailSettings = GmailSettings()

    folders: FolderSettings = FolderSettings()
    messages: MessageSettings = MessageSettings()


def map_rules(document: YamlDocument, settings: SyncSettings) -> Iterator[Complaint]:
    """Yield the rules of `sync.folders.map` that would send two folders to one name."""
    first: dict[str, str] = {}
    for source, target in settings.folders.map.items():
        path = _place(document, source)
        if ("*" in source) != ("*" in target):
            yield _uneven(document, path, source, target)
            continue
        before = first.setdefault(_key(target), source)
        if before != source and "*" not in target:
            message = f"`{source}` goes to `{target}`, and so does `{before}`"
            hint = "each folder of old has its own at new; give one of them another name"
            yield document.complaint(path, "two-to-one", message, hint)
        elif _key(target) == "inbox" and "inbox" not in map(_key, settings.folders.map):
            message = f"`{source}` goes to `{target}`, where the INBOX of old goes"
            hint = "choose another name, or send INBOX elsewhere by a rule of its own"
            yield document.complaint(path, "two-to-one", message, hint)


def _uneven(
    document: YamlDocument, path: tuple[str | int, ...], source: str, target: str
) -> Complaint:
    if "*" in source:
        message = f"every folder that `{source}` matches would go to the one name `{target}`"
        hint = "put a `*` into the new name: it stands for the same text"
        return document.complaint(path, "two-to-one", message, hint)
    message = f"`{target}` has a `*` and `{source}` has none that it could stand for"
    return document.complaint(path, "bad-glob", message)


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _place(document: YamlDocument, source: str) -> tuple[str | int, ...]:
    """Return the path of a rule, whose name was normalised since it was read."""
    parent = ("sync", "folders", "map")
    written = (p for p in document.nodes if p[:-1] == parent)
    return next((p for p in written if _key(str(p[-1])) == _key(source)), (*parent, source))
