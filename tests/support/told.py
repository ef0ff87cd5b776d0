"""A state file with something of everything, for the tests of reports."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from migrate_mail.dns_changes.model import Change, RRset
from migrate_mail.finding import Finding, Outcome, Phase, Severity
from migrate_mail.run.card import CertificateCard, PersonCard, PlanCard, RollbackNote
from migrate_mail.state.records import (
    Confirmation,
    DeliveryRecord,
    Override,
    SyncFailure,
    TtlObservation,
    Waiver,
)
from migrate_mail.state.store import Store
from support.cards import NOW, plan, result, step
from support.store import Hands, receipt

HOUR = timedelta(hours=1)
RUDE = "220 mx <script>alert(1)</script> \x1b[31m*bold* [x](http://evil.example/) `tick` | \u202eyo"
"""A banner that tries to be markup, a terminal command and a link."""

PEOPLE = (
    PersonCard("anna", "Anna Bauer", "+49 30 1234"),
    PersonCard("ben", "Ben Okafor", None),
)
DOMAIN = "example.org"
STEPS = (
    step("ttl", title="The MX TTL is low", stage="DNS"),
    step("names", title="MX names are no aliases", stage="DNS", owner="ben"),
    step("banner", title="Each MX host answers", stage="SMTP"),
    step("reach", title="Each address can be reached", stage="SMTP", severity=Severity.MAJOR),
    step("parity", title="Every message is at new", stage="Mail", severity=Severity.MAJOR),
    step("old-look", title="Logins work", stage="Mail", severity=Severity.MINOR),
    step(
        "announce",
        title="Users know",
        stage="People",
        body="manual",
        instruction="mail everybody",
        severity=Severity.MAJOR,
        valid_for=timedelta(days=30),
    ),
    step(
        "freeze",
        title="Nobody changes accounts",
        stage="People",
        body="manual",
        instruction="tell the help desk",
        if_fails="tell them again",
        source="the handbook, 2026-03",
        severity=Severity.INFO,
        due=NOW + HOUR,
    ),
    step(
        "close-old",
        title="Switch old off",
        phase=Phase.CLOSE,
        stage="Close",
        body="manual",
        rollback=RollbackNote(None, None, "its disks are wiped"),
    ),
    step("verify", title="Mail arrives on new", phase=Phase.VERIFY, stage="Proof"),
)

THEN = {
    "verdict": "CANNOT TELL",
    "at": (NOW - 2 * HOUR).isoformat(),
    "steps": [
        {"step": key, "title": f"{key} as it was", "phase": "preflight", "standing": standing}
        for key, standing in (
            ("ttl", "fail"), ("names", "unknown"), ("reach", "pass"), ("parity", "fail"), ("gone", "stale"),
        )
    ],
}  # fmt: skip
"""What the first run decided: one thing got better since, one worse, one is gone."""


def the_plan(**changes) -> PlanCard:
    """Return the plan of a small company's move."""
    values = {
        "name": "Move of Example Ltd",
        "ticket": "CHG-42",
        "cutover_at": NOW + timedelta(hours=10),
        "window": timedelta(hours=4),
        "point_of_no_return": "close-old",
        "dns_driver": "rfc2136",
        "people": PEOPLE,
        "certificates": (
            CertificateCard(
                "old",
                "imap.old.example:993",
                "ab" * 32,
                "Head of IT",
                "its owner is gone",
                NOW + timedelta(days=9),
            ),
            CertificateCard(
                "new",
                "imap.new.example:993",
                "cd" * 32,
                "Head of IT",
                "not renewed yet",
                NOW - timedelta(days=1),
            ),
        ),
        "connect": (("mx1.new.example:25", "127.0.0.1:4025"),),
        "checklists": (("site.yaml", "c0ffee"),),
        "departures": (("spf-old", "removed", "old sends nothing", "site.yaml"),),
        "digest": "plan-digest-1",
        "inventory": "inventory-digest-1",
    }
    return plan(*STEPS, **{**values, **changes})


