"""The planned zone on top of the live one: what replaces what, and what stays untouched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate_mail.dns_changes.model import RRset
from migrate_mail.dns_changes.planned import Plan, merged, overlaid
from migrate_mail.net.dns_facts import DnsAnswer
from migrate_mail.net.facts import Endpoint
from migrate_mail.net.txt import strings, text_of

NS = Endpoint("ns1.example.org", "192.0.2.53", 53)
SPF = '"v=spf1 ip4:192.0.2.1 -all"'
VERIFICATION = '"google-site-verification=abc"'


def _live(name="example.org", rtype="TXT", records=(SPF, VERIFICATION), **more) -> DnsAnswer:
    values = {"status": "ok" if records else "nodata", "ttl": 3600, "aa": True}
    return DnsAnswer(name, rtype, NS, **{**values, "records": records, **more})


def _plan(name: str, rtype: str, *values: str, ttl: int = 300) -> Plan:
    return Plan((RRset(f"{name}.", rtype, ttl, values),))


def test_text_of_other_services_stays():
    """A planned SPF record replaces the live SPF record, and the site verification stays."""
    new = '"v=spf1 ip4:198.51.100.7 -all"'
    after = overlaid(_plan("example.org", "TXT", new), _live())
    assert set(after.records) == {new, VERIFICATION}
    assert after.ttl == 300


def test_a_name_with_underscore_is_replaced_as_a_whole():
    """A key without `v=DKIM1` is not kept beside the planned key: both belong to one service."""
    name = "s1._domainkey.example.org"
    plan = _plan(name, "TXT", '"v=DKIM1; p=AAAA"')
    after = overlaid(plan, _live(name, records=('"k=rsa; p=BBBB"',)))
    assert after.records == ('"v=DKIM1; p=AAAA"',)
    assert plan.whole(name, "TXT")


def test_silence_is_not_filled_with_the_plan():
    """Where the plan shares an RRset with what is there, a silent name server stays silent."""
    silent = _live(records=(), status="servfail", text="SERVFAIL")
    after = overlaid(_plan("example.org", "TXT", SPF), silent)
    assert after.silent
    assert after.text == "SERVFAIL"


def test_what_is_not_planned_stays_as_it_is():
    """Another type and another name give the live answer, unchanged."""
    plan = _plan("example.org", "MX", "10 mx.new.example.")
    live = _live()
    assert overlaid(plan, live) is live
    assert not plan.touches("example.org", "TXT")


def test_an_alias_hides_everything_at_its_name():
    """A planned CNAME answers for every type, and a planned removal of one lets nothing through."""
    name = "mta-sts.example.org"
    alias = overlaid(_plan(name, "CNAME", "sts.new.example."), _live(name, "A", ("192.0.2.1",)))
    assert (alias.cname, alias.records) == ("sts.new.example.", ())
    gone = overlaid(
        _plan(name, "CNAME"), _live(name, "A", ("192.0.2.1",), cname="web.example.")
    )
    assert (gone.status, gone.cname, gone.records) == ("nodata", None, ())


def test_a_planned_name_exists():
    """Where something is planned at or below a name, other types are absent, not the name."""
    plan = _plan("a.b.example.org", "A", "192.0.2.1")
    for name in ("a.b.example.org", "b.example.org"):
        after = overlaid(plan, _live(name, "TXT", (), status="nxdomain"))
        assert after.status == "nodata"
    assert (
        overlaid(plan, _live("c.example.org", "TXT", (), status="nxdomain")).status
        == "nxdomain"
    )


_texts = st.text(st.characters(codec="ascii", exclude_characters='"\\'), max_size=30)


@given(st.sets(_texts), st.sets(_texts))
def test_nothing_unrelated_is_ever_lost(live, other):
    """Whatever is there: a plan without that `v=…` keeps every text, and planning twice is planning once."""
    quoted = [f'"{t}"' for t in live | other]
    rrset = RRset("example.org.", "TXT", 300, (SPF,))
    after = merged(rrset, [*quoted, '"v=spf1 +all"'])
    spf = {q for q in quoted if text_of(q).lower().strip().startswith("v")}
    assert set(quoted) - spf <= set(after.values)
    assert [v for v in after.values if text_of(v).startswith("v=spf1")] == [SPF]
    assert merged(rrset, after.values) == after


@pytest.mark.parametrize(
    ("record", "wanted"),
    [
        ('"v=spf1 a" " -all"', (b"v=spf1 a", b" -all")),
        (r'"say \"hi\" \092 \200"', (b'say "hi" \\ \xc8',)),
        ('""', (b"",)),
        ("bare", (b"bare",)),
    ],
)
def test_strings_of_a_text_record(record, wanted):
    """Quotes, escapes and several strings are read as RFC 1035 section 5.1 says."""
    assert strings(record) == wanted
