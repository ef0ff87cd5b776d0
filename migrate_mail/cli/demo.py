"""`migrate-mail demo`: the whole way of a migration on servers inside this process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from migrate_mail.cli.console import note, out, out_json
from migrate_mail.cli.options import JsonOption

if TYPE_CHECKING:
    from migrate_mail.cli.demo_story import Run, Scene
    from migrate_mail.lab.company import Company


def demo(
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the servers running afterwards, to play with.")
    ] = False,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--folder", help="Where to write the files (default: a new temporary folder)."
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Tell the story of a small company's move, with the real commands on small servers.

    Everything runs in this process on 127.0.0.1: name servers, a resolver, SMTP and IMAP on
    both sides. It takes some seconds and touches nothing outside its folder.

    Examples:
      migrate-mail demo
      migrate-mail demo --keep --folder ~/lindenhof
    """
    import tempfile
    import time

    from migrate_mail.cli.demo_story import PLANTED, story
    from migrate_mail.lab.scene import scene

    place = folder or Path(tempfile.mkdtemp(prefix="migrate-mail-demo-"))
    _fresh(place)
    began = time.monotonic()
    with scene(**PLANTED) as company:
        company.write_project(place)
        for one in story():
            _play(one, company, place, as_json=json)
        seconds = time.monotonic() - began
        _close(place, seconds, keep=keep, as_json=json)
        if keep:
            _keep_running()


def _fresh(place: Path) -> None:
    from migrate_mail.errors import Refused

    if place.is_dir() and any(place.iterdir()):
        raise Refused(
            f"{place} is not empty", hint="name a folder that is empty or does not exist yet"
        )


def _play(scene: Scene, company: Company, place: Path, *, as_json: bool) -> None:
    from migrate_mail.cli.demo_story import Do, Run, Say

    match scene:
        case Say(text):
            _tell(text, as_json=as_json)
        case Do(text, act):
            _tell(text, as_json=as_json)
            act(company)
        case Run():
            _run(scene, place, as_json=as_json)


def _tell(text: str, *, as_json: bool) -> None:
    if as_json:
        out_json({"said": text}, line=True)
        return
    import textwrap

    out()
    out(textwrap.fill(text, 80, initial_indent="# ", subsequent_indent="# "))


def _run(step: Run, place: Path, *, as_json: bool) -> None:
    """Run one command in a process of its own, as an admin would; the story ends where it ends otherwise."""
    import shlex
    import subprocess
    import sys
    import time

    from migrate_mail.errors import MigrateMailError

    shown = shlex.join(["migrate-mail", *step.arguments])
    if not as_json:
        out()
        out(f"$ {shown}")
        sys.stdout.flush()
    began = time.monotonic()
    done = subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-m", "migrate_mail", *step.arguments],
        cwd=place,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr if as_json else None,
        check=False,
    )
    if as_json:
        seconds = round(time.monotonic() - began, 2)
        out_json({"ran": shown, "exit_code": done.returncode, "seconds": seconds}, line=True)
    if done.returncode != step.ends:
        raise MigrateMailError(
            f"the story went another way: `{shown}` ended with {done.returncode}, not {int(step.ends)}",
            hint=f"the files are in {place}",
        )


def _close(place: Path, seconds: float, *, keep: bool, as_json: bool) -> None:
    if as_json:
        out_json(
            {"folder": str(place), "seconds": round(seconds, 1), "running": keep}, line=True
        )
        return
    out()
    out(
        f"# Told in {seconds:.0f} seconds. The files are in {place}: migration.yaml, accounts.csv,"
    )
    out("# addresses.csv, and migration.state, from which every report is made.")
    if keep:
        out()
        out(f"# The servers are still running. In another terminal: cd {place}")
        out(
            "# and then any command, such as: migrate-mail verify, or migrate-mail rollback --apply --yes"
        )


def _keep_running() -> None:
    import threading

    note("Ctrl-C ends the servers.")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        note("the servers are gone")
