"""Mail that goes compressed from one real Dovecot folder to another is the same mail."""

from __future__ import annotations

import hashlib
import random
import tempfile
from pathlib import Path

import pytest
import trustme

from migrate_mail.net.facts import Endpoint
from migrate_mail.net.imap import ImapDialer, ImapTarget, Incoming, Making, Wanted
from migrate_mail.net.limits import HostLimits
from migrate_mail.net.routes import Routes
from migrate_mail.secret import Secret
from real.servers.logins import HOST, Logins

pytestmark = pytest.mark.real

USERS = {"anna@example.org": "anna", "ben@example.org": "ben"}
DATE = b'"05-Mar-2024 10:00:00 +0100"'
FOLDERS = ["INBOX", "A", "B", "C", "D", "E", "F"]


@pytest.fixture(scope="module")
def logins(machine):
    """The Dovecot; nobody asks it about tokens."""
    with tempfile.TemporaryDirectory(prefix="mmz-") as one:
        folder = Path(one)
        folder.chmod(0o755)
        trustme.CA().cert_pem.write_to_path(str(folder / "other.pem"))
        server = Logins(
            folder, users=USERS, masters={}, introspection="", ca=folder / "other.pem"
        )
        yield server
        server.end()


def _target(logins, user, tls):
    return ImapTarget(HOST, {"implicit": 993, "starttls": 143}[tls], tls, logins.ca, user)


def _dialer(logins):
    return ImapDialer(routes=Routes(logins.connect), limits=HostLimits(), timeout=20)


def _message(number: int) -> bytes:
    chance = random.Random(number)
    text = b"".join(
        b"%d\r\n" % chance.getrandbits(chance.randrange(8, 400)) for _ in range(900)
    )
    return b"Message-ID: <%d@compress.example>\r\nSubject: %d\r\n\r\n" % (number, number) + text


def _fill(session) -> dict[str, list[str]]:
    """Put messages into the folders, by an appender that turns to compression halfway."""
    session.prepare([Making(f, f != "INBOX", subscribe=False) for f in FOLDERS])
    appender, wanted = session.appender(), {f: [] for f in FOLDERS}
    for number in range(140):
        folder, body = FOLDERS[number // 20], _message(number)
        if number == 70:
            appender.compress()
        assert appender.begin(folder, (b"(\\Seen)", DATE), len(body), number)
        appender.write(body)
        wanted[folder].append(hashlib.sha256(body).hexdigest())
    results = appender.results(all_of_them=True)
    assert sum(len(r.uids or ()) for r in results) == 140
    return wanted


@pytest.mark.parametrize("tls", ["implicit", "starttls"])
@pytest.mark.parametrize("user", USERS)
def test_bytes_stay_the_same(logins, tls, user):
    """Written and read compressed, from the middle of a stream on: each body is what it was."""
    dialer = _dialer(logins)
    with dialer.read_write(_target(logins, user, tls), Secret(USERS[user])) as session:
        assert "COMPRESS=DEFLATE" in session.capabilities
        before = {f: session.examine(f).messages for f in session_folders(session)}
        wanted = _fill(session)
        assert session.status("F").messages == before.get("F", 0) + 20

    with dialer.read_only(_target(logins, user, tls), Secret(USERS[user])) as session:
        got: dict[str, list[str]] = {f: [] for f in FOLDERS}
        sets = {f: [f"{before.get(f, 0) + 1}:*"] for f in FOLDERS}
        stream = session.bodies([Wanted(f, sets[f]) for f in FOLDERS])
        folder = ""
        for item in stream.items():
            if not isinstance(item, Incoming):
                folder = item.folder
                continue
            if folder == "A":
                stream.compress()
            digest = hashlib.sha256()
            while data := stream.chunk():
                digest.update(data)
            got[folder].append(digest.hexdigest())
        session.noop()
        assert session._wire.stream.sock.__class__.__name__ == "DeflateSocket"

    assert got == wanted


def session_folders(session) -> list[str]:
    """Return the folders that are there already."""
    return [f.name for f in session.folders() if f.name in FOLDERS]


def test_the_round_trip_is_known(logins):
    """A server beside us is near: nothing is compressed on a line that is faster."""
    with _dialer(logins).read_only(
        _target(logins, "anna@example.org", "implicit"), Secret("anna")
    ) as session:
        session.noop()
        assert 0 < session._wire.stream.round_trip < 1
        assert isinstance(session.endpoint, Endpoint)
