"""What an admin reads of a DNS change."""

from __future__ import annotations

from migrate_mail.dns_changes.manual import Manual, instructions
from migrate_mail.dns_changes.model import Change, RRset
from migrate_mail.dns_changes.text import change_text

BEFORE = RRset("example.org.", "MX", 600, ("10 mx.old.example.", "30 keep.example."))
AFTER = RRset("example.org.", "MX", 300, ("10 mx1.new.example.", "30 keep.example."))
CHANGE = Change("example.org.", BEFORE, AFTER)


def test_plan_text():
    """Both states side by side, lines to paste, the prerequisite, the way back."""
    assert change_text(CHANGE) == (
        "example.org. MX, in the zone example.org.\n"
        "  before (TTL 600)      after (TTL 300)\n"
        "  10 mx.old.example.    10 mx1.new.example.\n"
        "  30 keep.example.      30 keep.example.\n"
        "  zone file, after:\n"
        "    example.org. 300 IN MX 10 mx1.new.example.\n"
        "    example.org. 300 IN MX 30 keep.example.\n"
        "  only if the zone still holds:\n"
        "    example.org. 600 IN MX 10 mx.old.example.\n"
        "    example.org. 600 IN MX 30 keep.example.\n"
        "  the way back:\n"
        "    example.org. 600 IN MX 10 mx.old.example.\n"
        "    example.org. 600 IN MX 30 keep.example."
    )


def test_text_of_a_domain_without_mx():
    """No record is said in words, not as an empty place."""
    text = change_text(Change("example.org.", RRset("example.org.", "MX", 0, ()), AFTER))

    assert "(no MX record)" in text
    assert "; no MX record at example.org." in text


def test_instructions_go_record_by_record():
    """A person in a control panel reads which record to remove, add and keep."""
    lines = [line.strip() for line in instructions(CHANGE).splitlines()]

    assert "remove  MX  name example.org.  priority 10, host mx.old.example.  TTL 600" in lines
    assert "add     MX  name example.org.  priority 10, host mx1.new.example.  TTL 300" in lines
    assert "keep    MX  name example.org.  priority 30, host keep.example.  TTL 300" in lines


def test_manual_driver_says_and_does_not_claim():
    """The manual driver shows the instructions; that it was done only the name servers can tell."""
    said: list[str] = []

    assert Manual(said.append).apply(CHANGE) is None
    assert said == [instructions(CHANGE)]
