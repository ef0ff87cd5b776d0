"""The one place that catches: whatever is raised ends as words and an exit code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from migrate_mail.cli.guard import guarded
from migrate_mail.errors import CannotTell, ExitCode, NetError, Refused, StateError, UserError
from migrate_mail.files.complaint import Complaint, InvalidFiles

README = Path(__file__).parents[3] / "README.md"
SECRET = "hunter2-Grün"


def _end(error: BaseException) -> int:
    def command() -> None:
        raise error

    with pytest.raises(typer.Exit) as ended:
        guarded(command)()
    return ended.value.exit_code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UserError("x"), ExitCode.USAGE),
        (StateError("x"), ExitCode.USAGE),
        (InvalidFiles([Complaint("a.yaml", 1, 2, "bad", "it is bad")]), ExitCode.USAGE),
        (OSError(28, "No space left on device", "x"), ExitCode.USAGE),
        (Refused("x"), ExitCode.REFUSED),
        (CannotTell("x"), ExitCode.CANNOT_TELL),
        (NetError("timeout", "mx", "banner", "x"), ExitCode.CANNOT_TELL),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED),
        (RuntimeError("x"), ExitCode.BUG),
        (AssertionError("x"), ExitCode.BUG),
    ],
    ids=lambda v: type(v).__name__,
)
def test_everything_has_a_code(error, code, capsys):
    """Each kind of error ends with its documented code, says something, and prints nothing as data."""
    assert _end(error) == code

    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.strip()
    assert "Traceback" not in told.err


def test_a_bug_says_where_and_no_values(capsys):
    """A bug names its place and its type; a value may be a secret and is not printed."""
    assert _end(KeyError(SECRET)) == ExitCode.BUG

    told = capsys.readouterr().err
    assert "this is a bug in migrate-mail" in told
    assert "KeyError" in told
    assert "test_guard.py" in told
    assert SECRET not in told


def test_every_complaint_is_printed(capsys):
    """Of files that are not valid every complaint is printed, not only the first."""
    complaints = [Complaint("a.yaml", n, 1, "bad", f"mistake {n}") for n in range(1, 4)]

    _end(InvalidFiles(complaints))

    told = capsys.readouterr().err
    assert all(f"a.yaml:{n}:1" in told and f"mistake {n}" in told for n in range(1, 4))


def test_hints_stand_apart(capsys):
    """The message comes first, the next step after it on a line of its own."""
    _end(Refused("it burns", hint="use water"))

    assert capsys.readouterr().err == "error: it burns\n\nhint: use water\n"


def test_results_pass_through():
    """A command that ends well, or ends by itself, is left alone."""
    assert guarded(lambda: 7)() == 7
    assert _end(typer.Exit(3)) == 3


def test_the_readme_tells_every_code():
    """The table of exit codes in the README is the enum, no more and no less."""
    table = README.read_text().partition("## Exit codes")[2].partition("\n## ")[0]

    codes = [int(n) for n in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)]

    assert codes == [code.value for code in ExitCode]


def test_what_a_server_said_cannot_steer_the_terminal(capsys):
    """Control characters in a server's words are shown, not obeyed; lines stay lines."""
    _end(NetError("garbage", "mx", "banner", "220 \x1b[2Jhello\nsecond line"))

    told = capsys.readouterr().err
    assert "\x1b" not in told
    assert "220 \\x1b[2Jhello\nsecond line" in told
