"""The one place that catches: every error becomes words, a hint and an exit code."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import typer

from migrate_mail.cli.console import note
from migrate_mail.errors import ExitCode, MigrateMailError


def guarded(command: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a command so that whatever it raises ends as an exit code, never as a traceback."""

    @functools.wraps(command)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except typer.Exit:
            raise
        except MigrateMailError as error:
            _explain(error)
            raise typer.Exit(error.exit_code) from None
        except KeyboardInterrupt:
            note(
                "interrupted; what was recorded stays recorded. Run the same command again to go on."
            )
            raise typer.Exit(ExitCode.INTERRUPTED) from None
        except BrokenPipeError:
            _close_stdout()
            raise typer.Exit(ExitCode.GO) from None
        except OSError as error:
            _explain_os(error)
            raise typer.Exit(ExitCode.USAGE) from None
        except Exception as error:  # noqa: BLE001 - the last line of defence, by design the only one
            _bug(error)

    return wrapper


def _explain(error: MigrateMailError) -> None:
    """Say what was seen, what was wanted, the next step. Servers' words are made harmless."""
    for complaint in getattr(error, "complaints", ()):
        note(str(complaint))
        note()
    note(f"error: {_harmless(error.message)}")
    if error.hint:
        note()
        note(f"hint: {_harmless(error.hint)}")


def _harmless(text: str) -> str:
    from migrate_mail.report.escape import plain

    return "\n".join(plain(line) for line in text.split("\n"))


def _explain_os(error: OSError) -> None:
    place = f"{error.filename}: " if error.filename else ""
    note(f"error: {place}{error.strerror or error}")


def _bug(error: Exception) -> NoReturn:
    """Say where it happened. No values: a value may be a secret."""
    from migrate_mail import __version__

    note(f"error: this is a bug in migrate-mail {__version__}: {type(error).__name__}")
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        note(f"  {code.co_filename}:{trace.tb_lineno} in {code.co_qualname}")
        trace = trace.tb_next
    note()
    note("hint: the state file is intact; please report the lines above")
    raise typer.Exit(ExitCode.BUG) from None


def _close_stdout() -> None:
    """Let the interpreter end in peace after the reader of our pipe went away."""
    import os

    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
