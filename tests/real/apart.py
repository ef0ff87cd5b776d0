"""Faults that are planted one by one: in mailboxes, deliveries, name servers, and on other days."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from migrate_mail.inventory.model import Inventory
from migrate_mail.inventory.record_settings import RecordSettings
from migrate_mail.lab.signing import NEW_SELECTOR, OLD_SELECTOR, key_record, strings
from real.flaky import Flaky
from real.healthy import Web, published
from real.mailbox import Letter
from real.servers.dovecot import quota
from real.servers.knot import Knot
from real.servers.unbound import Unbound
from real.servers.world import DOMAIN, TTL, World
from support.seeing import Eyes, changed, hurried, open_eyes, switched

READER = f"bernd@{DOMAIN}"
LAGGARD = "ns1.laggard.test"
ROUTES = ("mail.old_route", "mail.from_new", "drain.trust")
"""Checks whose faults tests/real/test_routes.py plants: it has servers pass mail on."""


@dataclass
class Scene:
    """A move that went well, and who looks at it. Each test has a journal of its own."""

    world: World
    web: Web
    project: Path

    def folder(self) -> Path:
        """Make an empty folder for one more server."""
        return Path(tempfile.mkdtemp(dir=self.world.folder))

    def eyes(
        self, change: Callable[[Inventory], Inventory] = lambda i: i, *, days: float = 0.05
    ) -> Eyes:
        """Return what runs checks. change: of the inventory. days: since the switch."""
        opened = open_eyes(self.project, change=lambda i: change(hurried(i, 8)), patience=4)
        at = datetime.now(UTC) - timedelta(days=days)
        opened.journal.changes.append(switched(DOMAIN, at))
        return opened


State = Callable[[Scene], AbstractContextManager[Eyes]]
"""How the world is for a while; gives who looks at it then."""


def _seen(change: Callable[[Inventory], Inventory] = lambda i: i, *, days: float = 0.05) -> State:  # fmt: skip
    """Leave the world as it is, and look with another inventory, or on another day."""

    @contextmanager
    def state(scene: Scene) -> Iterator[Eyes]:
        yield scene.eyes(change, days=days)

    return state


def _zone(*records: tuple[str, str, str | tuple[str, ...]]) -> State:
    rows = [(n, t, TTL, (v,) if isinstance(v, str) else v) for n, t, v in records]

    @contextmanager
    def state(scene: Scene) -> Iterator[Eyes]:
        with published(scene.world, *rows):
            yield scene.eyes()

    return state


def _forgotten(scene: Scene) -> AbstractContextManager[Eyes]:
    """Take every trace of old out of the zones."""
    network = scene.world.network
    return _zone(
        (DOMAIN, "TXT", f'"v=spf1 ip4:{network.new} ip4:{network.new_second} -all"'),
        (f"{OLD_SELECTOR}._domainkey.{DOMAIN}", "TXT", ()),
        ("_25._tcp.mx.oldhost.test", "TLSA", ()),
    )(scene)


@contextmanager
def _zone_contact(scene: Scene) -> Iterator[Eyes]:
    """Name an address in SOA that nobody has."""
    knot = scene.world.knot
    _, mail, _, *numbers = knot.rrset(DOMAIN, "SOA")[1][0].split()
    knot.set_soa(DOMAIN, f"1 {' '.join(numbers)}", mail=f"gone.{DOMAIN}.")
    try:
        yield scene.eyes()
    finally:
        knot.set_soa(DOMAIN, f"1 {' '.join(numbers)}", mail=mail)


@contextmanager
def _lagging(scene: Scene) -> Iterator[Eyes]:
    """Put a fifth name server beside the others that missed the switch, with TTLs of its own."""
    world, address = scene.world, scene.world.network.spare
    knot = Knot(scene.folder(), [address], primary="laggard.test")
    records = '@ MX 10 mx.oldhost.test.\n@ TXT "v=spf1 mx -all"\n'
    knot.start(world.processes, {DOMAIN: records}, ttl=3 * TTL)
    names = (*(f"{name}." for name in world.knot.names), f"{LAGGARD}.")
    rows = [(LAGGARD, "A", TTL, (address,)), (DOMAIN, "NS", TTL, names)]
    try:
        with published(world, *rows, at=world.above):
            world.knot.add(DOMAIN, "NS", TTL, f"{LAGGARD}.")
            yield scene.eyes()
    finally:
        world.knot.remove(DOMAIN, "NS", f"{LAGGARD}.")
        world.processes.stop("knotd-laggard.test")


@contextmanager
def _bogus(scene: Scene) -> Iterator[Eyes]:
    """Let a resolver trust another key than the one that signs: to it the zone is forged."""
    world, address = scene.world, scene.world.network.spare
    resolver = Unbound(scene.folder() / "unbound", address, name="distrustful")
    zones = {z: k.addresses for k in (world.knot, world.above) for z in k.zones}
    resolver.start(world.processes, zones, anchor=f"{DOMAIN}. DS 1 13 2 {'ab' * 32}")
    try:
        yield scene.eyes(lambda i: changed(i, validating=[f"{address}:53"]))
    finally:
        world.processes.stop("distrustful")


@contextmanager
def _lowered(scene: Scene) -> Iterator[Eyes]:
    """Lower a TTL a moment after it was seen: caches may have the record as it was."""
    eyes = scene.eyes()
    values = tuple(scene.world.knot.rrset(DOMAIN, "MX")[1])
    with published(scene.world, (DOMAIN, "MX", 600, values)):
        eyes.see("dns.cutover_earliest")
    yield eyes


@contextmanager
def _mx_of_before(scene: Scene) -> Iterator[Eyes]:
    """Let the MX records name old again; what then arrives there is copied afterwards."""
    with _zone((DOMAIN, "MX", "10 mx.oldhost.test."))(scene) as eyes:
        yield eyes
    scene.eyes().sync()


def _people(inventory: Inventory) -> Inventory:
    """Let a person be reached by the mail that moves."""
    people = {
        key: person.model_copy(update={"contact": READER})
        for key, person in inventory.spec.people.items()
    }
    return changed(inventory, people=people)


def _another_key(inventory: Inventory) -> Inventory:
    """Plan another key under the selector that is in use."""
    value = strings(key_record(f"{NEW_SELECTOR}-next"))
    row = {"name": f"{NEW_SELECTOR}._domainkey.{DOMAIN}", "type": "TXT", "values": [value]}
    records = [RecordSettings.model_validate(row)]
    return changed(inventory, dns=inventory.spec.dns.model_copy(update={"records": records}))


def _letter(receiver: str = READER, size: int = 100) -> State:
    """Let a letter lie at old that new does not have."""

    @contextmanager
    def state(scene: Scene) -> Iterator[Eyes]:
        head = f"Delivered-To: {receiver}\r\nSubject: planted\r\nMessage-ID: <planted@outside.test>"
        body = f"{head}\r\n\r\n{'x' * 70}\r\n".encode() + b"y" * size + b"\r\n"
        with scene.world.old.box(READER) as box:
            box.put([Letter((), body, (), datetime.now(UTC))])
        try:
            yield scene.eyes()
        finally:
            with scene.world.old.box(READER) as box:
                box.remove("planted")

    return state


def _dovecot(text: str, beside: State = _seen()) -> State:  # noqa: B008 - it has no state
    """Plant settings of new's Dovecot. beside: what else is so."""

    @contextmanager
    def state(scene: Scene) -> Iterator[Eyes]:
        scene.world.new.dovecot.set_options(text)
        try:
            with beside(scene) as eyes:
                yield eyes
        finally:
            scene.world.new.dovecot.set_options("")

    return state


