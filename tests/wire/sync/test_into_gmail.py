"""Mail into Gmail, which keeps one of equal messages: explained, and never sent again and again."""

from __future__ import annotations

from support.mini_imap import GMAIL, MiniServer
from support.mini_moving import MiniMove, inventory_of
from support.moving import message


def test_equal_messages_in_a_folder_become_one(tmp_path):
    """The second of two equal messages is entered with the reason, once, and the folder adds up."""
    with MiniServer() as old, MiniServer(able=GMAIL) as new:
        for n in (1, 2, 2, 2, 3):
            old.deliver(["INBOX"], message(n))
        old.deliver(["Work"], message(1))
        move = MiniMove(old, new, inventory_of(tmp_path, (old, new)))
        outcome = move.sync()
        assert (outcome.state, outcome.failed) == ("done", 0)
        assert len(new.folder("INBOX").mails) == 3
        assert len(new.folder("Work").mails) == 1
        assert outcome.merged == 2
        assert all(look.adds_up for look in move.looks())
        named = [(m.folder, m.uid, m.kind, m.reason) for m in move.merged()]
        assert named == [("INBOX", uid, "merged", "new holds it as one with an equal message, UID 2 in INBOX") for uid in (3, 4)]  # fmt: skip
        sent = new.count("APPEND")
        again = move.sync()
        assert (again.state, again.copied, again.failed) == ("done", 0, 0)
        assert new.count("APPEND") == sent
