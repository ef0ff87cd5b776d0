"""What servers say when it is too much for them, as they were seen to say it."""

from __future__ import annotations

import pytest

from migrate_mail.net.imap_advice import Advice, advice, kind_of

SAID = [
    ("Request is throttled. Suggested Backoff Time: 299609 milliseconds", Advice("pause", 299.609)),
    ("BAD Request is throttled. Suggested Backoff Time: 89117 milliseconds", Advice("pause", 89.117)),
    ("Request is throttled. Suggested Backoff Time: 15 milliseconds", Advice("pause", 1)),
    ("BAD Request is throttled.", Advice("pause", 60)),
    ("[THROTTLED] Success", Advice("pause", 60)),
    ("[OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)", Advice("later", 3600)),
    ("[ALERT] Account exceeded command or bandwidth limits. (Failure)", Advice("later", 3600)),
    ("[OVERQUOTA] Quota exceeded (mailbox for user is full)", Advice("full")),
    ("[ALERT] Too many simultaneous connections. (Failure)", Advice("fewer", 10)),
    ("[UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)", Advice("fewer", 10)),
    ("all 2 of our connections to it were in use for 60 s", Advice("queue", 1)),
    ("the server closed the connection: * BYE Session expired, please login again.", Advice("token")),
    ("the server closed the connection: * BYE Session invalidated - AccessTokenExpired", Advice("token")),
    ("[UNAVAILABLE] Temporary failure, try again later.", Advice("again")),
    ("[LIMIT] Too many flags", Advice("again")),
    ("[INUSE] Mailbox is locked by another session", Advice("again")),
    ("the server closed the connection: * BYE Connection closed. 14 (before: Request is throttled. Suggested Backoff Time: 1000 milliseconds)", Advice("pause", 1)),
    ("[TOOBIG] Message is too large", None),
    ("[ALERT] Your mailbox is nearly full", None),
    ("BAD Command Argument Error. 11", None),
    ("[NOPERM] Permission denied", None),
]  # fmt: skip


@pytest.mark.parametrize(("words", "asked"), SAID, ids=[str(n) for n in range(len(SAID))])
def test_words_are_taken_for_what_they_ask(words, asked):
    """Each server's own words lead to what it wants done, and words about one message to nothing."""
    assert advice(words) == asked


def test_bandwidth_is_no_full_mailbox():
    """Gmail's OVERQUOTA of bandwidth is meant for the account and passes; Dovecot's is for its admin."""
    assert kind_of("[OVERQUOTA] Account exceeded command or bandwidth limits.") == "busy"
    assert kind_of("[OVERQUOTA] Quota exceeded") == "denied"


def test_folder_in_use_is_not_the_account():
    """A folder that somebody else holds does not stop the other folders."""
    assert kind_of("[INUSE] Mailbox is locked") == "denied"
