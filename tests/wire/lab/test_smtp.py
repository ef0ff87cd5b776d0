"""The lab's MX takes mail for its people, refuses the rest, and fails on demand."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator

import pytest

from migrate_mail.lab.certs import ca_pem
from migrate_mail.lab.company import Company
from migrate_mail.lab.scene import scene

DOMAIN = "lindenhof.example"
ANNA = f"anna@{DOMAIN}"
TEXT = (
    b"From: <karl@holz.example>\r\nSubject: Probe\r\n\r\nGr\xc3\xbc\xc3\x9fe\r\n.\r\nEnde\r\n"
)


def dial(lab: Company, *, timeout: float = 5) -> smtplib.SMTP:
    """Connect to the new MX."""
    return smtplib.SMTP(
        "127.0.0.1", lab.new.smtp.port, timeout=timeout, local_hostname="me.holz.example"
    )


def trust() -> ssl.SSLContext:
    """Return a context that trusts the lab's CA."""
    return ssl.create_default_context(cadata=ca_pem().decode())


@pytest.fixture
def client(lab: Company) -> Iterator[smtplib.SMTP]:
    """Give a connection to the new MX."""
    with dial(lab) as smtp:
        yield smtp


def reply_to(client: smtplib.SMTP, recipient: str) -> int:
    """Return the code that a recipient gets."""
    client.ehlo_or_helo_if_needed()
    client.mail("karl@holz.example")
    return client.rcpt(recipient)[0]


def test_extensions(client: smtplib.SMTP) -> None:
    """EHLO offers what an MX of today offers."""
    client.ehlo()

    for name in ("starttls", "size", "8bitmime", "smtputf8"):
        assert client.has_extn(name)
    assert int(client.esmtp_features["size"]) == 35 << 20


def test_starttls_has_a_certificate_for_the_mx(lab: Company, client: smtplib.SMTP) -> None:
    """The certificate holds for the MX name, by the lab's CA."""
    client._host = lab.new.mx_host

    assert client.starttls(context=trust())[0] == 220
    assert client.ehlo()[0] == 250
    assert not client.has_extn("auth")  # an MX takes mail from everybody and offers nobody AUTH


@pytest.mark.parametrize(
    ("recipient", "code"),
    [
        (ANNA, 250),
        ("ANNA@Lindenhof.Example", 250),
        (f"info@{DOMAIN}", 250),
        (f"nobody@{DOMAIN}", 550),
        ("anna@elsewhere.test", 554),
    ],
)
def test_recipients(client: smtplib.SMTP, recipient: str, code: int) -> None:
    """Our people are accepted, unknown ones and other domains are not."""
    assert reply_to(client, recipient) == code


def test_delivery_is_at_once_and_exact(lab: Company, client: smtplib.SMTP) -> None:
    """When the MX has said 250, the message is in INBOX with its trace headers, otherwise unchanged."""
    client.sendmail("karl@holz.example", [ANNA], TEXT)

    body = lab.new.imap.messages(ANNA)[-1].body
    head, _, rest = body.partition(b"From: ")
    assert b"From: " + rest == TEXT
    lines = head.split(b"\r\n")
    assert lines[0] == b"Return-Path: <karl@holz.example>"
    assert lines[1] == b"Delivered-To: anna@lindenhof.example"
    assert lines[2] == b"Received: from me.holz.example ([127.0.0.1])"
    assert b"by mx1.newhost.example with ESMTP id" in lines[3]


def test_list_reaches_everybody_on_it(lab: Company, client: smtplib.SMTP) -> None:
    """A list with two members lands in both mailboxes, once each."""
    client.sendmail("karl@holz.example", [f"rechnung@{DOMAIN}"], TEXT)

    for person in ("bernd", "chiara"):
        assert len(lab.new.imap.messages(f"{person}@{DOMAIN}")) == 1
    assert lab.new.imap.messages(ANNA) == []


def test_envelope_and_commands_are_kept(lab: Company, client: smtplib.SMTP) -> None:
    """A test can see what was said and what was taken."""
    client.sendmail("karl@holz.example", [ANNA], TEXT)
    client.quit()

    smtp = lab.new.smtp
    assert [line.split()[0] for line in smtp.log] == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]
    assert smtp.accepted[0].recipients == (ANNA,)
    assert not smtp.accepted[0].tls


def test_old_passes_on_to_new(lab: Company) -> None:
    """In relay mode mail that still comes to old is found at new."""
    lab.old.smtp.route = lambda _: ("127.0.0.1", lab.new.smtp.port)
    before = len(lab.old.imap.messages("anna"))

    lab.send_from_outside(ANNA)

    assert len(lab.old.imap.messages("anna")) == before
    body = lab.new.imap.messages(ANNA)[-1].body
    assert body.count(b"Received: ") == 2
    assert lab.new.smtp.accepted[0].tls


