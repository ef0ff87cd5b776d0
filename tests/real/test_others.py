"""From Cyrus and from Courier to Dovecot, and from Dovecot to Cyrus: everything arrives, once, and what cannot is named."""

from __future__ import annotations

import tempfile
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from migrate_mail.finding import utc_now
from migrate_mail.inventory.load import load_inventory
from migrate_mail.net.imap import ImapDialer, ImapTarget
from migrate_mail.net.imap_turns import LARGE
from migrate_mail.net.limits import HostLimits
from migrate_mail.net.routes import Routes
from migrate_mail.run.world import open_world
from migrate_mail.secret import Secret
from migrate_mail.state.store import Store
from migrate_mail.sync.desk import SyncKit
from migrate_mail.sync.engine import sync_account
from migrate_mail.sync.mailbox import Doors
from migrate_mail.sync.probe import probe
from real.compare import differences
from real.letters import letters_of
from real.mailbox import Letter, Mailbox
from real.servers.logins import HOST, Logins
from real.servers.others import Courier, Cyrus, lacking

pytestmark = pytest.mark.real

USERS = {"anna": "pw-anna", "bert": "pw-bert", "carl": "pw-bert"}
AT = datetime(2024, 3, 5, 10, 0, tzinfo=UTC)
YAML = """\
schema: migrate-mail/migration/v1
name: others
domains: [example.org]
systems:
  old: {{mx: [{{host: mx.old.example}}], imap: {{{old}}}}}
  new: {{mx: [{{host: mx.new.example}}], imap: {{{new}}}}}
probe: {{sender: probe@example.net, helo: probe.example.net}}
connect: {{"imap.other.test:143": "{other}:143", "{host}:993": "{dovecot}:993"}}
"""
OTHER = 'host: imap.other.test, port: 143, tls: none, secret: "env:PW_OTHER"'


@pytest.fixture(scope="module")
def dovecot(machine):
    """The Dovecot."""
    with tempfile.TemporaryDirectory(prefix="mmo-") as one:
        folder = Path(one)
        folder.chmod(0o755)
        trustme.CA().cert_pem.write_to_path(str(folder / "other.pem"))
        users = {f"{name}-{n}@example.org": "pw" for name in ("c", "k", "d") for n in range(3)}
        server = Logins(
            folder, users=users, masters={}, introspection="", ca=folder / "other.pem"
        )
        yield server
        server.end()


@pytest.fixture(scope="module", params=[Cyrus, Courier], ids=["cyrus", "courier"])
def other(request, machine):
    """The other server, with mail in anna's mailbox that it takes."""
    if lacking():
        pytest.skip(f"not unpacked here: {', '.join(lacking())} (./dev test does that)")
    with tempfile.TemporaryDirectory(prefix="mmo-") as one:
        folder = Path(one)
        folder.chmod(0o755)
        server = request.param(folder, USERS)
        yield server
        server.end()


def _box(server, user: str) -> Mailbox:
    if isinstance(server, Logins):
        return Mailbox(server.address, user=user, password="pw", ca=server.ca)
    return Mailbox(server.address, user=user, password=USERS[user], ca=None)


def _fill(server, user: str) -> None:
    """Put in what mailboxes hold, as far as this server takes it."""
    with _box(server, user) as box:
        box.put(_letters(server), empty=("Leer",))


def _letters(server) -> list[Letter]:
    letters = letters_of("anna")
    if isinstance(server, Cyrus):  # refuses bytes beyond ASCII in a header
        letters = [one for one in letters if one.body.partition(b"\r\n\r\n")[0].isascii()]
    return [
        *letters,
        Letter(("Lang",), b"Subject: lang\r\n\r\n" + b"x" * 20_000 + b"\r\n", (), AT),
        Letter(("Lang", "Tief", "Tiefer"), b"Subject: tief\r\n\r\n", ("\\Seen",), AT),
    ]


@pytest.fixture
def sync(dovecot, other, tmp_path, monkeypatch):
    """Sync one account from one side to the other, in a state file of its own; returns the outcome."""
    monkeypatch.setenv("PW_OTHER", USERS["anna"])
    monkeypatch.setenv("PW_BERT", USERS["bert"])
    monkeypatch.setenv("PW_DOVECOT", "pw")
    there = f'host: {HOST}, ca: {dovecot.ca}, secret: "env:PW_DOVECOT"'

    def do(old_user: str, new_user: str, *, to_other: bool = False, lose_state: bool = False):
        here = OTHER.replace("PW_OTHER", "PW_BERT") if to_other else OTHER
        sides = {"old": there, "new": here} if to_other else {"old": here, "new": there}
        text = YAML.format(**sides, other=other.address, host=HOST, dovecot=dovecot.address)
        (tmp_path / "migration.yaml").write_text(text)
        (tmp_path / "accounts.csv").write_text(
            f"address,old_user,new_user\nanna@example.org,{old_user},{new_user}\n"
        )
        inventory = load_inventory(tmp_path / "migration.yaml")
        world = open_world(inventory)
        state = tmp_path / "migration.state"
        if lose_state:
            state.unlink()
        with Store.open(state, command="sync") as store:
            doors = Doors(inventory, world.imap, world.secret, world.renewed)
            kit = SyncKit(
                doors, store.sync, utc_now, lambda _: None, threading.Event(), lambda _: None,
                spare=threading.Semaphore(1),
            )  # fmt: skip
            outcome = sync_account(inventory.accounts[0], kit)
            return outcome, store.sync.failures()

    return do


