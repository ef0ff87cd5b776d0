"""Whose fault a refused login is, from words that servers really say."""

from __future__ import annotations

import pytest

from migrate_mail.net.login_refusal import Attempt, refusal
from migrate_mail.net.sasl import TokenError

ANNA = Attempt("anna@example.org")
ADMIN = Attempt("anna@example.org", admin="root")
TOKEN = Attempt("anna@example.org", token=True)

SAID = [
    # Dovecot, Cyrus, Courier
    ("[AUTHENTICATIONFAILED] Authentication failed.", ANNA, "password"),
    ("Login failed: authentication failure", ANNA, "password"),
    ("LOGIN Login failed.", ANNA, "password"),
    ("[AUTHORIZATIONFAILED] Authorization failed", ADMIN, "authorization"),
    ("[AUTHENTICATIONFAILED] Authentication failed.", ADMIN, "password"),
    ("authorization failure", ADMIN, "authorization"),
    ("[UNAVAILABLE] Temporary authentication failure. [mail:2026-03-13 22:00:01]", ANNA, "server"),
    ("[UNAVAILABLE] Account is temporarily unavailable.", ANNA, "server"),
    ("[LIMIT] Maximum number of connections from user+IP exceeded", ANNA, "server"),
    ("Temporary problem, please try again later", ANNA, "server"),
    ("[EXPIRED] Password expired", ANNA, "expired"),
    ("[CONTACTADMIN] This user account is disabled.", ANNA, "account"),
    ("[PRIVACYREQUIRED] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.", ANNA, "privacy"),
    # Google
    ("[AUTHENTICATIONFAILED] Invalid credentials (Failure)", ANNA, "password"),
    ("[ALERT] Application-specific password required: https://support.google.com/accounts/answer/185833 (Failure)", ANNA, "method"),
    ("[ALERT] Please log in via your web browser: https://support.google.com/mail/accounts/answer/78754 (Failure)", ANNA, "method"),
    ("[ALERT] Your account is not enabled for IMAP use. Please visit your Gmail settings page", ANNA, "account"),
    ("[ALERT] IMAP access is disabled for your domain. Please contact your domain administrator", ANNA, "account"),
    ("[ALERT] Too many simultaneous connections. (Failure)", ANNA, "server"),
    ("[AUTHENTICATIONFAILED] Invalid credentials (Failure)", TOKEN, "token"),
    # Microsoft
    ("LOGIN failed.", ANNA, "password"),
    ("AUTHENTICATE failed.", TOKEN, "token"),
    ("LOGIN failed: LogonDenied-BasicAuthBlocked-0-0", ANNA, "method"),
    ("LOGIN failed. Account is blocked. Login to your account via a web browser to verify your identity.", ANNA, "account"),
    ("BAD User is authenticated but not connected.", TOKEN, "account"),
    ("BYE Session invalidated - AccessTokenExpired", TOKEN, "expired"),
    # Yahoo
    ("[AUTHORIZATIONFAILED] (#MBR1212) Incorrect username or password.", ANNA, "password"),
    ("(#AUTH005) Too many failed login attempts", ANNA, "account"),
    ("[AUTHORIZATIONFAILED] not allowed", TOKEN, "authorization"),
    ("NO", ANNA, "password"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "tried", "fault"), SAID)
def test_whose_fault_it_is(words, tried, fault):
    """The fault is told from code and words, which stay in the text as they came."""
    found = refusal(words, tried)

    assert found.fault == fault
    assert words in found.text
    assert found.hint


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("[UNAVAILABLE] LDAP is down", "busy"),
        ("[AUTHENTICATIONFAILED] no", "auth"),
        ("[PRIVACYREQUIRED] TLS first", "tls"),
        ("Too many failed attempts, try again later", "auth"),
    ],
)
def test_only_a_busy_server_is_asked_again(words, kind):
    """Another try may only follow what has nothing to do with the password: accounts get locked."""
    assert refusal(words, ANNA).kind == kind


def test_an_admin_that_may_not_is_told_apart():
    """With a right password and no right to others' mailboxes, the step is to give that right."""
    found = refusal("[AUTHORIZATIONFAILED] no", ADMIN)

    assert found.text.startswith("root may not open the mailbox of anna@example.org: ")
    assert "the password of root was right" in found.hint


def test_the_password_is_the_admins():
    """A wrong password of an admin is not looked for at the user's."""
    assert "user root exists" in refusal("[AUTHENTICATIONFAILED] no", ADMIN).hint


def test_what_the_server_said_of_the_token_is_told():
    """The status in the server's JSON stands behind its words."""
    found = refusal("AUTHENTICATE failed.", TOKEN, TokenError("invalid_token"))

    assert found.text.endswith(": AUTHENTICATE failed. (status invalid_token)")


def test_microsoft_gives_no_reason():
    """Its two words may also mean that passwords are switched off, and that is said."""
    assert "`oauth:`" in refusal("LOGIN failed.", ANNA).hint
    assert "`oauth:`" not in refusal("[AUTHENTICATIONFAILED] no", ANNA).hint
