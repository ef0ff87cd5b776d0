"""When the world does not answer the answer is CANNOT TELL, in bounded time; never GO, never NO-GO."""

from __future__ import annotations

import time

import pytest

from migrate_mail.errors import ExitCode

BOUND = 90
"""Seconds; what hangs would hang for ever."""
REACH = """\
schema: migrate-mail/checklist/v1
name: One look
defaults: {owner: mail-admin, severity: blocker, timeout: 2s}
stages:
  - id: reach
    phase: preflight
    steps:
      - {id: smtp-reach, check: smtp.reach, with: {system: new}}
"""


def test_no_name_server_answers(office):
    """With both name servers silent preflight cannot tell, and the switch is not even planned."""
    office.sign()
    office.lab.break_dns(office.lab.ns1, "timeout")
    office.lab.break_dns(office.lab.ns2, "timeout")
    began = time.monotonic()

    said = office.run("preflight", ends=ExitCode.CANNOT_TELL)
    looked = ("preflight", "--only", "mx-targets")
    mild = office.run(*looked, "--fail-on", "no-go")
    switch = office.run("cutover", "--yes", ends=ExitCode.CANNOT_TELL)

    assert time.monotonic() - began < BOUND
    assert said.out.startswith("CANNOT TELL")
    assert "All name servers answer and agree" in said.out
    assert mild.out.startswith("CANNOT TELL")
    assert "cannot be asked" in switch.error
    assert office.run("report", "--json").json["verdict"] == "CANNOT TELL"
    office.lab.mend_dns()
    assert office.mx() == (300, ["10 mx1.oldhost.example."])


def test_the_mx_says_nothing(office):
    """A server that takes the connection and never greets is left behind when the step's time is up."""
    office.edit('["builtin:core"]', '["site.yaml"]')
    office.migration.with_name("site.yaml").write_text(REACH)
    office.lab.new.smtp.faults.greeting = "hang"
    began = time.monotonic()

    said = office.run("preflight", ends=ExitCode.CANNOT_TELL)

    assert time.monotonic() - began < BOUND
    assert said.out.startswith("CANNOT TELL")
    assert "did not end within 2 s" in " ".join(said.out.split())
    assert "??  smtp reach  (2.0 s)" in said.err


@pytest.mark.parametrize("word", ["go", "NO-GO", ""])
def test_fail_on_knows_its_words(office, word):
    """Another word is a mistake that names the right ones; nothing is looked at."""
    said = office.run("preflight", "--fail-on", word, ends=ExitCode.USAGE)

    assert "no-go, cannot-tell, conditional" in said.err
    assert not office.state.exists()
