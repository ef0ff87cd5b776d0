"""The options of `migrate-mail sync`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from migrate_mail.cli.completing import accounts
from migrate_mail.sync.phase import SyncPhase

OnlyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        metavar="GLOB",
        help="Only accounts whose address matches (repeatable).",
        autocompletion=accounts,
    ),
]
ExcludeOption = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude",
        metavar="GLOB",
        help="Leave out accounts that match (repeatable).",
        autocompletion=accounts,
    ),
]
JobsOption = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        min=1,
        help="Accounts at a time (default and most: the connections in migration.yaml).",
    ),
]
RateOption = Annotated[
    str | None,
    typer.Option(
        "--limit-rate",
        metavar="RATE",
        help="At most so many bytes a second, such as 2MB/s (see `limits` in migration.yaml, too).",
    ),
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Show folders and counts; change nothing.")
]
PhaseOption = Annotated[
    SyncPhase | None,
    typer.Option(
        "--phase",
        help="What the sync is for (default: what the state of the MX says). One that does not fit is refused.",
    ),
]
DeleteOption = Annotated[
    bool,
    typer.Option(
        "--delete",
        help="In phase stage, remove copies of ours whose originals are gone from old and that nobody touched.",
    ),
]
MaxDeleteOption = Annotated[
    str | None,
    typer.Option(
        "--max-delete",
        metavar="N|P%",
        help="At most so many for each account, else none is removed (default: 10%, and 10 messages in any case).",
    ),
]
ProbeOption = Annotated[
    bool,
    typer.Option(
        "--probe",
        help="With --dry-run: try out in a scratch folder at new what it does to messages; the folder is removed.",
    ),
]
TranscriptOption = Annotated[
    Path | None,
    typer.Option(
        "--transcript",
        help="Write what is said to the servers and by them to this file, without logins and mail: for a vendor.",
    ),
]
RetryOption = Annotated[
    bool,
    typer.Option(
        "--retry-failed",
        help="Only accounts whose last sync did not end well, or that have messages which failed.",
    ),
]
LoginsOption = Annotated[
    bool,
    typer.Option(
        "--check-logins", help="Only log in to every account on both sides, and say who cannot."
    ),
]
