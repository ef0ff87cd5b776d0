"""What the checks of mailboxes say when something is refused, missing or left behind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from migrate_mail.delivery.message import compose
from migrate_mail.finding import Outcome
from migrate_mail.lab.company import Company
from migrate_mail.state.records import DeliveryRecord
from support.seeing import Eyes, by_tag, switched, tags

DOMAIN = "lindenhof.example"
ANNA, BERND = f"anna@{DOMAIN}", f"bernd@{DOMAIN}"


def _mail(message_id: str, text: str = "Hallo") -> bytes:
    return f"From: karl@holz.example\r\nMessage-ID: {message_id}\r\n\r\n{text}\r\n".encode()


def _now() -> datetime:
    return datetime.now(UTC)


def test_a_refused_login_fails_with_side_and_user(lab: Company, eyes: Eyes):
    """Whose side, which user, where the password is kept; the others are looked at all the same."""
    lab.new.imap.faults.refuse.add(BERND)
    found = eyes.see("imap.login", system="new")
    (refused,) = by_tag(found, "LOGIN_REFUSED")
    assert (refused.outcome, refused.subject) == (Outcome.FAIL, BERND)
    assert (refused.args["side"], refused.args["user"]) == ("new", BERND)
    assert "file:secrets/new-bernd" in refused.fix
    assert len(by_tag(found, "LOGIN_WORKS")) == 3


def test_a_server_that_is_out_of_order_is_unknown(lab: Company, eyes: Eyes):
    """A temporary NO is no wrong password."""
    lab.new.imap.faults.unavailable.add(BERND)
    assert eyes.outcome("imap.login", BERND, system="new") is Outcome.UNKNOWN
    assert eyes.outcome("imap.login", ANNA, system="new") is Outcome.PASS


def test_a_login_looks_and_touches_nothing(lab: Company, eyes: Eyes):
    """Neither side is asked to open a mailbox for writing."""
    eyes.see("imap.login")
    eyes.see("imap.parity")
    writing = {
        "SELECT",
        "APPEND",
        "STORE",
        "UID STORE",
        "CREATE",
        "EXPUNGE",
        "COPY",
        "UID COPY",
    }
    assert not lab.old.imap.verbs() & writing
    assert not lab.new.imap.verbs() & writing


def test_what_was_not_copied_is_named(lab: Company, eyes: Eyes):
    """After a sync one message more at old: one finding, its folder and Message-ID in it."""
    eyes.sync()
    assert eyes.outcome("imap.parity", ANNA) is Outcome.PASS
    lab.old.imap.deliver("anna", "INBOX", _mail("<late@holz.example>"))
    (found,) = eyes.see("imap.parity", ANNA)
    assert (found.tag, found.outcome, found.args["missing"]) == (
        "MESSAGES_MISSING",
        Outcome.FAIL,
        1,
    )
    assert any("INBOX" in line and "<late@holz.example>" in line for line in found.evidence)
    assert eyes.outcome("imap.parity", BERND) is Outcome.PASS


def test_only_so_many_missing_messages_are_named(eyes: Eyes):
    """An account that was never copied does not fill the report."""
    (found,) = eyes.see("imap.parity", ANNA, named=3)
    assert found.args["missing"] == 28
    assert "... and 25 more" in found.evidence


def test_mail_that_only_new_has_is_no_loss(lab: Company, eyes: Eyes):
    """After the switch new gets mail of its own."""
    eyes.sync()
    lab.new.imap.deliver(ANNA, "INBOX", _mail("<fresh@holz.example>"))
    assert eyes.outcome("imap.parity", ANNA) is Outcome.PASS


def test_flags_count_only_when_asked(lab: Company, eyes: Eyes):
    """Users who read at new must not fail the proof."""
    eyes.sync()
    uid = lab.new.imap.messages(ANNA)[0].uid
    lab.new.imap.set_flags(ANNA, "INBOX", uid, ["\\Seen", "\\Answered", "\\Flagged"])
    assert eyes.outcome("imap.parity", ANNA) is Outcome.PASS
    (found,) = eyes.see("imap.parity", ANNA, flags=True)
    assert (found.tag, found.args["flags"]) == ("MESSAGES_DIFFER", 1)


def test_without_a_switch_nothing_can_be_left(eyes: Eyes):
    """Skipped, with the reason; a switch that was rolled back counts as none."""
    assert tags(eyes.see("imap.stragglers", ANNA)) == ["NOT_SWITCHED"]
    hour = timedelta(hours=1)
    eyes.journal.changes += [
        switched(DOMAIN, _now() - 2 * hour, number=1),
        switched(DOMAIN, _now() - hour, kind="rollback", number=2),
    ]
    (found,) = eyes.see("imap.stragglers", ANNA)
    assert (found.tag, found.outcome) == ("NOT_SWITCHED", Outcome.SKIP)


def test_mail_that_came_to_old_after_the_switch_is_listed(lab: Company, eyes: Eyes):
    """Old's mail of before is no straggler, whether it was copied or not; the late one is."""
    eyes.journal.changes.append(switched(DOMAIN, _now() - timedelta(hours=1)))
    assert tags(eyes.see("imap.stragglers", ANNA)) == ["NOTHING_LEFT"]
    lab.old.imap.deliver("anna", "INBOX", _mail("<late@holz.example>"))
    (found,) = eyes.see("imap.stragglers", ANNA)
    assert (found.tag, found.outcome) == ("LEFT_AT_OLD", Outcome.FAIL)
    assert (found.args["arrived"], found.args["left"]) == (1, 1)
    assert "<late@holz.example>" in found.evidence[0]
    lab.new.imap.deliver(ANNA, "Ablage", _mail("<late@holz.example>"))
    assert tags(eyes.see("imap.stragglers", ANNA)) == ["NOTHING_LEFT"]


