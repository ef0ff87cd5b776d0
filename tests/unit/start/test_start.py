"""Beginning a migration: who the provider is, what is asked, and files that are right but for what says TODO."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from migrate_mail.checklist.builtin import names
from migrate_mail.checklist.load import load_checklist
from migrate_mail.files.complaint import InvalidFiles
from migrate_mail.inventory.load import load_inventory
from migrate_mail.run.bind import bind
from migrate_mail.start.answers import Answers, read_answers
from migrate_mail.start.look import Seen
from migrate_mail.start.providers import PROVIDERS, provider_of
from migrate_mail.start.questions import ask_all, missing, propose_all, with_answer
from migrate_mail.start.write import files_of

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOSTED = Seen(
    "example.org", ("ns1.example.net",), ((10, "mx00.kundenserver.de"), (10, "mx01.kundenserver.de")),
    86400, "v=spf1 include:_spf.perfora.net -all", "", "",
)  # fmt: skip
OWN = Seen("example.org", ("ns1.example.net",), ((10, "mail.example.org"),), 300)
FULL = {
    "new_mx": ["1 smtp.google.com"], "accounts": ["anna@example.org"], "mail_admin": "Anna Bauer, ext 1",
    "old_imap": "imap.example.net:143", "probe_helo": "admin.example.org",
}  # fmt: skip


def write(folder: Path, seen: Seen, answers: Answers, *, public: bool = True) -> Path:
    """Write what `init` would, and return migration.yaml."""
    for name, text in files_of([seen], answers, resolvers=[], public=public, now=NOW).items():
        (folder / name).write_text(text)
    return folder / "migration.yaml"


@pytest.mark.parametrize(
    ("hosts", "name"),
    [
        (["smtp.google.com"], "Google Workspace"),
        (["aspmx.l.google.com", "alt1.aspmx.l.google.com"], "Google Workspace"),
        (["example-org.mail.protection.outlook.com."], "Microsoft 365"),
        (["example-org.x-v1.mx.microsoft"], "Microsoft 365"),
        (["notgoogle.com"], None),
        (["mail.example.org"], None),
        (["smtp.google.com", "mail.example.org"], None),
        ([], None),
    ],
)
def test_the_provider_is_known_by_its_mx_hosts(hosts, name):
    """A name that only looks alike, and hosts of two, are nobody's."""
    found = provider_of(hosts)

    assert (found.name if found else None) == name


def test_checklists_of_providers_are_shipped():
    """What is proposed exists."""
    assert {p.leaving for p in PROVIDERS} | {p.arriving for p in PROVIDERS} <= {"", *names()}


@pytest.mark.parametrize("seen", [HOSTED, OWN])
@pytest.mark.parametrize(
    "to", ["generic", "self-hosted", "google-workspace", "microsoft-365", "minimal"]
)
@pytest.mark.parametrize("leaving", ["none", "cpanel", "from-microsoft-365"])
def test_what_is_written_is_right_when_all_is_answered(tmp_path, seen, to, leaving):
    """The files load and bind as they are."""
    answers = propose_all(
        Answers(**{**FULL, "to": to, "leaving": leaving}), [seen], "admin.example.org"
    )

    path = write(tmp_path, seen, answers)

    inventory = load_inventory(path)
    assert missing(answers) == []
    plan = bind([load_checklist(n, tmp_path) for n in inventory.spec.checklists], inventory)
    assert {s.card.owner for s in plan.steps} <= set(inventory.spec.people)


def test_what_is_open_says_todo_and_nothing_else_is_wrong(tmp_path):
    """With no answer at all, every complaint is about a TODO, or that nobody moves yet."""
    path = write(tmp_path, OWN, propose_all(Answers(), [OWN], "box"))

    with pytest.raises(InvalidFiles) as caught:
        load_inventory(path)

    assert {(c.code, Path(c.file).name) for c in caught.value.complaints} == {
        ("to-do", "migration.yaml"),
        ("empty", "accounts.csv"),
    }


def test_the_planned_spf_record_keeps_what_is_there(tmp_path):
    """The new provider is let send, too; everybody who might stays."""
    text = write(
        tmp_path, HOSTED, propose_all(Answers(**FULL), [HOSTED], "a.example")
    ).read_text()

    assert "v=spf1 include:_spf.google.com include:_spf.perfora.net -all" in text


def test_public_servers_get_the_checklist_of_the_internet(tmp_path):
    """An inner network is not asked what it cannot fulfil."""
    answers = propose_all(Answers(**FULL), [OWN], "a.example")

    assert "builtin:internet" in write(tmp_path, OWN, answers, public=True).read_text()
    assert "builtin:internet" not in write(tmp_path, OWN, answers, public=False).read_text()


def test_a_wrong_answer_is_told_and_asked_again():
    """Empty takes the proposal; what cannot be left open is marked later."""
    said: list[str] = []
    answers = iter(
        [
            "",
            "mx 1 2",
            "10 mx1.new.example, mx2.new.example",
            "imap.new.example:99999",
            "imap.new.example",
        ]
    )
    asked: list[str] = []

    def ask(question: str) -> str:
        asked.append(question)
        return next(answers, "")

    def tell(text: str) -> str:
        said.append(text)
        return ""

    done = ask_all(Answers(), [OWN], "admin.example.org", ask, tell)

    assert done.name == "Move example.org to another server"
    assert done.new_mx == ["10 mx1.new.example", "10 mx2.new.example"]
    assert done.new_imap == "imap.new.example"
    assert len(said) == 2
    assert missing(done) == ["old_imap", "mail_admin"]


def test_a_machine_with_an_impossible_name_is_left_open():
    """A proposal that is none is not taken, and nobody is asked for ever."""
    assert propose_all(Answers(), [OWN], "my_box.example.org").probe_helo is None
    done = ask_all(Answers(), [OWN], "my_box.example.org", lambda _: "", lambda text: text)
    assert done.probe_helo is None


def test_a_password_is_refused_and_not_repeated():
    """Where a reference is wanted, a secret that was typed is shown nowhere."""
    with pytest.raises(ValueError, match="not written into a file") as caught:
        with_answer(Answers(), "old_secret", "hunter2-Geheim")

    assert "hunter2" not in str(caught.value)


def test_a_file_of_answers_is_held_to_the_same_rules(tmp_path):
    """Every mistake at its line."""
    path = tmp_path / "answers.yaml"
    path.write_text("new_imap: 'http://x'\nto: genric\nnew_secret: hunter2-Geheim\n")

    with pytest.raises(InvalidFiles) as caught:
        read_answers(path)

    assert [c.line for c in caught.value.complaints] == [1, 2, 3]
    assert "hunter2" not in "".join(map(str, caught.value.complaints))
