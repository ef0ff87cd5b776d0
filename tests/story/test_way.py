"""The whole way of a migration, typed by hand: each command once, in the order of a real night."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from migrate_mail.cli.demo_story import ALIAS, PLANTED, TTL
from migrate_mail.errors import ExitCode
from migrate_mail.lab.scene import scene
from support.commands import Said
from support.office import Office, open_office

OLD, NEW = ["10 mx1.oldhost.example."], ["10 mx1.newhost.example."]


@dataclass
class Night:
    """What was said at each stop of the way, and what was seen in the world."""

    office: Office
    said: dict[str, Said] = field(default_factory=dict)
    seen: dict[str, Any] = field(default_factory=dict)

    def stop(self, name: str, *arguments: str, ends: int = 0) -> None:
        """Run a command and remember it by name, with the MX and the state file after it."""
        self.said[name] = self.office.run(*arguments, ends=ends)
        self.seen[name] = (self.office.mx(), _bytes(self.office))


def _bytes(office: Office) -> dict[str, bytes]:
    """Return what is recorded, byte for byte. A reader may leave an empty journal behind."""
    names = ("migration.state", "migration.state-wal")
    found = [office.migration.with_name(name) for name in names]
    return {
        path.name: path.read_bytes() for path in found if path.exists() and path.stat().st_size
    }


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    """Give a night from NO-GO to the way back; the servers are gone at its end."""
    with scene(**PLANTED) as company:
        told = Night(open_office(company, tmp_path_factory.mktemp("way") / "project"))
        _before(told)
        _switch(told)
        _back(told)
    for name in ("text", "json", "markdown"):
        told.said[f"offline {name}"] = told.office.run("report", "--format", name)
    told.said["offline rollback"] = told.office.run("rollback")
    return told


def _before(night: Night) -> None:
    lab = night.office.lab
    night.stop("validate", "validate", "migration.yaml")
    night.stop("no-go", "preflight", ends=ExitCode.NO_GO)
    night.stop("no-go json", "preflight", "--json", ends=ExitCode.NO_GO)
    night.stop("refused", "cutover", "--yes", ends=ExitCode.REFUSED)
    lab.lower_ttl(TTL)
    lab.mend_mx_cname()
    lab.add_alias(ALIAS)
    night.stop("announced", "confirm", "announced", "--by", "Mia Berger", "--note", "by mail")
    night.stop("relays", "confirm", "old-relays", "--by", "Mia Berger")
    night.stop("sync dry", "sync", "--dry-run")
    night.stop("sync", "sync")
    night.stop("go", "preflight")


def _switch(night: Night) -> None:
    lab = night.office.lab
    to = f"anna@{lab.domain}"
    lab.send_from_outside(to, "before")
    night.stop("dry", "cutover", "--dry-run")
    night.stop("cutover", "cutover", "--yes", "--by", "Jonas Weiss")
    night.stop("again", "cutover", "--yes")
    night.seen["late mail"] = lab.send_from_outside(to, "late, by an old cache")
    lab.advance(TTL + 1)
    night.stop("verify early", "verify", ends=ExitCode.NO_GO)
    night.stop("sync after", "sync", "--json")
    lab.let_old_pass_on()
    night.office.run("confirm", "old-passes-on", "--by", "Mia Berger")
    night.stop("verify", "verify")
    night.stop("report", "report")
    night.stop("report json", "report", "--json")


def _back(night: Night) -> None:
    night.stop("plan back", "rollback")
    night.stop("plan back json", "rollback", "--json")
    night.stop("back", "rollback", "--apply", "--yes", "--by", "Jonas Weiss")
    night.stop("verify back", "verify", ends=ExitCode.NO_GO)


def test_no_go_says_why(night):
    """The three faults are named, each with its owner and what to paste or do."""
    out = " ".join(night.said["no-go"].out.split())

    assert out.startswith("NO-GO")
    assert "86400" in out
    assert "mx1.newhost.example is an alias of gateway.newhost.example" in out
    assert f"refuses {ALIAS}" in out
    for owner in ("dns-admin", "mail-admin"):
        assert owner in out
    assert "fix: " in out


def test_progress_is_not_data(night):
    """Steps are told on stderr as they end; stdout holds the verdict alone."""
    said = night.said["no-go"]

    assert "NO  The TTL of the MX records is low" in said.err
    assert "ok  " not in said.out
    assert "\x1b" not in said.out + said.err


@pytest.mark.parametrize(
    ("stop", "schema"),
    [
        ("no-go json", "migrate-mail/verdict/v1"),
        ("report json", "migrate-mail/report/v1"),
        ("plan back json", "migrate-mail/rollback/v1"),
        ("offline json", "migrate-mail/report/v1"),
    ],
)
def test_json_documents_say_what_they_are(night, stop, schema):
    """Every document parses, is all that is on stdout, and names its schema."""
    assert night.said[stop].json["schema"] == schema


def test_json_verdict_is_the_same(night):
    """`--json` changes the form, not the answer: the same verdict, the same reasons, the same exit code."""
    data = night.said["no-go json"].json

    assert data["verdict"] == "NO-GO"
    assert {r["step"].partition("[")[0] for r in data["reasons"]} == {
        "ttl-lowered",
        "way-back-open",
        "mx-targets",
        "recipients",
        "old-relays",
        "announced",
    }
    assert night.said["no-go json"].err == ""


def test_cutover_is_refused_without_go(night):
    """Without GO the MX stays; the reasons and the way around are said."""
    said = night.said["refused"]

    assert night.seen["refused"][0] == (PLANTED["ttl"], OLD)
    assert "NO-GO" in said.error
    assert "is an alias" in said.err
    assert "--override REASON" in said.err
    assert said.out == ""


def test_dry_runs_change_nothing(night):
    """Neither the world nor one byte of the state file is other after a dry run."""
    assert night.seen["dry"] == ((TTL, OLD), night.seen["go"][1])
    assert "dry run: nothing was changed" in night.said["dry"].out
    assert "61 messages" in night.said["sync dry"].out
    assert night.seen["sync dry"] == night.seen["relays"]


def test_go_then_switched(night):
    """After the mending the verdict is GO, and the switch is seen at every name server."""
    assert night.said["go"].out.startswith("GO")
    assert night.seen["cutover"][0] == (TTL, NEW)
    assert "all 2 name servers show it" in night.said["cutover"].out


def test_cutover_twice_is_once(night):
    """A second cutover finds new in place and makes no change."""
    assert "nothing was changed" in night.said["again"].out
    with night.office.read() as store:
        assert [c.kind for c in store.dns_changes()] == ["switch", "rollback"]


def test_late_mail_is_found_and_brought_over(night):
    """What a stale cache still sent to old is missed by verify, copied by sync, and then all is well."""
    assert night.seen["late mail"] == "mx1.oldhost.example"
    assert "anna@lindenhof.example" in night.said["verify early"].out
    accounts = night.said["sync after"].lines[-1]["accounts"]
    assert {a["account"]: a["copied"] for a in accounts}["anna@lindenhof.example"] == 2
    assert night.said["verify"].out.startswith("GO")


def test_rollback_is_shown_before_it_is_done(night):
    """The plan changes nothing; --apply restores value and TTL, and verify sees that new is not the MX."""
    assert night.seen["plan back"][0] == (TTL, NEW)
    assert "migrate-mail rollback --apply" in night.said["plan back"].out
    assert night.seen["back"][0] == (TTL, OLD)
    assert night.said["verify back"].out.startswith("NO-GO")


@pytest.mark.parametrize("style", ["text", "json", "markdown"])
def test_reports_need_no_server(night, style):
    """With every server gone each format gives the same verdict from the state file alone."""
    said = night.said[f"offline {style}"]
    verdict = said.json["verdict"] if style == "json" else said.out.lstrip("# ").split(":")[0]

    assert verdict == night.said["offline json"].json["verdict"]
    assert "mx1.newhost.example" in said.out
    assert said.err == ""


def test_the_report_fits_a_page(night):
    """No line of prose in the text report is wider than 80 columns; only evidence may be."""
    wide = [
        line
        for line in night.said["report"].out.splitlines()
        if len(line) > 80 and not line.lstrip().startswith("|")
    ]

    assert wide == []
