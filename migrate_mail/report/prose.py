"""What was seen, as sentences that stand alone."""

from __future__ import annotations

from collections.abc import Mapping

from migrate_mail.checks.wording import sentence
from migrate_mail.finding import Finding, Outcome
from migrate_mail.run.verdict import Reason, Standing, StepStanding

_SEEN = {Standing.FAIL: Outcome.FAIL, Standing.UNKNOWN: Outcome.UNKNOWN}


def finding_text(finding: Finding) -> str:
    """Return a finding as a sentence that says what it is about."""
    words = sentence(finding)
    return words if finding.subject in words else f"{finding.subject}: {words}"


def reason_text(reason: Reason, standings: Mapping[str, StepStanding]) -> str:
    """Return a reason in words; for a step that failed or could not be told, what was seen.

    The gate names such a finding by its tag only: sentences are made where they are read.
    """
    one = standings.get(reason.step or "")
    outcome = _SEEN.get(one.standing) if one else None
    if one is None or one.result is None or not reason.text.endswith(one.reason):
        return reason.text
    seen = [f for f in one.result.findings if f.outcome is outcome]
    if not seen:
        return reason.text
    blind = "could not tell: " if outcome is Outcome.UNKNOWN else ""
    more = f"; and {len(seen) - 1} more" if len(seen) > 1 else ""
    return f"{one.card.title}: {blind}{finding_text(seen[0])}{more}"
