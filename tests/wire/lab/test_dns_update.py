"""The lab's primary takes signed updates with prerequisites, and nothing else (RFC 2136, RFC 8945)."""

from __future__ import annotations

import base64

import dns.exception
import dns.query
import dns.rcode
import dns.tsig
import dns.update
import pytest

from migrate_mail.lab.company import TSIG_KEY, Company, tsig_secret

DOMAIN = "lindenhof.example"
OLD_MX, NEW_MX = "10 mx1.oldhost.example.", "10 mx1.newhost.example."


def change(key: dns.tsig.Key | None, *, zone: str = DOMAIN) -> dns.update.UpdateMessage:
    """Return the switch of the MX, signed with a key."""
    update = dns.update.UpdateMessage(zone)
    if key:
        update.use_tsig(key)
    update.replace("@", 300, "MX", NEW_MX)
    return update


def key(secret: str | None = None, name: str = TSIG_KEY) -> dns.tsig.Key:
    """Return the right key, or one with another name or secret."""
    return dns.tsig.Key(name, secret or tsig_secret(), "hmac-sha256")


def send(lab: Company, update: dns.update.UpdateMessage) -> dns.rcode.Rcode:
    """Send an update to the primary and return what it says."""
    return dns.query.tcp(update, "127.0.0.1", port=lab.ns1.port, timeout=3).rcode()


def published(lab: Company) -> list[str]:
    """Return the MX values as published."""
    return lab.rrset(DOMAIN, "MX")[1]


def test_signed_update_is_made_and_raises_the_serial(lab: Company) -> None:
    """An update with the right key changes the RRset, its TTL and the serial."""
    before = lab.authority.zones.serial(DOMAIN)

    rcode = send(lab, change(key()))

    assert rcode == dns.rcode.NOERROR
    assert lab.rrset(DOMAIN, "MX") == (300, [NEW_MX])
    assert lab.authority.zones.serial(DOMAIN) == before + 1


def test_update_over_udp(lab: Company) -> None:
    """Updates are taken over UDP as well."""
    reply = dns.query.udp(change(key()), "127.0.0.1", port=lab.ns1.port, timeout=3)

    assert reply.rcode() == dns.rcode.NOERROR
    assert published(lab) == [NEW_MX]


def test_unsigned_update_is_refused(lab: Company) -> None:
    """Without a key nothing changes."""
    assert send(lab, change(None)) == dns.rcode.REFUSED
    assert published(lab) == [OLD_MX]


def test_wrong_secret_is_told_so(lab: Company) -> None:
    """A signature that does not hold gives BADSIG, and nothing changes."""
    wrong = key(base64.b64encode(b"not the secret").decode())

    with pytest.raises(dns.tsig.PeerBadSignature):
        send(lab, change(wrong))
    assert published(lab) == [OLD_MX]


def test_unknown_key_is_told_so(lab: Company) -> None:
    """A key that the server does not know gives BADKEY, and nothing changes."""
    with pytest.raises(dns.tsig.PeerBadKey):
        send(lab, change(key(name="somebody.")))
    assert published(lab) == [OLD_MX]


def test_key_opens_its_own_zone_only(lab: Company) -> None:
    """The domain's key may not touch the provider's zone."""
    assert send(lab, change(key(), zone="oldhost.example")) == dns.rcode.REFUSED


def test_zone_that_is_not_there(lab: Company) -> None:
    """An update for somebody else's zone is NOTAUTH."""
    assert send(lab, change(key(), zone="elsewhere.test")) == dns.rcode.NOTAUTH


def prerequisite(kind: str) -> dns.update.UpdateMessage:
    """Return the switch with one prerequisite."""
    update = change(key())
    {
        "same": lambda: update.present("@", "MX", OLD_MX),
        "other": lambda: update.present("@", "MX", NEW_MX),
        "more": lambda: update.present("@", "MX", OLD_MX, NEW_MX),
        "there": lambda: update.present("@", "MX"),
        "not-there": lambda: update.present("@", "TLSA"),
        "name-there": lambda: update.present("www"),
        "name-not-there": lambda: update.present("nobody"),
        "absent": lambda: update.absent("@", "TLSA"),
        "not-absent": lambda: update.absent("@", "MX"),
        "name-absent": lambda: update.absent("nobody"),
        "name-not-absent": lambda: update.absent("www"),
        "elsewhere": lambda: update.present("www.elsewhere.test.", "A"),
    }[kind]()
    return update


@pytest.mark.parametrize("kind", ["same", "there", "name-there", "absent", "name-absent"])
def test_prerequisite_that_holds(lab: Company, kind: str) -> None:
    """The change is made when the zone is as the client says."""
    assert send(lab, prerequisite(kind)) == dns.rcode.NOERROR
    assert published(lab) == [NEW_MX]


@pytest.mark.parametrize(
    ("kind", "rcode"),
    [
        ("other", dns.rcode.NXRRSET),
        ("more", dns.rcode.NXRRSET),
        ("not-there", dns.rcode.NXRRSET),
        ("name-not-there", dns.rcode.NXDOMAIN),
        ("not-absent", dns.rcode.YXRRSET),
        ("name-not-absent", dns.rcode.YXDOMAIN),
        ("elsewhere", dns.rcode.NOTZONE),
    ],
)
def test_prerequisite_that_does_not_hold(
    lab: Company, kind: str, rcode: dns.rcode.Rcode
) -> None:
    """Nothing is changed when the zone is another than the client thinks."""
    assert send(lab, prerequisite(kind)) == rcode
    assert published(lab) == [OLD_MX]


def test_partial_old_set_is_not_enough(lab: Company) -> None:
    """A prerequisite that names one of two values does not hold: RRsets are compared whole."""
    lab.set_rrset(DOMAIN, "MX", 300, [OLD_MX, "20 mx2.oldhost.example."])

    assert send(lab, prerequisite("same")) == dns.rcode.NXRRSET


def test_single_values_and_names_can_be_deleted(lab: Company) -> None:
    """Deleting one value leaves its siblings; deleting a name leaves nothing of it."""
    lab.set_rrset(DOMAIN, "MX", 300, [OLD_MX, NEW_MX])
    update = dns.update.UpdateMessage(DOMAIN)
    update.use_tsig(key())
    update.delete("@", "MX", OLD_MX)
    update.delete("www")

    assert send(lab, update) == dns.rcode.NOERROR
    assert published(lab) == [NEW_MX]
    assert lab.rrset(f"www.{DOMAIN}", "A") == (0, [])


def test_apex_keeps_soa_and_ns(lab: Company) -> None:
    """The NS RRset of the apex survives an attempt to delete it."""
    update = dns.update.UpdateMessage(DOMAIN)
    update.use_tsig(key())
    update.delete("@", "NS")

    assert send(lab, update) == dns.rcode.NOERROR
    assert len(lab.rrset(DOMAIN, "NS")[1]) == 2


def test_lost_reply_means_made_but_unheard(lab: Company) -> None:
    """The fault lose-reply makes the change and stays silent."""
    lab.break_dns(lab.ns1, "lose-reply")

    with pytest.raises(dns.exception.Timeout):
        dns.query.udp(change(key()), "127.0.0.1", port=lab.ns1.port, timeout=0.1)
    assert published(lab) == [NEW_MX]


def test_swallowed_update_means_told_but_not_made(lab: Company) -> None:
    """The fault swallow-update says NOERROR and changes nothing."""
    lab.break_dns(lab.ns1, "swallow-update")

    assert send(lab, change(key())) == dns.rcode.NOERROR
    assert published(lab) == [OLD_MX]