@contextmanager
def _another_password(scene: Scene) -> Iterator[Eyes]:
    """Let new know another password for an account."""
    dovecot, users = scene.world.new.dovecot, scene.world.new.passwords
    dovecot.set_users({**users, READER: "another"})
    try:
        yield scene.eyes()
    finally:
        dovecot.set_users(users)


@contextmanager
def _refusing(scene: Scene) -> Iterator[Eyes]:
    scene.world.new.mx.set_options(smtpd_recipient_restrictions="reject")
    try:
        yield scene.eyes()
    finally:
        scene.world.new.mx.set_options()


def _behind_mx2(address: str) -> Callable[[Inventory], Inventory]:
    """Let another server be behind new's second MX host."""
    return lambda i: changed(i, connect={**i.spec.connect, "mx2.newhost.test:25": address})


@contextmanager
def _every_third_cut(scene: Scene) -> Iterator[Eyes]:
    with Flaky((scene.world.network.new_second, 25), every=3) as way:
        yield scene.eyes(_behind_mx2(way.address))


@contextmanager
def _two_kinds(scene: Scene) -> Iterator[Eyes]:
    """Forget one of two servers in an update."""
    scene.world.out.set_options(smtpd_discard_ehlo_keywords="chunking, dsn")
    try:
        yield scene.eyes(_behind_mx2(f"{scene.world.network.out}:25"))
    finally:
        scene.world.out.set_options()


