"""Greylisting at new: told by a first RCPT from a sender that no server can have seen."""

from __future__ import annotations

from pathlib import Path

from migrate_mail.finding import Outcome
from migrate_mail.lab.company import Company
from support.seeing import open_eyes

CHECK = "smtp.greylisting"


def test_strangers_are_welcome(lab: Company, project: Path):
    """A server that takes the first RCPT does not greylist; nothing is sent."""
    [found] = open_eyes(project).see(CHECK)
    assert (found.tag, found.outcome) == ("STRANGERS_WELCOME", Outcome.PASS)
    assert lab.new.smtp.accepted == []


def test_greylisting_is_found_each_time(lab: Company, project: Path):
    """What was asked before does not hide it: each look is from another sender, a tagged one of ours."""
    lab.new.smtp.faults.greylist = True
    eyes = open_eyes(project)
    for _ in range(2):
        [found] = eyes.see(CHECK)
        assert (found.tag, found.outcome) == ("GREYLISTED", Outcome.FAIL)
    senders = [line.split()[1] for line in lab.new.smtp.log if line.startswith("MAIL")]
    assert len(set(senders)) == 2
    assert all(s.startswith("probe+") and s.endswith("@it-service.example") for s in senders)


def test_another_delay_is_not_called_greylisting(lab: Company, project: Path):
    """A full mailbox and a refusal tell nothing of greylisting."""
    eyes = open_eyes(project)
    lab.new.smtp.faults.tempfail.add("*")
    assert [f.tag for f in eyes.see(CHECK)] == ["GREYLISTING_NOT_SEEN"]
    assert eyes.outcome(CHECK) is Outcome.UNKNOWN
    lab.new.smtp.faults.tempfail.clear()
    lab.new.directory.remove(f"anna@{lab.domain}")
    assert eyes.outcome(CHECK) is Outcome.UNKNOWN
