"""Writes docs/reference from the program itself: `./dev docs`. A test holds the files to it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from migrate_mail.checklist.schema import checklist_schema
from migrate_mail.checks.base import AnyCheck
from migrate_mail.checks.registry import CHECKS
from migrate_mail.cli.checks import data_of
from migrate_mail.cli.main import COMMANDS, application
from migrate_mail.files.codes import CODES
from migrate_mail.inventory.schema import inventory_schema

FOLDER = Path(__file__).parent / "reference"
WIDTH = 120
MADE = "<!-- written by docs/generate.py; do not edit -->"


def pages() -> dict[str, str]:
    """Return every page of the reference by the name of its file."""
    made = {
        "commands.md": commands(),
        "migration.md": file_format("migration.yaml", inventory_schema(), _MIGRATION),
        "checklist.md": file_format("checklist files", checklist_schema(), _CHECKLIST),
        "checks.md": checks(),
        "errors.md": errors(),
    }
    return {name: "\n".join(lines).rstrip() + "\n" for name, lines in made.items()}


_MIGRATION = (
    "Who moves, from where to where, and how DNS is changed. `migrate-mail init` writes one with comments. "
    "Lines of CSV files: `accounts.csv` has address, old_user, old_secret, new_user, new_secret; "
    "`addresses.csv` has address, kind, target."
)
_CHECKLIST = (
    "Stages of steps. A step has exactly one of `check`, `manual` and `run`. `${domain}` and, with `for_each`, "
    "`${item}` are filled in in `title`, `do`, `run` and `if_fails`. What is shipped: "
    "`builtin:core`, `generic`, `self-hosted`, `google-workspace`, `microsoft-365`, `minimal` and others."
)


def commands() -> Iterator[str]:
    """Give the help of every command, in the order of a migration."""
    yield from _head("Commands", "What each command's `--help` says.")
    for name in COMMANDS:
        yield from (f"## {name}", "", "```text", *_help(name), "```", "")


def _help(name: str) -> list[str]:
    said = CliRunner(env={"COLUMNS": "80", "NO_COLOR": "1"}).invoke(
        application(), [name, "--help"], prog_name="migrate-mail"
    )
    return [line.rstrip() for line in said.output.strip().splitlines()]


def file_format(title: str, schema: dict[str, Any], about: str) -> Iterator[str]:
    """Give every key of a kind of file, group by group, from its JSON Schema."""
    kinds = "Keys that begin with `x-` are yours and are not read. A type in *italics* is a group further down."
    yield from _head(f"The format of {title}", about, kinds)
    yield from _group("The file", schema)
    for name, group in schema["$defs"].items():
        if group.get("properties"):
            yield from _group(name, _plain_words(group, schema["$defs"]))


def _plain_words(group: dict[str, Any], kinds: dict[str, Any]) -> dict[str, Any]:
    """Return a group in which a reference to a few words is these words."""

    def told(one: dict[str, Any]) -> dict[str, Any]:
        if "anyOf" in one:
            return {**one, "anyOf": [told(o) for o in one["anyOf"]]}
        named = kinds.get(one.get("$ref", "").rpartition("/")[2], {})
        return (
            {**one, **named, "$ref": "", "description": one.get("description", "")}
            if "enum" in named
            else one
        )

    return {**group, "properties": {k: told(v) for k, v in group["properties"].items()}}


def _group(name: str, group: dict[str, Any]) -> Iterator[str]:
    yield f"## {name}"
    yield ""
    yield from textwrap.wrap(group.get("description", ""), WIDTH)
    yield from ("", "| key | value | default | meaning |", "| --- | --- | --- | --- |")
    wanted = group.get("required", [])
    for key, one in group["properties"].items():
        default = "**wanted**" if key in wanted else _default(one)
        yield f"| `{key}` | {_kind(one)} | {default} | {_cell(one.get('description', ''))} |"
    yield ""


def _default(one: dict[str, Any]) -> str:
    value = one.get("default")
    if value is None or value in ([], {}) or one.get("$ref"):
        return ""
    return f"`{value}`" if not isinstance(value, list) else f"`{', '.join(map(str, value))}`"


def _kind(one: dict[str, Any]) -> str:
    """Say what kind of value a key takes."""
    options = [o for o in one.get("anyOf", []) if o.get("type") != "null"]
    if options:
        return " or ".join(_kind(o) for o in options)
    if one.get("$ref"):
        return f"*{one['$ref'].rpartition('/')[2]}*"
    if "enum" in one or "const" in one:
        return ", ".join(f"`{v}`" for v in one.get("enum", [one.get("const")]))
    if one.get("type") == "array":
        return f"list of {_kind(one.get('items', {}))}"
    extra = one.get("additionalProperties")
    if one.get("type") == "object":
        return f"names with {_kind(extra)}" if isinstance(extra, dict) else "names with values"
    examples = one.get("examples")
    beside = f" such as `{examples[0]}`" if examples else ""
    words = {"string": "text", "integer": "number", "boolean": "true or false"}
    return f"{words.get(one.get('type', ''), 'anything')}{beside}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def checks() -> Iterator[str]:
    """Give every check with what `explain` tells of it."""
    told = "What `migrate-mail explain ID` tells of each check. A checklist uses it by its id."
    yield from _head("Checks", told)
    for check in CHECKS.values():
        yield from _check(check)


def _check(check: AnyCheck) -> Iterator[str]:
    data = data_of(check)
    yield f"## {check.id}"
    yield ""
    yield f"**{check.title}.** For each: {', '.join(data['for_each']) or 'the migration as a whole'}."
    yield ""
    for head, key in (
        ("Looks at", "looks_at"),
        ("Why it matters", "matters"),
        ("How to mend it", "mend"),
    ):
        text = f"- {head}: {_plain(data[key])}"
        yield from textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_on_hyphens=False)
    if data["refs"]:
        yield f"- Where it is written: {'; '.join(data['refs'])}"
    for name, param in data["params"].items():
        words = f"- `{name}` (default `{param['default']}`): {_plain(param['about'] or '')}"
        yield from textwrap.wrap(words, WIDTH, subsequent_indent="  ", break_on_hyphens=False)
    yield ""


def _plain(text: str) -> str:
    """Return prose whose angle brackets and stars are not taken for markup."""
    return " ".join(text.split()).replace("<", "&lt;").replace("*", "\\*")


def errors() -> Iterator[str]:
    """Give what is behind each code that `validate` shows in brackets."""
    yield from _head("Errors in files", "What `migrate-mail explain CODE` tells of the code in brackets.")  # fmt: skip
    for code, meaning in CODES.items():
        yield from textwrap.wrap(
            f"- `{code}`: {_plain(meaning)}",
            WIDTH,
            subsequent_indent="  ",
            break_on_hyphens=False,
        )


def _head(title: str, *about: str) -> Iterator[str]:
    yield from (MADE, "", f"# {title}", "")
    for text in about:
        yield from (*textwrap.wrap(text, WIDTH, break_on_hyphens=False), "")


def main() -> None:
    """Write the pages, and take away what is not one any more."""
    made = pages()
    FOLDER.mkdir(exist_ok=True)
    for path in FOLDER.glob("*.md"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
