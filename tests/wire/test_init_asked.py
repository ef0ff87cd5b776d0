"""`init` at a terminal: it asks what it cannot know, tells why an answer will not do, and writes what was said."""

from __future__ import annotations

import json
from pathlib import Path

from migrate_mail.lab.scene import scene
from migrate_mail.start.answers import Answers
from support.commands import Commands
from support.shells import Shell

SAID = {
    "name": "Lindenhof moves",
    "new_mx": "10 mx1.newhost.example",
    "new_imap": "imap.newhost.example",
    "old_imap": "imap.oldhost.example",
    "to": "",
    "leaving": "",
    "old_secret": "file:secrets/old-${local}",
    "new_secret": "file:secrets/new-${local}",
    "accounts": "anna@lindenhof.example, bernd@lindenhof.example",
    "mail_admin": "Mia Berger, +49 30 5550 101",
    "dns_admin": "",
    "service_desk": "",
    "decider": "",
    "cutover_at": "",
    "probe_sender": "probe@it-service.example",
    "probe_helo": "probe.it-service.example",
    "ca": "",
    "dns_driver": "manual",
}
"""What is typed at each question, in their order; empty takes what is proposed."""


def _question(key: str) -> str:
    return (Answers.model_fields[key].description or "")[:30]


def test_a_person_is_asked(tmp_path: Path):
    """Everything once; what is wrong is told and asked again; the files are then right as they are."""
    (tmp_path / "home").mkdir()
    folder = tmp_path / "move"
    folder.mkdir()
    with scene() as company:
        known = f"connect: {json.dumps(company.connect())}\n"
        (folder / "known.yaml").write_text(known)
        shell = Shell(
            "bash", "--norc", "--noprofile", "-i", folder=folder, home=tmp_path / "home"
        )
        try:
            shell.type(
                f"migrate-mail init {company.domain} --answers known.yaml"
                f" --resolver 127.0.0.1:{company.resolver.port}\n"
            )
            assert shell.shows("10 mx1.oldhost.example"), shell.screen
            for key, words in SAID.items():
                assert shell.shows(_question(key)), (key, shell.screen)
                if key == "new_mx":
                    shell.type("mx1\n")
                    assert shell.shows("`mx1` has no dot"), shell.screen
                    assert shell.shows(_question(key)), shell.screen
                shell.type(f"{words}\n")
            assert shell.shows("migrate-mail preflight"), shell.screen
            assert "TODO" not in shell.screen
        finally:
            shell.close()
        said = Commands(folder).run("validate", ".")
    assert said.out == "2 files are valid\n"
    written = (folder / "migration.yaml").read_text()
    assert "Mia Berger" in written
    assert "host: mx1.newhost.example" in written
    assert (folder / "accounts.csv").read_text().count("@lindenhof.example") == 2
