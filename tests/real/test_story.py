"""A whole migration on real servers, through the command line only: there, and back again."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from real import faults
from real.cli import Admin, Said
from real.compare import contents, differences, subscriptions_missing
from real.post import landed, send
from real.project import secrets_of, write_project
from real.servers.processes import until
from real.servers.world import DOMAIN, OLD_PASSWORDS, TTL, World

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

OLD_MX = ["10 mx.oldhost.test."]
NEW_MX = ["10 mx1.newhost.test.", "20 mx2.newhost.test."]
WHO = ("--by", "Anna Bauer")


def test_lindenhof_moves_to_new_and_back(world, tmp_path):
    """NO-GO with reasons, mended, GO; copied, switched, proved, reported; and taken back."""
    admin = Admin(tmp_path, write_project(world, tmp_path))
    faults.plant(world)

    admin.runs("validate", "migration.yaml")
    the_faults_are_named(admin)
    the_switch_is_refused(world, admin)
    a_fault_can_be_waived_by_name(admin)
    faults.mend(world)
    every_message_is_copied_exactly_once(world, admin)
    people_say_what_they_did(admin)
    a_dry_run_changes_nothing(world, admin)
    straggler = the_switch_counts_when_the_ttl_has_run_out(world, admin)
    old_passes_on(world)
    the_straggler_is_missed(admin)
    the_straggler_is_brought_over(world, admin, straggler)
    the_proof_is_go(admin)
    the_reports_say_it(admin)
    the_way_back_is_known(world, admin)
    the_way_back_works(world, admin)
    no_secret_was_told(world, admin)


def the_faults_are_named(admin: Admin) -> None:
    """Each planted fault is among the reasons, and nothing else looks broken."""
    said = admin.runs("preflight", ends=1)

    assert said.out.startswith("NO-GO")
    for sign in (faults.FORGOTTEN, str(faults.HIGH_TTL), faults.ALIAS_HOST, "CNAME"):
        assert sign in said.out, f"{sign} is not named\n{said}"
    failed = {s["step"] for s in _steps(admin) if s["standing"] in ("fail", "unknown")}
    steps = ("ttl-lowered", "recipients", "way-back-open", "from-new")
    assert failed == {*(f"{step}[{DOMAIN}]" for step in steps), "mx-targets"}


def the_switch_is_refused(world: World, admin: Admin) -> None:
    """Without a GO nothing is changed, and the refusal is an exit code of its own."""
    admin.runs("cutover", "--yes", *WHO, ends=4)

    assert world.knot.rrset(DOMAIN, "MX") == (faults.HIGH_TTL, OLD_MX)


def a_fault_can_be_waived_by_name(admin: Admin) -> None:
    """A waiver takes its step out of the way; the other faults still stop."""
    step = next(s["step"] for s in _steps(admin) if "ttl-lowered" in s["step"])

    admin.runs("waive", step, *WHO, "--reason", "the zone is moved tonight", "--until", "2h")

    now = {s["step"]: s["standing"] for s in _steps(admin)}
    assert now[step] == "waived"


def every_message_is_copied_exactly_once(world: World, admin: Admin) -> None:
    """Content, flags, dates, folders and subscriptions are as at old; a second run adds nothing."""
    admin.runs("sync", "--dry-run")
    admin.runs("sync")
    admin.runs("sync")

    for user in OLD_PASSWORDS:
        assert differences(contents(world.old, user), contents(world.new, user)) == [], user
        assert subscriptions_missing(world.old, world.new, user) == set(), user


def people_say_what_they_did(admin: Admin) -> None:
    """With the manual steps confirmed and the faults mended, preflight says GO."""
    _confirm_pending(admin, _steps(admin))

    said = admin.runs("preflight")

    assert said.out.startswith("GO"), str(said)


def a_dry_run_changes_nothing(world: World, admin: Admin) -> None:
    """The plan shows both RRsets, and the zone stays as it is."""
    said = admin.runs("cutover", "--dry-run")

    assert "mx.oldhost.test" in said.out
    assert "mx1.newhost.test" in said.out
    assert world.knot.rrset(DOMAIN, "MX") == (faults.MENDED_TTL, OLD_MX)


def the_switch_counts_when_the_ttl_has_run_out(world: World, admin: Admin) -> str:
    """Until caches have forgotten, mail lands at old; then at new. Return the early letter."""
    until(
        lambda: world.unbound.rrset(DOMAIN, "MX")[0] >= faults.MENDED_TTL - 1,
        "the cache was never fresh",
    )
    with ThreadPoolExecutor(1) as terminal:
        switch = terminal.submit(admin.runs, "cutover", "--yes", *WHO)
        until(
            lambda: switch.done() or world.knot.rrset(DOMAIN, "MX") == (TTL, NEW_MX),
            "the authority never showed the new MX",
        )
        assert world.unbound.rrset(DOMAIN, "MX")[1] == OLD_MX
        early = send(world)
        assert landed(world, early) == "old"
        switch.result()
    assert world.knot.rrset(DOMAIN, "MX") == (TTL, NEW_MX)
    until(lambda: world.unbound.rrset(DOMAIN, "MX")[1] == NEW_MX, "the resolver never forgot")
    assert world.unbound.authentic(DOMAIN, "MX")
    assert landed(world, send(world)) == "new"
    return early


def old_passes_on(world: World) -> None:
    """From now on old keeps nothing of what it still gets."""
    world.old.mx.set_options(
        virtual_mailbox_domains="",
        relay_domains=DOMAIN,
        transport_maps=f"inline:{{{{{DOMAIN} = smtp:[mx1.newhost.test]}}}}",
    )


def the_straggler_is_missed(admin: Admin) -> None:
    """While a letter lies only at old, verify says NO-GO, and whose mailbox it is."""
    said = admin.runs("verify", "--json", ends=1).json

    failed = {s["step"] for s in said["steps"] if s["standing"] == "fail"}
    assert said["verdict"] == "NO-GO"
    assert failed == {f"parity[anna@{DOMAIN}]", f"stragglers[anna@{DOMAIN}]"}
    _confirm_pending(admin, said["steps"])


def the_straggler_is_brought_over(world: World, admin: Admin, straggler: str) -> None:
    """Mail that still came to old is added to new, once; what is only at new stays."""
    user = f"anna@{DOMAIN}"

    admin.runs("sync")

    with world.new.box(user) as box:
        assert box.holds(straggler)
    old, new = contents(world.old, user), contents(world.new, user)
    missing = [d for d in differences(old, new) if "too many" not in d]
    assert missing == []
    assert new[()].total() == old[()].total() + 1


def the_proof_is_go(admin: Admin) -> None:
    """After the switch verify says GO: mail arrives at new, and nothing is left at old."""
    said = admin.runs("verify")

    assert said.out.startswith("GO"), str(said)


def the_reports_say_it(admin: Admin) -> None:
    """Each format has the verdict, the owners, the change, the waiver and the table of detours."""
    text = admin.runs("report").out
    markdown = admin.runs("report", "--format", "markdown").out
    data = admin.runs("report", "--format", "json")

    assert isinstance(data.json, dict)
    for report in (text, markdown, data.out):
        for sign in ("GO", "Anna Bauer", "Ben Keller", "mx1.newhost.test", "moved tonight"):
            assert sign in report, f"{sign} is not in the report\n{report}"
        assert "imap.oldhost.test:993" in report


def the_way_back_is_known(world: World, admin: Admin) -> None:
    """The plan of the way back has times, and showing it changes nothing."""
    said = admin.runs("rollback")

    assert "mx.oldhost.test" in said.out
    assert re.search(r"\d\d:\d\d", said.out), str(said)
    assert world.knot.rrset(DOMAIN, "MX") == (TTL, NEW_MX)


def the_way_back_works(world: World, admin: Admin) -> None:
    """The RRset is as it was, TTL and all, and mail lands at old when the new TTL has run out."""
    world.old.mx.set_options()
    admin.runs("rollback", "--apply", "--yes", *WHO)

    assert world.knot.rrset(DOMAIN, "MX") == (faults.MENDED_TTL, OLD_MX)
    until(
        lambda: world.unbound.rrset(DOMAIN, "MX")[1] == OLD_MX, "the resolver never came back"
    )
    assert landed(world, send(world)) == "old"


def no_secret_was_told(world: World, admin: Admin) -> None:
    """No password and no key is in anything that was printed or recorded."""
    told = [str(said) for said in admin.transcript]
    kept = [p for p in admin.folder.glob("migration.state*") if p.is_file()]

    assert kept
    for secret in secrets_of(world):
        assert not [t for t in told if secret in t]
        assert not [p for p in kept if secret.encode() in p.read_bytes()]


def _steps(admin: Admin) -> list[dict[str, str]]:
    """Look again, and return how each step stands."""
    said: Said = admin.runs("preflight", "--json", ends=None)
    assert datetime.fromisoformat(said.json["at"]).tzinfo is not None
    steps: list[dict[str, str]] = said.json["steps"]
    return steps


def _confirm_pending(admin: Admin, steps: list[dict[str, str]]) -> None:
    for step in steps:
        if step["standing"] == "pending":
            admin.runs("confirm", step["step"], *WHO, "--note", "done, seen with my own eyes")
