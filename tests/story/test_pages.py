"""What README and docs/ tell to type is typed here, line by line, against a company in the lab."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from migrate_mail.lab.company import Company
from migrate_mail.lab.project import write_project
from migrate_mail.lab.scene import scene
from support.commands import Commands
from support.pages import File, Line, Mark, pieces

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("how-to/*.md"))]
NOT_OURS = ("./dev", "pipx", "pip", "crontab", "#", "git", "ssh", "rsync", "pre-commit")
"""What these do is for others to prove; the tests themselves run by ./dev."""
PLACES = {"/etc/postfix/virtual": "virtual", "/etc/aliases": "aliases", "/var/log/mail.log": "mail.log"}  # fmt: skip
WHO = ("--by", "Anna Bauer", "--note", "seen")


class Reader:
    """Somebody who does what a page says, in a folder of their own."""

    def __init__(self, company: Company, folder: Path) -> None:
        self.company = company
        self.known = folder / "known"
        write_project(company, self.known)
        move = folder / "move"
        move.mkdir()
        shutil.copytree(self.known / "secrets", move / "secrets")
        for name in ("ca.pem", "sample.eml"):
            shutil.copy(self.known / name, move / name)
        self.admin = Commands(move)

    def do(self, piece: Mark | File | Line) -> None:
        """Do one thing that the page says."""
        match piece:
            case Mark(words):
                MARKS[words](self)
            case File(name, text):
                (self.admin.folder / name).write_text(self._here(text) + self._beside(name))
            case Line(words) if words[0].startswith(NOT_OURS):
                pass
            case Line(words, ends):
                assert words[0] == "migrate-mail", f"this is not run anywhere: {piece}"
                self._run(words[1:], ends)

    def _run(self, words: tuple[str, ...], ends: int) -> None:
        words, target = (words[: words.index(">")], words[-1]) if ">" in words else (words, "")
        arguments = [self._here(word) for word in words]
        if arguments[0] == "init":
            arguments += self._answers(arguments)
            arguments += ["--resolver", f"127.0.0.1:{self.company.resolver.port}"]
        asks = (
            arguments[0] == "cutover" and "--dry-run" not in arguments
        ) or "--apply" in arguments
        if asks and "--yes" not in arguments:
            arguments.append("--yes")  # who sits at the terminal nods
        if arguments[0] in {"demo", "--install-completion"}:
            return  # tests of their own, and a change to somebody's home
        if target:  # a shell empties the file before the command begins
            (self.admin.folder / target).write_text("")
        said = self.admin.run(*arguments, ends=ends)
        if target:
            (self.admin.folder / target).write_text(said.out)

    def _answers(self, arguments: list[str]) -> list[str]:
        """Answer for whoever sits at the terminal, when the page lets `init` ask."""
        if "--no-input" in arguments:
            return []
        (self.admin.folder / "said.yaml").write_text(self._beside("answers.yaml"))
        return ["--no-input", "--answers", "said.yaml"]

    def _here(self, text: str) -> str:
        for there, here in PLACES.items():
            text = text.replace(there, here)
        return text.replace("example.org", self.company.domain)

    def _beside(self, name: str) -> str:
        """Return what an answers file needs in a lab, where no name is in the real DNS."""
        if name != "answers.yaml":
            return ""
        return f"ca: ca.pem\nconnect: {json.dumps(self.company.connect())}\n"


def _fill_in(reader: Reader) -> None:
    """Write over what `init` could not know."""
    for path in reader.known.glob("*.*"):
        shutil.copy(path, reader.admin.folder / path.name)


def _lists(reader: Reader) -> None:
    """Fill in accounts.csv and addresses.csv."""
    for name in ("accounts.csv", "addresses.csv"):
        shutil.copy(reader.known / name, reader.admin.folder / name)


def _sign(reader: Reader) -> None:
    """Confirm what still waits for a person before the switch."""
    steps = reader.admin.run("preflight", "--json", ends=None).json["steps"]
    waiting = [s["step"] for s in steps if s["standing"] == "pending"]
    if waiting:
        reader.admin.run("confirm", *waiting, *WHO)


def _sign_after(reader: Reader) -> None:
    """Confirm what waits for a person after the switch."""
    steps = reader.admin.run("verify", "--json", ends=None).json["steps"]
    waiting = [s["step"] for s in steps if s["standing"] == "pending"]
    if waiting:
        reader.admin.run("confirm", *waiting, *WHO)


def _exports(reader: Reader) -> None:
    """Lay out what old's servers hold: maps, a log."""
    folder = reader.admin.folder
    domain = reader.company.domain
    (folder / "virtual").write_text(f"sales@{domain} anna@{domain}\n")
    (folder / "aliases").write_text("root: anna\n")
    (folder / "people.ldif").write_text(f"dn: uid=anna\nmail: anna@{domain}\n")
    (folder / "mail.log").write_text(
        f"Nov 20 10:00:00 mx postfix/smtp[1]: 4X: to=<anna@{domain}>, relay=x, dsn=2.0.0, status=sent (ok)\n"
    )


MARKS: dict[str, Callable[[Reader], None]] = {
    "fill in the TODOs": _fill_in,
    "fill in the lists": _lists,
    "sign what is left": _sign,
    "sign what is left after the switch": _sign_after,
    "exports of old": _exports,
}


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """A reader at a healthy company."""
    with scene() as company:
        yield Reader(company, tmp_path)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_what_a_page_tells_to_type_works(reader, page):
    """Every line ends with 0, or with the exit code that its comment tells."""
    found = list(pieces(page))
    assert [p for p in found if isinstance(p, Line)], "a page without a single command"
    for piece in found:
        reader.do(piece)
