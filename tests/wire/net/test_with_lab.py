"""The dialers against the lab's decent servers: what a healthy company looks like."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrate_mail.errors import NetError
from migrate_mail.lab.certs import ca_pem
from migrate_mail.net.dns import Dns
from migrate_mail.net.imap import ImapDialer, ImapTarget
from migrate_mail.net.limits import HostLimits
from migrate_mail.net.routes import Routes
from migrate_mail.net.smtp import SmtpDialer
from migrate_mail.secret import Secret

WHEN = datetime(2019, 7, 1, 23, 59, 58, tzinfo=timezone(timedelta(hours=5, minutes=45)))


@pytest.fixture
def ca(tmp_path):
    """The lab's certificate authority as a file."""
    path = tmp_path / "ca.pem"
    path.write_bytes(ca_pem())
    return path


@pytest.fixture
def names(lab):
    """A Dns that knows the lab."""
    return Dns(
        resolvers=[("127.0.0.1", lab.resolver.port)], routes=Routes(lab.connect()), timeout=0.5
    )


@pytest.fixture
def mailboxes(lab, ca):
    """Give a function that opens a session of the first employee at old or new."""
    dialer = ImapDialer(routes=Routes(lab.connect()), limits=HostLimits(), timeout=5)
    anna = lab.employees[0]

    def open_session(side, *, write=False):
        system = getattr(lab, side)
        user, password = (
            (anna.old_user, anna.old_password)
            if side == "old"
            else (anna.new_user, anna.new_password)
        )
        target = ImapTarget(system.imap_host, 993, "implicit", ca, user)
        return (dialer.read_write if write else dialer.read_only)(target, Secret(password))

    return open_session


def test_dns_of_the_company(lab, names):
    """Both authorities serve the old MX with authority; the resolver knows it too."""
    answers = names.authorities(lab.domain, "MX", published=True)
    assert [a.records for a in answers] == [("10 mx1.oldhost.example.",)] * 2
    assert all(a.aa and a.ttl == 300 for a in answers)
    (cached,) = names.resolvers(lab.domain, "MX")
    assert (cached.records, cached.aa) == (answers[0].records, False)
    assert names.zone_of(lab.domain, published=True).apex == f"{lab.domain}."


def test_looking_for_the_new_mx_leaves_no_trace(lab, names):
    """The resolver is not asked for a host that may be published later."""
    names.addresses("mx7.newhost.example", ask="authorities")
    assert not [q for q in lab.resolver.asked if q.name.startswith("mx7")]


@pytest.mark.parametrize("fault", ["timeout", "servfail", "refused", "garbage"])
def test_one_broken_authority_is_seen_as_such(lab, names, fault):
    """The fault of one server is its answer's status; the other answers as before."""
    names.zone_of(lab.domain, published=True)
    lab.break_dns(lab.ns2, fault)
    answers = {a.server.host: a.status for a in names.authorities(lab.domain, "MX")}
    assert answers == {"ns1.oldhost.example": "ok", "ns2.oldhost.example": fault}


def test_a_lame_authority_is_seen(lab, names):
    """A server without authority answers, and `aa` tells."""
    lab.break_dns(lab.ns2, "lame")
    answers = names.authorities(lab.domain, "MX", published=True)
    assert sorted((a.status, a.aa) for a in answers) == [("ok", False), ("ok", True)]


