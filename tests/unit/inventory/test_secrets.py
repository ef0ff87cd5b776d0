"""Secrets are looked up late, once, and never shown."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from migrate_mail.errors import SecretError
from migrate_mail.inventory.model import SecretRef
from migrate_mail.inventory.secrets import Secrets


def _secrets(base: Path, environ: dict[str, str] | None = None, ask=None) -> Secrets:
    return Secrets(base, environ=environ or {}, ask=ask)


def _file(base: Path, content: bytes, mode: int = 0o600) -> SecretRef:
    path = base / "secret"
    path.write_bytes(content)
    path.chmod(mode)
    return SecretRef("file", "secret")


def test_the_environment_gives_a_secret(tmp_path):
    """`env:` reads one variable, and what comes out does not print."""
    secret = _secrets(tmp_path, {"A": "hunter2"}).get(SecretRef("env", "A"))

    assert secret.reveal() == "hunter2"
    assert str(secret) == "***"


@pytest.mark.parametrize("content", [b"hunter2", b"hunter2\n", b"hunter2\r\n"])
def test_a_file_gives_its_one_line(tmp_path, content):
    """`file:` starts at the folder of migration.yaml; the line end is not part of the secret."""
    assert _secrets(tmp_path).get(_file(tmp_path, content)).reveal() == "hunter2"


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"hunter2\nmore\n", b"hunter2\0", b"hunter2\xff"]
)
def test_a_file_that_holds_no_password_is_refused(tmp_path, content):
    """Empty, several lines, not text: refused, without showing what is in it."""
    with pytest.raises(SecretError) as caught:
        _secrets(tmp_path).get(_file(tmp_path, content))

    assert "file:secret" in caught.value.message
    assert "hunter2" not in f"{caught.value.message} {caught.value.hint}"
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620])
def test_a_file_that_others_can_read_is_refused(tmp_path, mode):
    """A secret file is for its owner only; the hint says how to make it so."""
    with pytest.raises(SecretError) as caught:
        _secrets(tmp_path).get(_file(tmp_path, b"hunter2", mode))

    assert f"{mode:03o}" in caught.value.message
    assert caught.value.hint == f"chmod 600 {tmp_path / 'secret'}"


def test_a_command_runs_without_a_shell(tmp_path):
    """`cmd:` splits words as a shell would, and does nothing else that a shell does."""
    script = "import sys; print(sys.argv[1])"
    ref = SecretRef("cmd", f"{sys.executable} -c '{script}' '$HOME;x'")

    assert _secrets(tmp_path).get(ref).reveal() == "$HOME;x"


@pytest.mark.parametrize(
    "locator",
    [
        f'{sys.executable} -c \'import sys; sys.stderr.write("hunter2"); print("hunter2"); sys.exit(3)\'',
        "/nonexistent/command",
        "unclosed 'quote",
        f"{sys.executable} -c 'import sys; sys.stdout.buffer.write(b\"hunter2\\xff\")'",
    ],
)
def test_a_command_that_fails_is_named_and_not_quoted(tmp_path, locator):
    """Neither stdout nor stderr of a failed command is shown: the secret might be in it."""
    with pytest.raises(SecretError) as caught:
        _secrets(tmp_path).get(SecretRef("cmd", locator))

    said = str(caught.value).replace(locator, "")
    assert "hunter2" not in said
    assert "hunter2" not in str(caught.value.hint)


def test_a_person_is_asked_once(tmp_path):
    """`prompt` asks with its own words, and keeps the answer in memory."""
    asked = []

    def ask(question: str) -> str:
        asked.append(question)
        return "hunter2"

    secrets = _secrets(tmp_path, ask=ask)
    got = [secrets.get(SecretRef("prompt", "Anna at old")).reveal() for _ in range(2)]

    assert got == ["hunter2", "hunter2"]
    assert asked == ["Anna at old: "]


@pytest.mark.parametrize(
    "ref",
    [
        SecretRef("prompt", ""),
        SecretRef("env", "MISSING"),
        SecretRef("file", "missing"),
        SecretRef("file", "secret/below"),
        SecretRef("file", "."),
        SecretRef("file", "a\0b"),
    ],
    ids=str,
)
def test_what_cannot_be_looked_up_is_named(tmp_path, ref):
    """The error names the reference."""
    _file(tmp_path, b"x")
    with pytest.raises(SecretError) as caught:
        _secrets(tmp_path).get(ref)

    assert str(ref) in caught.value.message


def test_without_the_keyring_package_the_extra_is_named(tmp_path, monkeypatch):
    """`keyring:` says which extra to install."""
    monkeypatch.setitem(sys.modules, "keyring", None)

    with pytest.raises(SecretError) as caught:
        _secrets(tmp_path).get(SecretRef("keyring", "mail/anna"))

    assert caught.value.hint == "pip install 'migrate-mail[keyring]'"


def test_what_changes_is_looked_up_again(tmp_path):
    """A token that a program renews is read anew each time it is asked for so."""
    secrets = _secrets(tmp_path)
    ref = _file(tmp_path, b"first")

    assert secrets.get(ref).reveal() == "first"
    _file(tmp_path, b"second")

    assert secrets.get(ref).reveal() == "first"
    assert secrets.get(ref, anew=True).reveal() == "second"


def test_a_key_file_has_many_lines(tmp_path):
    """A service account's key is taken whole where a key is wanted."""
    ref = _file(tmp_path, b'{\n  "type": "service_account"\n}\n')

    assert _secrets(tmp_path).get(ref, lines=True).reveal().count("\n") == 2
