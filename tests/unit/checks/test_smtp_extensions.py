"""What new offers less than old, inside TLS and before it."""

from __future__ import annotations

import pytest

from migrate_mail.checks.smtp import extensions
from migrate_mail.finding import Outcome
from migrate_mail.net.facts import Endpoint
from migrate_mail.net.smtp_facts import SmtpFacts

ALL = ("8BITMIME", "SMTPUTF8", "DSN", "SIZE 1000")


def _facts(features: tuple[str, ...], clear: tuple[str, ...]) -> SmtpFacts:
    return SmtpFacts(Endpoint("mx.test", "192.0.2.1", 25), features=features, clear=clear)


@pytest.mark.parametrize(
    ("features", "clear", "missed"),
    [
        (ALL, ALL, ()),
        (("SIZE 1",), ("SIZE 1",), ("8BITMIME", "SMTPUTF8", "DSN")),
        (ALL, ("8BITMIME", "SMTPUTF8"), ("DSN before STARTTLS",)),
        (("8BITMIME", "DSN"), ("SMTPUTF8",), ("SMTPUTF8", "8BITMIME before STARTTLS", "DSN before STARTTLS")),
    ],
    ids=["nothing", "all", "only before STARTTLS", "some here, some there"],
)  # fmt: skip
def test_what_is_lost_is_told_with_where(features, clear, missed):
    """Senders without TLS see another list than those with it: both are compared."""
    old = [_facts(ALL, ALL)]

    found = extensions._extensions(old, _facts(features, clear))

    assert found.outcome is (Outcome.FAIL if missed else Outcome.PASS)
    assert found.args.get("missed", ()) == missed
