"""The report as PDF: the HTML page on paper, tagged for screen readers."""

from __future__ import annotations

from typing import Any

from migrate_mail.errors import UserError
from migrate_mail.report.html import html
from migrate_mail.report.model import Report


def pdf(report: Report) -> bytes:
    """Return a report as PDF. Raise UserError where WeasyPrint or its libraries are missing."""
    try:
        from weasyprint import HTML
    except (ImportError, OSError) as error:
        raise UserError(
            f"a PDF cannot be made here: {error}".splitlines()[0],
            hint="pip install 'migrate-mail[pdf]' (on Debian also: apt install libpangoft2-1.0-0),"
            " or write html and print it with a browser",
        ) from error
    made: bytes = HTML(string=html(report), url_fetcher=_fetch_nothing).write_pdf(
        pdf_variant="pdf/ua-1"
    )
    return made


def _fetch_nothing(url: str, **_: Any) -> Any:
    """Refuse every address: a report is whole as it is."""
    raise ValueError(f"not fetched: {url}")