def test_relay_without_a_next_host_is_temporary(lab: Company) -> None:
    """When new refuses, old tells the sender to come again."""
    lab.old.smtp.route = lambda _: ("127.0.0.1", lab.new.smtp.port)
    lab.new.smtp.faults.greeting = "421"

    with pytest.raises(smtplib.SMTPDataError) as caught:
        lab.send_from_outside(ANNA)
    assert caught.value.smtp_code == 451


def test_hang_at_banner(lab: Company) -> None:
    """A server that hangs accepts the connection and says nothing."""
    lab.new.smtp.faults.greeting = "hang"

    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        dial(lab, timeout=0.1)


def test_close_after_connect(lab: Company) -> None:
    """A server that closes says nothing and goes."""
    lab.new.smtp.faults.greeting = "close"

    with socket.create_connection(("127.0.0.1", lab.new.smtp.port), timeout=5) as sock:
        assert sock.recv(100) == b""


def test_turned_away_with_421(lab: Company) -> None:
    """A busy server greets with 421."""
    lab.new.smtp.faults.greeting = "421"

    with pytest.raises(smtplib.SMTPConnectError) as caught:
        dial(lab)
    assert caught.value.smtp_code == 421


def test_without_starttls(lab: Company) -> None:
    """The fault takes STARTTLS out of EHLO and refuses it."""
    lab.new.smtp.faults.no_starttls = True

    with dial(lab) as client:
        client.ehlo()
        assert not client.has_extn("starttls")
        assert client.docmd("STARTTLS")[0] == 454


def test_greylisting_says_yes_the_second_time(lab: Company, client: smtplib.SMTP) -> None:
    """The first attempt gets 451, the next 250."""
    lab.new.smtp.faults.greylist = True

    assert reply_to(client, ANNA) == 451
    client.rset()
    assert reply_to(client, ANNA) == 250


def test_temporary_failure_of_recipients(lab: Company, client: smtplib.SMTP) -> None:
    """One recipient can be busy, or all."""
    lab.new.smtp.faults.tempfail = {ANNA}
    assert reply_to(client, ANNA) == 450
    client.rset()
    assert reply_to(client, f"bernd@{DOMAIN}") == 250
    client.rset()
    lab.new.smtp.faults.tempfail = {"*"}
    assert reply_to(client, f"bernd@{DOMAIN}") == 450


def test_accept_anything(lab: Company, client: smtplib.SMTP) -> None:
    """A catch-all accepts unknown people of our domain, and still does not relay."""
    lab.new.smtp.faults.accept_anything = True

    assert reply_to(client, f"nobody@{DOMAIN}") == 250
    client.rset()
    assert reply_to(client, "anna@elsewhere.test") == 554


def test_message_refused_after_data(lab: Company, client: smtplib.SMTP) -> None:
    """A content filter's refusal comes after DATA, and nothing is delivered."""
    lab.new.smtp.faults.refuse_data = "554 5.7.1 Spam"

    with pytest.raises(smtplib.SMTPDataError):
        client.sendmail("karl@holz.example", [ANNA], TEXT)
    assert lab.new.imap.messages(ANNA) == []


def test_black_hole(lab: Company, client: smtplib.SMTP) -> None:
    """Mail can be accepted and lost."""
    lab.new.smtp.faults.black_hole = True

    client.sendmail("karl@holz.example", [ANNA], TEXT)

    assert len(lab.new.smtp.accepted) == 1
    assert lab.new.imap.messages(ANNA) == []


def test_wrong_certificate_until_mended() -> None:
    """A certificate for another name is refused by a client that looks; mending replaces it."""
    with scene(wrong_certificate=True) as lab:
        with dial(lab) as client:
            client._host = lab.new.mx_host
            with pytest.raises(ssl.SSLCertVerificationError):
                client.starttls(context=trust())
        lab.mend_mx()
        with dial(lab) as client:
            client._host = lab.new.mx_host
            assert client.starttls(context=trust())[0] == 220


def test_closing_the_lab_ends_conversations() -> None:
    """Open connections, with and without TLS, do not outlive the lab."""
    with scene() as lab:
        plain, secure = dial(lab), dial(lab)
        secure._host = lab.new.mx_host
        secure.starttls(context=trust())
    for client in (plain, secure):
        with pytest.raises((smtplib.SMTPException, OSError)):
            client.docmd("NOOP")
        client.close()
