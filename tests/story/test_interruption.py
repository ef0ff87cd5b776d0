"""A command that is cut short leaves everything usable, and the next one goes on from there."""

from __future__ import annotations

import re
import signal
from collections import Counter

from migrate_mail.errors import ExitCode
from migrate_mail.finding import Outcome

SLOW = "smtp-reach"
"""The step that hangs: new accepts the connection and says nothing."""
BESIDE = "ok  The new MX hosts are legal names with addresses"
"""Printed when another step of the same stage has ended, so that the slow one is under way."""
ALL_PASSED = re.compile(r"steps: 2 for a person, (?:[0-9]+ skipped, )?[0-9]+ passed")
"""Nothing failed, nothing is unknown."""
KEPT = "(passed before the interruption)"


def _hang(office):
    office.lab.new.smtp.faults.greeting = "hang"
    return office.admin.start("preflight")


def test_ctrl_c_and_again(office):
    """Ctrl-C ends with 130; the next run keeps what had passed, looks at the rest, and says which."""
    with _hang(office) as running:
        running.wait_for(BESIDE)
        said = running.end(signal.SIGINT, ends=ExitCode.INTERRUPTED)
    office.lab.mend_mx()

    again = office.run("preflight", ends=ExitCode.NO_GO)

    assert "interrupted" in said.err
    assert "again to go on" in said.err
    assert said.out == ""
    kept = [line for line in again.err.splitlines() if KEPT in line]
    assert any(line.startswith(BESIDE) for line in kept)
    assert len(kept) >= 7
    assert not any("STARTTLS" in line for line in kept)
    assert "ok  Every address of the new MX hosts answers, with STARTTLS" in again.err
    assert ALL_PASSED.search(again.out)
    with office.read() as store:
        assert [r.outcome for r in store.runs()] == ["interrupted", "NO-GO"]


def test_fresh_keeps_nothing(office):
    """`--fresh` looks at everything again, also after an interruption."""
    with _hang(office) as running:
        running.wait_for(BESIDE)
        running.end(signal.SIGINT, ends=ExitCode.INTERRUPTED)
    office.lab.mend_mx()

    again = office.run("preflight", "--fresh", ends=ExitCode.NO_GO)

    assert KEPT not in again.err
    assert ALL_PASSED.search(again.out)


def test_second_command_says_who_works(office):
    """While one command works, another names it and ends; people may speak, the report can be read."""
    with _hang(office) as running:
        running.wait_for(BESIDE)
        refused = office.run("sync", ends=ExitCode.USAGE)
        office.run("confirm", "announced", "--by", "Mia")
        office.run("report", "--short")
        running.end(signal.SIGINT, ends=ExitCode.INTERRUPTED)

    assert f"pid {running.pid}, `preflight`, since 20" in refused.error
    assert "hint: " in refused.err


def test_killed(office):
    """Kill -9 in the middle of a look: what was seen is kept, no lock stays, the next run goes on."""
    with _hang(office) as running:
        running.wait_for(BESIDE)
        running.end(signal.SIGKILL, ends=-signal.SIGKILL)

    report = office.run("report", "--json").json
    office.lab.mend_mx()
    again = office.run("preflight", ends=ExitCode.NO_GO)

    assert report["verdict"] == "NO-GO"
    assert KEPT in again.err
    assert ALL_PASSED.search(again.out)
    with office.read() as store:
        assert store.results(1)
        assert store.runs()[0].outcome is None


BLOCK = 25
"""Replies that are written down together, and asked for again when a kill comes between."""
MANY = [f"list{n:03d}@lindenhof.example" for n in range(300)]


def _asked(office) -> Counter[str]:
    """Return how often each of many addresses was asked for."""
    words = [line.split()[1] for line in office.lab.new.smtp.log if line.startswith("RCPT ")]
    return Counter(word for word in words if word in MANY)


def test_killed_while_it_asks_for_many_addresses(office):
    """Kill -9 in the middle: the next run asks only for the rest, says so, and is complete."""
    for address in MANY:
        office.lab.new.directory.add_alias(address, ["anna@lindenhof.example"])
    rows = office.migration.with_name("addresses.csv")
    with rows.open("a") as file:
        file.writelines(f"{address},alias,anna@lindenhof.example\n" for address in MANY)
    office.lab.new.smtp.faults.slow = 0.01
    steps = ("preflight", "--only", "smtp-reach", "--only", "recipients")
    with office.admin.start(*steps) as running:
        running.wait_until(lambda: len(_asked(office)) >= 150)
        running.end(signal.SIGKILL, ends=-signal.SIGKILL)
    asked = _asked(office)
    office.lab.new.smtp.faults.slow = 0

    again = office.run(*steps, ends=None)
    both = _asked(office)
    office.run(*steps, ends=None)

    assert set(both) == set(MANY)
    twice = [a for a in MANY if both[a] > 1]
    assert len(twice) <= BLOCK
    assert all(both[a] == 1 for a in list(asked)[: -BLOCK - 1])
    assert "ok  The new server accepts every address" in again.err
    assert all(number == both[address] + 1 for address, number in _asked(office).items())
    with office.read() as store:
        (first,) = [r for r in store.results(2) if r.step.startswith("recipients")]
        (second,) = [r for r in store.results(3) if r.step.startswith("recipients")]
        assert store.chain().faults == ()
    (told,) = [f for f in first.findings if f.tag == "RECIPIENTS_TAKEN_UP"]
    assert told.args["count"] >= len(asked) - BLOCK
    assert first.outcome is second.outcome is Outcome.PASS
    assert "RECIPIENTS_TAKEN_UP" not in {f.tag for f in second.findings}
