"""The lab's IMAP server keeps mail exactly, tells what was asked of it, and fails on demand."""

from __future__ import annotations

import imaplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta, timezone

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from migrate_mail.lab.certs import ca_pem
from migrate_mail.lab.company import Company
from migrate_mail.lab.imap_wire import AppendDrop
from migrate_mail.lab.scene import scene
from migrate_mail.lab.world import MailSystem

Dial = Callable[..., IMAPClient]
ANNA = "anna@lindenhof.example"
WHEN = datetime(2024, 2, 29, 13, 14, 15, tzinfo=timezone(timedelta(hours=-5)))
BODY = b"Subject: eight bits\r\nX: \xfc\xe4\r\n\r\n\xff\x80 bytes\r\nbare\nLF\r\n"
GONE = (IMAPClientError, OSError, imaplib.IMAP4.abort)


def connect(system: MailSystem, *, timeout: float = 5) -> IMAPClient:
    """Connect with TLS that is verified."""
    context = ssl.create_default_context(cadata=ca_pem().decode())
    context.check_hostname = False  # the name is that of the lab, the address ours
    client = IMAPClient("127.0.0.1", system.imap.port, ssl_context=context, timeout=timeout)
    client.normalise_times = False
    return client


@pytest.fixture
def dial(lab: Company) -> Iterator[Dial]:
    """Give a function that logs in at old (`anna`) or new (the address)."""
    with ExitStack() as stack:

        def login(side: str = "new", person: str = "anna") -> IMAPClient:
            account = next(e for e in lab.employees if e.old_user == person)
            client = connect(lab.new if side == "new" else lab.old)
            stack.callback(client.shutdown)
            if side == "new":
                client.plain_login(account.new_user, account.new_password)
            else:
                client.login(account.old_user, account.old_password)
            return client

        yield login


def upload(client: IMAPClient, body: bytes = BODY, folder: str = "INBOX") -> str:
    """Append one message and return the server's words."""
    message = {"msg": body, "flags": [b"\\Seen", b"Wichtig"], "date": WHEN}
    return client.multiappend(folder, [message])[1][0].decode()


def test_wrong_password_and_unknown_user(lab: Company) -> None:
    """Neither gets in, and the answer is the same."""
    for user in ("anna", "nobody"):
        client = connect(lab.old)
        with pytest.raises(LoginError, match="AUTHENTICATIONFAILED"):
            client.login(user, "wrong")
        client.shutdown()


def test_append_keeps_every_byte_flag_and_date(lab: Company, dial: Dial) -> None:
    """A message comes back as it was sent: bytes, size, flags, date with its own zone."""
    client = dial()
    words = upload(client)
    client.select_folder("INBOX", readonly=True)

    (got,) = client.fetch(
        client.search(), ["BODY.PEEK[]", "RFC822.SIZE", "FLAGS", "INTERNALDATE"]
    ).values()

    assert got[b"BODY[]"] == BODY
    assert got[b"RFC822.SIZE"] == len(BODY)
    assert set(got[b"FLAGS"]) - {rb"\Recent"} == {rb"\Seen", b"Wichtig"}
    assert got[b"INTERNALDATE"] == WHEN
    assert got[b"INTERNALDATE"].utcoffset() == timedelta(hours=-5)
    (stored,) = lab.new.imap.messages(ANNA)
    assert f"APPENDUID {client.folder_status('INBOX')[b'UIDVALIDITY']} {stored.uid}" in words
    assert (stored.body, stored.flags, stored.date) == (BODY, ("Wichtig", "\\Seen"), WHEN)


def test_deliver_is_seen_by_clients(lab: Company, dial: Dial) -> None:
    """What the lab puts into a folder is what a client finds there."""
    uid = lab.old.imap.deliver("anna", "INBOX.Neu", BODY, flags=["\\Flagged"], date=WHEN)
    client = dial("old")
    client.select_folder("INBOX.Neu", readonly=True)

    assert client.search(["HEADER", "Subject", "eight"]) == [uid]
    assert client.fetch([uid], ["BODY.PEEK[]"])[uid][b"BODY[]"] == BODY


