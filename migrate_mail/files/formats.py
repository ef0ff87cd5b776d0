"""What validation found, in the formats that CI reads: JUnit, SARIF, GitHub's annotations. PURE."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from migrate_mail.files.codes import CODES
from migrate_mail.files.complaint import Complaint

_ILLEGAL = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535), "?")
"""Characters that XML 1.0 does not allow."""


def junit(files: Sequence[str], found: Sequence[Complaint]) -> str:
    """Return JUnit XML: a case for each file, with what is wrong with it."""
    by_file = {name: [c for c in found if c.file == name] for name in _named(files, found)}
    failures = sum(bool(mine) for mine in by_file.values())
    head = f'tests="{len(by_file)}" failures="{failures}" errors="0"'
    cases = "".join(_case(name, mine) for name, mine in by_file.items())
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<testsuites name="migrate-mail validate" {head}>'
        f'<testsuite name="files" {head} skipped="0">{cases}</testsuite></testsuites>\n'
    )


def _named(files: Sequence[str], found: Sequence[Complaint]) -> list[str]:
    return list(dict.fromkeys([*files, *(c.file for c in found)]))


def _case(name: str, mine: Sequence[Complaint]) -> str:
    start = f'<testcase classname="validate" name={quoteattr(_xml(name))}'
    if not mine:
        return f"{start}/>\n"
    first, text = mine[0], "\n".join(str(c) for c in mine)
    told = f"type={quoteattr(first.code)} message={quoteattr(_xml(first.message))}"
    return f"{start}><failure {told}>{escape(_xml(text))}</failure></testcase>\n"


def _xml(text: str) -> str:
    return text.translate(_ILLEGAL).encode("utf-8", "replace").decode("utf-8")


def sarif(found: Sequence[Complaint], version: str) -> str:
    """Return SARIF 2.1.0 (OASIS): a result for each complaint, a rule for each code."""
    codes = sorted({c.code for c in found})
    rules = [{"id": c, "fullDescription": {"text": CODES[c]}} for c in codes]
    driver = {"name": "migrate-mail", "version": version, "rules": rules}
    run = {"tool": {"driver": driver}, "results": [_result(c, codes) for c in found]}
    return json.dumps({"version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def _result(complaint: Complaint, codes: Sequence[str]) -> dict[str, Any]:
    where: dict[str, Any] = {"artifactLocation": {"uri": _uri(complaint.file)}}
    if complaint.line:
        where["region"] = {"startLine": complaint.line, "startColumn": max(complaint.column, 1)}
    hint = f"\n{complaint.hint}" if complaint.hint else ""
    return {
        "ruleId": complaint.code,
        "ruleIndex": codes.index(complaint.code),
        "level": "error",
        "message": {"text": complaint.message + hint},
        "locations": [{"physicalLocation": where}],
    }


def _uri(name: str) -> str:
    from urllib.parse import quote

    return quote(Path(name).as_posix())


def github(found: Sequence[Complaint]) -> str:
    """Return GitHub's workflow commands: an annotation for each complaint, at its place."""
    return "".join(f"{_command(c)}\n" for c in found)


def _command(complaint: Complaint) -> str:
    place = f",line={complaint.line},col={max(complaint.column, 1)}" if complaint.line else ""
    hint = f"\n{complaint.hint}" if complaint.hint else ""
    file, title = _property(complaint.file), _property(complaint.code)
    return f"::error file={file}{place},title={title}::{_data(complaint.message + hint)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
