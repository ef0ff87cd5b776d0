"""Saying in an admin's words why a text is not YAML."""

from __future__ import annotations

import re

from yaml import MarkedYAMLError, YAMLError

Place = tuple[int, int]
Explanation = tuple[Place, str, str, str | None]
"""Place, code, message, hint."""

_INDENT = "keys of one group begin in the same column; a quote above may be open"


def explain(error: YAMLError) -> Explanation:
    """Return where a syntax error is, its code, what is wrong, and the next step."""
    if not isinstance(error, MarkedYAMLError):
        return (1, 1), "bad-yaml", "this is not YAML", None
    problem = str(error.problem or "")
    here = _place(error.problem_mark) or _place(error.context_mark) or (1, 1)
    began = _place(error.context_mark) or here
    return _by_problem(problem, str(error.context or ""), here, began)


def _by_problem(problem: str, context: str, here: Place, began: Place) -> Explanation:
    if "'\\t'" in problem or "\\t" in problem:
        return here, "tab", "a tab, where YAML wants spaces", "indent with spaces"
    for fragment, at, message, hint in _KNOWN:
        if fragment in problem:
            return (began if at == "began" else here), "bad-yaml", message, hint
    if match := re.search(r"found character '(.)' that cannot start", problem):
        return here, "bad-yaml", f"a value cannot begin with `{match[1]}`", "put it in quotes"
    if "flow" in context and "expected" in problem:
        return (
            began,
            "bad-yaml",
            "this bracket is not closed where it should be",
            "look for a missing comma or bracket",
        )
    return here, "bad-yaml", f"this is not YAML: {_plain(problem or context)}", None


_KNOWN: list[tuple[str, str, str, str | None]] = [
    (
        "mapping values are not allowed",
        "here",
        "a second `:` in one line, or a wrong indentation",
        "put text that holds `: ` in quotes, or begin a new line",
    ),
    (
        "could not find expected ':'",
        "began",
        "this line is neither `key: value` nor a part of the value above",
        _INDENT,
    ),
    (
        "unexpected end of stream",
        "began",
        "a quote is opened here and never closed",
        None,
    ),
    ("unexpected document separator", "began", "a quote is opened here and never closed", None),
    ("expected <block end>", "here", "this does not fit to what stands above", _INDENT),
    (
        "unknown escape character",
        "here",
        "a backslash means something special in double quotes",
        "use single quotes",
    ),
    (
        "expected '<document start>'",
        "here",
        "this does not fit to what stands above",
        _INDENT,
    ),
]


def _plain(text: str) -> str:
    return re.sub(r"[^\x20-\x7e]+", " ", text).strip()[:120]


def _place(mark: object) -> Place | None:
    line, column = getattr(mark, "line", None), getattr(mark, "column", None)
    return (line + 1, column + 1) if isinstance(line, int) and isinstance(column, int) else None
