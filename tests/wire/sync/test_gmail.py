"""Mail out of Gmail: each message once, whatever its labels, also over restarts."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from migrate_mail.cli.sync_text import preview_lines
from migrate_mail.sync.folders import pair_folders
from migrate_mail.sync.phase import Course, SyncPhase
from migrate_mail.sync.preview import preview
from migrate_mail.sync.verify import compare
from support.mini_imap import GMAIL, Line, MiniServer
from support.mini_moving import MiniMove, inventory_of
from support.moving import message

ALL, STARRED, IMPORTANT = "[Gmail]/All Mail", "[Gmail]/Starred", "[Gmail]/Important"


def fill(old: MiniServer) -> None:
    """Put eight messages under labels as people have them."""
    for name, use in (
        (ALL, "\\All"), (STARRED, "\\Flagged"), (IMPORTANT, "\\Important"),
        ("[Gmail]/Sent Mail", "\\Sent"), ("[Gmail]/Trash", "\\Trash"), ("Work", ""), ("Alpha", ""),
    ):  # fmt: skip
        old.folder(name, use)
    old.deliver(["INBOX", ALL], message(1))
    old.deliver(["INBOX", "Work", ALL, STARRED], message(2), flags="\\Flagged")
    old.deliver(["INBOX", "[Gmail]/Sent Mail", ALL, IMPORTANT], message(3))
    old.deliver(["[Gmail]/Sent Mail", "Work", ALL], message(4))
    old.deliver(["Work", "Alpha", ALL], message(5))
    old.deliver(["Work", ALL], message(6))
    old.deliver([ALL], message(7))
    old.deliver(["[Gmail]/Trash"], message(8))


@contextmanager
def moving(tmp_path, sync=None):
    """Give a migration out of Gmail, on real sockets."""
    with MiniServer(able=GMAIL) as old, MiniServer() as new:
        fill(old)
        yield MiniMove(old, new, inventory_of(tmp_path, (old, new), sync=sync))


def held(server: MiniServer) -> dict[str, list[int]]:
    """Return which of the messages each folder holds."""
    number = {message(n): n for n in range(1, 20)}
    found = {
        name: sorted(number[m.body] for m in folder.mails)
        for name, folder in server.folders.items()
    }
    return {name: some for name, some in found.items() if some}


ONCE = {
    "INBOX": [1, 2, 3], "[Gmail]/Sent Mail": [4], "Alpha": [5], "Work": [6], ALL: [7],
    "[Gmail]/Trash": [8],
}  # fmt: skip


def test_each_message_is_copied_once(tmp_path):
    """INBOX before Sent before labels by name before All Mail; the others are counted as there."""
    with moving(tmp_path) as move:
        outcome = move.sync()
        assert (outcome.state, outcome.copied, outcome.failed) == ("done", 8, 0)
        assert held(move.new) == ONCE
        assert [look for look in move.looks() if not look.adds_up] == []
        assert sum(look.found for look in move.looks()) == 18
        assert outcome.elsewhere == 10
        [star] = [m for m in move.new.folder("INBOX").mails if m.flags]
        assert star.flags == "\\Flagged"
        assert STARRED not in move.new.folders
        assert IMPORTANT not in move.new.folders


def test_books_add_up_and_nothing_is_sent_again(tmp_path):
    """The second run finds nothing to do, and after new mail only that is sent."""
    with moving(tmp_path) as move:
        move.sync()
        move.old.deliver(["Alpha", "Work", ALL], message(9))
        again = move.sync()
        assert (again.state, again.copied, move.new.count("APPEND")) == ("done", 1, 9)
        assert held(move.new) == ONCE | {"Alpha": [5, 9]}


@pytest.mark.parametrize("after", range(8))
def test_interrupted_copy_goes_on_without_doubles(tmp_path, after):
    """Wherever the line breaks, each message is there once in the end."""
    with moving(tmp_path) as move:
        move.new.lines = [Line("APPEND", "OK", after=after, bye="good night")]
        assert move.sync().state == "done"
        assert held(move.new) == ONCE


@pytest.mark.parametrize("after", range(8))
def test_run_that_was_cut_short_is_completed_by_the_next(tmp_path, after):
    """Wherever a day's bandwidth ends, another run with the same state file doubles nothing."""
    words = "NO [OVERQUOTA] Account exceeded command or bandwidth limits."
    with moving(tmp_path) as move:
        move.new.lines = [Line("APPEND", words, after=after)]
        assert move.sync().state == "paused"
        assert move.sync().state == "done"
        assert held(move.new) == ONCE


def test_a_label_that_comes_before_makes_no_second_copy(tmp_path):
    """A message that was copied for one label is not copied again for a new one."""
    with moving(tmp_path) as move:
        move.sync()
        six = next(m for m in move.old.folder("Work").mails if m.body == message(6))
        move.old.store("AAA", type(six)(0, six.body, msgid=six.msgid))
        assert move.sync().copied == 0
        assert held(move.new) == ONCE


def test_after_the_switch_a_moved_label_makes_no_second_copy(tmp_path):
    """When new only gains mail, what was copied once is not copied for another label."""
    with moving(tmp_path) as move:
        move.sync()
        work = move.old.folder("Work")
        six = next(m for m in work.mails if m.body == message(6))
        work.mails.remove(six)
        move.old.store("Later", type(six)(0, six.body, msgid=six.msgid))
        move.course = Course({"example.org": SyncPhase.DRAIN})
        assert move.sync().copied == 0
        assert held(move.new) == ONCE


def test_a_copy_for_each_label_on_request(tmp_path):
    """`copies: per-label` fills every label; All Mail still gets only what has no other folder."""
    with moving(tmp_path, sync={"gmail": {"copies": "per-label"}}) as move:
        move.sync()
        assert held(move.new) == {
            "INBOX": [1, 2, 3], "[Gmail]/Sent Mail": [3, 4], "Alpha": [5], "Work": [2, 4, 5, 6],
            ALL: [7], "[Gmail]/Trash": [8],
        }  # fmt: skip


def test_comparison_expects_each_message_once(tmp_path):
    """Who compares both sides looks for a message where the labels send it, and sees one that is gone."""
    with moving(tmp_path) as move:
        move.sync()
        assert all(folder.equal for folder in parity(move))
        work = move.new.folder("Work")
        work.mails.clear()
        [missing] = [m for folder in parity(move) for m in folder.missing]
        assert missing.folder == "Work"


def parity(move):
    """Compare both sides as `verify` does."""
    doors, account = move.doors(), move.inventory.accounts[0]
    with doors.old(account) as old, doors.new_read_only(account) as new:
        return compare(old, new, pair_folders(old, new))


def test_dry_run_tells_what_goes_where(tmp_path):
    """Before the first byte each folder says what it gets, and what another label has."""
    with moving(tmp_path) as move:
        found = preview(move.inventory.accounts[0], move.doors())
        lines = list(preview_lines([found]))
    gets = {f.old: (f.to_copy, f.elsewhere) for f in found.folders}
    assert gets == {
        "INBOX": (3, 0), "[Gmail]/Sent Mail": (1, 1), "Alpha": (1, 0), "Work": (1, 3),
        "[Gmail]/Trash": (1, 0), ALL: (1, 6),
    }  # fmt: skip
    assert {left.old for left in found.left_out} == {STARRED, IMPORTANT}
    assert any("1 of 4 to copy" in line and "3 under another label" in line for line in lines)
