"""Names of hosts, domains and people, as admins write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from migrate_mail.files import names


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Example.ORG", "example.org"),
        ("müller.example", "xn--mller-kva.example"),
        ("XN--MLLER-KVA.example", "xn--mller-kva.example"),
        ("a" * 63 + ".example", "a" * 63 + ".example"),
    ],
)
def test_a_domain_is_lower_case_and_in_a_labels(text, name):
    """A domain is kept as DNS has it."""
    assert names.dotted_name(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "a",
        "a.",
        "a..b",
        "a" * 64 + ".b",
        "a_b.c",
        "-a.b",
        "a-.b",
        "a b.c",
        "*.a.b",
        "192.0.2.1",
        "2001:db8::1",
        "a.b:25",
        "a@b.c",
        "http://a.b",
        "straße.example",
        "a.1",
        "b." * 127 + "b",
        "a。b",
        "\u2024.b",
    ],
)
def test_what_is_no_domain_is_refused(text):
    """Nothing that DNS could not hold, and nothing that means something else, passes as a domain."""
    with pytest.raises(PydanticCustomError):
        names.dotted_name(text)


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (names.server_name, "localhost", "localhost"),
        (names.server_name, "[2001:db8::1]", "2001:db8::1"),
        (names.helo_name, "[192.0.2.1]", "[192.0.2.1]"),
        (names.helo_name, "[IPv6:2001:db8::1]", "[IPv6:2001:db8::1]"),
        (names.host_port, "MX.example:25", "mx.example:25"),
        (names.host_port, "[2001:db8::1]:25", "[2001:db8::1]:25"),
        (names.address_port, "127.0.0.1:2525", "127.0.0.1:2525"),
        (names.resolver, "192.0.2.1", "192.0.2.1"),
        (names.resolver, "2001:db8::1", "[2001:db8::1]"),
        (names.resolver, "192.0.2.1:5353", "192.0.2.1:5353"),
        (names.server_maybe_port, "ns1.example", "ns1.example"),
        (names.server_maybe_port, "ns1.example:5353", "ns1.example:5353"),
        (names.mail_address, "O'Brien+x@Example.org", "O'Brien+x@example.org"),
    ],
)
def test_places_are_read_as_they_are_meant(read, text, value):
    """Hosts, addresses and ports come out in one spelling."""
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (names.helo_name, "192.0.2.1"),
        (names.host_port, "mx.example"),
        (names.host_port, "mx.example:0"),
        (names.host_port, "mx.example:65536"),
        (names.host_port, "mx.example:²"),
        (names.host_port, "2001:db8::1:25"),
        (names.address_port, "localhost:25"),
        (names.resolver, "dns.example"),
        (names.mail_address, "anna"),
        (names.mail_address, "@example.org"),
        (names.mail_address, "a..b@example.org"),
        (names.mail_address, '"a b"@example.org'),
        (names.mail_address, "jürgen@example.org"),
        (names.mail_address, "a@192.0.2.1"),
        (names.mail_address, "a" * 65 + "@example.org"),
    ],
)
def test_other_places_are_refused(read, text):
    """What cannot be dialled or delivered to is refused."""
    with pytest.raises(PydanticCustomError):
        read(text)


@given(st.text(max_size=60))
def test_any_text_is_a_name_or_refused(text):
    """No text makes a reader of names raise anything else."""
    readers = (
        names.dotted_name,
        names.server_name,
        names.helo_name,
        names.mail_address,
        names.host_port,
        names.address_port,
        names.resolver,
        names.server_maybe_port,
    )
    for read in readers:
        try:
            said = read(text)
        except PydanticCustomError as error:
            said = str(error.context)
        assert said
