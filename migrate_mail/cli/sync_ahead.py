"""What a dry run finds out beyond counting: how long it will take, and what new does to messages."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from migrate_mail.errors import NetError, SecretError

if TYPE_CHECKING:
    from migrate_mail.cli.sync_choice import SyncJob
    from migrate_mail.sync.preview import AccountPreview

_SMALL = 5_000_000
"""Bytes under which nobody asks how long it takes."""


def look_ahead(job: SyncJob, previews: Sequence[AccountPreview]) -> dict[str, Any]:
    """Return the estimate (None: not worth one) and what the probe found (None: not asked for)."""
    return {"estimate": _estimate(job, previews), "probe": _probe(job) if job.probe else None}


def _estimate(job: SyncJob, previews: Sequence[AccountPreview]) -> dict[str, Any] | None:
    """Read a sample of the largest folder that is to be copied, and reckon with it."""
    from migrate_mail.sync.estimate import measure
    from migrate_mail.sync.phase import SyncPhase

    folders = [(a, f) for a in previews for f in a.folders]
    octets, messages = sum(f.bytes for _, f in folders), sum(f.to_copy for _, f in folders)
    if octets < _SMALL or job.phase is SyncPhase.BACK:
        return None
    largest, folder = max(folders, key=lambda one: one[1].bytes)
    account = next(a for a in job.accounts if a.address == largest.account)
    try:
        with job.doors.old(account) as old:
            speed = measure(old, folder.old, time.monotonic)
    except (NetError, SecretError) as error:
        return {"problem": error.told}
    together = min(job.jobs, sum(any(f.to_copy for f in a.folders) for a in previews))
    return {
        "seconds": round(speed.estimate(octets, messages, together)),
        "sample": {"bytes": speed.bytes, "messages": speed.messages, "seconds": round(speed.seconds, 3)},
        "account": account.address,
    }  # fmt: skip


def _probe(job: SyncJob) -> dict[str, Any]:
    """Try new out with the first account that can be opened there."""
    from migrate_mail.sync.probe import probe

    problem = ""
    for account in job.accounts:
        try:
            with job.doors.new(account) as new:
                found = probe(new)
        except (NetError, SecretError) as error:
            problem = problem or f"{account.address}: {error.told}"
            continue
        flags = sorted(found.permanent_flags)
        return {"account": account.address, "findings": list(found.findings), "flags": flags,
                "any_keyword": found.keywords, "problem": ""}  # fmt: skip
    return {"account": "", "findings": [], "flags": [], "any_keyword": None, "problem": problem}


def ahead_lines(ahead: Mapping[str, Any]) -> Iterator[str]:
    """Yield both as text."""
    from migrate_mail.report.words import size, span

    if (told := ahead["estimate"]) is not None:
        if "problem" in told:
            yield f"no estimate: a sample could not be read: {told['problem']}"
        else:
            sample = told["sample"]
            rate = size(int(sample["bytes"] / sample["seconds"]))
            yield (
                f"about {span(timedelta(seconds=max(told['seconds'], 1)))}, if new stores as fast as old gave a sample"
                f" ({sample['messages']} messages of {told['account']}, {rate}/s a connection)"
            )
    found = ahead["probe"]
    if found is None:
        return
    if found["problem"]:
        yield f"??  new could not be tried out: {found['problem']}"
        return
    keeps = "" if found["findings"] else ": it keeps bytes, dates, flags and keywords"
    yield f"new was tried out in a scratch folder of {found['account']}{keeps}"
    yield from (f"    !!  {finding}" for finding in found["findings"])
    if not found["any_keyword"]:
        yield f"    !!  keywords: new keeps only {' '.join(found['flags'])}"
