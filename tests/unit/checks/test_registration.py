"""RDAP: which registry speaks for a name, and what its answer says."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate_mail.checks.dns.registration import candidates, read_registration, service_for

LIST = {
    "version": "1.0",
    "services": [
        [["net", "com"], ["https://rdap.com.example/v1/"]],
        [["UK"], ["http://rdap.uk.example/", "https://rdap.uk.example/"]],
        [["co.uk"], ["https://rdap.co.uk.example/"]],
    ],
}
ANSWER = {
    "objectClassName": "domain",
    "ldhName": "EXAMPLE.ORG",
    "status": ["client transfer prohibited"],
    "events": [
        {"eventAction": "registration", "eventDate": "1995-08-14T04:00:00Z"},
        {"eventAction": "expiration", "eventDate": "2027-08-13T04:00:00Z"},
    ],
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["services", "events", "status", "objectClassName", "eventAction", "eventDate"]) | st.text(max_size=4), inner, max_size=4),
)  # fmt: skip


@pytest.mark.parametrize(
    ("domain", "service"),
    [
        ("example.com", "https://rdap.com.example/v1/"),
        ("mail.example.net", "https://rdap.com.example/v1/"),
        ("example.org.uk", "https://rdap.uk.example/"),
        ("example.co.uk", "https://rdap.co.uk.example/"),
        ("example.telecom", None),
    ],
)
def test_the_longest_entry_counts_and_https_before_http(domain, service):
    """Label by label: telecom is not com."""
    assert service_for(domain, json.dumps(LIST).encode()) == service


@pytest.mark.parametrize("body", [b"<html>", b"[]", b"{}", b'{"services": [["com"]]}', b'{"services": [[["com"], []]]}'])  # fmt: skip
def test_what_is_no_list_is_said_to_be_none(body):
    """A captive portal is not IANA."""
    with pytest.raises(ValueError, match=r".+"):
        service_for("example.com", body)


def test_an_answer_is_read():
    """Names without case."""
    found = read_registration(json.dumps(ANSWER).encode(), "example.org")
    assert found.status == ("client transfer prohibited",)
    assert found.ends == datetime(2027, 8, 13, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    "changes",
    [
        {"objectClassName": "entity"}, {"ldhName": "other.org"}, {"status": "active"}, {"status": [1]},
        {"events": {}}, {"events": [{"eventAction": "expiration", "eventDate": "soon"}]},
        {"events": [{"eventAction": "expiration"}]},
    ],
)  # fmt: skip
def test_an_answer_about_something_else_is_none(changes):
    """Or one that cannot be understood."""
    with pytest.raises(ValueError, match=r".+"):
        read_registration(json.dumps({**ANSWER, **changes}).encode(), "example.org")


def test_the_name_itself_is_asked_for_and_then_what_is_above_it():
    """Never a top-level domain."""
    assert candidates("a.b.example.org") == ["a.b.example.org", "b.example.org", "example.org"]
    assert candidates("example.org") == ["example.org"]


@given(JSON | st.binary(max_size=60))
def test_no_answer_breaks_the_reader(data):
    """It is read, or has a reason why not."""
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    for read in (read_registration, lambda body, name: service_for(name, body)):
        try:
            read(body, "example.org")
        except ValueError as exc:
            assert str(exc)  # noqa: PT017 - it may also be read
