"""The switch by hand: the program says what to click, watches the name servers, and proves it."""

from __future__ import annotations

import signal

import pytest

from migrate_mail.errors import ExitCode

ASKED = "Change DNS now"


@pytest.fixture
def office(office):
    """Give an office that changes DNS in a web form, ready to switch."""
    office.edit("driver: rfc2136", "driver: manual")
    office.sign()
    office.run("sync")
    office.run("preflight")
    return office


def test_the_person_clicks_and_the_program_proves(office):
    """What to change is printed; the switch counts once every name server shows it."""
    with office.admin.start("cutover", "--yes", "--wait", "60s") as running:
        running.wait_for(ASKED)
        office.lab.switch_mx()
        said = running.end(ends=ExitCode.GO)

    assert "lindenhof.example. 300 IN MX 10 mx1.newhost.example." in said.out + said.err
    assert "all 2 name servers show it" in said.out
    with office.read() as store:
        (change,) = store.dns_changes()
    assert (change.driver, change.last_event) == ("manual", "read-back")


def test_interrupted_while_waiting_and_run_again(office):
    """Ctrl-C while the person clicks loses nothing: the next run sees that it was done."""
    with office.admin.start("cutover", "--yes", "--wait", "60s") as running:
        running.wait_for(ASKED)
        running.end(signal.SIGINT, ends=ExitCode.INTERRUPTED)
    office.lab.switch_mx()

    again = office.run("cutover", "--yes")

    assert ASKED not in again.out + again.err
    with office.read() as store:
        assert [c.last_event for c in store.dns_changes()] == ["read-back"]


def test_nobody_clicks(office):
    """When the time is up and nothing changed, the switch is not called done."""
    said = office.run("cutover", "--yes", "--wait", "1s", ends=ExitCode.CANNOT_TELL)

    assert "error: " in said.err
    with office.read() as store:
        assert [c.last_event for c in store.dns_changes()] != ["read-back"]
