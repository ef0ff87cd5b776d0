"""The test suites of RFC 7208 and RFC 4408, which pyspf brings in its source archive, through our adapter."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from migrate_mail.checks.spf.engine import evaluate
from migrate_mail.net.dns_facts import DnsAnswer
from migrate_mail.net.facts import Endpoint

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".venv" / "suites" / "pyspf" / "test"
SUITES = {"rfc7208-tests.yml": 151, "rfc4408-tests.yml": 151}
"""Suites and the least number of cases that each must have, so that an empty one is no success."""
SERVER = Endpoint("suite", "192.0.2.53", 53)
pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(),
    reason="the suite of pyspf is not unpacked; `./dev test` or `./dev check` does it once",
)


@dataclass(frozen=True)
class Case:
    """One case of a suite with the zone that it is about."""

    name: str
    data: dict[str, Any]
    zone: dict[str, list[Any]]

    @property
    def allowed(self) -> list[str]:
        """The results that the suite lets pass."""
        result = self.data["result"]
        return [result] if isinstance(result, str) else list(result)


@functools.cache
def _cases(suite: str) -> tuple[Case, ...]:
    return tuple(_read(FOLDER / suite))


def _read(path: Path) -> Iterator[Case]:
    for scenario in yaml.safe_load_all(path.read_text(encoding="utf-8")):
        zone = {n.lower(): list(_records(r)) for n, r in scenario["zonedata"].items()}
        for name, data in scenario["tests"].items():
            yield Case(name, data, zone)


def _records(written: list[Any]) -> Iterator[Any]:
    """Give the records of a name; SPF stands for TXT where no TXT is written (the suite's rule)."""
    pairs = [(t, v) for m in written if isinstance(m, dict) for t, v in m.items()]
    own = any(t == "TXT" for t, _ in pairs)
    for one in written:
        if not isinstance(one, dict):
            yield one, one
    for rtype, value in pairs:
        if value != "NONE":
            yield rtype, value
        if rtype == "SPF" and not own:
            yield "TXT", value


def _zone(zone: dict[str, list[Any]]) -> Callable[[str, str], DnsAnswer]:
    """Return a view of a zone that follows aliases, as ours of the world does."""

    def look(name: str, rtype: str) -> DnsAnswer:
        at = name
        for _ in range(12):
            found = zone.get(at.lower().rstrip("."))
            if found is None:
                status = "timeout" if at.startswith("error.") else "nxdomain"
                return DnsAnswer(name, rtype, SERVER, status)
            values = [v for t, v in found if t == rtype and v != "TIMEOUT"]
            # A bare TIMEOUT is for whatever is not written; `X: TIMEOUT` is for X.
            mute = [t for t, v in found if v == "TIMEOUT" and t in (rtype, "TIMEOUT")]
            if values:
                return DnsAnswer(name, rtype, SERVER, "ok", tuple(map(_text, values)))
            if mute:
                return DnsAnswer(name, rtype, SERVER, "timeout")
            alias = next((v for t, v in found if t == "CNAME"), None)
            if alias is None:
                return DnsAnswer(name, rtype, SERVER, "nodata")
            at = alias
        return DnsAnswer(name, rtype, SERVER, "nodata")

    return look


def _text(value: Any) -> str:
    """Return a value as a server's answer is kept."""
    match value:
        case [int(), str()]:
            return f"{value[0]} {value[1]}"
        case list():
            return " ".join(map(_quoted, value))
    return str(value)


def _quoted(text: str) -> str:
    plain = "".join(
        f"\\{o:03d}" if o < 32 or o > 126 else f"\\{chr(o)}" if chr(o) in '"\\' else chr(o)
        for o in text.encode()
    )
    return f'"{plain}"'


@pytest.mark.parametrize("suite", SUITES)
def test_every_case_of_the_suite(suite):
    """Each case of the suite gives a result that it allows, through our look-ups: 100 %."""
    cases = _cases(suite)
    assert len(cases) >= SUITES[suite]

    wrong = []
    for case in cases:
        look = _zone({n: [_strings(r) for r in rs] for n, rs in case.zone.items()})
        data = case.data
        found = evaluate(look, data["host"], mail_from=data["mailfrom"], helo=data["helo"])
        if found.verdict not in case.allowed:
            wrong.append((case.name, found.verdict, case.allowed, found.text))

    assert wrong == []


def _strings(record: Any) -> Any:
    """Write a text in one string as a list of one."""
    rtype, value = record
    return (
        (rtype, [value])
        if rtype in ("TXT", "SPF") and isinstance(value, str) and value != "TIMEOUT"
        else record
    )
