"""The grammar of MTA-STS: what is right is read, what is wrong is named, and a `*` is one label."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate_mail.checks.mta_sts.policy import (
    LONGEST_AGE,
    Policy,
    id_of,
    is_record,
    matches,
    read_policy,
)

LABELS = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)
HOSTS = st.lists(LABELS, min_size=2, max_size=5).map(".".join)
PATTERNS = st.builds(lambda star, host: ("*." if star else "") + host, st.booleans(), HOSTS)
POLICIES = st.builds(
    Policy,
    st.sampled_from(["enforce", "testing", "none"]),
    st.lists(PATTERNS, min_size=1, max_size=4, unique=True).map(tuple),
    st.integers(0, LONGEST_AGE),
)
GOOD = b"version: STSv1\nmode: enforce\nmx: mx.example.org\nmax_age: 86400\n"


@given(POLICIES, st.sampled_from(["\n", "\r\n"]), st.booleans(), st.randoms())
def test_a_policy_is_read_back(policy, end, last, dice):
    """In any order, with LF or CRLF, with or without an end of the last line, with other fields."""
    lines = policy.text().split("\n")[:-1]
    mx = [line for line in lines if line.startswith("mx:")]
    others = [line for line in lines if line not in mx] + ["x-new: a value with blanks"]
    dice.shuffle(others)
    text = end.join([*others, *mx]) + (end if last else "")
    assert read_policy(text.encode()) == policy


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(body):
    """Anything is a policy or has a reason why not."""
    try:
        read_policy(body)
    except ValueError as exc:
        assert str(exc)  # noqa: PT017 - it may also be a policy


@given(HOSTS)
def test_a_host_covers_itself_in_any_case(host):
    """Names are compared without case, a dot at the end is nothing."""
    assert matches(host.upper(), host + ".")


@given(HOSTS, LABELS)
def test_a_star_is_exactly_one_label(host, label):
    """Section 4.1: not none, not two, and never the star of a longer name."""
    assert matches(f"*.{host}", f"{label}.{host}")
    assert not matches(f"*.{host}", host)
    assert not matches(f"*.{host}", f"{label}.{label}.{host}")
    assert not matches(f"*.{host}", f".{host}")
    assert not matches(host, f"{label}.{host}")


@given(PATTERNS, HOSTS)
def test_what_matches_ends_alike(pattern, host):
    """A pattern never covers a host that is not it, or one label above its rest."""
    if matches(pattern, host):
        assert host == pattern or host.split(".", 1)[1] == pattern.removeprefix("*.")


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (b"STSv1", b"STSv2", "line 1: the version is 'STSv2'"),
        (b"version: STSv1\n", b"", "it has no version"),
        (b"enforce", b"Enforce", "line 2: the mode 'Enforce'"),
        (b"mode: enforce\n", b"", "it has no mode"),
        (b"86400", b"31557601", "line 4: max_age"),
        (b"86400", b"1 day", "line 4: max_age"),
        (b"max_age: 86400\n", b"", "it has no max_age"),
        (b"mx: mx.example.org\n", b"", "it names no mx"),
        (b"mx.example.org", b"mx.*.org", "line 3: mx 'mx.*.org'"),
        (b"mx.example.org", b"*", "line 3: mx '*'"),
        (b"mx: mx.example.org", b"mx mx.example.org", "line 3: 'mx mx.example.org' is no"),
        (b"mx.example.org", b"\xff", "not UTF-8"),
        (GOOD, b"<html>not found</html>", "line 1"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(before, after, words):
    """One fault each; the sentence says where."""
    with pytest.raises(ValueError, match=r".+") as told:
        read_policy(GOOD.replace(before, after))
    assert words in str(told.value)


def test_everything_wrong_is_named_at_once():
    """Nobody mends a policy line by line."""
    with pytest.raises(ValueError, match=r"version.*mode.*max_age"):
        read_policy(b"hello: world\n")


def test_of_a_field_that_may_stand_once_the_first_counts():
    """Section 3.2."""
    assert read_policy(GOOD + b"mode: none\nmax_age: 1\n") == read_policy(GOOD)


def test_a_policy_that_ends_the_use_needs_no_mx():
    """Mode none."""
    assert read_policy(b"version: STSv1\nmode: none\nmax_age: 86400\n").mx == ()


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("v=STSv1; id=1", True),
        ("v=STSv1 ;id=1;", True),
        ("v=STSv1", True),
        ("v=STSv10; id=1", False),
        ("V=STSv1; id=1", False),
        ("v=spf1 -all", False),
    ],
)
def test_only_records_of_mta_sts_count(text, is_one):
    """What else stands at the name is ignored."""
    assert is_record(text) is is_one


@pytest.mark.parametrize("text", ["v=STSv1; id=20260101T1", "v=STSv1;id=20260101T1 ; x=y ;"])
def test_the_id_is_read(text):
    """With other fields beside it."""
    assert id_of(text) == "20260101T1"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("v=STSv1;", "no id"),
        ("v=STSv1; id=", "is no name=value"),
        ("v=STSv1; id=2026-01-01", "letters and digits"),
        ("v=STSv1; id=" + "1" * 33, "1 to 32"),
        ("v=STSv1; id 20260101", "is no name=value"),
        ("v=STSv1;; id=1", "is no name=value"),
    ],
)
def test_what_is_wrong_with_a_record_is_said(text, words):
    """Section 3.1."""
    with pytest.raises(ValueError, match=words):
        id_of(text)
