"""Providers that say "slow down": heard, obeyed, told as a pause, and nothing is lost or doubled."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

from migrate_mail.secret import Secret
from support.mini_imap import EXCHANGE, PLAIN, Line, MiniServer
from support.mini_moving import MiniMove, inventory_of
from support.moving import message

THROTTLED = "Request is throttled. Suggested Backoff Time: 299609 milliseconds"


@pytest.fixture
def mini(tmp_path):
    """Give a migration between two small servers, ten messages at old."""
    with MiniServer() as old, MiniServer(EXCHANGE) as new:
        for n in range(10):
            old.deliver(["INBOX"], message(n))
        yield MiniMove(old, new, inventory_of(tmp_path, (old, new)))


def complete(mini) -> bool:
    """Tell whether both sides hold the same, each message once."""
    return mini.bodies(mini.old) == mini.bodies(mini.new)


@pytest.mark.parametrize("side", ["old", "new"])
@pytest.mark.parametrize("kind", ["NO", "BAD"])
@pytest.mark.parametrize("bye", ["", "Connection closed. 14"])
@pytest.mark.parametrize("verb", ["LOGIN", "STATUS", "SELECT", "data"])
def test_suggested_back_off_is_obeyed(mini, side, kind, bye, verb):
    """Whatever command Exchange refuses with a time to wait, exactly that is waited, then it goes on."""
    server = mini.old if side == "old" else mini.new
    verbs = {"data": "UID FETCH" if side == "old" else "APPEND"}
    if verb == "SELECT" and side == "old":
        verb = "EXAMINE"
    after = 3 if (verb, side) == ("data", "new") else 0
    server.lines = [Line(verbs.get(verb, verb), f"{kind} {THROTTLED}", after=after, bye=bye)]

    outcome = mini.sync()

    assert (outcome.state, outcome.failed) == ("done", 0)
    assert mini.waits == [299.609]
    assert complete(mini)
    [pause] = [p for p in mini.seen if p.state == "waiting"]
    assert (
        "pauses for 300 s as the server asks, goes on at 2026-11-24 12:04:59 UTC" in pause.note
    )
    assert not [p for p in mini.seen if p.state == "retrying"]


def test_throttled_in_a_good_answer_is_obeyed(mini):
    """`OK [THROTTLED]` stores the message and asks for patience: both are taken as they are."""
    for n in range(10, 300):
        mini.old.deliver(["INBOX"], message(n))
    mini.new.lines = [Line("APPEND", "OK [THROTTLED] Success", after=2)]
    assert mini.sync().state == "done"
    assert mini.waits == [60]
    assert complete(mini)


def test_pauses_that_were_asked_for_are_no_failures(mini):
    """A provider may slow us down more often than a broken one is tried."""
    mini.new.lines = [Line("SELECT", f"NO {THROTTLED}", times=12)]
    assert mini.sync().state == "done"
    assert mini.waits == [299.609] * 12
    assert complete(mini)


def test_endless_throttling_ends_as_a_pause(mini):
    """After two hours without a message the account ends, says when it may go on, and how."""
    mini.new.lines = [Line("SELECT", f"NO {THROTTLED}", times=1000)]
    outcome = mini.sync()
    assert outcome.state == "paused"
    assert 7000 < sum(mini.waits) <= 7200
    assert outcome.until == "2026-11-24T14:04:50+00:00"
    assert "run the same command then" in outcome.reason


@pytest.mark.parametrize("side", ["old", "new"])
def test_used_up_bandwidth_ends_as_a_pause(mini, side):
    """Gmail's OVERQUOTA of bandwidth is no full mailbox: the account waits for a later run, which completes it."""
    words = "NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)"
    if side == "old":
        mini.old.lines = [Line("UID FETCH", words)]
    else:
        mini.new.lines = [Line("APPEND", words, after=4)]
    outcome = mini.sync()
    assert (outcome.state, outcome.failed, mini.waits) == ("paused", 0, [])
    assert outcome.until == "2026-11-24T13:00:00+00:00"
    assert "bandwidth" in outcome.reason
    assert mini.sync().state == "done"
    assert complete(mini)


