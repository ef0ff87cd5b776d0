"""Test mail is sent, found, timed and written down; and nothing else is taken for arrival."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrate_mail.finding import Outcome
from migrate_mail.lab.company import Company
from support.rude import Rude
from support.seeing import Eyes, by_tag, changed, hurried, open_eyes, tags

DOMAIN = "lindenhof.example"
ANNA = f"anna@{DOMAIN}"
OLD, NEW = "mx1.oldhost.example", "mx1.newhost.example"


def test_a_message_that_arrives_is_timed_and_written_down(lab: Company, eyes: Eyes):
    """First that it is sent, then where it was seen and after how long, under one token."""
    (found,) = eyes.see("mail.direct")
    assert (found.tag, found.args["folder"]) == ("MAIL_ARRIVED", "INBOX")
    sent, seen = eyes.journal.deliveries
    assert sent.token == seen.token
    assert (sent.reply, sent.found_on) == ("", None)
    assert seen.reply.startswith("250 ")
    assert seen.found_on == ("new",)
    assert 0 <= seen.seconds < 5
    assert seen.via.startswith(NEW)


def test_what_is_sent_is_known_before_it_is(lab: Company, eyes: Eyes):
    """A message whose server cannot be reached is in the journal all the same."""
    lab.new.smtp.faults.greeting = "close"
    (found,) = eyes.see("mail.direct")
    assert (found.tag, found.outcome) == ("MAIL_NOT_TAKEN", Outcome.UNKNOWN)
    assert len({d.token for d in eyes.journal.deliveries}) == 1
    assert eyes.journal.deliveries[-1].found_on is None


def test_mail_to_old_is_looked_for_at_old(lab: Company, eyes: Eyes):
    """`system: old`; each side has a mailbox of its own."""
    before = len(lab.old.imap.messages("anna"))
    (found,) = eyes.see("mail.direct", system="old")
    assert found.outcome is Outcome.PASS
    assert len(lab.old.imap.messages("anna")) == before + 1
    assert lab.new.imap.messages(ANNA) == []


def test_refused_content_fails_with_the_reply(lab: Company, eyes: Eyes):
    """A 5xx is what senders would get back."""
    lab.new.smtp.faults.refuse_data = "554 5.7.1 Looks like spam"
    (found,) = eyes.see("mail.direct")
    assert (found.tag, found.outcome) == ("MAIL_REFUSED", Outcome.FAIL)
    assert found.args["reply"] == "554 5.7.1 Looks like spam"


def test_a_greylisted_message_is_unknown(lab: Company, eyes: Eyes):
    """A 4xx is no refusal; the second look passes."""
    lab.new.smtp.faults.greylist = True
    assert eyes.outcome("mail.direct") is Outcome.UNKNOWN
    assert eyes.outcome("mail.direct") is Outcome.PASS


def test_accepted_and_never_seen_fails_with_where_it_was_looked_for(lab: Company, eyes: Eyes):
    """Every folder, Junk too, was looked through."""
    lab.new.smtp.faults.black_hole = True
    (found,) = eyes.see("mail.direct")
    assert (found.tag, found.outcome) == ("MAIL_NOT_FOUND", Outcome.FAIL)
    assert {"INBOX", "Junk"} <= set(found.args["looked"])
    assert eyes.journal.deliveries[-1].found_on == ()


def test_accepted_and_the_mailbox_out_of_sight_is_unknown(lab: Company, eyes: Eyes):
    """Who could not look does not know that it is not there."""
    lab.new.imap.faults.refuse.add(ANNA)
    (found,) = eyes.see("mail.direct")
    assert (found.tag, found.outcome) == ("MAIL_NOT_LOOKED_FOR", Outcome.UNKNOWN)
    assert eyes.journal.deliveries[-1].found_on is None


def test_a_domain_without_account_is_unknown(project, lab: Company):
    """Nobody could get the test mail; the fix names the key."""

    def change(inventory):
        probe = inventory.spec.probe.model_copy(update={"canary": {DOMAIN: "no@one.example"}})
        return changed(inventory, probe=probe)

    (found,) = open_eyes(project, change=change).see("mail.by_mx")
    assert (found.tag, found.outcome) == ("NO_CANARY", Outcome.UNKNOWN)
    assert "probe.canary" in found.fix


def test_before_the_switch_the_world_delivers_to_old(eyes: Eyes):
    """`land_on: old` is what a rollback has to prove."""
    assert tags(eyes.see("mail.by_mx", land_on="old")) == ["MAIL_LANDED"]
    (found,) = eyes.see("mail.by_mx")
    assert (found.tag, found.outcome) == ("MAIL_ON_WRONG_SIDE", Outcome.FAIL)
    assert eyes.journal.deliveries[-1].found_on == ("old",)
    assert eyes.journal.deliveries[-1].via.startswith("MX through resolver 127.0.0.1:")


def test_after_the_switch_it_lands_at_new_when_the_cache_has_run_out(lab: Company, eyes: Eyes):
    """Until then the resolver's old answer counts, as it does for the world."""
    eyes.see("dns.resolvers", system="old")
    lab.switch_mx()
    (found,) = eyes.see("mail.by_mx")
    assert found.tag == "MAIL_ON_WRONG_SIDE"
    assert "wait " in found.fix
    lab.advance(301)
    (found,) = eyes.see("mail.by_mx")
    assert (found.tag, found.outcome) == ("MAIL_LANDED", Outcome.PASS)
    assert eyes.journal.deliveries[-1].found_on == ("new",)


