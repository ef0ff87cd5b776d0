"""Rules about folders: what they match, and which one counts."""

from __future__ import annotations

import pytest

from migrate_mail.inventory.sync_rules import FolderSettings
from migrate_mail.sync.rules import FolderRules, caught, directions, folder_rules
from migrate_mail.sync.space import ROOT, taste_of


@pytest.mark.parametrize(
    ("rule", "path", "rest"),
    [
        ("Work", ("Work",), ""),
        ("Work", ("Work", "A"), None),
        ("work", ("Work",), None),
        ("Work/*", ("Work",), None),
        ("Work/*", ("Work", "A", "B"), "A/B"),
        ("*/Old", ("A", "B", "Old"), "A/B"),
        ("A*B*C", ("AxByC",), "xBy"),
        ("A*B*C", ("AxC",), None),
        ("aa*aa", ("aaa",), None),
        ("*", (ROOT,), "INBOX"),
        ("inbox/*", (ROOT, "Sub"), "Sub"),
        ("INBOX", ("Inbox",), None),
        ("[x]?", ("[x]?",), ""),
        ("[x]?", ("xy",), None),
    ],
)
def test_star_stands_for_any_text(rule, path, rest):
    """Also over levels; nothing else is special, case counts, INBOX is INBOX in any case."""
    assert caught(rule, path, {}) == rest


def test_use_is_matched_by_use_alone():
    r"""`\Junk` catches what is junk, not a folder of that name."""
    uses = {("Spam",): "\\junk"}

    assert caught("\\Junk", ("Spam",), uses) == ""
    assert caught("\\Junk", ("Junk",), uses) is None


def test_pattern_counts_for_the_topmost_folder_only():
    """What is below goes along with it, numbered or not."""
    found = directions(FolderRules({"P/*": "Q/*"}), [("P", "a", "x"), ("P", "b")], {})

    assert {path: d.to for path, d in found.items()} == {
        ("P", "a"): ("Q", "a"),
        ("P", "b"): ("Q", "b"),
    }


def test_rules_come_from_the_file():
    """What validate accepts is what the mapping gets, in one Unicode form."""
    settings = FolderSettings.model_validate(
        {"map": {"Entwu\u0308rfe": "Drafts", "\\sent": "Out"}, "exclude": ["\\junk", "Tmp/*"]}
    )

    assert folder_rules(settings) == FolderRules(
        {"Entw\u00fcrfe": "Drafts", "\\Sent": "Out"}, ("\\Junk", "Tmp/*")
    )


@pytest.mark.parametrize(
    ("capabilities", "host", "greeting", "name"),
    [
        ({"IMAP4REV1", "X-GM-EXT-1"}, "imap.example.org", "", "Gmail"),
        ({"IMAP4REV1"}, "outlook.office365.com", "", "Exchange"),
        ({"IMAP4REV1"}, "mail.example.org", "The Microsoft Exchange IMAP4 service is ready.", "Exchange"),
        ({"IMAP4REV1"}, "notoutlook.example", "Dovecot ready.", ""),
    ],
)  # fmt: skip
def test_servers_with_a_taste_are_recognised(capabilities, host, greeting, name):
    """By a capability, the host's name, or what the server says of itself."""
    assert taste_of(capabilities, host, greeting).name == name
