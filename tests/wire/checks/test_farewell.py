"""Before old is switched off: time since the switch, and what in DNS still trusts old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from migrate_mail.finding import Outcome
from migrate_mail.lab.company import Company
from migrate_mail.lab.scene_zones import NEW_IP
from migrate_mail.lab.signing import OLD_SELECTOR
from support.seeing import Eyes, switched, tags

DOMAIN = "lindenhof.example"


@pytest.mark.parametrize(
    ("days", "tag"), [(1, "OLD_MUST_STAY"), (4.9, "OLD_MUST_STAY"), (5.1, "OLD_MAY_GO")]
)
def test_old_stays_for_as_long_as_senders_try(lab: Company, eyes: Eyes, days, tag):
    """Five days from the switch; the finding says until when."""
    eyes.journal.changes.append(switched(DOMAIN, datetime.now(UTC) - timedelta(days=days)))
    assert tags(eyes.see("decommission.time")) == [tag]


def test_the_ttl_that_was_seen_counts(lab: Company, eyes: Eyes):
    """A TTL of a day, seen before the switch, adds a day."""
    lab.lower_ttl(86400)
    eyes.see("dns.ttl")
    at = datetime.now(UTC)
    eyes.journal.changes.append(switched(DOMAIN, at))
    (found,) = eyes.see("decommission.time")
    assert found.args["ttl"] == 86400
    assert found.args["until"] == f"{at + timedelta(days=6):%Y-%m-%d %H:%M} UTC"


def test_no_switch_is_unknown(lab: Company, eyes: Eyes):
    """Without a recorded switch nobody knows since when."""
    assert eyes.outcome("decommission.time") is Outcome.UNKNOWN


def test_every_trace_of_old_is_named(lab: Company, eyes: Eyes):
    """SPF and old's DKIM key; with both gone, nothing is left."""
    found = eyes.see("decommission.leftovers")
    assert tags(found) == ["LEFTOVER_SPF", "LEFTOVER_RECORD"]
    assert all(f.fix for f in found)

    lab.set_rrset(DOMAIN, "TXT", 300, [f'"v=spf1 ip4:{NEW_IP} -all"'])
    lab.set_rrset(f"{OLD_SELECTOR}._domainkey.{DOMAIN}", "TXT", 300, [])
    assert tags(eyes.see("decommission.leftovers")) == ["OLD_FORGOTTEN"]


def test_the_mail_address_of_a_person_that_moves_is_no_contact(lab: Company, eyes: Eyes):
    """In the night of the switch nobody reads it."""
    people = eyes.inventory.spec.people
    people["mail-admin"] = people["mail-admin"].model_copy(update={"contact": f"mia@{DOMAIN}"})
    people["dns-admin"] = people["dns-admin"].model_copy(update={"contact": None})
    assert tags(eyes.see("contacts.people")) == ["CONTACT_MOVES", "CONTACT_MISSING"]
