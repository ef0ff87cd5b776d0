"""Reading the folders of both sides, pairing them, opening a pair."""

from __future__ import annotations

from collections.abc import Mapping

from migrate_mail.net.imap import ReadOnlySession
from migrate_mail.sync.desk import Desk
from migrate_mail.sync.mapping import read_map
from migrate_mail.sync.names import FolderPair
from migrate_mail.sync.remembered import copied_before
from migrate_mail.sync.rules import NO_RULES, FolderRules


def pair_folders(
    old: ReadOnlySession,
    new: ReadOnlySession,
    known: Mapping[str, str] | None = None,
    rules: FolderRules = NO_RULES,
) -> list[FolderPair]:
    """Return what each folder at old becomes at new. known: as earlier runs decided it."""
    return list(read_map(old, new, known, rules).pairs)


def is_gone(desk: Desk, pair: FolderPair) -> bool:
    """Tell whether new had this folder with all its mail and somebody removed or renamed it there.

    After the switch people work at new: what they did there is not undone.
    """
    known = {key[0] for key in desk.records}
    if not desk.additions_only or not pair.create or pair.old not in known:
        return False
    status = desk.old.examine(pair.old)
    done = copied_before(desk.kit.journal, desk.account, pair.old, status.uidvalidity)
    return all(uid in done for uid in desk.old.uids())
