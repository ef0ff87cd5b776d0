"""What the checks of MX hosts say of servers that are set up wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrate_mail.finding import Outcome
from migrate_mail.inventory.model import Address, MxHost
from migrate_mail.lab.company import Company
from migrate_mail.lab.scene import scene
from support.seeing import Eyes, by_tag, changed, hurried, open_eyes, tags
from wire.net.script import Peer, Scripted

DOMAIN = "lindenhof.example"
NEW = "mx1.newhost.example"


def _with_mx(project, *hosts: str) -> Eyes:
    """Return eyes on a migration whose new MX hosts are these."""

    def change(inventory):
        systems = inventory.spec.systems
        mx = [MxHost.model_construct(host=host, preference=10) for host in hosts]
        new = systems.new.model_copy(update={"mx": mx})
        return changed(hurried(inventory), systems=systems.model_copy(update={"new": new}))

    return open_eyes(project, change=change)


def test_an_alias_as_mx_host_fails_with_the_records_to_publish(lab: Company, eyes: Eyes):
    """RFC 2181 section 10.3; the address behind the alias is offered for pasting."""
    lab.set_rrset(NEW, "A", 0, [])
    lab.set_rrset(NEW, "CNAME", 300, ["gateway.newhost.example."])
    (found,) = eyes.see("mx.targets")
    assert (found.tag, found.outcome) == ("MX_IS_CNAME", Outcome.FAIL)
    assert f"{NEW}. 300 IN A 192.0.2.26" in found.fix
    assert "RFC 2181 section 10.3" in found.refs


def test_an_mx_host_without_address_fails(lab: Company, eyes: Eyes):
    """NXDOMAIN from the authorities is an answer: nobody could deliver."""
    lab.set_rrset(NEW, "A", 0, [])
    (found,) = eyes.see("mx.targets")
    assert (found.tag, found.outcome) == ("MX_NO_ADDRESS", Outcome.FAIL)


def test_an_address_that_nobody_tells_is_unknown(lab: Company, eyes: Eyes):
    """A zone whose name servers are silent is not a zone without the name."""
    for server in (lab.ns1, lab.ns2):
        lab.break_dns(server, "servfail")
    assert eyes.outcome("mx.targets") is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("host", "tag"),
    [
        ("192.0.2.1", "MX_NO_HOST_NAME"),
        ("mailserver", "MX_NO_HOST_NAME"),
        ("mx_1.newhost.example", "MX_NO_HOST_NAME"),
        ("mx1.newhost.example.newhost.example", "MX_NAME_DOUBLED"),
    ],
)
def test_a_name_that_cannot_be_is_named_without_asking(project, lab: Company, host, tag):
    """An IP address, a bare label, an underscore, a doubled end; the good host passes beside it."""
    found = _with_mx(project, host, NEW).see("mx.targets")
    assert tags(found) == [tag, "MX_RESOLVES"]
    assert found[0].outcome is Outcome.FAIL


def test_one_instance_looks_at_its_own_host_only(project, lab: Company):
    """for_each: mx_hosts."""
    eyes = _with_mx(project, "no.such.newhost.example", NEW)
    assert tags(eyes.see("mx.targets", NEW)) == ["MX_RESOLVES"]
    assert tags(eyes.see("smtp.reach", NEW)) == ["SMTP_READY"]


def test_both_systems_can_be_looked_at(lab: Company, eyes: Eyes):
    """`system: both`."""
    found = eyes.see("smtp.reach", system="both")
    assert [f.subject.partition(" ")[0] for f in found] == ["mx1.oldhost.example", NEW]


def test_a_server_without_starttls_fails_unless_that_is_wanted(lab: Company, eyes: Eyes):
    """Whether TLS must be is the checklist's decision."""
    lab.new.smtp.faults.no_starttls = True
    assert tags(eyes.see("smtp.reach")) == ["SMTP_NO_STARTTLS"]
    assert eyes.outcome("smtp.reach") is Outcome.FAIL
    assert eyes.outcome("smtp.reach", starttls=False) is Outcome.PASS


def test_a_wrong_certificate_is_mentioned_and_does_not_fail(project):
    """TLS between servers is opportunistic: senders deliver all the same."""
    with scene(wrong_certificate=True) as company:
        path = company.write_project(project.parent / "wrong")
        found = open_eyes(path).see("smtp.reach")
    assert tags(found) == ["SMTP_READY", "SMTP_CERTIFICATE_DISTRUSTED"]
    assert {f.outcome for f in found} == {Outcome.PASS}
    assert "somebody-else.example" in found[1].args["names"]


@pytest.mark.parametrize("greeting", ["hang", "close", "421"])
def test_a_server_that_does_not_greet_is_unknown(lab: Company, eyes: Eyes, greeting):
    """Too busy, too slow or gone: look again."""
    lab.new.smtp.faults.greeting = greeting
    (found,) = eyes.see("smtp.reach")
    assert (found.tag, found.outcome) == ("SMTP_NOT_SEEN", Outcome.UNKNOWN)


