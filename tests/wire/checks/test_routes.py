"""Mail handed to old, and mail sent through new: where it comes out, and what is said when that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from migrate_mail.finding import Finding, Outcome
from migrate_mail.inventory.model import Inventory
from migrate_mail.lab.company import Company
from support.rude import Rude
from support.seeing import Eyes, changed, hurried, open_eyes, switched, tags
from support.shop import SHOP, Shop
from wire.net.script import Scripted

DOMAIN = "lindenhof.example"
ANNA = f"anna@{DOMAIN}"
OLD, NEW = "mail.old_route", "mail.from_new"


@pytest.fixture
def moved(lab: Company, eyes: Eyes) -> Company:
    """Give the company an hour after the switch, with an old that delivers for itself as before."""
    lab.switch_mx()
    eyes.journal.changes.append(switched(DOMAIN, datetime.now(UTC)))
    return lab


def _side(side: str, **parts: object) -> Callable[[Inventory], Inventory]:
    """Return what changes the submission server of a side; submission=None takes it away."""

    def change(inventory: Inventory) -> Inventory:
        systems = inventory.spec.systems
        system = getattr(systems, side).model_copy(update=parts)
        return changed(hurried(inventory), systems=systems.model_copy(update={side: system}))

    return change


def _where(found: list[Finding]) -> list[str]:
    return [str(f.args.get("there")) for f in found]


def test_old_passes_on_what_it_gets(moved: Company, eyes: Eyes):
    """By port 25, and with a login of one of its users; nothing stays there."""
    moved.let_old_pass_on()
    before = len(moved.old.imap.messages("anna"))
    found = eyes.see(OLD)
    assert tags(found) == ["ROUTE_RIGHT"] * 2
    assert {f.outcome for f in found} == {Outcome.PASS}
    assert _where(found) == ["new"] * 2
    assert len(moved.old.imap.messages("anna")) == before
    assert [d.found_on for d in eyes.journal.deliveries if d.reply] == [("new",)] * 2
    assert eyes.journal.deliveries[-1].via.endswith(", with a login")


def test_old_delivers_for_itself(moved: Company, eyes: Eyes):
    """By port 25 it stays in the old mailbox; the fix names what to set, and where to."""
    found = eyes.see(OLD)
    assert tags(found) == ["ROUTE_WRONG", "ROUTE_RIGHT"]
    wrong = found[0]
    assert (wrong.outcome, wrong.args["there"]) == (Outcome.FAIL, "old")
    assert "smtp:[mx1.newhost.example]" in wrong.fix
    assert "--phase drain" in wrong.fix


def test_each_way_into_old_counts(moved: Company, eyes: Eyes):
    """What strangers hand in is passed on, what its users send is not."""
    moved.let_old_pass_on()
    moved.old.submission.route = lambda _: None
    assert tags(eyes.see(OLD)) == ["ROUTE_RIGHT", "ROUTE_WRONG"]


def test_old_keeps_mail_on_purpose(moved: Company, eyes: Eyes):
    """Then sync fetches it, and either side is well; nowhere is not."""
    found = eyes.see(OLD, land_on="old")
    assert {f.outcome for f in found} == {Outcome.PASS}
    assert _where(found) == ["old", "new"]
    moved.old.smtp.faults.black_hole = True
    assert tags(eyes.see(OLD, land_on="old")) == ["ROUTE_TO_NOWHERE", "ROUTE_RIGHT"]


def test_what_old_kept_disturbs_nothing(moved: Company, eyes: Eyes):
    """The message that it kept is neither missed nor brought over as mail of Anna's."""
    eyes.sync()
    assert "ROUTE_WRONG" in tags(eyes.see(OLD))
    there = len(moved.new.imap.messages(ANNA))
    assert tags(eyes.see("imap.stragglers", ANNA)) == ["NOTHING_LEFT"]
    assert tags(eyes.see("imap.parity", ANNA)) == ["PARITY"]
    eyes.sync()
    assert len(moved.new.imap.messages(ANNA)) == there


