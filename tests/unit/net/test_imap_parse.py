"""IMAP answers, tidy and untidy, become our types."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate_mail.net import imap_parse as parse
from migrate_mail.net.imap_text import FolderNames
from migrate_mail.net.imap_types import AppendReceipt, FolderInfo, FolderStatus, ForeignSpace


def _folder(*pieces):
    return parse.folder(list(pieces), FolderNames())


@pytest.mark.parametrize(
    ("pieces", "name", "delimiter"),
    [
        ((b'(\\HasNoChildren) "." "INBOX.Sent"',), "INBOX.Sent", "."),
        ((b"() NIL Flat",), "Flat", None),
        ((b'() "/" 123',), "123", "/"),
        ((b'() "/" "0123"',), "0123", "/"),
        ((b'() "\\\\" "a\\"b"',), 'a"b', "\\"),
        (((b'() "/" {6}', b"a (b]\xc3"), b""), "a (b]\\xc3", "/"),
        ((b'() "/" Entw&APw-rfe',), "Entwürfe", "/"),
        ((b'() "/" nil',), "nil", "/"),
        ((b'() "/" "x" ("CHILDINFO" ("SUBSCRIBED"))',), "x", "/"),
    ],
)
def test_reads_folders(pieces, name, delimiter):
    """Quoted, literal, numeric and delimiter-less folders are all read."""
    info = _folder(*pieces)
    assert (info.name, info.delimiter) == (name, delimiter)


def test_reads_what_a_folder_is():
    """Flags are compared without case; a special use is known, and so is a closed folder."""
    assert _folder(b'(\\NoSelect \\SENT) "/" x') == FolderInfo(
        "x", "/", frozenset({"\\noselect", "\\sent"}), selectable=False, special_use="\\sent"
    )


@pytest.mark.parametrize(
    "line", [b"", b"garbage", b'"x"', b'(\\A "/" x', b"() ((", b"() NIL (a)"]
)
def test_refuses_what_is_no_folder(line):
    """Garbage is a ValueError and no folder."""
    with pytest.raises(ValueError, match=r"."):
        _folder(line)


def test_reads_status_in_any_order():
    """Items may come in any order and number; what is missing is 0."""
    assert parse.status([b'"a b" (UIDVALIDITY 7 MESSAGES 3)']) == FolderStatus(3, 0, 7)
    assert parse.status([(b"{3}", b"a b"), b" (MESSAGES 3 UIDNEXT 9)"]) == FolderStatus(3, 9, 0)
    with pytest.raises(ValueError, match="MESSAGES"):
        parse.status([b"x (UIDNEXT 1)"])


def test_reads_what_select_said():
    """Codes are found in the words of OK lines, brackets in the text or not."""
    said = {
        "EXISTS": [b"2", b"3"],
        "OK": [
            b"[PERMANENTFLAGS (\\Seen \\*)] Flags permitted [really].",
            b"[UIDVALIDITY 7] UIDs valid",
            b"[UIDNEXT 12] Predicted next UID",
            b"no code",
        ],
    }
    assert parse.opened(said) == FolderStatus(3, 12, 7, frozenset({"\\Seen", "\\*"}))
    assert parse.opened({}) == FolderStatus(0, 0, 0)


def test_heads_take_any_order_and_many_answers():
    """Answers in pieces and in any order are put together; unsolicited ones do not confuse."""
    data = [
        (
            b'1 (UID 5 RFC822.SIZE 10 FLAGS (\\Seen) INTERNALDATE "01-Jan-2024 00:00:00 +0100" BODY[HEADER.FIELDS ("MESSAGE-ID")] {23}',
            b"Message-ID:\r\n <a@b>\r\n\r\n",
        ),
        b")",
        b"5 (FLAGS (\\Deleted))",
        b'2 (FLAGS () INTERNALDATE "02-Jan-2024 00:00:00 +0000" UID 6 BODY[HEADER.FIELDS (MESSAGE-ID)] "" RFC822.SIZE 3)',
        b"2 (UID 6 FLAGS (\\Answered kw))",
        b"9 (UID 9 FLAGS ())",
    ]
    one, two = parse.heads(data, {5, 6, 7})
    assert (one.uid, one.size, one.flags, one.message_id) == (5, 10, ("\\Seen",), "<a@b>")
    assert one.internaldate.isoformat() == "2024-01-01T00:00:00+01:00"
    assert (two.uid, two.flags, two.message_id) == (6, ("\\Answered", "kw"), None)


@pytest.mark.parametrize("flags", [b"", b"\\Seen", b"\\SEEN \\Recent $a 123 Gr\xfc\xdfe"])
@pytest.mark.parametrize(
    "field", [b"Message-ID: <a@b>\r\n\r\n", b"Message-ID:\r\n <a@b>\r\n\r\n", b"\r\n", b""]
)
@pytest.mark.parametrize("date", [b"01-Jan-2024 00:00:00 +0100", b" 1-Jan-2024 00:00:60 -0030"])
def test_a_usual_head_is_read_as_any_other(flags, field, date):
    """The quick way for the form that was asked for, and the parser for every other, read the same."""
    size = b"BODY[HEADER.FIELDS (MESSAGE-ID)] {%d}" % len(field)
    usual = b'1 (UID 5 RFC822.SIZE 10 FLAGS (%b) INTERNALDATE "%b" %b' % (flags, date, size)
    other = b'1 (FLAGS (%b) UID 5 RFC822.SIZE 10 INTERNALDATE "%b" %b' % (flags, date, size)
    (head,) = parse.heads([(usual, field), b")"], {5})
    assert [head] == parse.heads([(other, field), b")"], {5})


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b'1 (UID 5 INTERNALDATE "01-Jan-2024 00:00:00 +0000" FLAGS ())', "no size .* UID 5"),
        (b"1 (UID 5 RFC822.SIZE 3 FLAGS ())", "no date"),
        (b"1 (UID 5 RFC822.SIZE", "."),
        (b"1 UID 5", "FETCH"),
        (b"1 (UID 5 RFC822.SIZE 3 FLAGS 7)", "list"),
    ],
)
def test_a_head_without_its_facts_is_no_head(line, complaint):
    """A message is never given a made-up size or date."""
    with pytest.raises(ValueError, match=complaint):
        parse.heads([line], {5})


def test_uids_of_a_folder():
    """The quick form and every other form give the UIDs, ascending and once."""
    data = [
        b"1 (UID 7)",
        b"2 (UID 3)",
        b"3 (FLAGS (\\Seen))",
        b"4 (FLAGS () UID 9)",
        b"2 (UID 3)",
    ]
    assert parse.uids(data) == [3, 7, 9]
    assert parse.uids([None]) == []


def test_body_of_this_message_only():
    """A body is taken from the message that was asked for; NIL is no body, empty is one."""
    data = [(b"1 (UID 4 BODY[] {3}", b"no!"), b")", (b"2 (UID 5 BODY[]<0> {3}", b"yes"), b")"]
    assert parse.body(data, 5) == b"yes"
    assert parse.body([b'2 (UID 5 BODY[] "")'], 5) == b""
    assert parse.body([b"2 (UID 5 BODY[] NIL)"], 5) is None
    assert parse.body([None], 5) is None


@pytest.mark.parametrize(
    ("uids", "text"),
    [([1], "1"), ([1, 2, 3], "1:3"), ([1, 3, 4, 9], "1,3:4,9"), ([4294967295], "4294967295")],
)
def test_writes_uid_sets(uids, text):
    """Only true neighbours become a range, so that no other message is asked for."""
    assert parse.uid_set(uids) == text


@pytest.mark.parametrize(
    ("data", "wanted"),
    [([b"1 3 2"], [1, 2, 3]), ([b""], []), ([None], []), ([b"1", b"2"], [1, 2]), ([b"5 (MODSEQ 9)"], [5])],
)  # fmt: skip
def test_reads_search(data, wanted):
    """SEARCH answers may be empty, many, or carry a modification sequence."""
    assert parse.numbers(data) == wanted


def test_reads_the_namespaces_of_others():
    """Folders of other users and shared ones are known by their prefix."""
    line = b'(("" "/")) (("user/" "/")) (("Public/" "/")("Team." "."))'
    assert parse.foreign_spaces([line], FolderNames()) == (
        ForeignSpace("user/", "/", "other users"),
        ForeignSpace("Public/", "/", "shared"),
        ForeignSpace("Team.", ".", "shared"),
    )
    assert parse.foreign_spaces([b'(("" "/")) NIL NIL'], FolderNames()) == ()
    assert parse.foreign_spaces([], FolderNames()) == ()


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (b'(("INBOX." ".")) NIL NIL', ("INBOX.", ".")),
        (b'(("" "/")("#mh/" NIL)) NIL NIL', ("", "/")),
        (b'(("" NIL)) NIL NIL', ("", "/")),
        (b"NIL NIL NIL", None),
    ],
)
def test_reads_the_namespace(line, wanted):
    """The user's own namespace is the first one."""
    assert parse.namespace([line], FolderNames()) == wanted