def test_a_straggler_in_any_folder_is_found(lab: Company, eyes: Eyes):
    """Filters at old sort what arrives."""
    eyes.journal.changes.append(switched(DOMAIN, _now() - timedelta(hours=1)))
    lab.old.imap.deliver("anna", "INBOX.Gesendete Objekte", _mail("<sorted@holz.example>"))
    (found,) = eyes.see("imap.stragglers", ANNA)
    assert found.evidence[0].startswith("INBOX.Gesendete Objekte:")


def test_a_straggler_without_message_id_is_known_by_its_content(lab: Company, eyes: Eyes):
    """It is missing at new until a message with the same content is there; another does not do."""
    eyes.journal.changes.append(switched(DOMAIN, _now() - timedelta(hours=1)))
    nameless = b"From: karl@holz.example\r\n\r\nHallo\r\n"
    lab.old.imap.deliver("anna", "INBOX", nameless)
    lab.new.imap.deliver(ANNA, "INBOX", nameless.replace(b"Hallo", b"Adieu"))
    (found,) = eyes.see("imap.stragglers", ANNA)
    assert "without Message-ID" in found.evidence[0]
    lab.new.imap.deliver(ANNA, "INBOX", nameless)
    assert tags(eyes.see("imap.stragglers", ANNA)) == ["NOTHING_LEFT"]


def test_our_own_test_mail_is_no_straggler(lab: Company, eyes: Eyes):
    """A test message that landed at old is nobody's loss: it is neither copied nor missed."""
    eyes.journal.changes.append(switched(DOMAIN, _now() - timedelta(hours=1)))
    ours = compose(
        token="ab" * 16,
        sender="p@x.example",
        recipient=ANNA,
        helo="x.example",
        via="MX",
        at=_now(),
    )
    lab.old.imap.deliver("anna", "INBOX", ours.content)
    assert tags(eyes.see("imap.stragglers", ANNA)) == ["NOTHING_LEFT"]
    eyes.journal.record_delivery(DeliveryRecord("ab" * 16, ANNA, "MX", _now(), "250 ok"))
    eyes.sync()
    assert lab.new.imap.messages(ANNA, "INBOX")
    assert ours.content not in [m.body for m in lab.new.imap.messages(ANNA, "INBOX")]
    assert tags(eyes.see("imap.parity", ANNA)) == ["PARITY"]
