"""Dynamic updates against a real primary: what it refuses, loses or lies about."""

from __future__ import annotations

import base64
import secrets
import socket

import pytest

from migrate_mail.dns_changes.model import RRset
from migrate_mail.errors import MigrateMailError, NetError, Refused, UserError
from migrate_mail.net.facts import Endpoint
from support.name_servers import NEW, OLD, SWITCH, NameServers, updater


@pytest.fixture
def servers():
    """Give the name servers."""
    with NameServers() as found:
        yield found


@pytest.fixture
def closed() -> Endpoint:
    """Give an address where nothing listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return Endpoint("dead.example", "127.0.0.1", sock.getsockname()[1])


def failed(servers: NameServers, driver) -> MigrateMailError:
    """Apply the switch; return the error, having seen that the zone and the secret are safe."""
    with pytest.raises(MigrateMailError) as caught:
        driver.apply(SWITCH)
    assert servers.held() == OLD
    assert servers.secret not in f"{caught.value.message} {caught.value.hint} {driver!r}"
    return caught.value


def test_wrong_secret(servers):
    """A signature made with another secret is a mistake in the settings, and nothing changes."""
    other = base64.b64encode(secrets.token_bytes(32)).decode()

    error = failed(servers, updater(servers.dns(), servers.primary, other))

    assert isinstance(error, UserError)
    assert "signature wrong" in error.message
    assert other not in f"{error.message} {error.hint}"


def test_unknown_key(servers):
    """A key that the server does not know is named."""
    driver = updater(servers.dns(), servers.primary, servers.secret, key="other.example")

    error = failed(servers, driver)

    assert isinstance(error, UserError)
    assert "TSIG key other.example: the server does not know the key" in error.message


def test_other_algorithm(servers):
    """The same secret under another algorithm is another key."""
    driver = updater(servers.dns(), servers.primary, servers.secret, algorithm="hmac-sha512")

    assert isinstance(failed(servers, driver), UserError)


def test_unsigned(servers):
    """An update without a key is refused by the server, as a plain code: it is noticed."""
    error = failed(servers, updater(servers.dns(), servers.primary, None))

    assert isinstance(error, UserError)
    assert "an update without a key" in error.message
    assert "REFUSED" in error.message


def test_secret_that_is_no_base64(servers):
    """A reference to the wrong file is said without showing what is in it."""
    error = failed(servers, updater(servers.dns(), servers.primary, "hunter2 is no key"))

    assert isinstance(error, UserError)
    assert "no base64" in error.message
    assert "hunter2" not in f"{error.message} {error.hint}"


def test_refused(servers):
    """A server that refuses is a matter of its settings, not a success."""
    servers.fault(servers.ns1, "refused")

    error = failed(servers, updater(servers.dns(), servers.primary, servers.secret))

    assert isinstance(error, UserError)
    assert "REFUSED" in error.message


def test_servfail(servers):
    """After SERVFAIL nobody can say what was done."""
    servers.fault(servers.ns1, "servfail")

    error = failed(servers, updater(servers.dns(), servers.primary, servers.secret))

    assert isinstance(error, NetError)
    assert error.kind == "denied"


def test_zone_of_another_server(servers):
    """A primary that does not serve the zone says NOTAUTH; no exception comes with it."""
    servers.authority.zones = type(servers.authority.zones)()

    with pytest.raises(UserError, match="NOTAUTH"):
        updater(servers.dns(), servers.primary, servers.secret).apply(SWITCH)


def test_dead_server(servers, closed):
    """Nothing listens there: nothing was sent."""
    error = failed(servers, updater(servers.dns(), closed, servers.secret))

    assert isinstance(error, NetError)
    assert error.kind == "refused"


def test_second_address_is_tried(servers, closed):
    """A primary with one dead address takes the update at its other one."""
    driver = updater(servers.dns(), servers.primary, servers.secret)
    both = type(driver)(
        lambda: [closed, servers.primary], driver.ask, driver.key, driver.server
    )

    assert "NOERROR" in both.apply(SWITCH)
    assert servers.held() == NEW


def test_silent_server(servers):
    """A server that takes the connection and says nothing is a timeout."""
    servers.fault(servers.ns1, "timeout")

    error = failed(servers, updater(servers.dns(), servers.primary, servers.secret))

    assert isinstance(error, NetError)
    assert error.kind in {"timeout", "closed"}


def test_garbage(servers):
    """Something that is not DNS is not a success."""
    servers.fault(servers.ns1, "garbage")

    error = failed(servers, updater(servers.dns(), servers.primary, servers.secret))

    assert isinstance(error, NetError)
    assert error.kind in {"garbage", "closed"}


def test_no_address(servers):
    """A primary without an address is a mistake in the settings."""
    driver = updater(servers.dns(), servers.primary, servers.secret)
    nowhere = type(driver)(list, driver.ask, driver.key, "ns9.example")

    assert isinstance(failed(servers, nowhere), UserError)


def test_compare_and_swap_on_the_server(servers):
    """The server itself refuses when its zone is not as planned, also by one value only."""
    less = RRset(OLD.name, "MX", 600, OLD.values[:1])
    servers.put(less)

    with pytest.raises(Refused, match=r"somebody changed it.*NXRRSET"):
        updater(servers.dns(), servers.primary, servers.secret).apply(SWITCH)

    assert servers.held() == less


def test_repeated_update_is_recognised(servers):
    """The server refuses a repetition; the driver looks and sees that it is done."""
    driver = updater(servers.dns(), servers.primary, servers.secret)

    first, second = driver.apply(SWITCH), driver.apply(SWITCH)

    assert "NOERROR" in first
    assert "holds it already (NXRRSET)" in second


def test_no_secret_before_it_is_needed(servers):
    """Describing a change does not resolve the secret."""
    driver = updater(servers.dns(), servers.primary, "never asked for")

    assert "signed with mover.lindenhof.example (hmac-sha256)" in driver.describe(SWITCH)
