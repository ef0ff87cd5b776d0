"""The transcript tells a vendor what happened, and nobody a secret or a word of mail."""

from __future__ import annotations

import re

import pytest
import typer
from typer.testing import CliRunner

from migrate_mail.cli.guard import guarded
from migrate_mail.cli.sync import sync
from migrate_mail.net.transcript import LONGEST, told
from support.moving import ANNA, fill


def test_what_was_said_is_there_and_nothing_private(move, project, tmp_path):
    """Commands and answers with time and connection; no password, no token, no subject, no body."""
    fill(move.old)
    path = tmp_path / "said.txt"
    app = typer.Typer()
    app.command()(guarded(sync))
    words = ["--migration", str(project), "--only", ANNA, "--transcript", str(path)]
    assert CliRunner().invoke(app, words).exit_code == 0

    text = path.read_text()
    for words in (" AUTHENTICATE PLAIN", "EXAMINE", "APPEND", "BODY.PEEK[]", "APPENDUID", "CREATE"):  # fmt: skip
        assert words in text, words
    for words in ("pw", "AGFubmF", "Text of", "Message 1", "sender1"):
        assert words not in text, words
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3} +1 = connected to ", text)
    assert path.stat().st_mode & 0o77 == 0


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (b"M1 LOGIN anna secret\r\n", "M1 LOGIN ***"),
        (b"M1 authenticate PLAIN AGEAYg==\r\n", "M1 authenticate PLAIN ***"),
        (b'* 1 FETCH (UID 7 BODY[HEADER.FIELDS (SUBJECT)] "Subject: \\"x\\"")', '* 1 FETCH (UID 7 BODY[HEADER.FIELDS (SUBJECT)] "...")'),
        (b'* LIST () "/" "Sent"', '* LIST () "/" "Sent"'),
        (b"* OK \x1b[31mred\xff", "* OK ?[31mred?"),
    ],
)  # fmt: skip
def test_a_line_is_made_harmless(said, shown):
    """Logins, quoted text of mail and control characters do not get into the file."""
    assert told(said) == shown


def test_a_long_line_is_cut():
    """An answer of a megabyte is one line of a few hundred characters."""
    assert len(told(b"* SEARCH " + b"1 " * 500_000)) < LONGEST + 40
