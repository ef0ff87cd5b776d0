"""Responses are cut as another client's parser cuts them, and garbage is refused, not guessed at."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient import imap_utf7
from imapclient.response_parser import parse_response

from migrate_mail.net.imap_tokens import from_utf7, to_utf7, tokens

ATOMS = st.from_regex(rb"[A-Za-z\\$.:/+*-][A-Za-z0-9.:/+*-]{0,9}", fullmatch=True)
QUOTED = st.binary(max_size=12).map(lambda b: bytes(c for c in b if c not in b'\r\n\0"\\'))
ITEM = st.one_of(
    ATOMS,
    st.integers(0, 2**32).map(lambda n: str(n).encode()),
    st.just(b"NIL"),
    QUOTED.map(lambda b: b'"' + b + b'"'),
    st.just(rb'"a \"quoted\" \\ word"'),
    st.just(b"BODY[HEADER.FIELDS (MESSAGE-ID DATE)]"),
    st.just(b"BODY[]<0>"),
)
LISTS = st.recursive(
    ITEM, lambda inner: st.lists(inner, max_size=4).map(lambda x: b"(" + b" ".join(x) + b")")
)


@given(st.lists(LISTS, min_size=1, max_size=5))
def test_it_reads_what_another_parser_reads(parts):
    """imapclient, which is not ours, takes the same responses apart in the same way."""
    line = b" ".join(parts)
    assert tokens([line]) == parse_response([line])


@given(st.binary(max_size=60))
def test_a_literal_is_never_looked_into(literal):
    """What a literal holds is data, parentheses and all."""
    announced = b"12 (UID 7 BODY[] {%d}" % len(literal)
    assert tokens([(announced, literal), b" FLAGS ())"]) == (
        12,
        (b"UID", 7, b"BODY[]", literal, b"FLAGS", ()),
    )


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(line):
    """Whatever a server says gives parts or a ValueError, nothing else."""
    with contextlib.suppress(ValueError):
        assert isinstance(tokens([line]), tuple)


@pytest.mark.parametrize("line", [b"(a", b"a)", b'"open', b"(a (b)", b'x "y'])
def test_what_is_not_closed_is_refused(line):
    """Half a response is no response."""
    with pytest.raises(ValueError, match=r"IMAP|parenthesis"):
        tokens([line])


def test_deep_nesting_does_no_harm():
    """A hundred thousand parentheses are read, or refused, without running out of stack."""
    assert tokens([b"(" * 100_000 + b")" * 100_000])
    with pytest.raises(ValueError, match="parenthesis"):
        tokens([b"(" * 100_000])


@given(st.text(st.characters(codec="utf-16", exclude_characters="\0\r\n"), max_size=30))
def test_folder_names_travel_both_ways(name):
    """A name in modified UTF-7 comes back as it was, and is what another client writes."""
    assert to_utf7(name).isascii()
    assert from_utf7(to_utf7(name)) == name
    if name.isprintable():
        assert to_utf7(name) == imap_utf7.encode(name)


@pytest.mark.parametrize("raw", [b"&AOQ", b"Entw&APw-rfe", b"&ZeVnLIqe-", b"a&-b", b"&-", b""])
def test_names_are_read_as_another_client_reads_them(raw):
    """A shift that is not closed is text."""
    assert from_utf7(raw) == imap_utf7.decode(raw) or not raw.endswith(b"-")


@pytest.mark.parametrize("raw", [b"&A-", b"&2AA-", b"\xe4"])
def test_what_is_no_utf7_is_refused(raw):
    """Bytes that cannot be decoded are not guessed at."""
    with pytest.raises(ValueError, match=r"."):
        from_utf7(raw)
