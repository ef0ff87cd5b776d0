"""A whole account from one lab server to another, once and exactly."""

from __future__ import annotations

from migrate_mail.sync.phase import Course, SyncPhase
from support.moving import ANNA, AT, BERT, TARGETS, assert_same, contents, fill, message

WRITING = {
    "SELECT", "APPEND", "CREATE", "DELETE", "RENAME", "SUBSCRIBE", "UNSUBSCRIBE", "STORE", "COPY",
    "MOVE", "EXPUNGE", "CLOSE", "UID STORE", "UID COPY", "UID MOVE", "UID EXPUNGE",
}  # fmt: skip


def test_everything_is_copied_as_it_is(move):
    """Content, flags, keywords and dates of every folder are the same at new."""
    fill(move.old)
    outcome = move.sync()
    assert (outcome.state, outcome.copied, outcome.failed) == ("done", 14, 0)
    assert_same(move)
    assert set(move.new.folders(ANNA)) >= set(TARGETS.values())


def test_bytes_are_not_touched(move):
    """Bare line feeds, 8-bit text and odd ends arrive as they were."""
    bodies = [b"Subject: a\n\nbare\nlf\n", b"Subject: \xff\r\n\r\nno end", b"\r\n\r\n", b"x"]
    for body in bodies:
        move.old.deliver(ANNA, "INBOX", body, date=AT)
    assert move.sync().state == "done"
    assert [m.body for m in move.new.messages(ANNA)] == bodies


def test_second_run_sends_nothing(move):
    """What is at new is not sent again, and no flag is set again."""
    fill(move.old)
    move.sync()
    move.new.log.clear()
    outcome = move.sync()
    assert (outcome.state, outcome.copied, outcome.adopted) == ("done", 0, 0)
    assert move.appends() == 0
    assert not move.new.verbs() & {"UID STORE", "CREATE", "SUBSCRIBE"}
    assert_same(move)


def test_old_gets_no_command_that_writes(move):
    """Old is opened with EXAMINE and read with BODY.PEEK: its command log shows nothing else."""
    fill(move.old)
    before = {f: contents(move.old, ANNA, f) for f in TARGETS}
    move.sync()
    assert not move.old.verbs() & WRITING
    fetches = [e.text for e in move.old.log if e.verb == "UID FETCH"]
    assert any("BODY.PEEK[]" in text for text in fetches)
    assert not any("BODY[" in text or "RFC822 " in text for text in fetches)
    assert {f: contents(move.old, ANNA, f) for f in TARGETS} == before


def test_empty_folders_and_subscriptions_are_kept(move):
    """A folder without mail is made, and one that is subscribed at old is subscribed at new."""
    move.old.make_folder(ANNA, "Empty")
    move.sync()
    assert "INBOX.Empty" in move.new.folders(ANNA)
    subscribed = [e.text for e in move.new.log if e.verb == "SUBSCRIBE"]
    assert any("INBOX.Empty" in text for text in subscribed)


def test_sent_goes_where_new_keeps_sent_mail(move):
    """The folder that new declares for sent mail receives what old declares as such."""
    move.old.make_folder(ANNA, "Gesendet", special_use="\\Sent")
    move.old.deliver(ANNA, "Gesendet", message(1), date=AT)
    move.new.make_folder(ANNA, "INBOX.Sent Items", special_use="\\Sent")
    move.sync()
    assert contents(move.new, ANNA, "INBOX.Sent Items") == contents(move.old, ANNA, "Gesendet")


def test_new_mail_is_copied_by_the_next_run(move):
    """Only what arrived since is sent."""
    fill(move.old)
    move.sync()
    move.new.log.clear()
    move.old.deliver(ANNA, "INBOX", message(99), date=AT)
    assert move.sync().copied == 1
    assert move.appends() == 1
    assert_same(move)


def test_changed_flags_follow_before_the_switch(move):
    """A message that was read at old meanwhile is read at new; unread again, too."""
    fill(move.old)
    move.sync()
    first, second = move.old.messages(ANNA)[:2]
    move.old.set_flags(ANNA, "INBOX", first.uid, ["\\Seen", "\\Flagged", "later"])
    move.old.set_flags(ANNA, "INBOX", second.uid, [])
    outcome = move.sync()
    assert outcome.flagged == 2
    assert_same(move)


