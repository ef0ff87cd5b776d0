"""Every format that a report can be written in. To add one: a function, a line here."""

from __future__ import annotations

from collections.abc import Callable

from migrate_mail.report.html import html
from migrate_mail.report.json_ import json_report
from migrate_mail.report.junit import junit
from migrate_mail.report.markdown import markdown
from migrate_mail.report.model import Report
from migrate_mail.report.text import text

RENDERERS: dict[str, Callable[[Report], str]] = {
    "text": text,
    "json": json_report,
    "markdown": markdown,
    "html": html,
    "junit": junit,
}
