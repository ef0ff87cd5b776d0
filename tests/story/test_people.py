"""What people say to the gate: confirmed, waived, overridden; and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from migrate_mail.errors import ExitCode

WAIVER = ("waive", "mx-targets", "--by", "Head of IT", "--reason", "the alias goes on Monday")
LONG = "60d"
"""Longer than the time to the end of the planned window."""


def test_waived_is_conditional_and_said_on_page_one(office):
    """A waiver lets the switch through as CONDITIONAL; the first page says who, why and until when."""
    office.lab.set_rrset(office.lab.new.mx_host, "A", 0, [])
    office.lab.set_rrset(office.lab.new.mx_host, "CNAME", 300, ["gateway.newhost.example."])
    office.sign()
    office.run("preflight", ends=ExitCode.NO_GO)
    until = f"{datetime.now(UTC) + timedelta(days=60):%Y-%m-%d}"

    office.run(*WAIVER, "--until", LONG)

    assert office.run("preflight").out.startswith("CONDITIONAL")
    again = ("preflight", "--only", "name-servers")
    office.run(*again, "--fail-on", "conditional", ends=ExitCode.NO_GO)
    page = " ".join(office.run("report", "--short").out.split())
    assert page.startswith("CONDITIONAL")
    for words in ("Head of IT", f"until {until}", "the alias goes on Monday"):
        assert words in page
    office.run("sync")
    office.run("cutover", "--yes")
    assert office.mx() == (300, ["10 mx1.newhost.example."])


def test_what_must_not_be_waived(office):
    """A step with `waivable: false` stays; nothing is recorded."""
    said = office.run(
        *("waive", "recipients", "--by", "x", "--reason", "y", "--until", LONG),
        ends=ExitCode.REFUSED,
    )

    assert "`recipients[lindenhof.example]` cannot be waived" in said.error
    with office.read() as store:
        assert store.waivers() == []


@pytest.mark.parametrize(
    ("until", "words"),
    [
        ("2026-03-14T06:00", "has no offset from UTC"),
        ("2020-03-14T06:00Z", "which has passed"),
        ("soon", "is neither a moment nor a span"),
    ],
)
def test_a_waiver_ends_at_a_certain_moment(office, until, words):
    """A moment without offset, one that has passed, and a word are mistakes; each is told apart."""
    said = office.run(*WAIVER, "--until", until, ends=ExitCode.USAGE)

    assert words in said.error
    assert "hint: " in said.err


def test_a_waiver_names_one_instance(office):
    """A step with many instances is not waived as a whole; the instances are listed."""
    said = office.run(
        *("waive", "parity", "--by", "x", "--reason", "y", "--until", LONG),
        ends=ExitCode.USAGE,
    )

    assert "has 4 instances" in said.error
    assert "parity[anna@lindenhof.example]" in said.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("announcd", "--by", "Mia"), "did you mean `announced`?"),
        (("mx-targets", "--by", "Mia"), "migrate-mail preflight --only mx-targets"),
        (("announced", "--by", " "), "write a name"),
    ],
)
def test_confirming_what_cannot_be(office, arguments, words):
    """An unknown step, one that is looked at, and nobody's name: exit 2 with the next step."""
    said = office.run("confirm", *arguments, ends=ExitCode.USAGE)

    assert words in said.err


def test_an_override_is_shouted_in_every_report_after(office):
    """Against the gate the switch is made, and every report after says who did it and why."""
    office.run("cutover", "--yes", ends=ExitCode.REFUSED)
    office.run("cutover", "--yes", "--by", "Ben Keller", "--override", "old burns down")
    assert office.mx() == (300, ["10 mx1.newhost.example."])
    office.run("verify", ends=None)
    office.run("rollback", "--apply", "--yes")

    for style in ("text", "markdown"):
        report = " ".join(office.run("report", "--format", style).out.split())
        said = report[report.index("OVERRIDDEN") : report.index("Steps: ")]
        assert "Ben Keller" in said
        assert "old burns down" in said
    overrides = office.run("report", "--json").json["overrides"]
    assert [(o["by"], o["reason"]) for o in overrides] == [("Ben Keller", "old burns down")]


def test_json_of_what_people_say(office):
    """`--json` of confirm and waive gives what was recorded."""
    confirmed = office.run("confirm", "old-relays", "--by", "Mia", "--json").json
    waived = office.run(*WAIVER, "--until", LONG, "--json").json

    assert [(c["step"], c["by"]) for c in confirmed] == [
        ("old-relays[lindenhof.example]", "Mia")
    ]
    assert waived["step"] == "mx-targets"
    assert datetime.fromisoformat(waived["until"]).tzinfo is not None


def test_no_state_file_yet(office):
    """A report before the first look is a mistake with the command that makes the first look."""
    said = office.run("report", ends=ExitCode.USAGE)

    assert "there is no state file" in said.error
    assert "migrate-mail preflight" in said.err
    assert not office.state.exists()
