"""Resolving secret references, late, and keeping what they gave in memory only."""

from __future__ import annotations

import importlib
import os
import shlex
import stat
import subprocess
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from migrate_mail.errors import SecretError
from migrate_mail.inventory.model import SecretRef
from migrate_mail.secret import Secret

_PATIENCE = 30
_LONGEST = 64 * 1024


class Secrets:
    """Gives out secrets by reference; each is looked up once. Safe to call from several threads.

    base: the folder that `file:` paths start from. ask: asks a person without echo; None when
    nobody can be asked.
    """

    def __init__(
        self, base: Path, *, environ: Mapping[str, str], ask: Callable[[str], str] | None
    ) -> None:
        self._base = base
        self._environ = environ
        self._ask = ask
        self._known: dict[SecretRef, Secret] = {}
        self._lock = threading.Lock()

    def get(self, ref: SecretRef, *, anew: bool = False, lines: bool = False) -> Secret:
        """Return the secret. Raise SecretError, which names the reference and never the value.

        anew: looked up again, for what changes while we run, such as a token. lines: it may
        have more than one, as a key file has.
        """
        with self._lock:
            if anew or ref not in self._known:
                self._known[ref] = Secret(_clean(ref, self._look_up(ref), lines=lines))
            return self._known[ref]

    def _look_up(self, ref: SecretRef) -> str:
        match ref.scheme:
            case "env":
                return self._from_environment(ref)
            case "file":
                return _from_file(ref, self._base / ref.locator)
            case "cmd":
                return _from_command(ref, self._base)
            case "keyring":
                return _from_keyring(ref)
            case "prompt":
                return self._from_person(ref)

    def _from_environment(self, ref: SecretRef) -> str:
        value = self._environ.get(ref.locator)
        if value is None:
            hint = f"set it for this command: {ref.locator}=… migrate-mail …"
            raise SecretError(f"{ref}: there is no such environment variable", hint=hint)
        return value

    def _from_person(self, ref: SecretRef) -> str:
        if self._ask is None:
            hint = "use env:, file:, cmd: or keyring: where no person sits"
            raise SecretError(f"{ref}: there is no terminal to ask at", hint=hint)
        return self._ask(f"{ref.locator or 'Password'}: ")


def _clean(ref: SecretRef, value: str, *, lines: bool) -> str:
    """Return the value without its line end; refuse what can be no password."""
    value = value.removesuffix("\n").removesuffix("\r")
    if not value:
        raise SecretError(f"{ref}: the secret is empty")
    if ("\n" in value and not lines) or "\0" in value:
        hint = "a secret is one line"
        raise SecretError(f"{ref}: holds more than one line", hint=hint)
    return value


def _from_file(ref: SecretRef, path: Path) -> str:
    try:
        with path.open("rb") as stream:
            _refuse_open_doors(ref, path, os.fstat(stream.fileno()))
            return stream.read(_LONGEST).decode()
    except (FileNotFoundError, NotADirectoryError):
        raise SecretError(f"{ref}: there is no file {path}") from None
    except UnicodeDecodeError:
        raise SecretError(f"{ref}: {path} is not UTF-8") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no usable path"
        raise SecretError(f"{ref}: cannot read {path}: {reason}") from None


def _refuse_open_doors(ref: SecretRef, path: Path, status: os.stat_result) -> None:
    """Raise SecretError for a file that others on this machine can read."""
    if os.name == "posix" and status.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        mode = f"{stat.S_IMODE(status.st_mode):03o}"
        hint = f"chmod 600 {shlex.quote(str(path))}"
        raise SecretError(f"{ref}: others may read or write {path} (mode {mode})", hint=hint)


def _from_command(ref: SecretRef, base: Path) -> str:
    """Run the command without a shell. Its stderr is not shown: the secret might be in it."""
    try:
        words = shlex.split(ref.locator)
        done = subprocess.run(  # noqa: S603 - the admin's own command, no shell
            words,
            cwd=base,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise SecretError(f"{ref}: gave no answer within {_PATIENCE} s") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "its quotes do not match"
        raise SecretError(f"{ref}: cannot be run: {reason}") from None
    if done.returncode != 0:
        hint = "run it by hand to see what it says"
        raise SecretError(f"{ref}: ended with exit code {done.returncode}", hint=hint)
    try:
        return done.stdout.decode()
    except UnicodeDecodeError:
        raise SecretError(f"{ref}: what it printed is not UTF-8") from None


def _from_keyring(ref: SecretRef) -> str:
    try:
        keyring = importlib.import_module("keyring")
    except ImportError:
        hint = "pip install 'migrate-mail[keyring]'"
        raise SecretError(f"{ref}: the keyring package is not installed", hint=hint) from None
    service, _, user = ref.locator.partition("/")
    try:
        value = keyring.get_password(service, user)
    except keyring.errors.KeyringError as error:
        raise SecretError(
            f"{ref}: the keyring did not answer: {type(error).__name__}"
        ) from None
    if value is None:
        hint = f"keyring set {shlex.quote(service)} {shlex.quote(user)}"
        raise SecretError(f"{ref}: the keyring has no such entry", hint=hint)
    return str(value)
