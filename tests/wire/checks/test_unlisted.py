"""Addresses that got mail at old and are in no list, by what the mailboxes of the lab hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from migrate_mail.finding import Outcome
from migrate_mail.lab.company import Company
from support.seeing import Eyes, tags

DOMAIN = "lindenhof.example"
ANNA = f"anna@{DOMAIN}"
CHECK = "imap.unlisted"


@pytest.fixture
def post(lab: Company):
    """Give what delivers a message at old, some days ago."""

    def deliver(*header: str, days: float = 3, folder: str = "INBOX") -> None:
        body = "".join(f"{line}\r\n" for line in (*header, "Subject: x", "", "text")).encode()
        at = datetime.now(UTC) - timedelta(days=days)
        lab.old.imap.deliver("anna", folder, body, date=at)

    return deliver


def test_an_alias_that_nobody_listed_is_found(post, eyes: Eyes):
    """With how many messages came, and when the last one did."""
    post(f"Delivered-To: jobs2026@{DOMAIN}", days=9)
    post(f"X-Original-To: Jobs2026@{DOMAIN}", f"Delivered-To: {ANNA}", days=2)
    [found] = eyes.see(CHECK)
    assert (found.tag, found.outcome, found.subject) == (
        "ADDRESS_NOT_LISTED", Outcome.FAIL, f"jobs2026@{DOMAIN}",
    )  # fmt: skip
    assert found.args["count"] == 2
    assert found.args["last"] == f"{datetime.now(UTC) - timedelta(days=2):%Y-%m-%d %H:%M}"


def test_what_is_listed_is_well(post, eyes: Eyes):
    """Accounts, subaddresses of them, and other people's domains are nobody's oversight."""
    post(f"Delivered-To: {ANNA}")
    post(f"Delivered-To: anna+shop@{DOMAIN}", "To: list@elsewhere.example")
    [found] = eyes.see(CHECK)
    assert (found.tag, found.outcome, found.args["messages"]) == (
        "ADDRESSES_LISTED",
        Outcome.PASS,
        2,
    )


def test_what_only_the_sender_says_is_not_known(post, eyes: Eyes):
    """It may be a list or made up: told, in one finding, and no pass."""
    post(f"Delivered-To: {ANNA}", f"To: everybody@{DOMAIN}", f"Cc: all@{DOMAIN}")
    found = {f.tag: f for f in eyes.see(CHECK)}
    assert found["ADDRESSES_ONLY_NAMED"].outcome is Outcome.UNKNOWN
    assert found["ADDRESSES_ONLY_NAMED"].evidence == (f"all@{DOMAIN}", f"everybody@{DOMAIN}")
    assert tags(eyes.see(CHECK, named=False)) == ["ADDRESSES_LISTED"]


def test_old_mail_says_nothing(post, eyes: Eyes):
    """What came before, or lies in another folder, is not asked; the bounds are the admin's."""
    post(f"Delivered-To: gone@{DOMAIN}", days=40)
    [found] = eyes.see(CHECK)
    assert (found.tag, found.outcome) == ("NO_RECEIVERS_SEEN", Outcome.SKIP)
    assert tags(eyes.see(CHECK, days=50)) == ["ADDRESS_NOT_LISTED"]
    assert tags(eyes.see(CHECK, days=50, folders=["Nowhere"]))[0] == "COULD_NOT_LOOK"


def test_one_mailbox_that_cannot_be_read_is_told(post, eyes: Eyes, lab: Company):
    """The others count, and what they hold is found; but not everything was seen."""
    post(f"Delivered-To: jobs2026@{DOMAIN}")
    lab.old.imap.add_user(lab.employees[-1].old_user, "changed")
    found = eyes.see(CHECK)
    assert {"ADDRESS_NOT_LISTED", "COULD_NOT_LOOK"} <= set(tags(found))


def test_old_is_only_read(post, eyes: Eyes, lab: Company):
    """No message is marked as seen."""
    post(f"Delivered-To: {ANNA}")
    eyes.see(CHECK)
    assert all("\\Seen" not in m.flags for m in lab.old.imap.messages("anna", "INBOX")[-1:])