def test_full_mailbox_stops_its_account_with_the_next_step(mini):
    """The other OVERQUOTA is for the admin of new, and no waiting helps."""
    mini.new.lines = [Line("APPEND", "NO [OVERQUOTA] Quota exceeded", after=4)]
    outcome = mini.sync()
    assert (outcome.state, mini.waits) == ("failed", [])
    assert "raise the quota at new" in outcome.reason


def test_expired_session_goes_on_with_a_new_token(mini):
    """When new ends the session over its token, another one is got, and nothing is doubled."""
    tokens = ["first", "second"]
    mini.new.able = f"{PLAIN} AUTH=XOAUTH2"
    mini.new.tokens = {_xoauth2("first")}

    def renewed(_login, refused):
        assert refused.reveal() == "first"
        mini.new.tokens = {_xoauth2("second")}
        tokens.pop(0)
        return Secret(tokens[0])

    mini.secret = lambda login: Secret(tokens[0] if login.way == "xoauth2" else "pw")
    mini.renewed = renewed
    account = mini.inventory.accounts[0]
    account = replace(account, new=replace(account.new, way="xoauth2"))
    mini.inventory = replace(mini.inventory, accounts=(account,))
    mini.new.lines = [
        Line("APPEND", "", after=4, bye="Session invalidated - AccessTokenExpired")
    ]

    assert mini.sync().state == "done"
    assert tokens == ["second"]
    assert complete(mini)


def _xoauth2(token: str) -> str:
    said = f"user=anna@example.org\x01auth=Bearer {token}\x01\x01"
    return base64.b64encode(said.encode()).decode()


def test_refusals_never_make_exchange_hang_up(mini):
    """Exchange cuts a session after ten errors: we log in again before, and every other message arrives."""
    mini.new.cut_after_errors = 10
    for n in range(10, 60):
        mini.old.deliver(["INBOX"], message(n, text="POISON" if n % 2 else ""))
    mini.new.poison = b"POISON"
    outcome = mini.sync()
    assert (outcome.state, outcome.failed) == ("incomplete", 25)
    assert mini.bodies(mini.new).total() == 35
    byes = [p for p in mini.seen if p.state == "retrying"]
    # While messages were under way unasked; 6 in a row would end it.
    assert len(byes) <= 3


def test_too_many_connections_are_fewer_from_then_on(tmp_path):
    """A host that wants fewer connections gets fewer for the rest of the run; every account is copied."""
    users = [f"user{n}@example.org" for n in range(6)]
    with MiniServer() as old, MiniServer() as new:
        new.most_connections = 2
        for n in range(3):
            old.deliver(["INBOX"], message(n))
        inventory = inventory_of(
            tmp_path, (old, new), users, old={"connections": 6}, new={"connections": 6}
        )
        mini = MiniMove(old, new, inventory)
        outcomes = mini.sync_all(jobs=6)
        assert [o.state for o in outcomes] == ["done"] * 6
        assert old.most_open > 2


RESTARTED = Line("APPEND", "", after=4, bye="restarting")
WRONG = "NO [AUTHENTICATIONFAILED] Authentication failed."


def test_a_login_that_worked_a_moment_ago_is_tried_again(mini):
    """A server in a restart may call a right password wrong; that is no reason to give the account up."""
    mini.new.lines = [replace(RESTARTED), Line("LOGIN", WRONG, after=1, times=2)]
    assert mini.sync().state == "done"
    assert len(mini.waits) == 3
    assert complete(mini)


def test_a_login_that_stays_refused_is_given_up(mini):
    """After two more tries: a password may have been changed, and too many tries lock the account."""
    mini.new.lines = [replace(RESTARTED), Line("LOGIN", WRONG, after=1, times=99)]
    outcome = mini.sync()
    assert outcome.state == "failed"
    assert "is wrong" in outcome.reason
    assert len(mini.waits) == 3
    assert sum(line.verb == "LOGIN" for line in mini.new.log) == 4


def test_a_login_that_never_worked_is_tried_once(mini):
    """A wrong password is wrong."""
    mini.new.lines = [Line("LOGIN", WRONG, times=99)]
    assert mini.sync().state == "failed"
    assert mini.waits == []
    assert sum(line.verb == "LOGIN" for line in mini.new.log) == 1
