"""The ledger adds up, and says so only when it does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from migrate_mail.state.records import FolderBook, FolderLook, SyncFailure
from migrate_mail.sync.ledger import ledger

AT = datetime(2026, 6, 1, tzinfo=UTC)


def _book(folder="INBOX", *, found=10, copied=6, already=2, skipped=1, failed=1):
    look = FolderLook(99, found, 5, found, copied, already, skipped, failed, AT)
    return FolderBook("anna@example.org", folder, folder, look)


def _failure(uid, kind, reason="too large", folder="INBOX"):
    return SyncFailure("anna@example.org", folder, uid, "Hello", reason, AT, kind)


NAMED = [_failure(3, "skipped", "older than 2 years"), _failure(4, "failed")]


def test_it_adds_up():
    """Found is copied and already there and skipped by reason and failed by reason."""
    found = ledger([_book()], NAMED)

    (page,) = found.pages
    assert found.problems == []
    assert page.skipped_for == (("older than 2 years", 1),)
    assert page.failed_for == (("too large", 1),)
    assert (found.sums().found, found.sums().copied) == (10, 6)


@pytest.mark.parametrize("field", ["found", "copied", "already", "skipped", "failed"])
def test_a_number_that_is_off_is_a_problem(field):
    """One message more or less anywhere, and the page does not stand."""
    numbers = {"found": 10, "copied": 6, "already": 2, "skipped": 1, "failed": 1}
    found = ledger([_book(**(numbers | {field: numbers[field] + 1}))], NAMED)

    assert [page.book.old_name for page in found.problems] == ["INBOX"]


def test_what_is_counted_must_be_named():
    """A failure that nobody can name is a problem of its own."""
    found = ledger([_book()], NAMED[:1])

    assert found.problems[0].problem == "1 failed and 0 of them named"


def test_a_folder_without_an_end_is_a_problem():
    """Nobody looked through it: that is not the same as nothing to copy."""
    found = ledger([FolderBook("anna@example.org", "Sent", "Sent", None)], [])

    assert "come to its end" in found.problems[0].problem


def test_a_folder_that_was_refused_is_named_and_not_counted():
    """A whole folder has no UID; it stands in the list, and in no sum."""
    refused = _failure(None, "failed", "no permission", folder="Shared")
    found = ledger([_book()], [*NAMED, refused])

    assert found.problems == []
    assert refused in found.failed
    assert found.accounts == ["anna@example.org"]