def test_the_next_host_is_tried_when_the_first_is_dead(lab: Company, eyes: Eyes):
    """As a sender does; the message then lands where the backup host puts it."""
    lab.set_rrset(DOMAIN, "MX", 300, [f"10 {NEW}.", f"20 {OLD}."])
    lab.new.smtp.faults.greeting = "close"
    (found,) = eyes.see("mail.by_mx")
    assert (found.tag, found.args["host"].partition(" ")[0]) == ("MAIL_ON_WRONG_SIDE", OLD)
    assert any(line.startswith(NEW) for line in found.evidence)


def test_a_refusal_is_final_and_no_other_host_is_tried(lab: Company, eyes: Eyes):
    """A 5xx of the first host is a bounce, even with a backup host behind it."""
    lab.set_rrset(DOMAIN, "MX", 300, [f"10 {NEW}.", f"20 {OLD}."])
    lab.new.smtp.faults.refuse_data = "550 5.7.1 No"
    before = len(lab.old.imap.messages("anna"))
    (found,) = eyes.see("mail.by_mx")
    assert (found.tag, found.outcome) == ("MAIL_BOUNCED", Outcome.FAIL)
    assert len(lab.old.imap.messages("anna")) == before


def test_when_no_host_answers_it_is_unknown(lab: Company, eyes: Eyes):
    """The message would wait in the sender's queue."""
    lab.old.smtp.faults.greeting = "421"
    (found,) = eyes.see("mail.by_mx")
    assert (found.tag, found.outcome) == ("MAIL_QUEUED", Outcome.UNKNOWN)


def test_a_lost_message_fails(lab: Company, eyes: Eyes):
    """Taken, and on neither side."""
    lab.old.smtp.faults.black_hole = True
    assert tags(eyes.see("mail.by_mx")) == ["MAIL_LOST"]
    assert eyes.journal.deliveries[-1].found_on == ()


def test_a_side_that_cannot_be_looked_at_is_unknown(lab: Company, eyes: Eyes):
    """On new, but perhaps on old as well: nobody could look."""
    lab.switch_mx()
    lab.old.imap.faults.refuse.add("anna")
    (found,) = eyes.see("mail.by_mx")
    assert (found.tag, found.outcome) == ("MAIL_SIDES_NOT_SEEN", Outcome.UNKNOWN)
    assert eyes.journal.deliveries[-1].found_on == ("new",)


def test_a_copy_on_both_sides_fails(lab: Company, eyes: Eyes):
    """A copy rule left at new sends everything to old as well."""
    lab.switch_mx()

    async def both(user, body):
        await lab.new.imap.store(user, body)
        await lab.old.imap.store("anna", body)

    lab.new.smtp._store = both
    (found,) = eyes.see("mail.by_mx")
    assert (found.tag, found.outcome) == ("MAIL_ON_BOTH", Outcome.FAIL)


def test_a_domain_without_mx_fails(lab: Company, eyes: Eyes):
    """Nobody can deliver, and what to publish is said."""
    lab.set_rrset(DOMAIN, "MX", 0, [])
    (found,) = by_tag(eyes.see("mail.by_mx"), "MAIL_NO_ROUTE")
    assert found.outcome is Outcome.FAIL


@pytest.mark.parametrize("folder", ["Junk", "Kunden/Holz"])
def test_the_message_is_found_in_any_folder(lab: Company, eyes: Eyes, folder):
    """A filter may put it anywhere; it is found, and where it was is told."""

    async def sort(user, body):
        await lab.new.imap._boxes(user).put(folder, body, (), None)

    lab.new.smtp._store = sort
    (found,) = eyes.see("mail.direct")
    assert (found.outcome, found.args["folder"]) == (Outcome.PASS, folder)


def test_mail_that_old_passes_on_lands_at_new(lab: Company, eyes: Eyes):
    """While the old MX is still in caches, a relaying old server brings mail to new."""
    lab.old.smtp.route = lambda _: ("127.0.0.1", lab.new.smtp.port)
    (found,) = eyes.see("mail.by_mx")
    assert (found.tag, found.args["host"].partition(" ")[0]) == ("MAIL_LANDED", OLD)


def test_resolvers_that_differ_are_each_followed(project, lab: Company):
    """One message for each different answer; a dead resolver costs only its own finding."""
    with Rude("closed") as rude:

        def change(inventory):
            more = [*inventory.spec.resolvers, rude.address]
            return changed(hurried(inventory), resolvers=more)

        found = open_eyes(project, change=change).see("mail.by_mx", land_on="old")
    assert sorted(tags(found)) == ["MAIL_LANDED", "MX_NOT_SEEN"]


def test_a_message_that_comes_late_is_waited_for(lab: Company, eyes: Eyes):
    """It is looked for again and again; here it comes while we wait for the third time."""
    lab.new.smtp.faults.black_hole = True
    waits = []

    def wait(seconds):
        waits.append(seconds)
        if len(waits) == 3:
            lab.new.imap.deliver(ANNA, "INBOX", lab.new.smtp.accepted[-1].body)

    late = replace(eyes, context=replace(eyes.context, wait=wait))
    (found,) = late.see("mail.direct")
    assert found.outcome is Outcome.PASS
    assert waits == sorted(waits)
    assert found.args["seconds"] >= round(sum(waits), 3)