def test_a_copy_that_stays_at_old_is_no_route(moved: Company, eyes: Eyes):
    """A forward of this one mailbox looks the same; on purpose it is well."""

    async def both(user, body):
        await moved.old.imap.store(user, body)
        await moved.new.imap.store(ANNA, body)

    moved.old.smtp._store = both
    assert tags(eyes.see(OLD)) == ["ROUTE_ON_BOTH", "ROUTE_RIGHT"]
    assert eyes.outcome(OLD) is Outcome.FAIL
    assert eyes.outcome(OLD, land_on="old") is Outcome.PASS


def test_old_refuses_or_puts_off(moved: Company, eyes: Eyes):
    """A 5xx bounces at the sender; a 4xx tells nothing of the way."""
    moved.old.smtp.faults.refuse_data = "554 5.7.1 No"
    refused = eyes.see(OLD)[0]
    assert (refused.tag, refused.outcome) == ("ROUTE_REFUSED", Outcome.FAIL)
    assert refused.args["reply"] == "554 5.7.1 No"
    moved.old.smtp.faults.refuse_data = "451 4.3.0 Later"
    later = eyes.see(OLD)[0]
    assert (later.tag, later.outcome) == ("ROUTE_NOT_TRIED", Outcome.UNKNOWN)


@pytest.mark.parametrize("hidden", ["old", "new"])
def test_a_side_out_of_sight_is_unknown(moved: Company, eyes: Eyes, hidden):
    """On new, but perhaps at old as well; or nowhere, but perhaps at new."""
    moved.let_old_pass_on()
    side = moved.old if hidden == "old" else moved.new
    side.imap.faults.refuse.add("anna" if hidden == "old" else ANNA)
    found = eyes.see(OLD)[0]
    assert (found.tag, found.outcome) == ("ROUTE_NOT_SEEN", Outcome.UNKNOWN)


def test_a_login_that_old_refuses_tells_nothing_of_the_way(moved: Company, eyes: Eyes):
    """Its words are in the finding, no password is."""
    moved.let_old_pass_on()
    moved.old.submission._knows = lambda *_: False
    found = eyes.see(OLD)
    assert tags(found) == ["ROUTE_RIGHT", "ROUTE_NOT_TRIED"]
    assert "the login is refused: 535" in found[1].args["reply"]
    assert "alt-anna" not in repr(found)


def test_without_a_submission_server_of_old_port_25_is_left(moved: Company, project: Path):
    """What migration.yaml does not name is not guessed."""
    assert len(open_eyes(project, change=_side("old", submission=None)).see(OLD)) == 1


def test_what_is_sent_through_new_comes_out_at_old_before_the_switch(lab: Company, eyes: Eyes):
    """Anna writes to herself, by her own login, and reads it where she reads."""
    [found] = eyes.see(NEW)
    assert (found.tag, found.args["there"]) == ("ROUTE_RIGHT", "old")
    assert lab.new.imap.messages(ANNA) == []
    [sent] = lab.new.submission.accepted
    assert (sent.sender, sent.recipients) == (ANNA, (ANNA,))


def test_new_takes_the_domain_for_its_own_too_early(lab: Company, eyes: Eyes):
    """It has the mailboxes already, and delivers there."""
    lab.new.submission.route = lambda _: None
    [found] = eyes.see(NEW)
    assert (found.tag, found.outcome, found.args["there"]) == (
        "ROUTE_WRONG",
        Outcome.FAIL,
        "new",
    )
    assert "smtp:[mx1.oldhost.example]" in found.fix


def test_after_the_switch_it_stays_at_new(moved: Company, eyes: Eyes):
    """The same message; a route to old that was forgotten is found."""
    assert _where(eyes.see(NEW)) == ["new"]
    moved.new.submission.route = lambda _: ("127.0.0.1", moved.old.smtp.port)
    [found] = eyes.see(NEW)
    assert (found.tag, found.outcome) == ("ROUTE_WRONG", Outcome.FAIL)
    assert found.args["why"] == "new still routes the domain to old"


def test_after_a_way_back_people_read_at_old(moved: Company, eyes: Eyes):
    """Where they read is what the journal says, or what the step says."""
    eyes.journal.changes.append(switched(DOMAIN, datetime.now(UTC), kind="rollback", number=2))
    assert eyes.outcome(NEW) is Outcome.FAIL
    assert eyes.outcome(NEW, land_on="new") is Outcome.PASS


