"""Whether the way back is open: each missing part is told by its name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from migrate_mail.finding import Outcome
from migrate_mail.lab.company import Company
from support.seeing import Eyes, by_tag, switched, tags, written_down

CHECK = "rollback.ready"
HOUR = timedelta(hours=1)


@pytest.fixture
def eyes(lab: Company, eyes: Eyes) -> Eyes:
    """Give eyes on a company that is ready to switch: the TTL is low, a snapshot was made."""
    lab.lower_ttl()
    eyes.journal.served.append(written_down(lab.domain, datetime.now(UTC) - 2 * HOUR))
    return eyes


def test_with_all_its_parts_it_is_open(lab: Company, eyes: Eyes):
    """Before the switch and after it; what the other checks said is the evidence."""
    [before] = eyes.see(CHECK)
    lab.switch_mx()
    eyes.journal.changes.append(switched(lab.domain, datetime.now(UTC) - HOUR))
    [after] = eyes.see(CHECK)
    for found in (before, after):
        assert (found.tag, found.outcome) == ("BACK_OPEN", Outcome.PASS)
        assert any("still takes mail" in line for line in found.evidence)
        assert found.args["max"] == 300


def test_no_snapshot_and_one_from_after_the_switch(lab: Company, eyes: Eyes):
    """What was written down after the switch is no way back."""
    eyes.journal.changes.append(switched(lab.domain, datetime.now(UTC) - 3 * HOUR))
    assert tags(eyes.see(CHECK)) == ["BACK_NO_SNAPSHOT"]
    eyes.journal.served.clear()
    eyes.journal.changes.clear()
    [found] = eyes.see(CHECK)
    assert (found.tag, found.outcome) == ("BACK_NO_SNAPSHOT", Outcome.FAIL)
    assert "--only snapshot" in found.fix


def test_a_high_ttl(lab: Company, eyes: Eyes):
    """It is told with the TTL, from every name server, and with what to publish."""
    lab.lower_ttl(86400)
    [found] = eyes.see(CHECK)
    assert (found.tag, found.outcome) == ("BACK_TTL_HIGH", Outcome.FAIL)
    assert "86400 s" in str(found.args["text"])
    assert "300 IN MX" in found.fix
    assert tags(eyes.see(CHECK, max="1d")) == ["BACK_OPEN"]


def test_old_that_takes_no_mail_any_more(lab: Company, eyes: Eyes):
    """The test account is refused there: with the dialogue, and what to do."""
    canary = eyes.inventory.canary(lab.domain).address
    lab.old.directory.remove(canary)
    [found] = eyes.see(CHECK)
    assert (found.tag, found.outcome) == ("BACK_OLD_REFUSES", Outcome.FAIL)
    assert any("550" in line for line in found.evidence)


def test_what_cannot_be_seen_is_unknown(lab: Company, eyes: Eyes):
    """An old server that does not greet is neither open nor lost; the other parts are judged all the same."""
    lab.old.smtp.faults.greeting = "close"
    lab.lower_ttl(86400)
    found = eyes.see(CHECK)
    assert len(by_tag(found, "BACK_TTL_HIGH")) == 1
    unknown = by_tag(found, "BACK_NOT_KNOWN")
    assert {f.outcome for f in unknown} == {Outcome.UNKNOWN}
    assert {f.args["part"] for f in unknown} == {"old", "old's certificate"}


def test_several_parts_are_several_findings(lab: Company, eyes: Eyes):
    """Who mends one sees what is left."""
    eyes.journal.served.clear()
    lab.lower_ttl(86400)
    lab.old.directory.remove(eyes.inventory.canary(lab.domain).address)
    assert tags(eyes.see(CHECK)) == ["BACK_NO_SNAPSHOT", "BACK_TTL_HIGH", "BACK_OLD_REFUSES"]