def test_a_forgotten_alias_fails_by_name_and_says_what_to_create(lab: Company, eyes: Eyes):
    """One finding for each refused address, with the reply and the alias to create."""
    lab.new.directory.remove(f"info@{DOMAIN}")
    found = eyes.see("smtp.recipients")
    assert tags(found) == ["RECIPIENT_REFUSED"]
    assert found[0].subject == f"info@{DOMAIN}"
    assert found[0].args["code"] == 550
    assert f"create the alias info@{DOMAIN} to anna@{DOMAIN} on the new system" in found[0].fix


def test_a_server_that_accepts_anything_proves_nothing(lab: Company, eyes: Eyes):
    """The made-up address was taken, so there is no pass, whatever the others said."""
    lab.new.smtp.faults.accept_anything = True
    found = eyes.see("smtp.recipients")
    assert tags(found) == ["MADE_UP_ACCEPTED"]
    assert found[0].outcome is Outcome.FAIL
    assert eyes.outcome("smtp.recipients", canary_reject=False) is Outcome.PASS


def test_a_declared_catch_all_must_be_there(project, lab: Company):
    """With a catch-all in the inventory a made-up address is to be accepted."""

    def change(inventory):
        more = (*inventory.addresses, Address(f"*@{DOMAIN}", "catch-all", f"anna@{DOMAIN}"))
        return replace(inventory, addresses=more)

    eyes = open_eyes(project, change=change)
    assert tags(eyes.see("smtp.recipients")) == ["CATCH_ALL_MISSING"]
    lab.new.smtp.faults.accept_anything = True
    assert tags(eyes.see("smtp.recipients")) == ["RECIPIENTS_ACCEPTED"]


def test_greylisting_is_unknown_and_over_at_the_second_look(lab: Company, eyes: Eyes):
    """A 4xx is no refusal, and no acceptance."""
    lab.new.smtp.faults.greylist = True
    first = eyes.see("smtp.recipients", canary_reject=False)
    assert {f.tag for f in first} == {"RECIPIENT_DEFERRED"}
    assert {f.outcome for f in first} == {Outcome.UNKNOWN}
    assert eyes.outcome("smtp.recipients", canary_reject=False) is Outcome.PASS


def test_what_is_put_off_is_asked_for_once_more(lab: Company, eyes: Eyes):
    """Greylisting is recognised and waited for: one look is enough."""
    lab.new.smtp.faults.greylist = True
    assert eyes.outcome("smtp.recipients", canary_reject=False, again="1s") is Outcome.PASS


def test_a_made_up_address_that_is_put_off_leaves_the_proof_open(lab: Company, eyes: Eyes):
    """Without a refusal of nobody, acceptance of the others is not known to mean anything."""
    lab.new.smtp.faults.accept_anything = True
    lab.new.smtp.faults.tempfail = {"*"}
    found = eyes.see("smtp.recipients")
    assert len(by_tag(found, "RECIPIENT_DEFERRED")) == 7
    assert by_tag(found, "MADE_UP_DEFERRED")[0].outcome is Outcome.UNKNOWN


def test_one_address_can_be_asked_for(lab: Company, eyes: Eyes):
    """for_each: addresses, and domains."""
    lab.new.directory.remove(f"info@{DOMAIN}")
    assert eyes.outcome("smtp.recipients", f"anna@{DOMAIN}") is Outcome.PASS
    assert eyes.outcome("smtp.recipients", f"info@{DOMAIN}") is Outcome.FAIL
    assert eyes.outcome("smtp.recipients", DOMAIN) is Outcome.FAIL


def test_the_made_up_address_comes_first(lab: Company, project):
    """A server that takes everything is found out, also when it has enough after two."""

    def play(peer: Peer) -> None:
        peer.say(f"220 {NEW}")
        taken = 0
        while line := peer.hear():
            taken += line.startswith("RCPT")
            peer.say("421 4.7.0 enough for now" if taken > 2 else "250 as you like")

    with Scripted(play) as server:
        here = {f"{NEW}:25": f"{server.host}:{server.port}"}
        eyes = open_eyes(
            project, change=lambda i: changed(hurried(i), connect={**i.spec.connect, **here})
        )
        found = tags(eyes.see("smtp.recipients", pause="0s"))
    assert found == ["RECIPIENT_DEFERRED", "MADE_UP_ACCEPTED", "RECIPIENTS_NOT_ASKED"]


def test_asking_for_recipients_sends_nothing(lab: Company, eyes: Eyes):
    """No mailbox gets a message from it."""
    eyes.see("smtp.recipients")
    assert lab.new.imap.messages(f"anna@{DOMAIN}") == []
