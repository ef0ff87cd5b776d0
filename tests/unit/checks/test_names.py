"""Names that can be MX hosts, and names that cannot."""

from __future__ import annotations

import pytest

from migrate_mail.checks.mx.targets import doubled
from migrate_mail.checks.spots import legal_host


@pytest.mark.parametrize(
    "host", ["mx1.example.org", "3com.example", "xn--mller-kva.example", "a-b.c-d.example"]
)
def test_a_host_name_is_legal(host):
    """RFC 1123 section 2.1: letters, digits, hyphens inside."""
    assert legal_host(host)


@pytest.mark.parametrize(
    "host",
    [
        "", "localhost", "192.0.2.1", "2001:db8::1", "mx..example.org", "-mx.example.org",
        "mx-.example.org", "mx_1.example.org", "müller.example", "m x.example.org",
        f"{'a' * 64}.example", ".".join(["a" * 60] * 5),
    ],
)  # fmt: skip
def test_what_is_no_host_name_is_refused(host):
    """Addresses, bare labels, underscores, spaces and overlong names are no MX hosts."""
    assert not legal_host(host)


@pytest.mark.parametrize(
    ("host", "meant"),
    [
        ("mx.example.org.example.org", "mx.example.org"),
        ("example.org.example.org", "example.org"),
        ("mx.mail.example.org.mail.example.org", "mx.mail.example.org"),
    ],
)
def test_a_doubled_end_is_seen(host, meant):
    """A zone editor added the zone's name once more."""
    assert doubled(host) == meant


@pytest.mark.parametrize(
    "host", ["mx.example.org", "mx.org.org", "a.b.a.b.example", "mx.co.uk"]
)
def test_a_name_that_only_looks_like_it_is_left_alone(host):
    """Only a repeated end of two labels or more is a doubled zone name."""
    assert doubled(host) is None