def findings() -> dict[str, Finding]:
    """Return what was seen at each step that was looked at."""
    seen = {
        "ttl": Finding("TTL_LOW", Outcome.PASS, f"{DOMAIN} MX", "ns1.example.org [192.0.2.53]"),
        "names": Finding(
            "MX_IS_CNAME",
            Outcome.FAIL,
            "mx1.new.example",
            "ns1.example.org [192.0.2.53]",
            args={"host": "mx1.new.example", "target": "lb.new.example"},
            evidence=("mx1.new.example. 300 IN CNAME lb.new.example.",),
            fix="mx1.new.example. 300 IN A 192.0.2.1\nmx1.new.example. 300 IN AAAA 2001:db8::1",
            refs=("RFC 2181 section 10.3",),
        ),
        "banner": Finding(
            "SMTP_NO_STARTTLS",
            Outcome.UNKNOWN,
            "mx2.new.example [192.0.2.2]:25",
            args={"banner": RUDE},
            evidence=(RUDE,),
        ),
        "reach": Finding("SMTP_READY", Outcome.PASS, "mx1.new.example [192.0.2.1]:25"),
        "parity": Finding(
            "MESSAGES_MISSING",
            Outcome.FAIL,
            "archive@example.org",
            args={"missing": 7, "old": 9},
        ),
        "old-look": Finding("LOGIN_WORKS", Outcome.PASS, "anna@example.org"),
    }
    return {k: f.stamped(NOW - HOUR, 12) for k, f in seen.items()}


def tell(path: Path) -> None:
    """Write a state file: looked, waived, synced, overridden, switched, taken back."""
    clock = Hands(NOW - 2 * HOUR)
    card, seen = the_plan(), findings()
    ages = {"old-look": timedelta(days=3)}
    with Store.open(path, command="test", clock=clock) as store:
        store.save_plan(card.digest, card.to_data())
        run = store.begin_run("preflight", card.digest, "anna")
        for one in STEPS:
            if one.key in seen:
                store.add_result(
                    run,
                    result(
                        one,
                        seen[one.key].outcome,
                        ago=ages.get(one.key, HOUR),
                        findings=(seen[one.key],),
                    ),
                )
        store.save_verdict(run, THEN)
        store.end_run(run, "NO-GO")
        _people_speak(store)
        _mail_is_copied(store)
        _mx_is_moved(store, clock)
        store.begin_run("sync", "another plan", "ben")


def _people_speak(store: Store) -> None:
    announce = next(s for s in STEPS if s.key == "announce")
    store.confirm(
        Confirmation("announce", announce.digest, "anna", "sent to all", NOW - 5 * HOUR)
    )
    store.waive(
        Waiver("parity", "Head of IT", "next week", NOW + timedelta(days=7), NOW - HOUR)
    )
    store.waive(Waiver("names", "ben", "overnight", NOW - HOUR, NOW - 9 * HOUR))
    store.waive(Waiver("reach", "ben", "to be safe", NOW + timedelta(days=7), NOW - HOUR))
    store.override(Override("cutover", "NO-GO", "the old host burns", "anna", NOW - HOUR))


def _mail_is_copied(store: Store) -> None:
    sync = store.sync
    folder = sync.folder("anna@example.org", "INBOX", "INBOX", 1, 1).id
    sync.enter(folder, [receipt(uid, size=1_500_000) for uid in range(1, 1001)])
    sync.account_done("anna@example.org", state="done", at=NOW - HOUR)
    odd = sync.folder("ben@example.org", "INBOX/Été", "Été", 1, 1).id
    sync.open_windows({odd: 1})
    sync.fail(
        [
            SyncFailure(
                "ben@example.org",
                "INBOX/Été",
                12,
                "Plans *2026*",
                "new refuses it: 552",
                NOW - HOUR,
            )
        ]
    )
    for token, via, sides, seconds in (
        ("t1", "mx1.new.example [192.0.2.1]:25", ("new",), 2.25),
        ("t2", "mx1.new.example [192.0.2.1]:25", (), None),
        ("t3", "MX through resolver 192.0.2.54", ("old",), 9.5),
        ("t4", "MX through resolver 192.0.2.54", None, None),
    ):
        store.record_delivery(
            DeliveryRecord(token, "anna@example.org", via, NOW - HOUR, "250 ok", sides, seconds)
        )


def _mx_is_moved(store: Store, clock: Hands) -> None:
    old = RRset(f"{DOMAIN}.", "MX", 300, ("10 mx.old.example.",))
    new = RRset(f"{DOMAIN}.", "MX", 300, ("10 mx1.new.example.", "20 mx2.new.example."))
    change = Change(f"{DOMAIN}.", old, new)
    for kind, one in (("switch", change), ("rollback", change.inverse())):
        number = store.plan_dns_change(
            kind=kind,
            domain=DOMAIN,
            driver="rfc2136",
            change=one.to_data(),
            inverse=one.inverse().to_data(),
        )
        for event, detail in (
            ("started", f"UPDATE to ns1, {kind}"),
            ("applied", "NOERROR"),
            ("read-back", "ns1, ns2"),
        ):
            clock.move(timedelta(minutes=5))
            store.dns_event(number, event, detail)
    store.observe_ttls(
        [TtlObservation(f"{DOMAIN}.", "MX", 300, "10 mx.old.example.", "ns1", NOW)]
    )