def test_nobody_told_where_people_send(project: Path):
    """Nothing is claimed."""
    [found] = open_eyes(project, change=_side("new", submission=None)).see(NEW)
    assert (found.tag, found.outcome) == ("SUBMISSION_NOT_TOLD", Outcome.SKIP)


def test_a_strange_certificate_gets_neither_password_nor_message(lab: Company, project: Path):
    """The system's CAs do not know that of the lab: nothing is sent, and nothing is known."""
    systems = open_eyes(project).inventory.spec.systems
    server = systems.new.submission.model_copy(update={"ca": None})
    [found] = open_eyes(project, change=_side("new", submission=server)).see(NEW)
    assert (found.tag, found.outcome) == ("ROUTE_NOT_TRIED", Outcome.UNKNOWN)
    assert "certificate" in found.args["reply"]
    assert lab.new.submission.log == []


def test_a_dead_server_is_unknown(project: Path):
    """A port that is closed says nothing of the way."""
    with Rude("closed") as rude:

        def change(inventory: Inventory) -> Inventory:
            there = {"imap.newhost.example:465": rude.address}
            return changed(hurried(inventory), connect={**inventory.spec.connect, **there})

        [found] = open_eyes(project, change=change).see(NEW)
    assert (found.tag, found.outcome) == ("ROUTE_NOT_TRIED", Outcome.UNKNOWN)


@pytest.mark.parametrize(
    ("says", "tag", "outcome"),
    [
        ({"RCPT": "550 5.7.1 No"}, "ROUTE_REFUSED", Outcome.FAIL),
        ({"RCPT": "451 4.7.1 Later"}, "ROUTE_NOT_TRIED", Outcome.UNKNOWN),
        ({"DATA": "554 5.7.1 No"}, "ROUTE_REFUSED", Outcome.FAIL),
        ({"DATA": "250 what?"}, "ROUTE_NOT_TRIED", Outcome.UNKNOWN),
        ({"offer": "AUTH GSSAPI"}, "ROUTE_NOT_TRIED", Outcome.UNKNOWN),
        ({"offer": "HELP"}, "ROUTE_NOT_TRIED", Outcome.UNKNOWN),
    ],
)
def test_what_new_says_on_the_way_in(project: Path, says, tag, outcome):
    """A 5xx is what people get back; anything short of a message taken tells nothing of the way."""
    with Scripted(Shop(**says).implicit) as server:

        def change(inventory: Inventory) -> Inventory:
            there = {f"{SHOP}:465": f"{server.host}:{server.port}"}
            return changed(hurried(inventory), connect={**inventory.spec.connect, **there})

        [found] = open_eyes(project, change=change).see(NEW)
    assert (found.tag, found.outcome) == (tag, outcome)
    assert "neu-anna" not in repr(found)


def test_what_an_admin_may_not_tells_nothing_of_the_way(project: Path):
    """Who opens all mailboxes need not be let send in everybody's name."""
    with Scripted(Shop(RCPT="553 5.7.1 Not yours").implicit) as server:

        def change(inventory: Inventory) -> Inventory:
            there = {f"{SHOP}:465": f"{server.host}:{server.port}"}
            accounts = tuple(
                replace(a, new=replace(a.new, admin="boss")) for a in inventory.accounts
            )
            connect = {**inventory.spec.connect, **there}
            return replace(changed(hurried(inventory), connect=connect), accounts=accounts)

        [found] = open_eyes(project, change=change).see(NEW)
    assert (found.tag, found.outcome) == ("ROUTE_NOT_TRIED", Outcome.UNKNOWN)
    assert found.args["reply"] == f"boss may not send as {ANNA}: 553 5.7.1 Not yours"


def test_sent_and_then_out_of_sight_is_unknown(lab: Company, eyes: Eyes):
    """New knows Anna, and old refuses to show her mailbox: nobody knows where it is."""
    lab.old.imap.faults.refuse.add("anna")
    [found] = eyes.see(NEW)
    assert (found.tag, found.outcome) == ("ROUTE_NOT_SEEN", Outcome.UNKNOWN)
    assert lab.new.submission.log.count("AUTH PLAIN") == 1
