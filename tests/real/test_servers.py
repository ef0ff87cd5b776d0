"""The world of the real tests is what it claims to be: else the story on it proves nothing."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

import dns.rcode
import dns.tsig
import pytest

from real.letters import EMPTY, letters_of
from real.mailbox import seen
from real.post import landed, reply_to, send
from real.servers.processes import until
from real.servers.watchdog import session_of
from real.servers.world import ALIASES, DOMAIN, NEW_PASSWORDS, OLD_PASSWORDS, TTL

pytestmark = pytest.mark.real

TESTS = Path(__file__).parents[1]
ORPHAN = """
import os, sys
from real.servers.processes import until
from real.servers.world import World
world = World()
until(lambda: len(world.processes.pids()) > 20, "some servers did not start their helpers")
print(world.folder, world.network.old, *world.processes.pids(), flush=True)
sys.stdin.read()
"""


def test_answers_of_the_signed_zone_are_authentic(world):
    """The resolver vouches for the domain that moves, and only for it: the others are unsigned."""
    assert world.unbound.rrset(DOMAIN, "MX")[1] == ["10 mx.oldhost.test."]
    assert world.unbound.authentic(DOMAIN, "MX")
    assert not world.unbound.authentic("mx.oldhost.test", "A")


def test_an_absent_name_is_proved_absent(world):
    """A name that is not there is NXDOMAIN, and the resolver vouches for that as well."""
    reply = world.unbound.ask(f"nobody.{DOMAIN}", "A")

    assert reply.rcode() == dns.rcode.NXDOMAIN
    assert world.unbound.authentic(f"nobody.{DOMAIN}", "A")


def test_the_world_is_sealed(world):
    """The resolver refuses every name that is not of this world."""
    assert world.unbound.ask("example.org", "A").rcode() == dns.rcode.REFUSED


@pytest.mark.parametrize("key", [None, "bm90IHRoZSBrZXk="], ids=["unsigned", "wrong key"])
def test_an_update_that_nobody_signed_is_refused(world, key):
    """Without the TSIG key the zone stays as it is."""
    update = world.knot.update(DOMAIN, key=key)
    update.replace("@", TTL, "MX", "10 mx.evil.test.")

    with contextlib.suppress(dns.tsig.PeerError):  # the server's word that it knows no such key
        assert world.knot.send(update) != "NOERROR"
    assert world.knot.rrset(DOMAIN, "MX")[1] == ["10 mx.oldhost.test."]


def test_both_name_servers_show_a_signed_update_at_once(world):
    """With the TSIG key an RRset is changed, and comes back when it is deleted again."""
    name = f"changed.{DOMAIN}"

    world.knot.replace(name, "TXT", TTL, '"one"', '"two"')

    assert world.knot.rrset(name, "TXT") == (TTL, ['"one"', '"two"'])
    world.knot.replace(name, "TXT", TTL)
    assert world.knot.rrset(name, "TXT") == (0, [])


def test_mail_follows_the_mx_only_when_the_ttl_has_run_out(world):
    """The resolver knows the old MX until its TTL ends; so long mail lands at old, then at new."""
    until(lambda: world.unbound.rrset(DOMAIN, "MX")[0] >= TTL - 1, "the cache was never fresh")

    world.knot.replace(DOMAIN, "MX", TTL, "10 mx1.newhost.test.")
    try:
        assert world.unbound.rrset(DOMAIN, "MX")[1] == ["10 mx.oldhost.test."]
        assert landed(world, send(world)) == "old"
        until(
            lambda: world.unbound.rrset(DOMAIN, "MX")[1] == ["10 mx1.newhost.test."],
            "the resolver never forgot the old MX",
        )
        assert world.unbound.authentic(DOMAIN, "MX")
        assert landed(world, send(world)) == "new"
    finally:
        world.knot.replace(DOMAIN, "MX", TTL, "10 mx.oldhost.test.")
        world.unbound.forget(DOMAIN)


@pytest.mark.parametrize("side", ["old", "new"])
def test_each_side_takes_its_mailboxes_and_aliases_only(world, side):
    """Mailboxes and aliases are accepted, unknown users are 550, other domains are refused."""
    address = getattr(world, side).mx.address

    for known in (*OLD_PASSWORDS, *ALIASES):
        assert reply_to(address, known)[0] == 250, known
    assert reply_to(address, f"nobody@{DOMAIN}")[0] == 550
    code, text = reply_to(address, "somebody@elsewhere.test")
    assert (code, "Relay access denied" in text) == (554, True)


def test_an_alias_can_be_taken_away_and_given_back(world):
    """The mail admin's edit of the alias map is what the server answers by, after a reload."""
    address, alias = world.new.mx.address, f"jobs@{DOMAIN}"

    world.new.mx.set_aliases({k: v for k, v in ALIASES.items() if k != alias})
    until(lambda: reply_to(address, alias)[0] == 550, "the alias is still taken")
    world.new.mx.set_aliases(ALIASES)
    until(lambda: reply_to(address, alias)[0] == 250, "the alias is still refused")

    assert reply_to(address, f"nobody@{DOMAIN}")[0] == 550


def test_the_two_sides_name_folders_differently(world):
    """Old: `INBOX.` and dots; new: no prefix and slashes."""
    user = f"anna@{DOMAIN}"

    with world.old.box(user) as old, world.new.box(user) as new:
        names = (old.prefix, old.separator, new.prefix, new.separator)

    assert names == ("INBOX.", ".", "", "/")


@pytest.mark.parametrize("user", sorted(OLD_PASSWORDS))
def test_stored_mail_is_at_old_and_nowhere_else(world, user):
    """Every seeded letter is at old as often as it was put there, with its flags and its date."""
    letters = letters_of(user.partition("@")[0])
    wanted = Counter(
        (letter.folder, seen(letter.body, frozenset(letter.flags), letter.date))
        for letter in letters
    )

    with world.old.box(user) as box:
        old = box.contents()
    with world.new.box(user) as box:
        new = box.contents()

    at_old = Counter((f, s) for f, count in old.items() for s in count.elements())
    at_new = Counter((f, s) for f, count in new.items() for s in count.elements())
    assert not wanted - at_old
    assert not wanted & at_new
    assert old[EMPTY].total() == 0


def test_passwords_differ_between_the_sides(world):
    """What opens a mailbox at old does not open it at new: mixing them up cannot go unseen."""
    user = f"dora@{DOMAIN}"

    assert OLD_PASSWORDS[user] != NEW_PASSWORDS[user]
    assert not OLD_PASSWORDS[user].isascii()
    with world.new.box(user):
        pass


def test_smtp_between_the_servers_is_encrypted_with_the_right_name(world):
    """The world's server speaks TLS to the MX host and finds the host's own name in the certificate."""
    landed(world, send(world))

    assert "Verified TLS connection established to mx.oldhost.test[" in world.out.log()


def test_nothing_is_left_when_a_test_run_is_killed():
    """`kill -9` of the process that started a world ends every server and removes its folder."""
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    with subprocess.Popen(
        [sys.executable, "-c", ORPHAN],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as orphan:
        assert orphan.stdout is not None
        folder, address, *pids = orphan.stdout.readline().split()
        assert len(pids) > 20
        assert Path(folder).exists()
        orphan.send_signal(signal.SIGKILL)
        orphan.wait()

    until(lambda: not Path(folder).exists(), f"{folder} is still there")
    assert [pid for pid in pids if session_of(int(pid)) is not None] == []
    with socket.socket() as probe:
        assert probe.connect_ex((address, 25)) != 0