def test_flags_at_new_are_left_alone_after_the_switch(move):
    """After the switch new mail is added, and what people did at new stays."""
    fill(move.old)
    move.sync()
    move.course = Course({"example.org": SyncPhase.DRAIN})
    uid = move.old.messages(ANNA)[0].uid
    move.old.set_flags(ANNA, "INBOX", uid, ["\\Deleted"])
    copy = move.new.messages(ANNA)[0]
    move.new.set_flags(ANNA, "INBOX", copy.uid, ["\\Seen", "mine"])
    move.old.deliver(ANNA, "INBOX", message(99), date=AT)
    outcome = move.sync()
    assert (outcome.copied, outcome.flagged) == (1, 0)
    assert set(move.new.messages(ANNA)[0].flags) == {"\\Seen", "mine"}
    assert "UID STORE" not in move.new.verbs()


def rename(server, user, before, after):
    """Rename a folder, as its owner would."""
    server._loop.call(server._boxes(user).rename_mailbox(before, after))


def test_folder_renamed_at_new_after_the_switch_is_not_made_again(move):
    """People tidy up at new: their mail does not come back under the old name."""
    fill(move.old)
    move.sync()
    move.course = Course({"example.org": SyncPhase.DRAIN})
    rename(move.new, ANNA, "INBOX.Sent", "INBOX.My letters")
    outcome = move.sync()
    assert (outcome.state, outcome.copied) == ("done", 0)
    assert "INBOX.Sent" not in move.new.folders(ANNA)


def test_mail_arriving_for_a_renamed_folder_is_not_lost(move):
    """New mail in that folder at old is copied: the folder is made for it alone."""
    fill(move.old)
    move.sync()
    move.course = Course({"example.org": SyncPhase.DRAIN})
    rename(move.new, ANNA, "INBOX.Sent", "INBOX.My letters")
    move.old.deliver(ANNA, "Sent", message(88), date=AT)
    outcome = move.sync()
    assert (outcome.state, outcome.copied, outcome.adopted) == ("done", 1, 0)
    assert contents(move.new, ANNA, "INBOX.Sent").total() == 1
    assert move.sync().copied == 0


def test_message_removed_at_new_is_not_sent_again(move):
    """What a user deletes at new stays deleted."""
    fill(move.old)
    move.sync()
    move.new.remove(ANNA, "INBOX", move.new.messages(ANNA)[0].uid)
    assert move.sync().copied == 0
    assert len(move.new.messages(ANNA)) == len(move.old.messages(ANNA)) - 1


def test_same_id_with_another_body_is_copied_too(move):
    """A Message-ID that is used twice loses nothing."""
    for text in ("one", "two", "two"):
        move.old.deliver(ANNA, "INBOX", message(1, text=text), date=AT)
    assert move.sync().copied == 3
    assert_same(move, targets={"INBOX": "INBOX"})


def test_accounts_are_synced_side_by_side(move):
    """Every account ends with its own outcome, in the order asked for."""
    fill(move.old)
    fill(move.old, BERT)
    outcomes = move.sync_all(jobs=2)
    assert [(o.account, o.state) for o in outcomes] == [(ANNA, "done"), (BERT, "done")]
    assert_same(move)
    assert_same(move, BERT)


def test_progress_counts_up_to_the_whole(move):
    """The display can show how much is done of how much."""
    fill(move.old)
    move.sync()
    last = move.seen[-1]
    assert (last.state, last.done, last.total, last.copied) == ("done", 14, 14, 14)
    done = [p.done for p in move.seen]
    assert done == sorted(done)


def test_large_messages_travel(move):
    """A message of many megabytes is read in parts and arrives whole."""
    move.old.deliver(ANNA, "INBOX", message(1, size=9_500_000), date=AT)
    move.sync()
    assert_same(move, targets={"INBOX": "INBOX"})
