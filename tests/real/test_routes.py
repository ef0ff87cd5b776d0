"""Real Postfixes: mail handed to old, and mail sent through new, with the fix pasted as it is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from migrate_mail.finding import Finding, Outcome
from real.apart import ROUTES
from real.healthy import published
from real.project import write_project
from real.servers.postfix import Postfix
from real.servers.world import DOMAIN, TTL, World
from support.seeing import Eyes, hurried, open_eyes, switched, tags

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

ANNA = f"anna@{DOMAIN}"
OLD, NEW, TRUST = ROUTES


@pytest.fixture
def eyes(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Eyes:
    """Give what looks at this world, with nothing remembered."""
    for name, value in write_project(world, tmp_path).items():
        monkeypatch.setenv(name, value)
    return open_eyes(tmp_path / "migration.yaml", change=lambda i: hurried(i, 5), patience=4)


def _switched(eyes: Eyes) -> None:
    eyes.journal.changes.append(switched(DOMAIN, datetime.now(UTC)))


@contextmanager
def _set(mx: Postfix, options: Mapping[str, str]) -> Iterator[None]:
    """Change settings of a Postfix for a while."""
    mx.set_options(**options)
    try:
        yield
    finally:
        mx.set_options()


def _pasted(finding: Finding, *names: str) -> dict[str, str]:
    """Return the settings of main.cf that a fix tells."""
    assert finding.fix is not None
    lines = [line.partition(" = ") for line in finding.fix.splitlines()]
    return {name: value for name, _, value in lines if name in names}


def _passing_on(finding: Finding) -> dict[str, str]:
    """Return the settings that the fix of mail.old_route tells."""
    told = _pasted(finding, "relay_domains", "transport_maps")
    assert len(told) == 2
    return {"virtual_mailbox_domains": "", **told}


def test_old_delivers_for_itself_until_the_fix_is_pasted(world, eyes):
    """Both ways into old; what it kept is neither missed nor copied, and then all reaches new."""
    eyes.sync()
    _switched(eyes)
    found = eyes.see(OLD)
    assert tags(found) == ["ROUTE_WRONG"] * 2
    assert {f.args["there"] for f in found} == {"old"}
    assert eyes.outcome(OLD, land_on="old") is Outcome.PASS

    assert tags(eyes.see("imap.stragglers", ANNA)) == ["NOTHING_LEFT"]
    assert tags(eyes.see("imap.parity", ANNA)) == ["PARITY"]
    eyes.sync()
    with world.new.box(ANNA) as box:
        held = [d.token for d in eyes.journal.deliveries if box.holds(d.token[:8])]
    assert held == []

    with _set(world.old.mx, _passing_on(found[0])):
        through = eyes.see(OLD)
    assert [(f.tag, f.args.get("there")) for f in through] == [("ROUTE_RIGHT", "new")] * 2


def test_new_does_not_let_old_in(world, eyes):
    """Old passes on, and new refuses its address: the mail is on neither side, and that is told."""
    _switched(eyes)
    relay = _passing_on(eyes.see(OLD)[0])
    refuse = f"check_client_access inline:{{{{{world.network.old} = REJECT}}}}"
    with (
        _set(world.old.mx, relay),
        _set(world.new.mx, {"smtpd_client_restrictions": refuse}),
    ):
        found = eyes.see(OLD)
    assert tags(found) == ["ROUTE_TO_NOWHERE"] * 2
    assert {f.outcome for f in found} == {Outcome.FAIL}
    assert "Access denied" in world.old.mx.log()


def test_old_refuses_the_domain(world, eyes):
    """Whoever still sends there gets the mail back."""
    _switched(eyes)
    with _set(world.old.mx, {"smtpd_recipient_restrictions": "reject"}):
        found = eyes.see(OLD)
    assert (found[0].tag, found[0].outcome) == ("ROUTE_REFUSED", Outcome.FAIL)


def test_new_takes_the_domain_for_its_own_until_the_fix_is_pasted(world, eyes):
    """Before the switch a colleague on new is not heard at old; after it the route would be wrong."""
    [early] = eyes.see(NEW)
    assert (early.tag, early.outcome, early.args["there"]) == (
        "ROUTE_WRONG",
        Outcome.FAIL,
        "new",
    )

    with _set(world.new.mx, _pasted(early, "submission_recipients")):
        assert [f.args.get("there") for f in eyes.see(NEW)] == ["old"]
        _switched(eyes)
        assert tags(eyes.see(NEW)) == ["ROUTE_WRONG"]
    [after] = eyes.see(NEW)
    assert (after.tag, after.args["there"]) == ("ROUTE_RIGHT", "new")


def test_people_send_their_mail_as_themselves(world, eyes):
    """A password that new does not know opens no way, and nothing follows from it."""
    path = eyes.inventory.base / "secrets" / "new" / ANNA
    path.write_text("wrong\n")
    again = open_eyes(eyes.inventory.path, change=lambda i: hurried(i, 5), patience=4)
    [found] = again.see(NEW)
    assert (found.tag, found.outcome) == ("ROUTE_NOT_TRIED", Outcome.UNKNOWN)
    assert "535" in str(found.args["reply"])


@pytest.fixture
def told(world: World, eyes: Eyes) -> Eyes:
    """Give what looks, when migration.yaml tells from where old sends."""
    path = eyes.inventory.path
    sends = f"    sends: {{addresses: [{world.network.old}]}}\n  new:\n    mx:"
    path.write_text(path.read_text().replace("  new:\n    mx:", sends))
    return open_eyes(path, change=lambda i: hurried(i, 5), patience=4)


def _forged(world: World) -> dict[str, str]:
    """Return the settings of a new that refuses what SPF forbids: outside.test from old's address."""
    refuse = "REJECT 5.7.23 SPF validation failed"
    return {
        "smtpd_restriction_classes": "forged",
        "forged": f"check_sender_access inline:{{{{outside.test = {refuse}}}}}",
        "smtpd_recipient_restrictions": f"check_client_access inline:{{{{{world.network.old} = forged}}}}",
    }


def test_new_refuses_what_old_passes_on_until_the_fix_is_pasted(world, told):
    """Without a ban arrival proves little; with it a new that goes by it fails, and one that knows old passes."""
    relay = _passing_on(told.see(OLD)[0])
    ban = (
        ("outside.test", "TXT", TTL, ('"v=spf1 a:mx.outside.test -all"',)),
        ("_dmarc.outside.test", "TXT", TTL, ('"v=DMARC1; p=reject"',)),
    )
    assert tags(told.see(TRUST)) == ["TRUST_NOT_NEEDED"]
    with _set(world.old.mx, relay):
        assert tags(told.see(TRUST)) == ["TRUST_PROVES_LITTLE"]
        with published(world, *ban), _set(world.new.mx, _forged(world)):
            [lost] = told.see(TRUST)
            assert (lost.tag, lost.outcome) == ("TRUST_LOST", Outcome.FAIL)
            assert "SPF validation failed" in world.old.mx.log()
            options = _forged(world)
            mended = _pasted(lost, "smtpd_recipient_restrictions")[
                "smtpd_recipient_restrictions"
            ]
            options["smtpd_recipient_restrictions"] = (
                f"{mended}, {options['smtpd_recipient_restrictions']}"
            )
            world.new.mx.set_options(**options)
            assert tags(told.see(TRUST)) == ["OLD_TRUSTED"]
