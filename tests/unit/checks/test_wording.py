"""Sentences say what was seen, and never fail."""

from __future__ import annotations

from string import Formatter

import pytest

from migrate_mail.checks.wording import WORDING, sentence
from migrate_mail.finding import Finding, Outcome


def test_a_sentence_is_filled_from_the_arguments():
    """Numbers and names of the finding stand in the sentence."""
    found = Finding(
        "RECIPIENT_REFUSED",
        Outcome.FAIL,
        "sales@example.org",
        args={"side": "new", "kind": "alias", "code": 550, "text": "5.1.1 no such user"},
    )
    assert sentence(found) == (
        "the new system refuses sales@example.org (alias): 550 5.1.1 no such user"
    )


def test_lists_are_read_out():
    """A tuple becomes words; an empty one says none."""
    args = {"shown": ("10 mx.old.example.",), "missing": ("10 mx1.new.example.",), "extra": ()}
    found = Finding("MX_NOT_PUBLISHED", Outcome.FAIL, "example.org MX", args=args)
    assert sentence(found) == (
        "the name server shows 10 mx.old.example.; missing: 10 mx1.new.example.; too much: none"
    )


def test_an_unknown_tag_stays_readable():
    """A finding of another version of the program can be printed."""
    found = Finding("STS_MX_NOT_LISTED", Outcome.FAIL, "example.org", args={"mx": "mx1"})
    assert sentence(found) == "example.org: sts mx not listed (mx mx1)"


def test_a_missing_argument_does_no_harm():
    """An old finding without a newer argument is printed with a question mark."""
    assert "? s" in sentence(Finding("TTL_LOW", Outcome.PASS, "example.org MX"))


def test_an_empty_text_leaves_no_colon():
    """A silent server without words does not end in a colon."""
    args = {"status": "timeout", "text": ""}
    found = Finding("NS_SILENT", Outcome.UNKNOWN, "example.org SOA", args=args)
    assert sentence(found) == "the name server gives no answer for example.org SOA: timeout"


def test_braces_in_what_a_server_said_are_only_text():
    """A banner is data: nothing in it is filled in."""
    args = {"phase": "banner", "text": "{subject.__class__} {0} }{"}
    found = Finding("SMTP_DENIED", Outcome.FAIL, "mx", args=args)
    assert sentence(found) == "the server turns us away: banner: {subject.__class__} {0} }{"


@pytest.mark.parametrize("tag", WORDING)
def test_a_template_is_one_phrase(tag):
    """Only plain names are filled in; renderers put the capital and the full stop."""
    fields = [name for _, name, _, _ in Formatter().parse(WORDING[tag]) if name is not None]
    assert all(name.isidentifier() for name in fields)
    assert not WORDING[tag].endswith(".")
