"""Copying many messages: streamed from old's socket to new's, receipts entered as they come.

Nothing waits for a round trip that need not: old reads ahead over folders while new stores. A
window was opened for every folder before; what has no receipt when the line breaks is looked for
by the next attempt.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from migrate_mail.errors import NetError
from migrate_mail.net.imap import Appended, Closed, Incoming, Opened, Wanted
from migrate_mail.net.imap_advice import slows
from migrate_mail.net.imap_turns import InTurns
from migrate_mail.state.sync_journal import Receipt
from migrate_mail.sync.capacity import append_limit
from migrate_mail.sync.desk import MOST_REFUSALS, Desk, is_exchange
from migrate_mail.sync.labels import Labels
from migrate_mail.sync.line_speed import LineSpeed
from migrate_mail.sync.merging import own_copies
from migrate_mail.sync.refusal import raise_for_the_account
from migrate_mail.sync.second import Second
from migrate_mail.sync.work import FolderWork

Sent = tuple[FolderWork, int, int, str]
"""A message under way: its folder, UID at old, size, flags at old."""
_IDLE = 0.2
"""Seconds without mail from old after which what new has so far is to be stored."""
_UNHEEDED = 256 * 1024
"""Bytes after which we look around, and what each message counts beside its own."""
_EACH = 16 * 1024
_MEMORY = 1024 * 1024
_ROWS = 2000
_OFTEN = 0.25
"""Seconds between entries of receipts, and between words to who watches."""


def copy(desk: Desk, works: Sequence[FolderWork]) -> None:
    """Copy what is wanted of each folder; returns early, at a message boundary, when asked to stop."""
    journal = desk.kit.journal
    some = [w for w in works if w.sets and not desk.stopped]
    journal.open_windows({w.record.id: w.new.uidnext for w in some if not w.window})
    # glibc keeps twice the largest block that it ever gave back at hand. Without this it returns our
    # buffers to the kernel and gets them anew all the time: a tenth of our CPU in large messages.
    bytes(_MEMORY)
    with Second(desk) as second:
        pump = _Pump(desk, some, second)
        try:
            pump.run()
        finally:
            pump.enter()


class _Pump:
    """One run over the folders of an account."""

    def __init__(self, desk: Desk, works: Sequence[FolderWork], second: Second) -> None:
        self._desk = desk
        self._works = {w.pair.old: w for w in works}
        self._stream = desk.old.bodies([Wanted(w.pair.old, w.sets) for w in works])
        first = desk.new.appender(careful=desk.tally.careful)
        self._appender: InTurns[Sent] = InTurns(first, second)
        self._limit = append_limit(desk.new.capabilities)
        self._rows: list[Receipt] = []
        self._speed = LineSpeed(time.monotonic)
        self._at = time.monotonic()
        self._unheeded = 0
        self._refusals = desk.new.heard.refusals
        self._labels: Labels | None = None
        self._work: FolderWork | None = None

    def run(self) -> None:
        """Copy until all is through, or until asked to stop."""
        for item in self._stream.items():
            if isinstance(item, Incoming):
                self._message(item)
            elif isinstance(item, Opened):
                self._open(item)
            else:
                self._close(item)
            if self._may_go_on():
                continue
            self._unheeded = 0
            self._take(self._appender.results())
            self._heed()
            self._refusals = self._desk.new.heard.refusals
            if self._desk.stopped:
                # What old still sends is not wanted any more.
                self._desk.old.hang_up()
                break
            if (
                self._appender.open
                and not self._stream.over
                and not self._stream.waiting(_IDLE)
            ):
                self._appender.end()
        self._take(self._appender.results(all_of_them=True))

    def _may_go_on(self) -> bool:
        """Tell whether there is no need yet to look around: that can take as long as a message."""
        desk = self._desk
        return (
            self._stream.held
            and self._unheeded < _UNHEEDED
            and desk.new.heard.refusals == self._refusals
            and not desk.stopped
        )

    def _heed(self) -> None:
        """Slow down when asked, change a session that new soon ends."""
        desk = self._desk
        if desk.old.heard.notice or desk.new.heard.notice:
            self._take(self._appender.results(all_of_them=True))
            desk.heed()
        if desk.new.heard.refusals >= MOST_REFUSALS and is_exchange(desk.new):
            self._take(self._appender.results(all_of_them=True))
            if desk.fresh_new():
                self._appender = InTurns(desk.new.appender(careful=True), lambda: None)

    def enter(self) -> None:
        """Enter the receipts that have come."""
        rows, self._rows = self._rows, []
        if rows:
            self._desk.kit.journal.enter_rows(rows)
            self._desk.meter.enter()

    def _open(self, item: Opened) -> None:
        work = self._works[item.folder]
        if item.status.uidvalidity != work.record.old_uidvalidity:
            raise _changed(self._desk.old.endpoint, item.folder)
        self._work = work
        self._labels = Labels(work.new.permanent_flags)
        self._desk.tally.folder = item.folder
        self._desk.say("copying")

    def _close(self, item: Closed) -> None:
        work = self._works[item.folder]
        work.closed = not item.refused
        if item.refused and slows(item.refused):
            raise NetError("busy", str(self._desk.old.endpoint), "UID FETCH", item.refused)
        if item.refused:
            work.failed += 1
            self._desk.refuse_folder(item.folder, f"old refuses it: {item.refused}")

    def _message(self, item: Incoming) -> None:
        work, labels = self._work, self._labels
        assert work is not None
        assert labels is not None
        work.came += 1
        date = labels.date(item.date)
        if not item.size or item.size > self._limit or date is None:
            work.refused.append((item.uid, ""))
            return
        spent = self._desk.meter.spent(item.size)
        if spent is not None:
            self._take(self._appender.results(all_of_them=True))
            raise spent
        label = labels.flags(item.flags)
        if label.lost:
            self._desk.tally.lost.update(label.lost)
        sent = (work, item.uid, item.size, label.stored)
        if self._appender.begin(work.pair.new, (label.sent, date), item.size, sent):
            self._desk.meter.message()
            while data := self._stream.chunk():
                self._appender.write(data)
                self._desk.meter.octets(len(data))
        if self._speed.moved(item.size):
            self._compress()
        self._unheeded += item.size + _EACH

    def _compress(self) -> None:
        """Go on compressed where the server is far away; this line is slower than compression."""
        if self._desk.old.compressible:
            self._stream.compress()
        if self._desk.new.compressible:
            self._appender.compress()

    def _take(self, results: Sequence[Appended[Sent]]) -> None:
        for result in results:
            if result.refused:
                self._refused(result)
            else:
                self._stored(result)
        now = time.monotonic()
        if len(self._rows) >= _ROWS or now - self._at > _OFTEN:
            self._at = now
            self.enter()
            self._desk.say("copying")

    def _refused(self, result: Appended[Sent]) -> None:
        raise_for_the_account(result.refused, self._desk.new.endpoint)
        for work, uid, _, _ in result.messages:
            work.refused.append((uid, result.refused))

    def _stored(self, result: Appended[Sent]) -> None:
        work = result.messages[0][0]
        tally = self._desk.tally
        count = len(result.messages)
        if result.uids is None:
            work.unseen = True
        else:
            if result.uidvalidity != work.record.new_uidvalidity:
                raise _changed(self._desk.new.endpoint, work.pair.new)
            folder = work.record.id
            rows: list[Receipt] = [
                (folder, uid, new_uid, size, flags, True)
                for (_, uid, size, flags), new_uid in zip(
                    result.messages, result.uids, strict=True
                )
            ]
            own = own_copies(self._desk, work, rows) if self._desk.into_gmail else rows
            self._rows += own
            count = len(own)
        work.copied += count
        tally.copied += count
        tally.done += len(result.messages)
        tally.bytes += sum(m[2] for m in result.messages)


def _changed(where: object, folder: str) -> NetError:
    text = f"UIDVALIDITY of {folder} changed while it was open"
    return NetError("closed", str(where), "APPEND", text)
