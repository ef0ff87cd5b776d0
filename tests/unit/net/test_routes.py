"""The `connect` table, and how hosts and ports are read."""

from __future__ import annotations

import pytest

from migrate_mail.net.facts import Endpoint
from migrate_mail.net.routes import Routes, split_host_port


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("mx.example", ("mx.example", 25)),
        ("mx.example:2525", ("mx.example", 2525)),
        (" 192.0.2.1 ", ("192.0.2.1", 25)),
        ("[2001:db8::1]:53", ("2001:db8::1", 53)),
        ("[2001:db8::1]", ("2001:db8::1", 25)),
        ("2001:db8::1", ("2001:db8::1", 25)),
    ],
)
def test_reads_host_and_port(text, wanted):
    """Every usual way to write a host with or without a port is understood."""
    assert split_host_port(text, 25) == wanted


@pytest.mark.parametrize(
    "text", ["", ":25", "mx:", "mx:0", "mx:65536", "mx:smtp", "mx:²", "[::1", "[::1]25"]
)
def test_refuses_what_is_no_host_and_port(text):
    """What cannot be meant is a ValueError that shows the text."""
    with pytest.raises(ValueError, match=r"host|port|bracket"):
        split_host_port(text, 25)


def test_host_wins_over_address():
    """A route for host:port is taken before one for ip:port, and both are marked."""
    routes = Routes({"MX.example.:25": "127.0.0.1:2525", "192.0.2.1:25": "127.0.0.1:2626"})
    assert routes.endpoint("mx.Example.", "192.0.2.1", 25) == Endpoint(
        "mx.example", "127.0.0.1", 2525, rerouted=True
    )
    assert routes.endpoint("other.example", "192.0.2.1", 25) == Endpoint(
        "other.example", "127.0.0.1", 2626, rerouted=True
    )
    assert routes.endpoint("other.example", "192.0.2.1", 24) == Endpoint(
        "other.example", "192.0.2.1", 24
    )


def test_direct_route_needs_the_exact_port():
    """`direct` gives the replacement of host:port and nothing for other ports."""
    routes = Routes({"mx.example:25": "127.0.0.1:2525"})
    assert routes.direct("mx.example.", 25) == Endpoint(
        "mx.example", "127.0.0.1", 2525, rerouted=True
    )
    assert routes.direct("mx.example", 465) is None


def test_addresses_compare_by_value():
    """An IPv6 address is found however it is written."""
    routes = Routes({"[2001:DB8:0:0::1]:53": "[::1]:5353"})
    assert routes.endpoint("ns.example", "2001:db8::1", 53).ip == "::1"


@pytest.mark.parametrize(
    ("left", "right"), [("mx.example", "127.0.0.1:25"), ("mx.example:25", "other:25")]
)
def test_table_is_exact(left, right):
    """The left side needs a port, the right side an address."""
    with pytest.raises(ValueError, match=r"no port|no address"):
        Routes({left: right})
