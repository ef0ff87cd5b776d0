"""The words of a login: each mechanism byte for byte, and the choice between them."""

from __future__ import annotations

import base64

import pytest

from migrate_mail.net.sasl import (
    Identity,
    TokenError,
    at_once,
    choose,
    offered,
    read_token_error,
    replies,
)

ANNA = Identity("anna@old.example", host="imap.old.example", port=993)
FOR_ANNA = Identity("anna@old.example", admin="root")


def test_plain():
    """PLAIN has an empty authorization identity, and carries every character as UTF-8."""
    assert replies("PLAIN", ANNA, "päss wört") == ["\0anna@old.example\0päss wört".encode()]


def test_plain_for_somebody_else():
    """With an admin, the mailbox is the authorization identity and the admin gives the password."""
    assert replies("PLAIN", FOR_ANNA, "s3cret") == [b"anna@old.example\0root\0s3cret"]


def test_login_is_asked_for_each():
    """LOGIN gives name and password when it is asked for them."""
    assert replies("LOGIN", ANNA, "s3cret") == [b"anna@old.example", b"s3cret"]


def test_xoauth2():
    """XOAUTH2 has user and token, and answers a refusal with nothing."""
    said = b"user=anna@old.example\x01auth=Bearer t0.k-en\x01\x01"

    assert replies("XOAUTH2", ANNA, "t0.k-en") == [said, b""]


def test_oauthbearer_as_in_the_rfc():
    """OAUTHBEARER is what RFC 7628 section 4.1 shows, and acknowledges a refusal."""
    who = Identity("user@example.com", host="server.example.com", port=143)

    first, second = replies("OAUTHBEARER", who, "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==")

    assert base64.b64encode(first) == (
        b"bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyI"
        b"HZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
    )
    assert base64.b64encode(second) == b"AQ=="


def test_odd_names_are_escaped():
    """A comma or an equals sign in a name does not end it (RFC 5801 section 4)."""
    assert replies("OAUTHBEARER", Identity("a,b=c"), "t")[0].startswith(b"n,a=a=2Cb=3Dc,\x01")


@pytest.mark.parametrize(
    ("mechanism", "user", "secret"),
    [
        ("PLAIN", "anna", "a\0b"),
        ("PLAIN", "an\0na", "b"),
        ("PLAIN", "anna", "half a \udc80"),
        ("XOAUTH2", "anna", "to\x01ken"),
        ("XOAUTH2", "anna", "two\nlines"),
        ("XOAUTH2", "an\x01na", "token"),
        ("OAUTHBEARER", "anna", ""),
        ("OAUTHBEARER", "anna", "tökén"),
    ],
)
def test_what_cannot_be_said_is_not_said(mechanism, user, secret):
    """Nothing can slip a field of its own into a login."""
    with pytest.raises(ValueError, match=r".") as caught:
        replies(mechanism, Identity(user), secret)
    assert not isinstance(caught.value, UnicodeDecodeError)


CHOICES = [
    ("AUTH=PLAIN AUTH=LOGIN", "password", "PLAIN"),
    ("AUTH=LOGIN", "password", "LOGIN"),
    ("AUTH=XOAUTH2", "password", "command"),
    ("", "password", "command"),
    ("LOGINDISABLED", "password", None),
    ("LOGINDISABLED AUTH=PLAIN", "password", "PLAIN"),
    ("AUTH=PLAIN AUTH=LOGIN", "login", "LOGIN"),
    ("AUTH=PLAIN", "login", "command"),
    ("AUTH=LOGIN", "plain", None),
    ("AUTH=XOAUTH2 AUTH=OAUTHBEARER", "token", "OAUTHBEARER"),
    ("AUTH=PLAIN AUTH=XOAUTH2", "token", "XOAUTH2"),
    ("AUTH=PLAIN", "token", None),
    ("AUTH=OAUTHBEARER", "xoauth2", None),
    ("AUTH=OAUTHBEARER AUTH=XOAUTH2", "xoauth2", "XOAUTH2"),
    ("AUTH=OAUTHBEARER", "oauthbearer", "OAUTHBEARER"),
]


@pytest.mark.parametrize(("able", "way", "chosen"), CHOICES)
def test_the_choice(able, way, chosen):
    """What was asked for is chosen, or nothing: a token is never sent as a password."""
    assert choose(frozenset(able.split()), way) == chosen


@pytest.mark.parametrize("able", ["AUTH=LOGIN", "", "AUTH=XOAUTH2"])
def test_only_plain_carries_an_admin(able):
    """Without PLAIN there is no way for an admin: anything else would open the admin's own mailbox."""
    assert choose(frozenset(able.split()), "password", admin=True) is None
    assert choose(frozenset([*able.split(), "AUTH=PLAIN"]), "password", admin=True) == "PLAIN"


def test_who_speaks_first():
    """LOGIN waits to be asked; the others may save a round trip."""
    assert [m for m in ("PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER") if not at_once(m)] == [
        "LOGIN"
    ]


def test_what_is_offered_in_words():
    """The mechanisms are named for the message that says why none of them will do."""
    assert offered({"IMAP4rev1", "AUTH=PLAIN", "AUTH=NTLM"}) == "NTLM, PLAIN"
    assert offered({"IMAP4rev1"}) == "none"


def test_a_refused_token_is_explained():
    """The server's JSON is read, from Google's and from RFC 7628's form."""
    google = b'{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}'
    rfc = b'{"status":"invalid_token","openid-configuration":"https://example.com/"}'

    assert read_token_error(base64.b64encode(google)) == TokenError(
        "400", "https://mail.google.com/"
    )
    assert str(read_token_error(base64.b64encode(rfc))) == "status invalid_token"


@pytest.mark.parametrize(
    "challenge",
    [b"", b"!", b"AQ==", base64.b64encode(b"[1]"), base64.b64encode(b"{}"), b"\xff"],
)
def test_an_unreadable_explanation_is_none(challenge):
    """Anything else in its place does no harm."""
    assert read_token_error(challenge) is None