def test_reads_receipts():
    """UIDPLUS gives a receipt; other words give none."""
    assert parse.receipt(b"[APPENDUID 7 42] done") == AppendReceipt(7, 42)
    assert parse.receipt(b"[appenduid 7 42] done") == AppendReceipt(7, 42)
    assert parse.receipt(b"APPEND completed") is None


READERS = {
    "heads": lambda data: parse.heads(data, {5}),
    "body": lambda data: parse.body(data, 5),
    "uids": parse.uids,
    "numbers": parse.numbers,
    "namespace": lambda data: parse.namespace(data, FolderNames()),
    "folder": lambda data: parse.folder(data, FolderNames()),
    "status": parse.status,
}
tokens = st.sampled_from(
    [b"1", b"(", b")", b" ", b'"', b"\\", b"UID 5", b"FLAGS", b"BODY[]", b"[", b"]", b"{3}", b"NIL", b"MESSAGES", b"\xff", b"a", b"INTERNALDATE", b"RFC822.SIZE 7", b"\x00"]
)  # fmt: skip
lines = st.lists(tokens, max_size=12).map(b"".join)
pieces = st.lists(
    st.one_of(lines, st.tuples(lines.map(lambda b: b + b"{3}"), lines)), min_size=1
)


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@given(data=pieces)
def test_garbage_is_never_worse_than_a_value_error(read, data):
    """Whatever a server sends, a reader understands it or says ValueError."""
    with contextlib.suppress(ValueError):
        read(data)
