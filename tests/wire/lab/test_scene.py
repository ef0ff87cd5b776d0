"""The scene is a whole company: mail arrives, faults are planted and mended, and it is the same each time."""

from __future__ import annotations

import importlib.util
import smtplib
import time
from email import message_from_bytes

import pytest

from migrate_mail.errors import UserError
from migrate_mail.lab.company import Company
from migrate_mail.lab.scene import scene

DOMAIN = "lindenhof.example"
INFO = f"info@{DOMAIN}"
ANNA = f"anna@{DOMAIN}"


def everything(lab: Company) -> list[tuple[str, str, bytes, str]]:
    """Return all mail at old."""
    return [
        (person.old_user, folder, message.body, message.date.isoformat())
        for person in lab.employees
        for folder in lab.old.imap.folders(person.old_user)
        for message in lab.old.imap.messages(person.old_user, folder)
    ]


def test_mail_by_mx_lands_at_old(lab: Company) -> None:
    """Mail from outside follows the published MX into the mailbox behind an alias."""
    before = len(lab.old.imap.messages("anna"))

    host = lab.send_from_outside(INFO, "Guten Tag")

    inbox = lab.old.imap.messages("anna")
    assert host == "mx1.oldhost.example"
    assert len(inbox) == before + 1
    assert b"Subject: Guten Tag" in inbox[-1].body
    assert b"Delivered-To: anna@lindenhof.example" in inbox[-1].body


def test_mail_follows_the_switch_when_the_ttl_is_over(lab: Company) -> None:
    """After a switch mail lands at old until the resolver forgets, then at new."""
    lab.send_from_outside(ANNA)
    lab.switch_mx()

    assert lab.send_from_outside(ANNA) == "mx1.oldhost.example"
    lab.advance(301)
    assert lab.send_from_outside(ANNA) == "mx1.newhost.example"
    lab.switch_back()
    lab.advance(301)
    assert lab.send_from_outside(ANNA) == "mx1.oldhost.example"
    assert len(lab.new.imap.messages(ANNA)) == 1


def test_mail_is_the_same_every_time(lab: Company) -> None:
    """Two scenes hold the same mail, about sixty messages."""
    with scene() as other:
        assert everything(lab) == everything(other)
    assert 50 <= len(everything(lab)) <= 70


def test_mailboxes_have_the_oddities_of_real_ones(lab: Company) -> None:
    """There is mail without Message-ID, with a shared one, with raw 8-bit, and an empty folder."""
    bodies = [message.body for message in lab.old.imap.messages("anna")]
    ids = [message_from_bytes(body)["Message-ID"] for body in bodies]

    assert None in ids
    assert ids.count("<twin@gemeinde.example>") == 2
    assert any(b"\xfc" in body for body in bodies)
    assert lab.old.imap.messages("anna", "INBOX.Leer") == []


def test_new_side_is_empty_with_the_usual_folders(lab: Company) -> None:
    """At new every account exists, with folders for special uses and no mail."""
    for person in lab.employees:
        folders = lab.new.imap.folders(person.new_user)
        assert folders == ["INBOX", "Sent", "Drafts", "Trash", "Junk"]
        assert all(lab.new.imap.messages(person.new_user, f) == [] for f in folders)


def test_planted_faults_are_there_and_can_be_mended() -> None:
    """The demo's three faults are published as planted, and gone when mended."""
    with scene(mx_cname=True, alias_missing=INFO, ttl=86400) as lab:
        assert lab.rrset("mx1.newhost.example", "CNAME")[1] == ["gateway.newhost.example."]
        assert not lab.new.directory.knows(INFO)
        assert lab.rrset(DOMAIN, "MX")[0] == 86400

        lab.mend_mx_cname()
        lab.add_alias(INFO)
        lab.lower_ttl(300)

        assert lab.rrset("mx1.newhost.example", "CNAME")[1] == []
        assert lab.rrset("mx1.newhost.example", "A")[1] == ["192.0.2.26"]
        assert lab.new.directory.mailboxes_of(INFO) == [(ANNA, ANNA)]
        assert lab.rrset(DOMAIN, "MX") == (300, ["10 mx1.oldhost.example."])


def test_missing_mailbox_has_neither_address_nor_login() -> None:
    """An account that new has not made is unknown to its MX until support makes it."""
    with scene(mailbox_missing=ANNA) as lab:
        lab.switch_mx()
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            lab.send_from_outside(ANNA)
        lab.add_mailbox(ANNA)
        lab.send_from_outside(ANNA)
        assert len(lab.new.imap.messages(ANNA)) == 1


def test_faults_of_the_new_mx_are_mended_together() -> None:
    """After mending, the new MX takes mail."""
    with scene(greeting="421", no_starttls=True, greylist=True, refuse_data="554 no") as lab:
        lab.switch_mx()
        with pytest.raises(smtplib.SMTPConnectError):
            lab.send_from_outside(ANNA)
        lab.mend_mx()
        assert lab.send_from_outside(ANNA) == "mx1.newhost.example"


def test_unknown_fault_is_a_programming_error() -> None:
    """A misspelt fault is not silently ignored."""
    with pytest.raises(TypeError, match="mx_cnam"):
        scene(mx_cnam=True)


def test_missing_libraries_name_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra the user reads what to install."""
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "pymap" else find(name)
    )

    with pytest.raises(UserError) as caught:
        scene()
    assert "pymap" in caught.value.message
    assert caught.value.hint == "pip install 'migrate-mail[demo]'"


def test_starting_is_quick() -> None:
    """A scene is up and down again so fast that each test can have one of its own."""
    with scene():
        pass  # the first one makes the keys
    spent = []
    for _ in range(3):
        started = time.process_time()  # our CPU: what others do on the machine does not count
        with scene():
            pass
        spent.append(time.process_time() - started)
    assert min(spent) < 0.5
