"""An IMAP session with servers whose answers are legal and odd, or neither."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

import pytest

from migrate_mail.errors import NetError
from migrate_mail.net.imap import FolderInfo, FolderStatus
from migrate_mail.secret import Secret
from wire.net.mailbox import TARGET, Mailbox, opened
from wire.net.script import Scripted

WHEN = datetime(2020, 2, 29, 12, 0, 1, tzinfo=UTC)


def test_odd_folder_lists(imap):
    """Literals, NIL delimiters, numbers and closed folders are all listed."""
    listed = (
        '* LIST (\\HasNoChildren) "." INBOX\r\n* LIST (\\Noselect) NIL Flat\r\n'
        '* LIST () "." {7}\r\na "b" c\r\n* LIST (\\Sent) "." 2024\r\n* OK still here\r\n'
        '* LIST () "." "Entw&APw-rfe"\r\n{tag} OK done\r\n'
    )
    with opened(imap, Mailbox(LIST=listed)) as session:
        folders = session.folders()
    assert [f.name for f in folders] == ["INBOX", "Flat", 'a "b" c', "2024", "Entwürfe"]
    assert folders[1] == FolderInfo(
        "Flat", None, frozenset({"\\noselect"}), selectable=False, special_use=None
    )
    assert folders[3].special_use == "\\sent"


def test_a_folder_is_opened_under_the_bytes_it_was_listed_with(imap):
    """A name that is no modified UTF-7 goes back to the server as it came."""
    mailbox = Mailbox(
        LIST='* LIST () "/" "caf\udce9"\r\n{tag} OK done\r\n',
        EXAMINE="* 0 EXISTS\r\n* OK [UIDVALIDITY 1] ok\r\n{tag} OK done\r\n",
    )
    with (
        Scripted(mailbox.play) as server,
        imap(server).read_only(TARGET, Secret("s")) as session,
    ):
        (folder,) = session.folders()
        session.examine(folder.name)
    # Scripted hears what is not UTF-8 as the replacement character.
    assert mailbox.heard[-2] == 'EXAMINE "caf\ufffd"'


def test_special_uses_are_asked_for(imap):
    """Where the server knows RETURN (SPECIAL-USE), it is asked."""
    mailbox = Mailbox("IMAP4rev1 AUTH=PLAIN SPECIAL-USE LIST-EXTENDED")
    with opened(imap, mailbox) as session:
        assert session.folders() == []
    assert any("RETURN (SPECIAL-USE CHILDREN)" in line for line in mailbox.heard)


def test_prefix_without_namespace(imap):
    """Without NAMESPACE the prefix is empty and the delimiter is taken from LIST."""
    with opened(imap, Mailbox(LIST='* LIST (\\Noselect) "." ""\r\n{tag} OK\r\n')) as session:
        found = session.mailboxes()()
    assert (found.prefix, found.delimiter) == ("", ".")


def test_prefix_with_namespace(imap):
    """With NAMESPACE the personal one is taken."""
    mailbox = Mailbox(
        "IMAP4rev1 AUTH=PLAIN NAMESPACE",
        NAMESPACE='* NAMESPACE (("INBOX." ".")) NIL NIL\r\n{tag} OK done\r\n',
    )
    with opened(imap, mailbox) as session:
        found = session.mailboxes()()
    assert (found.prefix, found.delimiter) == ("INBOX.", ".")


def test_status_and_missing_items(imap):
    """Items that the server does not give are 0, which no server may mean."""
    with opened(imap, Mailbox(STATUS="* STATUS x (MESSAGES 4)\r\n{tag} OK\r\n")) as session:
        assert session.status("x") == FolderStatus(4, 0, 0)


def test_an_empty_folder_is_not_asked(imap):
    """No FETCH goes to an empty folder: some servers refuse it."""
    mailbox = Mailbox(EXAMINE="* 0 EXISTS\r\n{tag} OK done\r\n")
    with opened(imap, mailbox) as session:
        session.examine("INBOX")
        assert session.uids() == []
    assert not [line for line in mailbox.heard if "FETCH" in line]


def test_answers_in_small_pieces(imap):
    """An answer that comes byte by byte is the same answer."""

    def fetch(peer, tag):
        answer = f'* 1 FETCH (UID 5 FLAGS (\\Seen) RFC822.SIZE 3 INTERNALDATE "01-Jan-2024 00:00:00 +0000" BODY[HEADER.FIELDS (MESSAGE-ID)] {{24}}\r\nMessage-ID: <a@b>\r\n \r\n\r\n)\r\n{tag} OK done\r\n'
        peer.drip(answer.encode(), 0.0005)

    mailbox = Mailbox(EXAMINE="* 1 EXISTS\r\n{tag} OK done\r\n", FETCH=fetch)
    with opened(imap, mailbox) as session:
        session.examine("INBOX")
        (head,) = session.heads([5])
    assert (head.uid, head.flags, head.message_id) == (5, ("\\Seen",), "<a@b>")


def test_what_arrived_since_a_moment(imap):
    """Each date counts in its own zone; news about flags of other messages is no arrival."""
    answer = (
        '* 1 FETCH (UID 5 INTERNALDATE "29-Feb-2020 12:00:00 +0000")\r\n'
        '* 4 FETCH (UID 12 INTERNALDATE "29-Feb-2020 10:00:02 -0200")\r\n'
        "* 2 FETCH (UID 7 FLAGS (\\Seen))\r\n"
        '* 2 FETCH (INTERNALDATE "29-Feb-2020 13:00:01 +0100" UID 7 RFC822.SIZE 3)\r\n'
        "* 3 FETCH (FLAGS (\\Seen))\r\n{tag} OK done\r\n"
    )
    mailbox = Mailbox(EXAMINE="* 4 EXISTS\r\n{tag} OK done\r\n", FETCH=answer)
    with opened(imap, mailbox) as session:
        session.examine("INBOX")
        assert session.arrived(WHEN) == [7, 12]


def test_a_message_without_a_date_is_not_taken_for_an_old_one(imap):
    """Whether it arrived since cannot be told: that is an error, not a no."""
    answer = "* 1 FETCH (UID 5 INTERNALDATE NIL)\r\n{tag} OK done\r\n"
    mailbox = Mailbox(EXAMINE="* 1 EXISTS\r\n{tag} OK done\r\n", FETCH=answer)
    with opened(imap, mailbox) as session:
        session.examine("INBOX")
        with pytest.raises(NetError) as caught:
            session.arrived(WHEN)
        assert caught.value.kind == "garbage"


def test_heads_are_asked_in_windows_of_ids(imap):
    """A thousand messages are asked in a few commands, neighbours as ranges, never as 1:*."""
    mailbox = Mailbox()
    with opened(imap, mailbox) as session:
        session.heads([*range(1, 1002), 5000])
    fetches = [line for line in mailbox.heard if "FETCH" in line]
    assert [line.split(" ")[2] for line in fetches] == ["1:500", "501:1000", "1001,5000"]
    assert all("BODY.PEEK[" in line for line in fetches)


def test_a_large_body_comes_in_parts(imap):
    """A body above 8 MiB is fetched in parts of 4 MiB, and nothing of it is lost."""
    body = bytes(range(256)) * (9 * 4096)  # 9 MiB

    def fetch(peer, tag):
        command = mailbox.heard[-1]
        if "RFC822.SIZE" in command:
            peer.say(f"* 1 FETCH (UID 5 RFC822.SIZE {len(body)})", f"{tag} OK done")
            return
        start, size = map(int, command[command.index("<") + 1 : -2].split("."))
        part = body[start : start + size]
        peer.send(f"* 1 FETCH (UID 5 BODY[]<{start}> {{{len(part)}}}\r\n".encode() + part)
        peer.say(")", f"{tag} OK done")

    mailbox = Mailbox(FETCH=fetch)
    with opened(imap, mailbox) as session:
        assert session.body(5) == body
    assert len([line for line in mailbox.heard if "BODY.PEEK[]<" in line]) == 3


@pytest.mark.parametrize("answer", ["", "* 1 FETCH (UID 5 BODY[] NIL)\r\n", "* 1 FETCH (UID 6 BODY[] x)\r\n"])  # fmt: skip
def test_ok_without_a_body_is_an_error(imap, answer):
    """A server that says OK and sends nothing has not given us an empty message."""
    with opened(imap, Mailbox(FETCH=answer + "{tag} OK done\r\n")) as session:
        with pytest.raises(NetError, match="no body for UID 5"):
            session.body(5)
        session.noop()


@pytest.mark.parametrize("bad", ["NO [NOPERM] not yours", "BAD what?"])
def test_a_refused_command_leaves_the_session_usable(imap, bad):
    """NO and BAD are `denied` with the server's words; the next command works."""
    with opened(imap, Mailbox(STATUS="{tag} " + bad + "\r\n")) as session:
        with pytest.raises(NetError) as caught:
            session.status("x")
        session.noop()
    assert (caught.value.kind, caught.value.phase) == ("denied", "STATUS")
    assert bad.split(" ", 1)[1] in caught.value.text


