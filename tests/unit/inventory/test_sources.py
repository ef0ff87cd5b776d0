"""Addresses out of the files that admins have."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from migrate_mail.inventory.sources import kind_of, read_addresses

DOMAINS = ["acme.example", "acme.test"]
VIRTUAL = """\
# /etc/postfix/virtual
anna@acme.example    anna
info@acme.example    anna@acme.example,
                     bernd@acme.example
jobs@acme.test       bernd@acme.example
@acme.test           anna@acme.example
other@elsewhere.example  nobody
broken
"""
ALIASES = """\
# /etc/aliases
postmaster: anna
"sales team": anna
sales: anna, bernd@acme.example
archive: |/usr/bin/archive
"""
LDIF = """\
version: 1

dn: uid=anna,dc=acme
objectClass: inetOrgPerson
mail: Anna@acme.example
mailAlternateAddress: anna.bauer@acme.exam
 ple
proxyAddresses: SMTP:anna@acme.example
proxyAddresses: smtp:a.bauer@acme.test
proxyAddresses: X400:c=DE;a= ;p=acme

dn: cn=all,dc=acme
objectClass: groupOfNames
mail:: YWxsQGFjbWUuZXhhbXBsZQ==

dn: ou=people,dc=acme
objectClass: organizationalUnit
"""
CSV = """\
DisplayName;PrimarySmtpAddress;EmailAddresses
Anna;anna@acme.example;SMTP:anna@acme.example,smtp:a@acme.example
Nobody;;
"""
LOG = """\
Nov 23 09:00:01 mx postfix/lmtp[1]: A1: to=<anna@acme.example>, orig_to=<forgotten@acme.example>, relay=x, status=sent (250 ok)
Nov 23 09:00:02 mx postfix/lmtp[1]: A2: to=<bernd@acme.example>, relay=x, status=sent (250 ok)
Nov 23 09:00:03 mx postfix/smtp[1]: A3: to=<gone@acme.example>, relay=x, status=bounced (550)
2026-11-23 09:00:04 1abc => carla@acme.example R=local T=lmtp
"""
FILES = {
    "virtual": ("postfix", VIRTUAL, {
        "anna@acme.example": "mailbox", "info@acme.example": "list", "jobs@acme.test": "alias",
        "*@acme.test": "catch-all",
    }, 1),
    "aliases": ("aliases", ALIASES, {
        "postmaster@acme.example": "alias", "sales@acme.example": "list", "archive@acme.example": "alias",
    }, 1),
    "people.ldif": ("ldif", LDIF, {
        "anna@acme.example": "mailbox", "anna.bauer@acme.example": "alias",
        "a.bauer@acme.test": "alias", "all@acme.example": "group",
    }, 1),
    "export.csv": ("csv", CSV, {"anna@acme.example": "mailbox", "a@acme.example": "alias"}, 1),
    "mail.log": ("log", LOG, {
        "forgotten@acme.example": "alias", "bernd@acme.example": "alias", "carla@acme.example": "alias",
    }, 0),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_a_file_is_recognised_and_read(name):
    """What it is is guessed; addresses of other domains are left out; what gave nothing is counted."""
    kind, text, wanted, passed_over = FILES[name]

    found = read_addresses(kind_of(name, text), text, DOMAINS)

    assert found.kind == kind
    assert {a.address: a.kind for a in found.addresses} == wanted
    assert found.passed_over == passed_over


def test_targets_are_kept():
    """An alias without its target could not be created at new."""
    found = read_addresses("postfix", VIRTUAL, DOMAINS).addresses
    targets = {a.address: a.target for a in found}
    assert targets["info@acme.example"] == "anna@acme.example bernd@acme.example"


@example("\r0", "csv")
@example(f"mail\n{'x' * 200_000}", "csv")
@given(st.text(max_size=300), st.sampled_from(["postfix", "aliases", "ldif", "csv", "log"]))
def test_no_text_breaks_a_reader(text, kind):
    """Whatever is in a file, the readers give addresses or nothing."""
    found = read_addresses(kind, text, DOMAINS)
    assert all(a.address.rpartition("@")[2] in DOMAINS for a in found.addresses)
