"""Which messages are not copied, and the reason that people read in the ledger. PURE."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from migrate_mail.files.scalars import format_age, format_size
from migrate_mail.inventory.sync_rules import SkipSettings
from migrate_mail.net.imap import MessageHead
from migrate_mail.net.own_mail import is_test_message

TEST_MESSAGE = "a test message of migrate-mail: nothing is to be done, it may be deleted"


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """What is left out: by age at the time of a run, by day of arrival, by size in octets.

    Our own test messages are left out as well. tests: they may be there, as some were sent to the account.
    """

    older_than: timedelta | None = None
    before: date | None = None
    larger_than: int | None = None
    tests: bool = False

    def __bool__(self) -> bool:
        """Tell whether anything is left out at all."""
        return self.tests or any(
            v is not None for v in (self.older_than, self.before, self.larger_than)
        )

    def reason(self, head: MessageHead, now: datetime) -> str | None:
        """Return why a message is not copied; None when it is. One text for each rule."""
        at = head.internaldate
        if is_test_message(head.message_id):
            return TEST_MESSAGE
        if self.larger_than is not None and head.size > self.larger_than:
            return _said(f"larger than {format_size(self.larger_than)}", "larger_than")
        # Its own zone: as SEARCH BEFORE of IMAP disregards it (RFC 9051).
        if self.before is not None and at.date() < self.before:
            return _said(f"arrived before {self.before:%Y-%m-%d}", "before")
        if self.older_than is not None and now - at > self.older_than:
            return _said(f"older than {format_age(self.older_than)}", "older_than")
        return None


COPY_ALL = MessageFilter()


def message_filter(settings: SkipSettings, *, tests: bool = False) -> MessageFilter:
    """Return the filter of `sync.messages.skip`. tests: test mail was sent to the account."""
    return MessageFilter(settings.older_than, settings.before, settings.larger_than, tests)


def _said(what: str, key: str) -> str:
    remedy = "set an earlier day or remove" if key == "before" else "raise or remove"
    return f"{what}: {remedy} sync.messages.skip.{key} in migration.yaml to copy it"
