"""What a dry run says about folders: where each goes and why, what is left out and why."""

from __future__ import annotations

from migrate_mail.cli.sync_text import preview_data, preview_lines
from migrate_mail.sync.names import LeftOut
from migrate_mail.sync.preview import AccountPreview, FolderPreview, Skipped

ANNA = AccountPreview(
    "anna@example.org",
    folders=(
        FolderPreview("INBOX", "INBOX", False, 10, 4, 4000, there=6),
        FolderPreview("Gesendet", "Sent", False, 2, 2, 200, why="special use \\Sent"),
        FolderPreview(
            "Archiv", "Archive/Old", True, 5, 2, 20, why="rule `Archiv`", skipped=(Skipped("older than 3y: raise it", 3, 3000),)
        ),
        FolderPreview("Locked", "Locked", True, problem="may not be read"),
    ),
    left_out=(LeftOut("Papierkorb", "excluded by `\\Trash`: take that out"),),
    idle=("Projects/*", "Tmp"),
)  # fmt: skip
BERT = AccountPreview("bert@example.org", idle=("Projects/*",))
GONE = AccountPreview("carl@example.org", problem="imap.old.example: no answer")


def said(*previews):
    """Return the lines with single blanks."""
    return [" ".join(line.split()) for line in preview_lines(previews)]


def test_every_folder_has_a_line_with_its_reason():
    """Where it goes, how much, and why it is not simply called the same."""
    assert said(ANNA)[:8] == [
        "anna@example.org",
        "INBOX -> INBOX 4 of 10 to copy (4.0 kB); new holds 6 already, equal ones are not sent again",
        "Gesendet -> Sent 2 of 2 to copy (200 bytes); special use \\Sent",
        "Archiv -> Archive/Old 2 of 5 to copy (20 bytes), to be made; rule `Archiv`",
        "3 messages (3.0 kB) left out: older than 3y: raise it",
        "Locked -> Locked ?? may not be read",
        "Papierkorb -- left out: excluded by `\\Trash`: take that out",
        "",
    ]


def test_only_a_rule_that_matches_nowhere_is_warned_of():
    """What matches a folder of one account is right; an account that could not be looked at says nothing."""
    lines = said(ANNA, BERT, GONE)

    warned = [line for line in lines if line.startswith("warning")]
    assert warned == [
        "warning: rule `Projects/*` of sync.folders in migration.yaml matches no folder here"
    ]
    assert preview_data([ANNA, BERT, GONE])["idle_rules"] == ["Projects/*"]
    assert not [line for line in said(GONE) if line.startswith("warning")]


def test_data_hold_what_the_lines_say():
    """Scripts get reasons, left-out folders and skipped messages."""
    [account] = preview_data([ANNA])["accounts"]

    assert [f["why"] for f in account["folders"]] == [
        "",
        "special use \\Sent",
        "rule `Archiv`",
        "",
    ]
    assert account["folders"][2]["skipped"] == (
        {"reason": "older than 3y: raise it", "messages": 3, "bytes": 3000},
    )
    assert account["left_out"][0]["old"] == "Papierkorb"
