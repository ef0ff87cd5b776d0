"""Help is what a tired admin reads at night: plain, complete, with examples that can be copied."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from migrate_mail.checklist.load import load_checklist
from migrate_mail.cli.main import COMMANDS, application
from support.commands import Commands

NAMES = list(COMMANDS)
WIDTH = 80
ROOT = get_command(application())


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """Give the help of every command as a pipe receives it, and that of the program as ''."""
    shell = Commands(Path.cwd())
    return {name: shell.run(*name.split(), "--help").out for name in ["", *NAMES]}


def _examples(page: str) -> list[str]:
    block = page.partition("\n  Examples:\n")[2].partition("\n\n")[0]
    return [line.strip() for line in block.replace("\\\n", " ").splitlines()]


@pytest.mark.parametrize("name", NAMES)
def test_examples_stand_line_by_line(pages, name):
    """Every command shows examples, one on each line, each a command line that parses."""
    examples = _examples(pages[name])

    assert examples
    for example in examples:
        program, command, *arguments = shlex.split(example.partition(" > ")[0])
        assert (program, command) == ("migrate-mail", name)
        ROOT.commands[name].make_context(name, arguments)


def test_examples_name_steps_that_exist(pages):
    """What an example confirms, waives or looks at is a step of builtin:core."""
    steps = {
        s.id
        for stage in load_checklist("builtin:core", Path.cwd()).value.stages
        for s in stage.steps
    }
    named = [
        word
        for name in ("preflight", "verify", "confirm", "waive")
        for example in _examples(pages[name])
        for word in re.findall(r"(?:--only|confirm|waive) '?([a-z-]+)", example)
    ]

    assert len(named) >= 5
    assert set(named) <= steps


@pytest.mark.parametrize("name", ["", *NAMES])
def test_help_fits_a_pipe_of_80_columns(pages, name):
    """Piped help is plain text: no colours, no boxes, no line that breaks in a narrow window."""
    page = pages[name]

    assert [line for line in page.splitlines() if len(line) > WIDTH] == []
    assert page.isascii()
    assert "\x1b" not in page


@pytest.mark.parametrize("name", NAMES)
def test_every_option_says_what_it_is(name):
    """No option and no argument is without a sentence, which ends in a full stop."""
    for parameter in ROOT.commands[name].params:
        assert parameter.help, parameter.name
        assert parameter.help.endswith("."), parameter.name


@pytest.mark.parametrize("name", NAMES)
def test_every_command_takes_json(pages, name):
    """Scripts may say --json to any command."""
    assert re.search(r"^  --json  ", pages[name], re.MULTILINE)


def test_the_first_page_lists_the_commands_in_groups(pages):
    """A new user sees every command with a whole sentence, the way of a migration in its order."""
    page = pages[""]
    way = re.findall(
        r"^  ([a-z]+)  ",
        page.partition("The way of a migration:")[2].partition("\n\n")[0],
        re.MULTILINE,
    )

    assert way == ["preflight", "sync", "ledger", "cutover", "verify", "report", "rollback"]
    assert all(re.search(rf"^  {name} ", page, re.MULTILINE) for name in NAMES)
    assert "..." not in page.partition("\n")[2]


def test_brackets_are_not_eaten(pages):
    """`step[item]` is shown as it must be typed."""
    assert "step[item]" in pages["waive"]
    assert "'parity[archive@example.org]'" in pages["waive"]


def test_a_wrong_word_gets_a_suggestion():
    """A mistyped command is answered with the right one, exit 2."""
    said = Commands(Path.cwd()).run("preflght", ends=2)

    assert "Did you mean 'preflight'?" in said.err
    assert said.out == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion(shell):
    """The three shells get a completion script, and it completes commands and options."""
    source = Commands(Path.cwd(), {"_MIGRATE_MAIL_COMPLETE": f"source_{shell}"}).run()
    words = {
        "bash": {"COMP_WORDS": "migrate-mail pref", "COMP_CWORD": "1"},
        "zsh": {"_TYPER_COMPLETE_ARGS": "migrate-mail pref"},
        "fish": {
            "_TYPER_COMPLETE_ARGS": "migrate-mail pref",
            "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        },
    }[shell]
    completed = Commands(
        Path.cwd(), {"_MIGRATE_MAIL_COMPLETE": f"complete_{shell}", **words}
    ).run()

    assert "_MIGRATE_MAIL_COMPLETE" in source.out
    assert "preflight" in completed.out
