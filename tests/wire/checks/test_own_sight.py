"""Faults between us and the server: what we could not see is unknown, with the reason, in bounded time."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from migrate_mail.checks.registry import CHECKS
from migrate_mail.finding import Outcome
from migrate_mail.lab.company import Company
from support.seeing import Eyes

OTHERS = {"smtp.egress"}
"""What talks to neither old nor new."""
DIALLING = [
    name
    for name in CHECKS
    if name.startswith(("smtp.", "tls.", "mta_sts.mx_cert")) and name not in OTHERS
]
GREETED = {"smtp.greeting"}
"""What has seen enough before TLS begins."""
LONGEST = 18.0
"""Seconds for all of them side by side, with a patience of one second each."""


@pytest.mark.parametrize("fault", ["a banner that comes after 20 s", "TLS that hangs"])
def test_a_server_that_keeps_us_waiting_is_unknown_in_time(
    lab: Company, eyes: Eyes, fault: str
):
    """Never a pass, never a fail, never an exception; and the run ends."""
    faults = lab.new.smtp.faults
    faults.late, faults.tls_hangs = (20, False) if fault.startswith("a banner") else (0, True)
    began = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        found = dict(zip(DIALLING, pool.map(eyes.see, DIALLING), strict=True))

    assert time.monotonic() - began < LONGEST
    enough = GREETED if faults.tls_hangs else set()
    seen = {
        name: [f for f in findings if not f.subject.startswith("mx1.oldhost.example")]
        for name, findings in found.items()
        if name not in enough
    }
    assert all(seen.values())
    wrong = {n: fs for n, fs in seen.items() if {f.outcome for f in fs} != {Outcome.UNKNOWN}}
    assert wrong == {}
    assert all(f.args.get("text") for fs in seen.values() for f in fs)