def test_old_has_prefix_and_dots_new_has_slashes(dial: Dial) -> None:
    """The two sides differ in separator and prefix, and say so."""
    old, new = dial("old"), dial("new")

    assert old.namespace().personal == (("INBOX.", "."),)
    assert new.namespace().personal == (("", "/"),)
    names = {name for _, _, name in old.list_folders()}
    assert {"INBOX.Kunden.Müller & Söhne", "INBOX.Archiv.2024", "INBOX.Leer"} <= names
    assert {delimiter for _, delimiter, _ in old.list_folders()} == {b"."}


def test_folders_outside_the_prefix_are_refused(dial: Dial) -> None:
    """At old a folder beside INBOX cannot be made; below it it can."""
    client = dial("old")

    with pytest.raises(IMAPClientError):
        client.create_folder("Projekte")
    client.create_folder("INBOX.Projekte.日本")
    assert client.folder_exists("INBOX.Projekte.日本")


def test_special_uses_are_listed(dial: Dial) -> None:
    """LIST tells which folder is for what."""
    uses = {name: flags for flags, _, name in dial("old").list_folders()}

    assert rb"\Sent" in uses["INBOX.Gesendete Objekte"]
    assert rb"\Sent" not in uses["INBOX"]


def test_commands_are_logged_without_secrets(lab: Company, dial: Dial) -> None:
    """A test can prove that only reading happened, and no password is in the log."""
    client = dial("old")
    client.select_folder("INBOX", readonly=True)
    client.fetch(client.search(), ["BODY.PEEK[]"])

    log = lab.old.imap.log
    assert {"EXAMINE", "UID SEARCH", "UID FETCH"} <= lab.old.imap.verbs("anna")
    assert not lab.old.imap.verbs() & {"SELECT", "STORE", "UID STORE", "APPEND"}
    assert [e.text for e in log if e.verb in {"LOGIN", "AUTHENTICATE"}] == ["LOGIN"]
    assert any("BODY.PEEK[]" in e.text for e in log)
    assert "alt-anna-1" not in repr(log)


def test_no_password_in_the_log_of_plain(lab: Company, dial: Dial) -> None:
    """AUTHENTICATE PLAIN leaves its name in the log, and nothing else."""
    dial("new")

    assert [e.text for e in lab.new.imap.log if "AUTH" in e.verb] == ["AUTHENTICATE"]


@pytest.mark.parametrize("name", ["UIDPLUS", "MULTIAPPEND", "LITERAL+", "NAMESPACE"])
def test_capabilities_can_be_switched_off(lab: Company, dial: Dial, name: str) -> None:
    """A capability that is off is not announced."""
    assert name.encode() in dial().capabilities()
    lab.new.imap.faults.without = {name}

    assert name.encode() not in dial().capabilities()


def test_without_uidplus_append_names_no_uid(lab: Company, dial: Dial) -> None:
    """Without UIDPLUS the answer to APPEND has no APPENDUID."""
    lab.new.imap.faults.without = {"UIDPLUS"}

    assert "APPENDUID" not in upload(dial())
    assert len(lab.new.imap.messages(ANNA)) == 1


def test_without_special_use_list_is_plain(lab: Company, dial: Dial) -> None:
    """Without SPECIAL-USE no folder has a use."""
    lab.old.imap.faults.without = {"SPECIAL-USE"}

    assert not any(rb"\Sent" in flags for flags, _, _ in dial("old").list_folders())


def test_login_can_be_refused_or_unavailable(lab: Company, dial: Dial) -> None:
    """One user's login is refused for good, another's for now, others get in."""
    lab.old.imap.faults.refuse = {"anna"}
    lab.old.imap.faults.unavailable = {"bernd"}

    with pytest.raises(LoginError, match="AUTHENTICATIONFAILED"):
        dial("old", "anna")
    with pytest.raises(LoginError, match="UNAVAILABLE"):
        dial("old", "bernd")
    assert dial("old", "chiara").noop()


def test_login_disabled(lab: Company) -> None:
    """The server can announce LOGINDISABLED."""
    lab.new.imap.faults.login_disabled = True
    client = connect(lab.new)

    assert client.has_capability("LOGINDISABLED")
    assert not client.has_capability("AUTH=PLAIN")
    client.shutdown()


