"""Reading the folders of both sides, and what each becomes by the rules of migration.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from migrate_mail.net.imap import Mailboxes, ReadOnlySession
from migrate_mail.sync.gmail import is_gmail, real_folders
from migrate_mail.sync.names import FolderMap, folder_map
from migrate_mail.sync.rules import NO_RULES, FolderRules
from migrate_mail.sync.space import PLAIN, Namespace, Space, Taste, taste_of


def read_map(
    old: ReadOnlySession,
    new: ReadOnlySession,
    known: Mapping[str, str] | None = None,
    rules: FolderRules = NO_RULES,
) -> FolderMap:
    """Return what becomes of every folder at old. known: as earlier runs decided it."""
    before = known or {}
    ask_old, ask_new = old.mailboxes(list(before)), new.mailboxes(list(before.values()))
    mine, theirs = ask_old(), ask_new()
    taste = taste_of(new.capabilities, new.endpoint.host)
    folders, views = real_folders(mine.folders) if is_gmail(old) else (mine.folders, [])
    uses = {f.name: f.special_use or "" for f in folders}
    found = folder_map(
        folders,
        theirs.folders,
        old_space=_space(mine, PLAIN),
        new_space=_space(theirs, taste),
        subscribed=mine.subscribed,
        known=known,
        rules=rules,
    )
    already = theirs.subscribed
    pairs = (
        replace(p, subscribe=p.subscribe and p.new not in already, use=uses.get(p.old, ""))
        for p in found.pairs
    )
    return replace(found, pairs=tuple(pairs), left_out=(*found.left_out, *views))


def _space(boxes: Mailboxes, taste: Taste) -> Space:
    others = tuple(Namespace(o.prefix, o.delimiter, o.whose) for o in boxes.others)
    return Space(boxes.prefix, boxes.delimiter, others, taste)
