"""What the state file holds, as plain values. All times are aware and in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple

from migrate_mail.finding import Finding, Outcome

ChangeEvent = Literal["planned", "started", "applied", "read-back", "failed", "abandoned"]
MailboxSide = Literal["old", "new"]


class RunRecord(NamedTuple):
    """One invocation of a command that looks at or changes the world.

    plan_digest: which plan (steps and inventory) it ran. ended_at: None when it is still
    running or was killed. outcome: the word it ended with (`go`, `interrupted`, `done`...).
    """

    id: int
    command: str
    plan_digest: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    version: str
    by: str


class ResultRecord(NamedTuple):
    """What one run of one step instance gave. step: its key, such as `mx-ttl[example.org]`.

    digest: of the step's definition and resolved parameters; a result of another digest is stale.
    """

    step: str
    digest: str
    outcome: Outcome
    started_at: datetime
    ended_at: datetime
    findings: tuple[Finding, ...]
    run_id: int = 0
    id: int = 0


class Confirmation(NamedTuple):
    """A person says that a manual step is done. digest: of the step as it was then."""

    step: str
    digest: str
    by: str
    note: str
    at: datetime


class Waiver(NamedTuple):
    """A person takes responsibility for one step instance until a moment."""

    step: str
    by: str
    reason: str
    until: datetime
    at: datetime


class Override(NamedTuple):
    """A command was run against its gate. Printed in every report after."""

    command: str
    verdict: str
    reason: str
    by: str
    at: datetime


class TtlObservation(NamedTuple):
    """One TTL as one authority served it (the TTL journal)."""

    name: str
    rtype: str
    ttl: int | None
    value: str
    server: str
    at: datetime


class DnsChangeRecord(NamedTuple):
    """One DNS change with its story. change, inverse: `dns_changes.model.Change` as JSON data.

    kind: `switch` or `rollback`. events: (event, detail, at), oldest first.
    """

    id: int
    kind: Literal["switch", "rollback"]
    domain: str
    driver: str
    change: Mapping[str, Any]
    inverse: Mapping[str, Any]
    events: tuple[tuple[ChangeEvent, str, datetime], ...]

    @property
    def last_event(self) -> ChangeEvent:
        """The most recent event; `planned` when nothing happened yet."""
        return self.events[-1][0] if self.events else "planned"

    def when(self, event: ChangeEvent) -> datetime | None:
        """Return when an event was last recorded; None if never."""
        return next((at for e, _, at in reversed(self.events) if e == event), None)


class SnapshotRecord(NamedTuple):
    """What was served of a domain at one time. rrsets: `dns_changes.model.RRset` as JSON data.

    zone: the zone that the domain is in. whole: all of it; else the names that a mail domain has.
    """

    domain: str
    zone: str
    whole: bool
    rrsets: tuple[Mapping[str, Any], ...]
    at: datetime


class DeliveryRecord(NamedTuple):
    """One test message. via: `mx1.new.example [192.0.2.1]:25` or `MX through resolver 192.0.2.54`.

    found_on: the sides where it was seen; None while nobody looked. seconds: from hand-over to seen.
    """

    token: str
    recipient: str
    via: str
    sent_at: datetime
    reply: str
    found_on: tuple[MailboxSide, ...] | None = None
    seconds: float | None = None


class RecipientRecord(NamedTuple):
    """What one server (`mx1.new.example [192.0.2.1]:25`) replied to RCPT for one address."""

    server: str
    address: str
    code: int
    text: str
    at: datetime


class FolderRecord(NamedTuple):
    """One folder of one account, mapped. names are as on the wire (modified UTF-7 decoded)."""

    id: int
    account: str
    old_name: str
    new_name: str
    old_uidvalidity: int
    new_uidvalidity: int


class CopyRecord(NamedTuple):
    """One message at old that is at new.

    flags: as last copied, sorted. ours: we put it there; False for one that was there already.
    """

    old_uid: int
    new_uid: int
    size: int
    flags: tuple[str, ...]
    ours: bool = True


class FolderLook(NamedTuple):
    """How a folder at old was when a pass over it last came to its end, and what came of it.

    uidnext, messages, modseq (0: not told): as STATUS gave them before the pass began. While
    they stay so there is nothing to do. found = copied + already + skipped + failed.
    """

    uidnext: int
    messages: int
    modseq: int
    found: int
    copied: int
    already: int
    skipped: int
    failed: int
    at: datetime

    @property
    def adds_up(self) -> bool:
        """True when every message that was found is accounted for."""
        return self.found == self.copied + self.already + self.skipped + self.failed


class FolderBook(NamedTuple):
    """One folder of an account as it was last seen. look: None when no pass came to its end."""

    account: str
    old_name: str
    new_name: str
    look: FolderLook | None


class SyncTotals(NamedTuple):
    """Where the sync of one account stands, for reports.

    copied counts what was there already, too. pending: folders in which a copy was cut off and
    that were not looked at since. failed, skipped: messages and folders entered by name. last_at, last_state: when the last pass over it
    ended and how (`done`, `incomplete`, `failed`...); none when no pass has ended.
    """

    account: str
    folders: int
    copied: int
    bytes: int
    pending: int
    failed: int
    last_at: datetime | None
    last_state: str = ""
    skipped: int = 0


class SyncFailure(NamedTuple):
    """One message or folder that was not copied, by name.

    kind: `failed`, or `skipped` because somebody asked for that, or `merged`: new holds it as one
    with an equal message. date: INTERNALDATE, ISO 8601.
    """

    account: str
    folder: str
    uid: int | None
    subject: str
    reason: str
    at: datetime
    kind: str = "failed"
    sender: str = ""
    size: int = 0
    date: str | None = None
    remedy: str = ""
