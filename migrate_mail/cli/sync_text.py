"""What a sync says at its end, and a dry run: as text and as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from migrate_mail.report.words import count, size

if TYPE_CHECKING:
    from migrate_mail.state.records import SyncFailure
    from migrate_mail.sync.preview import AccountPreview, FolderPreview
    from migrate_mail.sync.progress import AccountOutcome

MANY = 20
"""Messages that are listed for an account."""
MARKS = {
    "done": "ok",
    "incomplete": "NO",
    "failed": "??",
    "paused": "--",
    "stopped": "--",
    "refused": "NO",
}


_COUNTED = (
    ("adopted", "{} were there already"),
    ("elsewhere", "{} already there under another label of Gmail"),
    ("merged", "{} that Gmail keeps as one with an equal one"),
    ("flagged", "{} with changed flags"),
    ("removed", "{} removed, gone from old"),
    ("gone", "{} at new whose originals are gone from old"),
    ("failed", "{} NOT copied"),
)
"""What is told when there is any of it."""


def outcome_line(outcome: AccountOutcome) -> str:
    """Return one line on how an account ended."""
    parts = [f"{outcome.copied} copied ({size(outcome.bytes)})"]
    parts += [words.format(n) for name, words in _COUNTED if (n := getattr(outcome, name))]
    if outcome.lost:
        named = ", ".join(f"{flag} ({messages})" for flag, messages in outcome.lost.items())
        parts.append(f"flags that new does not keep: {named}")
    if outcome.vanished:
        named = ", ".join(outcome.vanished)
        parts.append(f"gone from old with all they held, their copies stay at new: {named}")
    if outcome.state in {"failed", "paused", "stopped", "refused"} or outcome.reason:
        parts.append(outcome.reason or outcome.state)
    return f"{MARKS[outcome.state]}  {outcome.account}: {', '.join(parts)}"


def failure_line(failure: SyncFailure) -> str:
    """Return one line on a message or folder that was not copied."""
    what = "the folder" if failure.uid is None else f"UID {failure.uid}"
    subject = f' "{failure.subject}"' if failure.subject else ""
    return f"    {failure.folder}: {what}{subject}: {failure.reason}"


def _failure_lines(failures: Sequence[SyncFailure]) -> Iterator[str]:
    yield from (failure_line(f) for f in failures[:MANY])
    if len(failures) > MANY:
        yield f"    and {len(failures) - MANY} more: migrate-mail ledger"


def summary_lines(
    outcomes: Sequence[AccountOutcome], failures: Sequence[SyncFailure]
) -> Iterator[str]:
    """Yield the end of a sync: a line for each account, what failed by name, the sum."""
    for outcome in outcomes:
        yield outcome_line(outcome)
        yield from _failure_lines([f for f in failures if f.account == outcome.account])
        word = "removed" if outcome.removed else "to be removed"
        yield from (
            f'    {r.folder}: UID {r.uid} "{r.subject}": {word}' for r in outcome.removals
        )
    done = sum(o.state == "done" for o in outcomes)
    copied, sent = sum(o.copied for o in outcomes), sum(o.bytes for o in outcomes)
    yield ""
    yield f"{done} of {len(outcomes)} accounts complete, {count(copied, 'message')} copied ({size(sent)})"


def outcome_data(
    outcomes: Sequence[AccountOutcome], failures: Sequence[SyncFailure]
) -> dict[str, Any]:
    """Return the end of a sync as data."""
    named: Mapping[str, list[SyncFailure]] = {
        o.account: [f for f in failures if f.account == o.account] for o in outcomes
    }
    accounts = [
        {**asdict(o), "failures": [_failure_data(f) for f in named[o.account]]}
        for o in outcomes
    ]
    return {"event": "result", "schema": "migrate-mail/sync/v1", "accounts": accounts}


def _failure_data(failure: SyncFailure) -> dict[str, Any]:
    return {
        "folder": failure.folder,
        "uid": failure.uid,
        "subject": failure.subject,
        "kind": failure.kind,
        "from": failure.sender,
        "date": failure.date,
        "size": failure.size,
        "reason": failure.reason,
        "remedy": failure.remedy,
        "at": failure.at.isoformat(),
    }


def preview_lines(previews: Sequence[AccountPreview]) -> Iterator[str]:
    """Yield what a sync would do: the folders of each account, and what is to be copied."""
    for account in previews:
        yield from _account_lines(account)
    yield from _idle_lines(previews)
    folders = [f for a in previews for f in a.folders]
    messages, octets = sum(f.to_copy for f in folders), sum(f.bytes for f in folders)
    yield ""
    yield f"at most {count(messages, 'message')} to copy ({size(octets)}); nothing was changed"


def _account_lines(account: AccountPreview) -> Iterator[str]:
    yield account.account
    if account.problem:
        yield f"    ??  {account.problem}"
    names = [f.old for f in account.folders] + [one.old for one in account.left_out]
    width = max((len(name) for name in names), default=0)
    to = max((len(f.new) for f in account.folders), default=0)
    for folder in account.folders:
        yield f"    {folder.old:<{width}} -> {folder.new:<{to}}  {_folder_text(folder)}"
        for skipped in folder.skipped:
            left = f"{count(skipped.messages, 'message')} ({size(skipped.bytes)}) left out"
            yield f"    {'':<{width}}    {left}: {skipped.reason}"
        yield from (
            f"    {'':<{width}}    UID {r.uid} at new would be removed: {r.subject}, from {r.sender}"
            for r in folder.removals
        )
    if account.pace:
        yield f"    ..  {account.pace}"
    for doubt in account.doubts:
        yield f"    !!  {doubt}"
    for left_out in account.left_out:
        yield f"    {left_out.old:<{width}} -- left out: {left_out.reason}"


def idle_rules(previews: Sequence[AccountPreview]) -> list[str]:
    """Return the rules of sync.folders that match no folder of any account that could be looked at."""
    seen = [set(account.idle) for account in previews if not account.problem]
    return sorted(set.intersection(*seen)) if seen else []


def _idle_lines(previews: Sequence[AccountPreview]) -> Iterator[str]:
    idle = idle_rules(previews)
    if idle:
        yield ""
    for rule in idle:
        yield f"warning: rule `{rule}` of sync.folders in migration.yaml matches no folder here"
    if idle:
        yield (
            "  names are Unicode with / between levels, as at old, without the server's prefix"
            " (INBOX.); case counts"
        )


def _folder_text(folder: FolderPreview) -> str:
    why = f"; {folder.why}" if folder.why else ""
    if folder.problem:
        return f"??  {folder.problem}{why}"
    text = f"{folder.to_copy} of {folder.messages} to copy ({size(folder.bytes)})"
    if folder.elsewhere:
        text += f", {folder.elsewhere} under another label"
    if folder.create:
        return f"{text}, to be made{why}"
    if folder.to_copy and folder.there:
        text += f"; new holds {folder.there} already, equal ones are not sent again"
    return text + why


def preview_data(previews: Sequence[AccountPreview]) -> dict[str, Any]:
    """Return what a sync would do as data."""
    return {
        "event": "plan",
        "schema": "migrate-mail/sync-plan/v1",
        "accounts": [asdict(a) for a in previews],
        "idle_rules": idle_rules(previews),
    }