def test_too_many_connections_get_bye(lab: Company, dial: Dial) -> None:
    """The connection over the limit is turned away with BYE."""
    lab.old.imap.faults.max_connections = 1
    dial("old")

    with pytest.raises(imaplib.IMAP4.error, match="Too many"):
        connect(lab.old)


def test_hang_at_connect(lab: Company) -> None:
    """The server can stay silent after the TLS handshake."""
    lab.new.imap.faults.hang = "connect"

    with pytest.raises(TimeoutError):
        connect(lab.new, timeout=0.3)


def test_hang_at_a_command(lab: Company, dial: Dial) -> None:
    """The server can stop to answer at one command, and obey all others."""
    client = dial()
    lab.new.imap.faults.hang = "NOOP"
    client.select_folder("INBOX")
    client.socket().settimeout(0.1)

    with pytest.raises(GONE):
        client.noop()


@pytest.mark.parametrize(
    ("when", "stored", "heard"),
    [("before-store", 2, False), ("before-ok", 3, False), ("after-ok", 3, True)],
)
def test_connection_drops_at_an_append(
    lab: Company, dial: Dial, when: str, stored: int, heard: bool
) -> None:
    """The third APPEND is not stored, or stored and unheard, or heard; then the line is dead, once."""
    lab.new.imap.faults.drop = AppendDrop(after=2, when=when)
    client = dial()
    upload(client)
    upload(client)
    if heard:
        assert "APPENDUID" in upload(client)
        with pytest.raises(GONE):
            client.noop()
    else:
        with pytest.raises(GONE):
            upload(client)

    assert len(lab.new.imap.messages(ANNA)) == stored
    upload(dial())
    assert len(lab.new.imap.messages(ANNA)) == stored + 1


def test_poison_is_refused_for_good(lab: Company, dial: Dial) -> None:
    """One kind of message is refused with NO, the connection lives on."""
    lab.new.imap.faults.poison = b"bare\nLF"
    client = dial()

    assert "[CANNOT]" in upload(client)  # imapclient's multiappend does not raise on NO
    upload(client, b"Subject: harmless\r\n\r\n")
    assert len(lab.new.imap.messages(ANNA)) == 1


def test_user_deletes_and_flags(lab: Company, dial: Dial) -> None:
    """What the lab does as the user is what a client sees."""
    first, second = (lab.new.imap.deliver(ANNA, "INBOX", BODY) for _ in range(2))

    lab.new.imap.remove(ANNA, "INBOX", first)
    lab.new.imap.set_flags(ANNA, "INBOX", second, ["\\Answered"])

    client = dial()
    client.select_folder("INBOX", readonly=True)
    assert client.search() == [second]
    assert rb"\Answered" in client.get_flags([second])[second]


def test_uidvalidity_can_change(lab: Company, dial: Dial) -> None:
    """A renewed folder has another UIDVALIDITY."""
    client = dial()
    before = client.folder_status("INBOX", ["UIDVALIDITY"])

    lab.new.imap.renew_uidvalidity(ANNA, "INBOX")

    assert client.folder_status("INBOX", ["UIDVALIDITY"]) != before


def test_large_message_and_long_lines(dial: Dial) -> None:
    """Five megabytes and a command line of 100,000 characters go through."""
    client = dial()
    upload(client, b"Subject: big\r\n\r\n" + b"x" * (5 << 20))
    client.select_folder("INBOX", readonly=True)

    (got,) = client.fetch([*client.search(), *range(10_000, 28_000)], ["RFC822.SIZE"]).values()

    assert got[b"RFC822.SIZE"] > 5 << 20


def test_closing_the_lab_ends_sessions() -> None:
    """Open sessions, even one that hangs, do not outlive the lab."""
    with scene() as lab:
        idle, hanging = connect(lab.old), connect(lab.old)
        lab.old.imap.faults.hang = "NOOP"
        hanging._imap.send(b"X1 NOOP\r\n")
    with pytest.raises(GONE):
        idle.noop()
    idle.shutdown()
    hanging.shutdown()
