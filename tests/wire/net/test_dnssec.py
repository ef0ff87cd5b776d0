"""Security as a trusted resolver tells it; where nobody can be trusted, unknown."""

from __future__ import annotations

import pytest

from migrate_mail.net.dns import Dns
from migrate_mail.net.routes import Routes
from support.name_servers import DOMAIN, NameServers
from support.rude import Rude


@pytest.fixture(scope="module")
def servers():
    """Give name servers, and a resolver that can be told what to say of DNSSEC."""
    with NameServers() as found:
        yield found


def _asking(*resolvers: tuple[str, int], validating: tuple[tuple[str, int], ...] = ()) -> Dns:
    return Dns(
        resolvers=resolvers, validating=validating, routes=Routes({}), timeout=0.3, tries=1
    )


@pytest.fixture
def resolver(servers):
    """Give the resolver, which forgets afterwards what it was told."""
    yield servers.resolver
    servers.resolver.secure.clear()
    servers.resolver.bogus.clear()
    servers.resolver.fault = None


@pytest.mark.parametrize("state", ["secure", "insecure", "bogus"])
def test_each_state_is_told(servers, resolver, state):
    """AD is secure, neither AD nor DS insecure, an answer only with CD bogus."""
    {"secure": resolver.vouch, "bogus": resolver.doubt, "insecure": lambda _: None}[state](
        DOMAIN
    )
    told = servers.dns().security(DOMAIN)
    assert (told.state, told.server.port) == (state, resolver.port)


def test_a_ds_without_ad_is_a_resolver_that_does_not_validate(servers, resolver):
    """The chain says signed, the resolver says nothing: nothing follows."""
    servers.resolver.cache.advance(4000)  # an earlier "no DS" has run out
    digest = "12345 13 2 " + "ab" * 32
    servers.loop.do(lambda: servers.authority.zones.put(DOMAIN, "DS", 60, [digest]))
    told = servers.dns().security(DOMAIN)
    servers.loop.do(lambda: servers.authority.zones.put(DOMAIN, "DS", 60, []))
    servers.resolver.cache.advance(61)
    assert told.state == "unknown"
    assert "no AD" in told.text


@pytest.mark.parametrize("fault", ["timeout", "servfail", "refused", "garbage"])
def test_a_broken_resolver_is_unknown(servers, resolver, fault):
    """SERVFAIL with CD as well is a dead zone or resolver, not a bogus one."""
    resolver.fault = fault
    told = servers.dns().security(DOMAIN)
    assert told.state == "unknown"
    assert told.text


def test_a_resolver_elsewhere_is_not_trusted_by_itself():
    """An AD from over there could be anybody's."""
    told = _asking(("192.0.2.53", 53)).security(DOMAIN)
    assert (told.state, told.server) == ("unknown", None)


def test_the_next_trusted_resolver_is_asked_when_one_is_dead(servers, resolver):
    """Those that migration.yaml names, in their order."""
    resolver.vouch(DOMAIN)
    with Rude("closed") as rude:
        dead, well = ("127.0.0.1", rude.port), ("127.0.0.1", resolver.port)
        told = _asking(("192.0.2.53", 53), validating=(dead, well)).security(DOMAIN)
    assert told.state == "secure"