BREAKING = {
    "bye": ("* BYE Session expired\r\n", "closed"),
    "closes": (lambda peer, tag: peer.sock.close(), "closed"),
    "reset": (lambda peer, tag: peer.reset(), "closed"),
    "hangs": (lambda peer, tag: peer.hang(), "timeout"),
    "garbage": ("what is this\r\n", "garbage"),
    "half-a-literal": (lambda peer, tag: peer.send(b"* STATUS {100}\r\nabc"), "timeout"),
    "half-a-line": (lambda peer, tag: (peer.send(b"* STATUS x (MESS"), peer.sock.close()), "closed"),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "kind"), BREAKING.values(), ids=BREAKING)
def test_a_broken_connection_is_said_and_stays_said(imap, answer, kind):
    """After a break every later call says `closed`, at once, and close does no harm."""
    with opened(imap, Mailbox(STATUS=answer)) as session:
        with pytest.raises(NetError) as caught:
            session.status("x")
        assert caught.value.kind == kind
        with pytest.raises(NetError) as again:
            session.noop()
        assert again.value.kind == "closed"


def test_an_unreadable_answer_is_garbage(imap):
    """An answer that is no STATUS is `garbage`, not a crash."""
    mailbox = Mailbox(STATUS="* STATUS x ((((\r\n{tag} OK\r\n")
    with opened(imap, mailbox) as session, pytest.raises(NetError) as caught:
        session.status("x")
    assert caught.value.kind == "garbage"