def test_smtp_of_the_company(lab, names, ca):
    """The old MX offers STARTTLS with a good certificate, and knows the company's people."""
    dialer = SmtpDialer(helo="probe.test", sender="p@probe.test", ca=ca, limits=HostLimits())
    (endpoint,) = names.endpoints(lab.old.mx_host, 25, ask="authorities")
    facts = dialer.probe(endpoint)
    assert facts.failure is None
    assert facts.tls is not None
    assert facts.tls.problem is None
    addresses = [e.address for e in lab.employees]
    asked = dialer.recipients(endpoint, [*addresses, f"nobody-at-all@{lab.domain}"])
    assert [r.code // 100 for r in asked.replies] == [2, 2, 2, 2, 5]


def test_a_delivery_arrives(lab, names, ca, mailboxes):
    """A message that was submitted is found by its header in the mailbox, and only there."""
    dialer = SmtpDialer(helo="probe.test", sender="p@probe.test", ca=ca, limits=HostLimits())
    (endpoint,) = names.endpoints(lab.old.mx_host, 25, ask="authorities")
    message = b"X-Migrate-Mail: token-1\r\nSubject: test\r\n\r\nhello\r\n"
    assert dialer.submit(endpoint, lab.employees[0].address, message).accepted
    with mailboxes("old") as session:
        session.examine("INBOX")
        assert len(session.find("X-Migrate-Mail", "token-1")) == 1
        assert session.find("X-Migrate-Mail", "token-2") == []


def test_a_mailbox_is_read(mailboxes):
    """Folders, prefix, heads and bodies of a mailbox agree with each other."""
    with mailboxes("old") as session:
        found = session.mailboxes()()
        assert (found.prefix, found.delimiter) == ("INBOX.", ".")
        folders = [f for f in session.folders() if f.selectable]
        assert "INBOX" in {f.name for f in folders}
        seen = 0
        for folder in folders:
            status = session.examine(folder.name)
            uids = session.uids()
            heads = session.heads(uids)
            assert len(uids) == len(heads) == status.messages
            assert session.status(folder.name).uidvalidity == status.uidvalidity
            assert all(len(session.body(h.uid)) == h.size for h in heads)
            for late in (WHEN, *(h.internaldate for h in heads)):
                since = [h.uid for h in heads if h.internaldate >= late]
                assert session.arrived(late) == since
            seen += len(heads)
    assert seen > 0


def test_a_folder_is_made_and_filled(mailboxes):
    """What is appended comes back with its bytes, flags and date; the receipt names it."""
    body = b"Message-ID: <x@y>\r\n\r\nbare\nline\r\n\xff"
    with mailboxes("new", write=True) as session:
        session.create("Ärger & Co/2019")
        session.subscribe("Ärger & Co/2019")
        assert "Ärger & Co/2019" in session.mailboxes()().subscribed
        receipt = session.append("Ärger & Co/2019", body, ["\\Seen", "$Wichtig"], WHEN)
        assert receipt is not None
        status = session.select("Ärger & Co/2019")
        assert (status.messages, status.uidvalidity) == (1, receipt.uidvalidity)
        (head,) = session.heads([receipt.uid])
        assert (head.flags, head.internaldate) == (("$Wichtig", "\\Seen"), WHEN)
        assert head.message_id == "<x@y>"
        assert session.body(receipt.uid) == body
        session.set_flags([receipt.uid], ["\\Flagged"])
        assert session.heads([receipt.uid])[0].flags == ("\\Flagged",)
        with pytest.raises(NetError) as caught:
            session.append("not there", body, [], WHEN)
        assert (caught.value.kind, caught.value.phase) == ("denied", "APPEND")
        session.noop()


def test_a_wrong_password(lab, ca):
    """It is `auth`, on a server that offers PLAIN over TLS."""
    dialer = ImapDialer(routes=Routes(lab.connect()), limits=HostLimits(), timeout=5)
    target = ImapTarget(lab.old.imap_host, 993, "implicit", ca, "anna")
    with pytest.raises(NetError) as caught:
        dialer.read_only(target, Secret("wrong"))
    assert caught.value.kind == "auth"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)  # fmt: skip
@given(body=st.binary(min_size=1, max_size=300))
def test_any_bytes_come_back(mailboxes, body):
    """Whatever bytes a message's body is made of, they are the same on the other side."""
    body = b"Subject: any\r\n\r\n" + body
    with mailboxes("new", write=True) as session:
        receipt = session.append("INBOX", body, [], WHEN)
        assert receipt is not None
        session.select("INBOX")
        assert session.body(receipt.uid) == body
