"""Whether new takes what old passes on: proved only by mail that old is forbidden to send."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate_mail.finding import Outcome
from migrate_mail.inventory.sending import Sending
from migrate_mail.lab.company import Company
from migrate_mail.sync.special import is_junk
from support.seeing import Eyes, changed, hurried, open_eyes, tags

CHECK = "drain.trust"
DOMAIN, ADMIN = "lindenhof.example", "it-service.example"
ANNA = f"anna@{DOMAIN}"
OLD_IP = "192.0.2.25"


@pytest.fixture
def moved(lab: Company) -> Company:
    """Give the company after the switch, with an old that passes on what it gets."""
    lab.switch_mx()
    lab.let_old_pass_on()
    return lab


def _into(lab: Company, folder: str) -> None:
    """Let new sort everything into one folder."""

    async def sort(user, body):
        await lab.new.imap._boxes(user).put(folder, body, (), None)

    lab.new.smtp._store = sort


def test_new_takes_what_only_old_could_have_passed_on(moved: Company, eyes: Eyes):
    """The record that forbids it is in the evidence, and the message is from an address of ours."""
    [found] = eyes.see(CHECK)
    assert (found.tag, found.outcome) == ("OLD_TRUSTED", Outcome.PASS)
    assert found.args["spf"] == (f"{OLD_IP}: fail",)
    assert [line for line in found.evidence if "v=spf1 a:probe.it-service.example -all" in line]
    assert [line for line in found.evidence if "p=reject" in line]
    assert moved.new.smtp.accepted[-1].sender == f"probe@{ADMIN}"
    assert eyes.journal.deliveries[-1].found_on == ("new",)


@pytest.mark.parametrize("folder", ["Junk", "Ablage/Spam"])
def test_junk_is_no_trust(moved: Company, eyes: Eyes, folder):
    """By attribute, and by name where there is none; it is so whatever the records say."""
    moved.new.imap.make_folder(ANNA, folder)
    _into(moved, folder)
    [found] = eyes.see(CHECK)
    assert (found.tag, found.outcome, found.args["folder"]) == (
        "TRUST_JUNKED",
        Outcome.FAIL,
        folder,
    )
    assert OLD_IP in found.fix
    moved.set_rrset(ADMIN, "TXT", 300, [])
    assert tags(eyes.see(CHECK)) == ["TRUST_JUNKED"]


def test_another_folder_is_not_junk(moved: Company, eyes: Eyes):
    """A rule of the user may file it anywhere."""
    moved.new.imap.make_folder(ANNA, "Ablage")
    _into(moved, "Ablage")
    assert tags(eyes.see(CHECK)) == ["OLD_TRUSTED"]


def test_what_never_comes_out_fails(moved: Company, eyes: Eyes):
    """Old says yes, and new has nothing: nobody here knows who of them has it, and both are named."""
    moved.old.smtp.route = lambda _: None
    moved.old.smtp.faults.black_hole = True
    [found] = eyes.see(CHECK)
    assert (found.tag, found.outcome) == ("TRUST_LOST", Outcome.FAIL)
    assert "the log and queue of old, then of new" in found.fix


@pytest.mark.parametrize(
    ("name", "values"),
    [
        (ADMIN, []),
        (ADMIN, ['"v=spf1 a:probe.it-service.example ~all"']),
        (ADMIN, ['"v=spf1 a:probe.it-service.example ?all"']),
        (ADMIN, [f'"v=spf1 a:probe.it-service.example ip4:{OLD_IP} -all"']),
        (ADMIN, ['"v=spf1 a:probe.it-service.example -all"', '"v=spf1 -all"']),
        (f"_dmarc.{ADMIN}", []),
        (f"_dmarc.{ADMIN}", ['"v=DMARC1; p=none"']),
        (f"_dmarc.{ADMIN}", ['"v=DMARC1; p=reject; t=y"']),
        (f"_dmarc.{ADMIN}", ['"v=DMARC1; p=rejected"']),
        (f"_dmarc.{ADMIN}", ['"v=DMARC1; p=reject"', '"v=DMARC1; p=none"']),
    ],
)
def test_without_a_ban_arrival_proves_little(moved: Company, eyes: Eyes, name, values):
    """Any server would have taken it; what to publish, and where, is told."""
    moved.set_rrset(name, "TXT", 300, values)
    [found] = eyes.see(CHECK)
    assert (found.tag, found.outcome) == ("TRUST_PROVES_LITTLE", Outcome.UNKNOWN)
    assert f"_dmarc.probe.{ADMIN}. 300 IN TXT" in found.fix


@pytest.mark.parametrize(
    ("record", "tag"),
    [
        ("v=DMARC1; p=quarantine", "OLD_TRUSTED"),
        ("v=DMARC1; p=none; sp=reject", "TRUST_PROVES_LITTLE"),
    ],
)
def test_the_policy_of_the_name_itself_counts(moved: Company, eyes: Eyes, record, tag):
    """To be set aside is no way into the inbox either; what holds for names below does not count."""
    moved.set_rrset(f"_dmarc.{ADMIN}", "TXT", 300, [f'"{record}"'])
    assert tags(eyes.see(CHECK)) == [tag]


def test_a_name_below_takes_the_policy_from_above(moved: Company, project: Path):
    """probe.it-service.example forbids old by SPF; its DMARC is that of the domain for names below."""
    moved.set_rrset(f"probe.{ADMIN}", "TXT", 300, ['"v=spf1 -all"'])
    moved.set_rrset(f"_dmarc.{ADMIN}", "TXT", 300, ['"v=DMARC1; p=none; sp=reject"'])

    def change(inventory):
        probe = inventory.spec.probe.model_copy(update={"sender": f"me@probe.{ADMIN}"})
        return hurried(changed(inventory, probe=probe))

    assert tags(open_eyes(project, change=change).see(CHECK)) == ["OLD_TRUSTED"]


def test_where_old_keeps_mail_there_is_nothing_to_take(lab: Company, eyes: Eyes):
    """Nothing comes from old, so nothing is claimed."""
    lab.switch_mx()
    [found] = eyes.see(CHECK)
    assert (found.tag, found.outcome) == ("TRUST_NOT_NEEDED", Outcome.SKIP)


def test_mail_that_old_does_not_take_tells_nothing(moved: Company, eyes: Eyes):
    """Neither does a mailbox out of sight, at new; at old it does not matter where new has it."""
    moved.old.smtp.faults.refuse_data = "554 5.7.1 No"
    assert tags(eyes.see(CHECK)) == ["TRUST_NOT_TRIED"]
    assert eyes.outcome(CHECK) is Outcome.UNKNOWN
    moved.old.smtp.faults.refuse_data = None
    moved.old.imap.faults.refuse.add("anna")
    assert tags(eyes.see(CHECK)) == ["OLD_TRUSTED"]
    moved.new.imap.faults.refuse.add(ANNA)
    assert tags(eyes.see(CHECK)) == ["TRUST_NOT_SEEN"]
    assert eyes.outcome(CHECK) is Outcome.UNKNOWN


def test_records_that_nobody_tells_stop_it_before_anything_is_sent(moved: Company, eyes: Eyes):
    """What a message would prove is not known, so none is sent."""
    for server in (moved.ns1, moved.ns2):
        moved.break_dns(server, "servfail")
    [found] = eyes.see(CHECK)
    assert (found.tag, found.outcome) == ("TRUST_BAN_NOT_SEEN", Outcome.UNKNOWN)
    assert found.args["text"]
    assert eyes.journal.deliveries == []


def test_addresses_that_are_not_told_are_not_guessed(moved: Company, project: Path):
    """Where old really sends from decides whether anything is proved."""

    def change(inventory):
        systems = inventory.spec.systems
        old = systems.old.model_copy(update={"sends": Sending()})
        return changed(inventory, systems=systems.model_copy(update={"old": old}))

    [found] = open_eyes(project, change=change).see(CHECK)
    assert (found.tag, found.outcome) == ("SENDING_NOT_TOLD", Outcome.SKIP)


@pytest.mark.parametrize(
    ("folder", "use", "junk"),
    [
        ("INBOX", None, False),
        ("Quarantine", "\\Junk", True),
        ("Spam", "\\archive", False),
        ("INBOX.Junk E-mail", None, True),
        ("Ablage/spam", None, True),
        ("Spam/2024", None, False),
    ],
)
def test_what_junk_is(folder, use, junk):
    """The server's word comes first, then the name, by its last level."""
    assert is_junk(folder, use) is junk
