"""Out by port 25: this machine, tried at others; the new server, seen at a message that it sent."""

from __future__ import annotations

from functools import partial

import pytest

from migrate_mail.finding import Outcome
from migrate_mail.inventory.model import Inventory
from migrate_mail.lab.company import Company
from migrate_mail.lab.signing import signed_message
from support.rude import Rude
from support.seeing import Eyes, changed, open_eyes, tags

TWO = {"known": ["gmail.com", "outlook.com"]}


def test_others_can_be_reached(lab: Company, eyes: Eyes):
    """One that greets is enough; each MX host is greeted once, and nothing else is said."""
    [found] = eyes.see("smtp.egress")
    assert (found.tag, found.outcome) == ("EGRESS_OPEN", Outcome.PASS)
    assert lab.elsewhere.log == ["QUIT"]


@pytest.mark.parametrize("how", ["421", "close"])
def test_who_refuses_us_was_there(lab: Company, eyes: Eyes, how: str):
    """A 421 is SMTP; a connection that is cut before a word proves nothing."""
    lab.elsewhere.faults.greeting = how
    wanted = ("EGRESS_OPEN", Outcome.PASS) if how == "421" else ("EGRESS_NOT_SEEN", Outcome.UNKNOWN)  # fmt: skip
    [found] = eyes.see("smtp.egress")
    assert (found.tag, found.outcome) == wanted


def test_a_network_that_blocks_port_25_is_named_as_such(lab: Company, eyes: Eyes):
    """It is unknown and no failure of anybody, with what to do."""
    with Rude("closed") as rude:
        connect = {**eyes.inventory.spec.connect, "mx.elsewhere.example:25": rude.address}
        closed = open_eyes(eyes.inventory.path, change=lambda i: changed(i, connect=connect))
        [found] = closed.see("smtp.egress")
    assert (found.tag, found.outcome) == ("EGRESS_BLOCKED", Outcome.UNKNOWN)
    assert "blocks outgoing port 25" in str(found.args["text"])
    assert "new server itself" in (found.fix or "")
    assert any("connection refused" in line for line in found.evidence)


def test_one_voice_for_two_organisations_is_somebody_in_between(lab: Company, eyes: Eyes):
    """A proxy on the way answers for everybody, and would make all of smtp.* a lie."""
    lab.set_rrset("outlook.com", "MX", 300, [f"10 {lab.old.mx_host}."])
    assert tags(eyes.see("smtp.egress", **TWO)) == ["EGRESS_OPEN"]
    lab.old.smtp.hostname = lab.elsewhere.hostname
    [found] = eyes.see("smtp.egress", **TWO)
    assert (found.tag, found.outcome) == ("EGRESS_INTERCEPTED", Outcome.UNKNOWN)


def test_names_that_cannot_be_looked_up_are_not_called_a_blocked_port(lab: Company, eyes: Eyes):
    """The reason is the one that was seen."""
    lab.resolver.fault = "servfail"
    [found] = eyes.see("smtp.egress")
    assert (found.tag, found.outcome) == ("EGRESS_NOT_SEEN", Outcome.UNKNOWN)
    assert "servfail" in str(found.args["text"])


def _sample(eyes: Eyes, raw: bytes) -> tuple[str, Outcome]:
    (eyes.inventory.base / "sample.eml").write_bytes(raw)
    [found] = eyes.see("ip.egress")
    assert found.args
    return found.tag, found.outcome


def test_a_message_from_new_proves_that_it_sends(lab: Company, eyes: Eyes):
    """By its own address; by a relay it fails, with the address that SPF must list."""
    assert _sample(eyes, signed_message(lab.domain)) == ("SENT_FROM_OWN", Outcome.PASS)
    relayed = signed_message(lab.domain, ip="198.51.100.7")
    assert _sample(eyes, relayed) == ("SENT_FROM_OTHER", Outcome.FAIL)
    assert "198.51.100.7" in (eyes.see("ip.egress")[0].fix or "")


def test_a_message_that_tells_nothing_is_unknown(lab: Company, eyes: Eyes):
    """Saved before it went out, or no message at all."""
    raw = signed_message(lab.domain)
    kept = raw[raw.index(b"DKIM-Signature") :]
    assert _sample(eyes, kept) == ("SENT_FROM_UNREAD", Outcome.UNKNOWN)
    assert _sample(eyes, b"\xff\xfe") == ("SAMPLE_UNREAD", Outcome.UNKNOWN)


def _sending(inventory: Inventory, **sends: object) -> Inventory:
    """Return the inventory with other settings of how new sends."""
    systems = inventory.spec.systems
    new = systems.new.model_copy(update={"sends": systems.new.sends.model_copy(update=sends)})
    return changed(inventory, systems=systems.model_copy(update={"new": new}))


@pytest.mark.parametrize("sends", [{"sample": None}, {"addresses": []}])
def test_what_migration_yaml_does_not_tell_is_skipped(eyes: Eyes, sends: dict[str, object]):
    """With what to do."""
    bare = open_eyes(eyes.inventory.path, change=partial(_sending, **sends))
    [found] = bare.see("ip.egress")
    assert found.outcome is Outcome.SKIP
    assert found.fix
