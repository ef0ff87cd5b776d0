"""`migrate-mail --help` feels instant: what it may import, held to a list and not to the clock."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

HEAVY = [
    "dns",
    "imapclient",
    "pydantic",
    "jinja2",
    "cryptography",
    "tenacity",
    "yaml",
    "sqlite3",
    "migrate_mail.inventory.model",
]


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["preflight", "--help"], ["sync", "--help"]]
)
def test_help_imports_nothing_heavy(arguments):
    """Help and version load none of the libraries that the work itself needs.

    typer 0.29 loads pydantic by itself for the parameters of a command; our models stay out.
    """
    command = [sys.executable, "-X", "importtime", "-m", "migrate_mail", *arguments]

    unmeasured = {k: v for k, v in os.environ.items() if not k.startswith("COVERAGE_")}

    done = subprocess.run(command, capture_output=True, text=True, check=True, env=unmeasured)

    loaded = {
        line.rpartition("|")[2].strip()
        for line in done.stderr.splitlines()
        if "import time" in line
    }
    ours = arguments[0].startswith("--")
    assert [name for name in HEAVY if name in loaded and (ours or name != "pydantic")] == []
    assert "migrate_mail.cli.main" in loaded