@dataclass(frozen=True)
class Case:
    """A check, the tag of what it must find, and the state in which it must; `well`: in which it passes."""

    check: str
    tag: str
    planted: State
    well: State = field(default=_seen())
    params: dict[str, object] = field(default_factory=dict)


PUBLIC = [(f"mx{n}.newhost.test", "A", f"192.0.2.{n}") for n in (1, 2)]
CASES = {
    "a person behind the mail that moves": Case("contacts.people", "CONTACT_MOVES", _seen(_people)),
    "a zone contact that nobody reads": Case("contacts.zone", "ZONE_CONTACT_LOST", _zone_contact),
    "old is still trusted": Case("decommission.leftovers", "LEFTOVER_SPF", _seen(), _forgotten),
    "a key of old that is left": Case("decommission.leftovers", "LEFTOVER_RECORD", _seen(), _forgotten),
    "old goes on the next day": Case("decommission.time", "OLD_MUST_STAY", _seen(days=1), _seen(days=30)),
    "one selector for two keys": Case("dkim.collision", "DKIM_COLLISION", _seen(_another_key)),
    "a TTL that was lowered a moment ago": Case("dns.cutover_earliest", "SCHEDULE_LATER", _lowered),
    "a zone that does not validate": Case("dns.dnssec", "DNSSEC_BOGUS", _bogus),
    "a name server with other records": Case("dns.rrsets_agree", "RRSET_DIFFERS", _lagging),
    "name servers that show different records": Case("dns.snapshot", "SNAPSHOT_DIFFERS", _lagging),
    "a name server that missed the switch": Case("dns.servers", "MX_DISAGREE", _lagging),
    "a name server with other TTLs": Case("dns.ttl_uniform", "TTLS_DIFFER", _lagging),
    "IMAP without extensions": Case("imap.capabilities", "IMAP_EXTENSIONS_LOST", _dovecot("imap_capability = IMAP4rev1 LITERAL+ ENABLE UIDPLUS\n")),
    "another password at new": Case("imap.login", "LOGIN_REFUSED", _another_password),
    "a message that was not copied": Case("imap.parity", "MESSAGES_MISSING", _letter()),
    "a quota that is too small": Case("imap.room", "QUOTA_TOO_SMALL", _dovecot(quota("1M"), _letter(size=2_000_000)), _dovecot(quota("1G"))),
    "a late arrival at old": Case("imap.stragglers", "LEFT_AT_OLD", _letter()),
    "an alias that is in no list": Case("imap.unlisted", "ADDRESS_NOT_LISTED", _letter(f"gone@{DOMAIN}"), _letter()),
    "MX records of before": Case("mail.by_mx", "MAIL_ON_WRONG_SIDE", _mx_of_before),
    "new refuses mail": Case("mail.direct", "MAIL_REFUSED", _refusing),
    "an MX host inside the network": Case("mx.public", "MX_ADDRESS_INSIDE", _seen(), _zone(*PUBLIC)),
    "every third conversation is cut": Case("smtp.steady", "MX_UNSTEADY", _every_third_cut, params={"probes": 9, "pause": "0s"}),
    "two kinds of servers": Case("smtp.uniform", "SERVERS_DIFFER", _two_kinds),
}  # fmt: skip
"""Each check that cannot be tried beside all others in tests/real/test_planted.py, in its own world."""
