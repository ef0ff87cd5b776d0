"""Every mailbox in one table that can be filtered; without the script it is still whole."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.report.deeds_page import mark
from migrate_mail.report.model import AccountLine, Report
from migrate_mail.report.tags import badge, said
from migrate_mail.report.words import ago, count, size

_STATES = {"NO": "not copied whole", "??": "not finished", "ok": "copied"}
_HEADS = (
    "Account",
    "State",
    "Folders",
    "Messages",
    "Size",
    "Under way",
    "Not copied",
    "Last pass",
)


def mailbox_table(report: Report) -> Iterator[str]:
    """Give the filter and the table, troubled mailboxes first."""
    ordered = sorted(report.accounts, key=lambda a: (mark(a) == "ok", a.account))
    yield from _filter(len(ordered))
    yield '<div class="wide" role="region" aria-label="Mailboxes" tabindex="0">'
    yield '<table id="boxes"><thead><tr>'
    yield "".join(f'<th scope="col">{head}</th>' for head in _HEADS)
    yield "</tr></thead><tbody>"
    yield from (_row(a, report) for a in ordered)
    yield "</tbody></table></div>"


def _filter(amount: int) -> Iterator[str]:
    """Give the filter; the script shows it, because without the script it would do nothing."""
    yield '<form id="filter" role="search" hidden>'
    yield '<label>Find a mailbox <input id="find" type="search" autocomplete="off"></label>'
    yield '<label>State <select id="state"><option value="">all</option>'
    yield "".join(f'<option value="{key}">{word}</option>' for key, word in _STATES.items())
    yield "</select></label>"
    yield f'<output id="shown" aria-live="polite">{count(amount, "mailbox")}</output></form>'


def _row(a: AccountLine, report: Report) -> str:
    last = f"{a.last_state}, {ago(report.at - a.last_at)}" if a.last_at else "none has ended"
    state = mark(a)
    cells = (
        f"{a.folders:,}",
        f"{a.copied:,}",
        size(a.bytes),
        f"{a.pending:,}",
        f"{a.failed:,}",
    )
    return (
        f'<tr><th scope="row">{said(a.account)}</th><td>{badge(state)}{_STATES[state]}</td>'
        + "".join(f"<td>{cell}</td>" for cell in cells)
        + f"<td>{said(last)}</td></tr>"
    )
