"""Whose a host is, as far as its name tells."""

from __future__ import annotations

import pytest

from migrate_mail.checks.houses import house_of


@pytest.mark.parametrize(
    ("host", "house"),
    [
        ("mx1.example.org", "example.org"),
        ("Example.ORG.", "example.org"),
        ("mail.shop.example.co.uk", "example.co.uk"),
        ("co.uk", "co.uk"),
        ("mx.example.at", "example.at"),
        ("autodiscover-s.outlook.com", "outlook.com"),
        ("lindenhof-example.mail.protection.outlook.com", "outlook.com"),
        ("outlook.office365.com", "outlook.com"),
        ("localhost", "localhost"),
    ],
)
def test_a_host_is_in_the_domain_that_somebody_registered(host, house):
    """Two labels, three below co.uk; several names of one provider are one."""
    assert house_of(host) == house
