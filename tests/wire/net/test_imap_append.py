"""Messages are added byte for byte, and nothing that could break a line is sent."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from migrate_mail.errors import NetError
from migrate_mail.net.imap import AppendReceipt
from wire.net.mailbox import Mailbox, opened

WHEN = datetime(2020, 2, 29, 12, 0, 1, tzinfo=UTC)
BODY = b"a\nb\rc\r\n.\r\n\xff\x80"


@pytest.mark.parametrize("caps", ["LITERAL+ UIDPLUS", "UIDPLUS"])
def test_append_keeps_every_byte(imap, caps):
    """With and without LITERAL+, bare line ends and 8-bit bytes go through as they are."""
    mailbox = Mailbox(
        f"IMAP4rev1 AUTH=PLAIN {caps}", APPEND="{tag} OK [APPENDUID 7 42] done\r\n"
    )
    with opened(imap, mailbox, write=True) as session:
        for _ in range(3):
            assert session.append("A&B", BODY, ["\\Seen", "kw"], WHEN) == AppendReceipt(7, 42)
    assert mailbox.bodies == [BODY] * 3
    lines = [line for line in mailbox.heard if line.startswith("APPEND")]
    head = 'APPEND "A&-B" (\\Seen kw) "29-Feb-2020 12:00:01 +0000" '
    plus = "+" if "LITERAL+" in caps else ""
    assert lines == [f"{head}{{{len(BODY)}}}"] + [f"{head}{{{len(BODY)}{plus}}}"] * 2


def test_a_new_line_is_always_asked_for(imap):
    """LITERAL+ is used only for a folder, flags and an age of date that the server has taken before."""
    mailbox = Mailbox("IMAP4rev1 AUTH=PLAIN LITERAL+")
    with opened(imap, mailbox, write=True) as session:
        session.append("a", b"x", [], WHEN)
        session.append("a", b"x", ["kw"], WHEN)
        session.append("b", b"x", [], WHEN)
        session.append("a", b"x", [], WHEN.replace(year=1968))
        assert session.append("a", b"x", [], WHEN) is None
    lines = [line for line in mailbox.heard if line.startswith("APPEND")]
    assert [line.endswith("+}") for line in lines] == [False] * 4 + [True]


def test_refused_appends(imap):
    """NO before the body is `denied` with its code; the session goes on."""
    mailbox = Mailbox(APPEND="{tag} NO [OVERQUOTA] full\r\n", refuse=True)
    with opened(imap, mailbox, write=True) as session:
        with pytest.raises(NetError, match=r"\[OVERQUOTA\] full") as caught:
            session.append("a", b"x", [], WHEN)
        session.noop()
    assert (caught.value.kind, caught.value.phase) == ("denied", "APPEND")


def test_bad_after_a_literal_plus_ends_theopened(imap):
    """A server that rejects the line may read the body as commands: we hang up at once."""
    mailbox = Mailbox("IMAP4rev1 AUTH=PLAIN LITERAL+")
    with opened(imap, mailbox, write=True) as session:
        session.append("a", b"x", [], WHEN)
        mailbox.answers["APPEND"] = "{tag} BAD what?\r\n"
        with pytest.raises(NetError, match="BAD what") as caught:
            session.append("a", b"x", [], WHEN)
        assert caught.value.kind == "denied"
        with pytest.raises(NetError, match="closed"):
            session.noop()


@pytest.mark.parametrize(
    ("folder", "flags"), [("a\r\nb", []), ("a", ["x y"]), ("a", ["\\Recent"]), ("a", ["x)\r\nA"])]
)  # fmt: skip
def test_what_could_break_the_line_is_not_sent(imap, folder, flags):
    """Nothing goes out when a flag is not an atom; a line break in a name is encoded."""
    mailbox = Mailbox()
    with opened(imap, mailbox, write=True) as session:
        if flags:
            with pytest.raises(NetError) as caught:
                session.append(folder, b"x", flags, WHEN)
            assert caught.value.kind == "denied"
        else:
            session.append(folder, b"x", flags, WHEN)
    assert [line for line in mailbox.heard if line.startswith("APPEND")] == (
        [] if flags else ['APPEND "a&AA0ACg-b" () "29-Feb-2020 12:00:01 +0000" {1}']
    )