def test_the_read_only_session_cannot_write(imap):
    """It has no method that writes, and its wire refuses every command that could."""
    mailbox = Mailbox(EXAMINE="* 1 EXISTS\r\n{tag} OK done\r\n")
    with opened(imap, mailbox) as session:
        session.examine("INBOX")
        wire = session._wire
        for write in (
            lambda: wire.ask("CREATE", '"x"'),
            lambda: wire.ask("SELECT", '"INBOX"'),
            lambda: wire.ask("UID", "STORE", "1", "FLAGS", "()"),
            lambda: wire.ask("UID", "EXPUNGE", "1"),
            lambda: wire.ask("EXPUNGE"),
            lambda: wire.ask("APPEND", b"x", b"()", b'"d"', b"{4}"),
            lambda: wire.write(b"M9 DELETE x\r\n"),
            lambda: wire.ask("X-DELETE"),
        ):
            with pytest.raises(NetError, match="only look"):
                write()
        session.noop()
    names = {n for n in dir(session) if not n.startswith("_")}
    assert names == {
        "arrived", "bodies", "body", "capabilities", "close", "compressible", "endpoint", "examine", "find", "folders",
        "hang_up", "headers", "heads", "heard", "mailboxes", "marks", "noop", "numbers", "readable", "room", "status",
        "statuses", "uids",
    }  # fmt: skip
    sent = {line.split(" ")[0] for line in mailbox.heard}
    assert sent <= {"CAPABILITY", "AUTHENTICATE", "EXAMINE", "NOOP", "LOGOUT"}


def test_flags_are_replaced_silently(imap):
    """Flags are set as a whole, without an answer of their own."""
    mailbox = Mailbox(
        SELECT="* 1 EXISTS\r\n* OK [PERMANENTFLAGS (\\Seen \\*)] x\r\n{tag} OK\r\n"
    )
    with opened(imap, mailbox, write=True) as session:
        assert session.select("INBOX").permanent_flags == {"\\Seen", "\\*"}
        session.set_flags([7, 9, 8], ["\\Seen"])
    assert "UID STORE 7:9 FLAGS.SILENT (\\Seen)" in mailbox.heard


def test_a_read_only_folder_is_not_selected_for_writing(imap):
    """A folder that the server opens read-only is `denied`."""
    mailbox = Mailbox(
        SELECT="* 1 EXISTS\r\n* OK [READ-ONLY] x\r\n{tag} OK [READ-ONLY] done\r\n"
    )
    with opened(imap, mailbox, write=True) as session, pytest.raises(NetError) as caught:
        session.select("INBOX")
    assert caught.value.kind == "denied"


def test_nothing_is_logged(imap, caplog):
    """Neither the login nor mail ends in a debug log."""
    caplog.set_level(logging.DEBUG)
    with opened(imap, Mailbox(), write=True) as session:
        session.append("a", b"dear diary", [], WHEN)
        ring = getattr(session._wire, "_cmd_log", {})
    assert caplog.text == ""
    assert not ring
