"""The way back of mail: what arrived at new since the switch, told apart from what we brought there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from migrate_mail.net.imap import MessageHead
from migrate_mail.net.own_mail import is_test_message
from migrate_mail.state.records import CopyRecord, FolderRecord
from migrate_mail.state.sync_journal import SyncJournal
from migrate_mail.sync.filters import TEST_MESSAGE
from migrate_mail.sync.remembered import known_names


def book_of(address: str) -> str:
    """Return under which name the journal keeps what goes back: its receipts are of another direction."""
    return f"{address} (back)"


@dataclass(frozen=True, slots=True)
class Backwards:
    """What the journal knows of the way there, for the way back of one account."""

    journal: SyncJournal
    address: str

    def names(self) -> dict[str, str]:
        """Return name at new -> name at old: a folder goes back to where its mail came from."""
        there = {new: old for old, new in known_names(self.journal, self.address).items()}
        return there | known_names(self.journal, book_of(self.address))

    def receipts(self) -> Iterator[tuple[FolderRecord, Iterator[CopyRecord]]]:
        """Yield each pair of folders of the way there, with what was copied or found there already."""
        for record in self.journal.folders(self.address):
            yield record, self.journal.copies(record.id)

    def brought(self, new_name: str, new_uidvalidity: int) -> set[int]:
        """Return the UIDs in a folder at new that came from old, or that old had as well."""
        return {
            copy.new_uid
            for record, copies in self.receipts()
            if (record.new_name, record.new_uidvalidity) == (new_name, new_uidvalidity)
            for copy in copies
        }

    def originals(self, old_name: str, old_uidvalidity: int) -> set[int]:
        """Return the UIDs in a folder at old whose copy is at new: nothing else is their copy."""
        return {
            copy.old_uid
            for record, copies in self.receipts()
            if (record.old_name, record.old_uidvalidity) == (old_name, old_uidvalidity)
            for copy in copies
        }


@dataclass(frozen=True, slots=True)
class Since:
    """Lets through what arrived since the switch; stands where a filter of messages does."""

    moment: datetime

    def __bool__(self) -> bool:
        """Tell whether anything is left out at all."""
        return True

    def reason(self, head: MessageHead, now: datetime) -> str | None:
        """Return why a message does not go back; None when it does. INTERNALDATE has whole seconds."""
        del now
        if is_test_message(head.message_id):
            return TEST_MESSAGE
        if head.internaldate >= self.moment.replace(microsecond=0):
            return None
        return f"at new before the switch at {self.moment:%Y-%m-%d %H:%M %Z}: copy it by hand if old should have it"
