"""Planning a DNS change: from answers to one safe change, or a refusal."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate_mail.dns_changes.model import Change, RRset
from migrate_mail.dns_changes.plan import checksum, guard, live_rrset, mx_rrset, plan_mx, same
from migrate_mail.errors import CannotTell, Refused
from migrate_mail.inventory.model import MxHost
from migrate_mail.net.dns_facts import DnsAnswer
from migrate_mail.net.facts import Endpoint

ZONE = "example.org."
LIVE = RRset(ZONE, "MX", 600, ("10 mx.old.example.",))
WANTED = RRset(ZONE, "MX", 300, ("10 mx1.new.example.", "20 mx2.new.example."))


def answer(host: str = "ns1", records=("10 mx.old.example.",), **changes) -> DnsAnswer:
    """Return what one authority says of the MX of example.org."""
    server = Endpoint(f"{host}.example.org", "127.0.0.1", 53)
    values = {"status": "ok" if records else "nodata", "ttl": 600, "aa": True}
    return DnsAnswer("example.org.", "MX", server, **{**values, "records": records, **changes})


labels = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=8)
values = st.builds(
    lambda preference, a, b: f"{preference} {a}.{b}.", st.integers(0, 65535), labels, labels
)
rrsets = st.builds(
    lambda ttl, found: RRset(ZONE, "MX", ttl, tuple(sorted(found))),
    st.integers(0, 2**31 - 1),
    st.sets(values, min_size=1, max_size=5),
)


@given(rrsets, rrsets)
def test_plan_applied_leaves_nothing_to_plan(live, wanted):
    """Whatever the plan makes of the zone, planning again finds nothing to do."""
    change = plan_mx(ZONE, live, wanted)
    after = change.after if change else live

    assert same(after, wanted)
    assert plan_mx(ZONE, after, wanted) is None


@given(rrsets, rrsets)
def test_inverse_of_inverse_is_the_change(live, wanted):
    """Going back and forth ends where it began, value and TTL."""
    change = Change(ZONE, live, wanted)

    assert change.inverse().inverse() == change
    assert change.inverse().after == live
    assert Change.from_data(change.to_data()) == change


@given(rrsets, st.randoms(use_true_random=False))
def test_order_of_values_and_answers_does_not_matter(live, random):
    """A server that shuffles its records, or shouts, shows the same RRset."""
    shuffled = [v.upper() for v in live.values]
    random.shuffle(shuffled)
    one = answer("ns1", live.values, ttl=live.ttl)
    two = answer("ns2", tuple(shuffled), ttl=live.ttl)

    assert live_rrset("Example.ORG", [one, two]) == live


def test_wanted_mx_is_absolute_and_lower_case():
    """What the admin wrote becomes what the zone will show."""
    hosts = [MxHost(host="MX2.New.example", preference=20), MxHost(host="mx1.new.example")]

    assert mx_rrset("Example.org", hosts, 300) == WANTED


def test_ttl_alone_is_a_change():
    """The TTL is part of what is wanted."""
    change = plan_mx(ZONE, LIVE, RRset(ZONE, "MX", 60, LIVE.values))

    assert change is not None
    assert (change.before.ttl, change.after.ttl) == (600, 60)


def test_nothing_is_planned_when_it_is_as_wanted():
    """A second plan after the switch is empty."""
    assert plan_mx(ZONE, WANTED, WANTED) is None


@pytest.mark.parametrize("silent", ["timeout", "unreachable", "servfail", "refused", "garbage"])
def test_silent_authority_cannot_tell(silent):
    """One authority that does not answer is named, and nothing is planned."""
    quiet = answer("ns2", (), status=silent, text="no answer in 2 s")

    with pytest.raises(CannotTell, match=r"ns2\.example\.org .*no answer in 2 s"):
        live_rrset("example.org", [answer(), quiet])


def test_bold_needs_one_that_answers():
    """An override accepts some silence, but not silence alone."""
    quiet = answer("ns2", (), status="timeout")

    assert live_rrset("example.org", [answer(), quiet], bold=True) == LIVE
    with pytest.raises(CannotTell):
        live_rrset("example.org", [quiet], bold=True)


def test_lame_authority_cannot_tell():
    """An answer without authority comes from a cache: nothing follows from it."""
    with pytest.raises(CannotTell, match="without authority"):
        live_rrset("example.org", [answer(aa=False)])


def test_nobody_asked_cannot_tell():
    """No answers are no knowledge."""
    with pytest.raises(CannotTell):
        live_rrset("example.org", [])


@pytest.mark.parametrize(
    "other",
    [
        answer("ns2", ("10 mx1.new.example.",)),
        answer("ns2", ttl=300),
        answer("ns2", ()),
    ],
    ids=["values", "ttl", "none"],
)
def test_authorities_that_disagree_are_refused(other):
    """A change under way elsewhere is waited for; both states are shown."""
    with pytest.raises(Refused, match=r"do not agree.*ns1.*ns2"):
        live_rrset("example.org", [answer(), other])


def test_alias_is_refused():
    """A name with a CNAME cannot have an MX of its own."""
    with pytest.raises(Refused, match="alias"):
        live_rrset("example.org", [answer(cname="elsewhere.example.")])


def test_no_rrset_is_a_state():
    """No such name and no such type are the same: there is no MX."""
    missing = answer("ns2", (), status="nxdomain")

    assert live_rrset("example.org", [answer("ns1", ()), missing]) == RRset(ZONE, "MX", 0, ())


@pytest.mark.parametrize("rtype", ["SOA", "NS", "DS", "DNSKEY"])
def test_guard_refuses_what_holds_the_zone_together(rtype):
    """Name servers and signatures are never touched."""
    one, two = RRset(ZONE, rtype, 60, ("a",)), RRset(ZONE, rtype, 60, ("b",))

    with pytest.raises(Refused, match="never changed"):
        guard(Change(ZONE, one, two))


def test_guard_refuses_to_leave_nothing():
    """A domain without MX loses mail; only the way back to "there was none" may do that."""
    change = Change(ZONE, LIVE, RRset(ZONE, "MX", 0, ()))

    with pytest.raises(Refused, match="no record at all"):
        guard(change)
    guard(change, may_remove=True)


@pytest.mark.parametrize("name", ["example.com.", "notexample.org.", "org."])
def test_guard_refuses_names_outside_the_zone(name):
    """A change belongs to its zone."""
    with pytest.raises(Refused, match="not in the zone"):
        guard(Change(ZONE, RRset(name, "MX", 1, ("1 a.",)), RRset(name, "MX", 1, ("2 a.",))))


def test_guard_refuses_two_names():
    """One change is about one RRset."""
    other = RRset("www.example.org.", "MX", 60, ("10 a.",))

    with pytest.raises(Refused, match="replaces one RRset"):
        guard(Change(ZONE, LIVE, other))


def test_checksum_names_the_plan():
    """Another before, after or TTL is another plan."""
    change = Change(ZONE, LIVE, WANTED)
    slower = Change(ZONE, LIVE, RRset(ZONE, "MX", 301, WANTED.values))

    assert checksum([change]) == checksum([Change.from_data(change.to_data())])
    assert len({checksum(c) for c in ([change], [slower], [change.inverse()], [])}) == 4
