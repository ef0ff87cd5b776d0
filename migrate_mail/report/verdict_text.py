"""A verdict as a person reads it on the terminal: the word, why, and what to do next."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from migrate_mail.report.escape import plain
from migrate_mail.report.steps import tally_of
from migrate_mail.report.words import WIDTH, moment, tally
from migrate_mail.run.verdict import Reason, Verdict, Word

_WHY = {
    Word.GO: "everything that must be known is known, and it is well.",
    Word.CONDITIONAL: "nothing stops, but these conditions are open:",
    Word.NO_GO: "because",
    Word.CANNOT_TELL: "nothing is known to be broken, but this could not be looked at:",
}
_MARK = {"stops": "x", "cannot-tell": "?", "condition": "!"}


def verdict_text(verdict: Verdict, *, width: int = WIDTH) -> str:
    """Return the verdict as lines: the word first, reasons worst first, each with its fix."""
    lines = [f"{verdict.word.value}: {_WHY[verdict.word]}"]
    for reason in verdict.reasons:
        lines += ["", *_reason(reason, width)]
    lines += ["", f"{tally(tally_of(verdict.standings))}."]
    if verdict.holds_until is not None and verdict.word in {Word.GO, Word.CONDITIONAL}:
        lines.append(f"Holds until {moment(verdict.holds_until)}; then look again.")
    return "\n".join(lines)


def _reason(reason: Reason, width: int) -> Iterator[str]:
    owner = f"  (owner: {reason.owner})" if reason.owner else ""
    text = plain(reason.text) + owner
    head = f"  {_MARK[reason.weight]} "
    yield from textwrap.wrap(
        text,
        width,
        initial_indent=head,
        subsequent_indent=" " * len(head),
        break_long_words=False,
        break_on_hyphens=False,
    )
    for n, line in enumerate((reason.fix or "").splitlines()):
        yield f"      {'fix: ' if n == 0 else '     '}{plain(line)}"
