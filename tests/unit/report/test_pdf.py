"""The report as PDF: whole, tagged, without network, and clear words where it cannot be made."""

from __future__ import annotations

import re
import subprocess
import sys
import zlib

import pytest

from migrate_mail.errors import UserError
from migrate_mail.report.build import build
from migrate_mail.report.pdf import pdf
from migrate_mail.state.store import Store
from support.cards import NOW
from support.told import tell

_STREAM = re.compile(rb"/FlateDecode.*?>>\nstream\n(.*?)\nendstream", re.DOTALL)


@pytest.fixture
def report(tmp_path):
    """Give a report with something of everything."""
    tell(tmp_path / "migration.state")
    with Store.read(tmp_path / "migration.state") as store:
        return build(store, now=NOW)


def test_a_pdf_is_made(report):
    """The report comes as a tagged PDF with its title."""
    weasyprint = pytest.importorskip("weasyprint", exc_type=(ImportError, OSError))
    assert weasyprint

    made = pdf(report)

    assert made.startswith(b"%PDF-")
    told = b"".join(map(zlib.decompress, _STREAM.findall(made)))
    assert b"/MarkInfo" in told
    assert b"/StructTreeRoot" in told


def test_without_weasyprint_it_is_said_what_to_install(report, monkeypatch):
    """Where the extra is missing, a sentence says how to get it and what else serves."""
    monkeypatch.setitem(sys.modules, "weasyprint", None)

    with pytest.raises(UserError, match="PDF cannot be made") as error:
        pdf(report)

    assert "migrate-mail[pdf]" in (error.value.hint or "")


def test_other_formats_do_not_load_it():
    """Only a PDF pays for the PDF library."""
    code = "import sys, migrate_mail.report.registry; print('weasyprint' in sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert done.stdout == "False\n"
