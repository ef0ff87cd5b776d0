"""What there is to do in each folder of an account: looked up in few round trips, in STATUS of everything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from migrate_mail.errors import NetError
from migrate_mail.net.imap import FolderStatus, Making
from migrate_mail.state.records import CopyRecord, FolderLook, FolderRecord, SyncFailure
from migrate_mail.sync.desk import Desk
from migrate_mail.sync.folders import is_gone
from migrate_mail.sync.gmail import is_gmail
from migrate_mail.sync.mapping import read_map
from migrate_mail.sync.names import FolderMap, FolderPair

State = FolderStatus | NetError


@dataclass(slots=True)
class FolderWork:
    """One folder that is not known to be up to date, and how far the work on it is.

    before: old's STATUS when the pass began; new: as it was when it was opened for writing.
    window: new's UIDNEXT when a copy was cut off, 0 for none. sets: UIDs to copy. left_out:
    UIDs that nobody wants. gone: copies whose original is no more at old.
    wanted, came: messages to copy, messages that old gave. refused: UID at old and new's words.
    unseen: new gave no receipts, they must be looked for. elsewhere: UIDs that are copied under
    another label of Gmail; None while that is not known.
    """

    pair: FolderPair
    record: FolderRecord
    before: FolderStatus
    new: FolderStatus
    window: int = 0
    sets: list[str] = field(default_factory=list)
    wanted: int = 0
    found: int = 0
    already: int = 0
    copied: int = 0
    skipped: int = 0
    failed: int = 0
    came: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    left_out: frozenset[int] = frozenset()
    gone: list[CopyRecord] = field(default_factory=list)
    unseen: bool = False
    elsewhere: set[int] | None = None
    closed: bool = False

    @property
    def untouched(self) -> bool:
        """True for a folder that is empty at new: nothing there can be a copy."""
        return not self.new.messages and not self.window


def survey(desk: Desk) -> list[FolderWork]:
    """Return the folders that must be worked on, open at new; those that are up to date are counted."""
    mapped = read_map(desk.old, desk.new, desk.known_names(), desk.rules)
    pairs = [p for p in mapped.pairs if not (desk.back and p.create and _nothing_new(desk, p))]
    _enter_left_out(desk, mapped)
    listed = {p.old for p in mapped.pairs} | {left.old for left in mapped.left_out}
    desk.tally.vanished = sorted({key[0] for key in desk.records} - listed)
    there = [p.new for p in pairs if not p.create]
    ask_old, ask_new = desk.old.statuses([p.old for p in pairs]), desk.new.statuses(there)
    old, new = ask_old(), ask_new()
    desk.tally.total = sum(s.messages for s in old.values() if isinstance(s, FolderStatus))
    desk.tally.folders = len(pairs)
    readable = _readable(desk, pairs, old)
    left = [p for p in readable if not _is_done(desk, p, old, new)]
    if left and is_gmail(desk.old):  # a label that goes in one folder may free another
        left, desk.tally.done = readable, 0
    return _opened(desk, [p for p in left if not is_gone(desk, p)], old)


def _enter_left_out(desk: Desk, mapped: FolderMap) -> None:
    """Keep the books of folders that are not copied: enter them, forget those that are no more."""
    journal = desk.kit.journal
    wanted = {(left.old, left.reason) for left in mapped.left_out}
    booked = journal.failures(desk.account)
    there = {(f.folder, f.reason) for f in booked if f.uid is None and f.kind == "skipped"}
    copied = {pair.old for pair in mapped.pairs}
    stale = {f.folder for f in booked if f.folder not in copied} - {
        f for f, _ in wanted & there
    }
    if stale:
        journal.clear_failures(desk.account, sorted(stale))
    at = desk.kit.clock()
    new = sorted(wanted - there)
    if new:
        journal.fail(
            SyncFailure(desk.account, f, None, "", why, at, "skipped") for f, why in new
        )


def _nothing_new(desk: Desk, pair: FolderPair) -> bool:
    """Tell whether a folder holds nothing that goes back: then old is spared an empty one."""
    assert desk.back is not None
    status = desk.old.examine(pair.old)
    brought = desk.back.brought(pair.old, status.uidvalidity)
    heads = desk.old.heads([uid for uid in desk.old.uids() if uid not in brought])
    now = desk.kit.clock()
    return all(desk.filter.reason(h, now) for h in heads)


def _readable(
    desk: Desk, pairs: Sequence[FolderPair], old: Mapping[str, State]
) -> list[FolderPair]:
    """Enter the folders that may not be looked at by name; return the others."""
    good: list[FolderPair] = []
    for pair in pairs:
        state = old[pair.old]
        if isinstance(state, NetError):
            desk.refuse_folder(pair.old, state.message)
        else:
            good.append(pair)
    return good


def _is_done(
    desk: Desk, pair: FolderPair, old: Mapping[str, State], new: Mapping[str, State]
) -> bool:
    """Tell whether a folder is as the last pass left it; then it costs nothing more."""
    before, after = old[pair.old], new.get(pair.new)
    if (
        pair.create
        or not isinstance(before, FolderStatus)
        or not isinstance(after, FolderStatus)
    ):
        return False
    if pair.subscribe and not desk.additions_only:
        return False
    record = desk.records.get((pair.old, pair.new, before.uidvalidity, after.uidvalidity))
    look = desk.looks.get(record.id) if record else None
    if record is None or look is None or record.id in desk.windows:
        return False
    return _is_looked_at(desk, record, look, (before, after))


def _is_looked_at(
    desk: Desk, record: FolderRecord, look: FolderLook, now: tuple[FolderStatus, FolderStatus]
) -> bool:
    """Tell whether the last look at a folder still holds, and count it."""
    before, after = now
    if desk.went_back(record, after.uidnext):
        return False
    if not _unchanged(look, before, flags_matter=not desk.additions_only):
        return False
    if desk.kit.course.most_removed is not None and _holds_more(desk, record, look):
        return False
    desk.tally.done += look.found
    return True


def _holds_more(desk: Desk, record: FolderRecord, look: FolderLook) -> bool:
    """Tell whether new has copies whose originals are gone: earlier runs let them be."""
    return desk.kit.journal.count(record.id) > look.copied + look.already


def _unchanged(look: FolderLook, now: FolderStatus, *, flags_matter: bool) -> bool:
    same = (look.uidnext, look.messages) == (now.uidnext, now.messages) and now.uidnext > 0
    # Without CONDSTORE (RFC 7162) a change of flags shows nowhere but in the flags.
    flags = look.modseq == now.modseq and (now.modseq > 0 or not now.messages)
    settled = look.adds_up and not look.failed and not look.skipped
    return same and (flags or not flags_matter) and settled


def _opened(
    desk: Desk, pairs: Sequence[FolderPair], old: Mapping[str, State]
) -> list[FolderWork]:
    """Make, subscribe and open folders at new, all at once; enter the refused ones by name."""
    makings = [Making(p.new, p.create, _subscribes(desk, p)) for p in pairs]
    opened = desk.new.prepare(makings)
    good: list[tuple[FolderPair, FolderStatus, FolderStatus]] = []
    for pair in pairs:
        before, after = old[pair.old], opened[pair.new]
        if isinstance(after, NetError):
            desk.refuse_folder(pair.old, after.message)
        elif isinstance(before, FolderStatus):
            good.append((pair, before, after))
    keys = [(desk.account, p.old, p.new, b.uidvalidity, a.uidvalidity) for p, b, a in good]
    records = desk.kit.journal.folders_of(keys) if keys else []
    for record, (_, _, after) in zip(records, good, strict=True):
        if desk.went_back(record, after.uidnext):  # those copies are gone: they go there again
            desk.kit.journal.forget_from(record.id, after.uidnext)
    return [
        FolderWork(pair, record, before, after, desk.windows.get(record.id, 0))
        for (pair, before, after), record in zip(good, records, strict=True)
    ]


def _subscribes(desk: Desk, pair: FolderPair) -> bool:
    return pair.subscribe and (pair.create or not desk.additions_only)