def _contents(server, user: str):
    with _box(server, user) as box:
        return box.contents()


def test_to_dovecot(dovecot, other, sync):
    """Content, flags and date of every message in every folder; again nothing, with the state lost nothing twice."""
    if not _contents(other, "anna").get(("Projekte",)):
        _fill(other, "anna")
    user = f"{'c' if isinstance(other, Cyrus) else 'k'}-0@example.org"
    before = _contents(other, "anna")

    outcome, failures = sync("anna", user)

    assert (outcome.state, failures) == ("done", []), outcome
    assert outcome.copied == sum(c.total() for c in before.values())
    assert differences(before, _contents(dovecot, user)) == []
    assert sync("anna", user)[0].copied == 0
    again, _ = sync("anna", user, lose_state=True)
    assert (again.state, again.copied) == ("done", 0)
    assert differences(before, _contents(dovecot, user)) == []
    assert _contents(other, "anna") == before


def test_from_dovecot(dovecot, other, sync):
    """What the other server takes arrives as it was; what it refuses for its own sake is named, and stops nothing."""
    user = f"{'c' if isinstance(other, Cyrus) else 'k'}-1@example.org"
    odd = [
        Letter(("Projekte",), b"Subject: roh \xfc\xdf\r\n\r\nkoerper\r\n", (), AT),
        Letter(("Projekte",), b"Subject: alt\r\n\r\nx\r\n", (), datetime(1965, 1, 2, tzinfo=UTC)),
        Letter(("Projekte",), b"Subject: gut\r\n\r\nx\r\n", ("\\Seen", "$Forwarded"), AT + timedelta(1)),
    ]  # fmt: skip
    with _box(dovecot, user) as box:
        box.put([*letters_of("bernd"), *odd], empty=("Leer",))
    before = _contents(dovecot, user)

    outcome, failures = sync(user, "bert", to_other=True)

    after = _contents(other, "bert")
    assert _count(after) + len(failures) == _count(before), failures
    # Cyrus writes X for each byte beyond ASCII in a header: the same message, not the same bytes.
    rewritten = 1 if isinstance(other, Cyrus) else 0
    assert _lacks(before, after) == len(failures) + rewritten
    assert all(f.reason and f.remedy for f in failures)
    assert outcome.state == ("incomplete" if failures else "done")
    for lost in (False, True):
        again, _ = sync(user, "bert", to_other=True, lose_state=lost)
        assert again.copied == 0
        assert _contents(other, "bert") == after


def test_large_ones_keep_their_order(dovecot, other, sync):
    """Messages that go over two connections in turn have UIDs in the order that they had at old."""
    user, folder = f"{'c' if isinstance(other, Cyrus) else 'k'}-2@example.org", ("Anhang",)
    line = b"x" * 98 + b"\r\n"
    large = [
        Letter(folder, b"Subject: %d\r\n\r\n" % n + line * (LARGE // 100 + n), (), AT)
        for n in range(16)
    ]
    with _box(dovecot, user) as box:
        box.put(large)
        before = box.order(folder)

    assert sync(user, "carl", to_other=True)[0].state == "done"

    with _box(other, "carl") as box:
        assert box.order(folder) == before


def test_a_probe_tells_what_it_does(dovecot, other, sync):
    """Trying it out says beforehand what it will refuse or rewrite, and leaves nothing behind."""
    before = _contents(other, "bert")
    target = ImapTarget("imap.other.test", 143, "none", None, "bert")
    routes = Routes({"imap.other.test:143": f"{other.address}:143"})
    dialer = ImapDialer(routes=routes, limits=HostLimits(), timeout=20)
    with dialer.read_write(target, Secret(USERS["bert"])) as new:
        found = probe(new)

    told = "; ".join(found.findings)
    if isinstance(other, Cyrus):
        assert "bytes beyond ASCII in the header: its bytes are changed" in told
    assert "an ordinary message" not in told
    assert _contents(other, "bert") == before


def _count(contents) -> int:
    return sum(c.total() for c in contents.values())


def _lacks(old, new) -> int:
    """Return how many messages are not there at all, whatever their folder, flags and date."""
    here, there = (
        Counter(s.content for c in side.values() for s in c.elements()) for side in (old, new)
    )
    return (here - there).total()
