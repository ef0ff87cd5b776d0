"""A new user on real servers: from `init` on the live domain to a printed GO, by what the program says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from real.cli import Admin
from real.project import write_project
from real.servers.knot import KEY_NAME
from real.servers.world import DOMAIN, OLD_PASSWORDS, World

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

ANSWERS = """\
new_mx: [10 mx1.newhost.test, 20 mx2.newhost.test]
new_imap: imap.newhost.test
old_imap: imap.oldhost.test
to: generic
accounts: [{accounts}]
mail_admin: "Anna Bauer, +41 00 000 00 01"
dns_admin: "Ben Keller, +41 00 000 00 02"
service_desk: "Desk, ext 400"
decider: "Carla Meier, +41 00 000 00 03"
probe_sender: probe@outside.test
probe_helo: probe.outside.test
ca: {ca}
dns_driver: rfc2136
dns_server: {primary}
dns_key: {key}
connect: {{"imap.oldhost.test:993": "{old}:993", "imap.newhost.test:993": "{new}:993"}}
"""
WHO = ("--by", "Anna Bauer", "--note", "seen")


def answers(world: World) -> str:
    """Return what this admin knows of the own servers."""
    network = world.network
    return ANSWERS.format(
        accounts=", ".join(OLD_PASSWORDS),
        ca=world.certificates.ca,
        primary=network.name_servers[0],
        key=KEY_NAME,
        old=network.old,
        new=network.new,
    )


def begin(world: World, folder: Path) -> Admin:
    """Run `init` in a new folder, and put the passwords where the files say."""
    known = folder / "known"
    known.mkdir()
    environment = write_project(world, known)  # its secrets only; what init writes is used
    move = folder / "move"
    move.mkdir()
    (folder / "answers.yaml").write_text(answers(world))
    (known / "secrets").rename(move / "secrets")
    admin = Admin(move, environment)
    command = ["init", DOMAIN, "--no-input", "--resolver", f"{world.network.resolver}"]
    said = admin.runs(*command, "--answers", str(folder / "answers.yaml"))
    assert "10 mx.oldhost.test" in said.err
    assert "migrate-mail preflight" in said.out
    return admin


def pending(admin: Admin, command: str) -> list[str]:
    """Look, and return the steps that wait for a person."""
    steps = admin.runs(command, "--json", ends=None).json["steps"]
    return [s["step"] for s in steps if s["standing"] == "pending"]


def test_from_init_to_a_printed_go(world, tmp_path):
    """The files that it writes are right as they are; the way to GO and on is what the program says."""
    admin = begin(world, tmp_path)

    admin.runs("validate", ".")
    admin.runs("sync", "--check-logins")
    admin.runs("sync")
    waiting = pending(admin, "preflight")
    assert {"roles", "pilot", "poll", f"old-relays[{DOMAIN}]"} <= set(waiting)
    admin.runs("confirm", *waiting, *WHO)
    said = admin.runs("preflight", ends=None)
    assert said.out.startswith(("GO", "NO-GO"))
    if "late-enough" in said.out:  # the old TTL has to run out first, as always
        assert re.search(r"until|not before", said.out), str(said)
        admin.runs("waive", f"late-enough[{DOMAIN}]", "--by", "Carla Meier", "--reason", "a lab", "--until", "1h")  # fmt: skip
        said = admin.runs("preflight")
        assert said.out.startswith(("GO", "CONDITIONAL")), str(said)

    page = admin.runs("report", "--short").out
    admin.runs("report", "--format", "html", "--output", "report.html")
    admin.runs("report", "--format", "pdf", "--output", "report.pdf")
    assert (admin.folder / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert "GO" in page.splitlines()[0]
    assert "Carla Meier" in (admin.folder / "report.html").read_text()


def test_nothing_is_overwritten(world, tmp_path):
    """A second `init` is refused, says which files, and changes none of them."""
    admin = begin(world, tmp_path)
    before = {p.name: p.read_bytes() for p in admin.folder.iterdir() if p.is_file()}

    said = admin.runs(
        "init", DOMAIN, "--no-input", "--resolver", world.network.resolver, ends=4
    )

    assert "migration.yaml" in said.err
    assert {p.name: p.read_bytes() for p in admin.folder.iterdir() if p.is_file()} == before


def test_what_is_not_known_is_marked_and_named(world, tmp_path):
    """Without answers the files are written all the same; `validate` names each TODO with its line."""
    admin = Admin(tmp_path, {})

    said = admin.runs(
        "init", DOMAIN, "--no-input", "--resolver", world.network.resolver, "--json"
    )

    assert "new_mx" in said.json["open"]
    wrong = admin.runs("validate", "migration.yaml", "--json", ends=2).json["complaints"]
    text = (tmp_path / "migration.yaml").read_text().splitlines()
    named = {c["line"] for c in wrong if c["code"] == "to-do"}
    assert named == {i for i, line in enumerate(text, 1) if re.search(r"[\s\"]TODO\b", line) and not line.startswith("#")}  # fmt: skip
