"""What a report says, as plain values: every renderer writes the same facts.

Owners are names with a way to reach them, not keys. Everything that came from a server is as
it came; making it harmless is the renderer's work. All times are aware.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from migrate_mail.run.rollback import RollbackPlan

SCHEMA = "migrate-mail/report/v1"


@dataclass(frozen=True, slots=True)
class Scope:
    """Who moves: from the plan that was run last."""

    name: str
    ticket: str | None
    domains: tuple[str, ...]
    old_mx: tuple[str, ...]
    new_mx: tuple[str, ...]
    accounts: int
    addresses: int
    cutover_at: datetime | None
    window_ends: datetime | None
    dns_driver: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Why:
    """One reason or condition. weight: `stops`, `cannot tell` or `condition`. step: its key."""

    weight: str
    step: str | None
    text: str
    owner: str | None
    fix: str | None


@dataclass(frozen=True, slots=True)
class WaiverLine:
    """The last waiver of a step. status: whether it counts now, in words."""

    step: str
    title: str
    by: str
    reason: str
    at: datetime
    until: datetime
    status: str


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """A bad certificate of an IMAP server that is let pass. counts: False when that has ended."""

    side: str
    host: str
    sha256: str
    by: str
    reason: str
    until: datetime
    counts: bool


@dataclass(frozen=True, slots=True)
class OverrideLine:
    """A command that was run against its gate."""

    command: str
    verdict: str
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One thing that was seen, as a sentence, with its evidence. at: when it was seen."""

    tag: str
    outcome: str
    sentence: str
    subject: str
    vantage: str
    evidence: tuple[str, ...]
    fix: str | None
    refs: tuple[str, ...]
    at: datetime | None


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step with what is known of it.

    standing: the word of `run.verdict.Standing`; said: the same for people. age: since it was
    looked at or confirmed; None for never. findings: worst first.
    """

    key: str
    title: str
    why: str | None
    body: str
    instruction: str
    severity: str
    owner: str | None
    standing: str
    said: str
    reason: str
    at: datetime | None
    age: timedelta | None
    counts_until: datetime | None
    due: datetime | None
    confirmed: str | None
    if_fails: str
    source: str
    findings: tuple[FindingLine, ...]


@dataclass(frozen=True, slots=True)
class StageSection:
    """One stage with its steps. tally: (standing, how many), only those that occur."""

    phase: str
    title: str
    decides: bool
    tally: tuple[tuple[str, int], ...]
    steps: tuple[StepLine, ...]


@dataclass(frozen=True, slots=True)
class DepartureLine:
    """A step that is not as the extended checklist has it. what: `removed` or `changed`."""

    step: str
    what: str
    because: str
    file: str


@dataclass(frozen=True, slots=True)
class DnsEventLine:
    """One event in the story of a DNS change."""

    event: str
    at: datetime
    detail: str


@dataclass(frozen=True, slots=True)
class DnsChangeLine:
    """One DNS change: lines of a zone file before and after, and its story.

    status: in words. read_back_at: when every name server showed it; None when not proved.
    """

    kind: str
    domain: str
    driver: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    status: str
    read_back_at: datetime | None
    events: tuple[DnsEventLine, ...]


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """The test messages that were handed over at one place. seconds: until seen, the slowest.

    nowhere: looked for and not found. open: nobody looked yet.
    """

    via: str
    sent: int
    on_new: int
    on_old: int
    nowhere: int
    open: int
    seconds: float | None
    last_at: datetime


@dataclass(frozen=True, slots=True)
class AccountLine:
    """Where the sync of one account stands."""

    account: str
    folders: int
    copied: int
    bytes: int
    pending: int
    failed: int
    last_at: datetime | None
    last_state: str


@dataclass(frozen=True, slots=True)
class NotCopied:
    """A message or folder that could not be copied, by name."""

    account: str
    folder: str
    uid: int | None
    subject: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run of a command. outcome None: it is still running or was killed."""

    number: int
    command: str
    by: str
    started_at: datetime
    took: timedelta | None
    outcome: str | None
    version: str
    same_plan: bool


@dataclass(frozen=True, slots=True)
class StepMark:
    """A step in one line, on the page of its domain. said: its standing for people."""

    key: str
    title: str
    standing: str
    said: str
    owner: str | None


@dataclass(frozen=True, slots=True)
class DomainPage:
    """One domain of several. verdict: of its own steps and of those that concern all.

    steps: its own ones only. mailboxes, whole: accounts that a sync has seen, and those copied to
    the end. mx: what became of its MX, in words; empty when nothing was changed.
    """

    domain: str
    verdict: str
    why: str
    reasons: tuple[Why, ...]
    steps: tuple[StepMark, ...]
    mailboxes: int
    whole: int
    messages: int
    mx: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """How a step stands differently than it did in an earlier run. before, after: for people."""

    step: str
    title: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True)
class Since:
    """What is different since the decision that was shown at the end of an earlier run."""

    run: int
    command: str
    at: datetime
    verdict: str
    better: tuple[ChangeLine, ...]
    worse: tuple[ChangeLine, ...]
    other: tuple[ChangeLine, ...]


@dataclass(frozen=True, slots=True)
class IncidentLine:
    """Something that did not go as planned, and when."""

    at: datetime
    what: str


@dataclass(frozen=True, slots=True)
class Foot:
    """What a reader needs to find out where this comes from.

    inventory: over migration.yaml and its CSV files. history: the last link of the chain.
    """

    version: str
    plan_digest: str
    inventory: str
    checklists: tuple[tuple[str, str], ...]
    state: str
    history: str


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is known of one migration at one moment.

    question: what the verdict answers. why: the verdict in one sentence. data_as_of: when
    something was last recorded; oldest_at: the oldest look that the verdict counts. domains: a
    page each when there are several. since: None when no earlier run was asked for. accepted:
    addresses that new was seen to accept.
    """

    at: datetime
    scope: Scope
    question: str
    verdict: str
    why: str
    holds_until: datetime | None
    data_as_of: datetime | None
    oldest_at: datetime | None
    reasons: tuple[Why, ...]
    conditions: tuple[Why, ...]
    waivers: tuple[WaiverLine, ...]
    overrides: tuple[OverrideLine, ...]
    connect: tuple[tuple[str, str], ...]
    departures: tuple[DepartureLine, ...]
    stages: tuple[StageSection, ...]
    dns_changes: tuple[DnsChangeLine, ...]
    deliveries: tuple[DeliveryLine, ...]
    accounts: tuple[AccountLine, ...]
    not_copied: tuple[NotCopied, ...]
    rollback: RollbackPlan
    runs: tuple[RunLine, ...]
    foot: Foot
    domains: tuple[DomainPage, ...] = ()
    since: Since | None = None
    incidents: tuple[IncidentLine, ...] = ()
    accepted: int = 0
    certificates: tuple[CertificateLine, ...] = ()
