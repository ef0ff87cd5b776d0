"""How `--help` looks: plain text that a pipe can take, examples line by line, commands in groups."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from typer.core import TyperGroup

AS_IT_IS = "\b"
"""Alone on the first line of a paragraph: the formatter then keeps its lines."""
_WHOLE_SENTENCE = 500


class Grouped(TyperGroup):
    """Lists the commands under the headings that `rich_help_panel` gives them, in their order."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write one section for each heading."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for name in self.list_commands(ctx):
            command = self.commands[name]
            heading = getattr(command, "rich_help_panel", None) or "Commands"
            rows = sections.setdefault(heading, [])
            rows.append((name, command.get_short_help_str(_WHOLE_SENTENCE)))
        width = max(len(name) for rows in sections.values() for name, _ in rows)
        for heading, rows in sections.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(width), words) for name, words in rows])


def help_text(command: Callable[..., Any]) -> str:
    """Return a command's docstring for the help: a paragraph with indented lines keeps its lines."""
    paragraphs = inspect.cleandoc(command.__doc__ or "").split("\n\n")
    return "\n\n".join(f"{AS_IT_IS}\n{p}" if "\n  " in p else p for p in paragraphs)
