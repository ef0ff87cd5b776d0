"""Knot, Unbound, Postfix and a web server: a healthy move is all pass; each planted fault is found by its check."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from migrate_mail.checklist.load import load_checklist
from migrate_mail.checks.registry import CHECKS
from migrate_mail.finding import Finding, Outcome, Severity, worst
from migrate_mail.lab.signing import (
    NEW_SELECTOR,
    OLD_SELECTOR,
    key_record,
    signed_message,
    strings,
)
from migrate_mail.run.bind import bind
from migrate_mail.run.gate import BEFORE_SWITCH, Facts, judge
from migrate_mail.state.records import Confirmation, ResultRecord
from real.apart import CASES, ROUTES
from real.healthy import (
    CONFIG,
    NEW_MX,
    OUTLOOK,
    OUTLOOK_HOST,
    POLICY,
    POLICY_HOST,
    RDAP_HOST,
    Web,
    project,
    publish,
    published,
)
from real.servers.world import ALIASES, DOMAIN, TTL, World
from support.seeing import Eyes, open_eyes, switched, written_down

pytestmark = [pytest.mark.real, pytest.mark.timeout(240)]

ELSEWHERE = {
    # What needs mailboxes, deliveries, another day, or addresses that are not on loopback: tests/real/apart.py.
    *(name for name in CHECKS if name.startswith(("imap.", "mail.", "decommission."))),
    "dns.cutover_earliest", "drain.trust", "mx.public",
}  # fmt: skip
ASKED = [name for name in CHECKS if name not in ELSEWHERE]
SAID = {
    "dns.caa": {"issuer": "ca.example"},
    "dns.registrar": {"rdap": f"https://{RDAP_HOST}/"},
    "ip.blocklists": {"lists": ["addresses.outside.test"], "names": ["names.outside.test"]},
    "smtp.egress": {"known": ["outside.test", "others.outside.test"]},
    "smtp.steady": {"probes": 2},
}
"""Parameters that an admin gives."""
LONGEST = 15.0
"""Seconds that all checks together may take; on a quiet machine it is less than one."""


@pytest.fixture(scope="module")
def web(world: World) -> Iterator[Web]:
    """Give the policy host, in a world that has moved."""
    publish(world)
    with Web(world) as web:
        yield web


@pytest.fixture
def eyes(world: World, web: Web, tmp_path, monkeypatch) -> Eyes:
    """Give what looks at this world, with nothing remembered."""
    made = project(world, tmp_path, web.server.port)
    web.sample = made.parent / "sample.eml"
    monkeypatch.setenv("OLD_SECRET", "x")
    monkeypatch.setenv("NEW_SECRET", "y")
    opened = open_eyes(made, patience=4)
    hour = timedelta(hours=1)
    opened.journal.served.append(written_down(DOMAIN, datetime.now(UTC) - 2 * hour))
    opened.journal.changes.append(switched(DOMAIN, datetime.now(UTC) - hour))
    return opened


def _all(eyes: Eyes) -> dict[str, list[Finding]]:
    with ThreadPoolExecutor(8) as pool:
        seen = pool.map(lambda name: eyes.see(name, **SAID.get(name, {})), ASKED)
        return dict(zip(ASKED, seen, strict=True))


def _found(seen: Mapping[str, list[Finding]]) -> dict[str, set[str]]:
    """Return the tags of what failed, by check; what could not be looked at is named as such."""
    bad = {
        name: {f.tag if f.outcome is Outcome.FAIL else f"? {f.tag}" for f in findings if f.outcome in {Outcome.FAIL, Outcome.UNKNOWN}}
        for name, findings in seen.items()
    }  # fmt: skip
    return {name: tags for name, tags in bad.items() if tags}


def _verdict(eyes: Eyes, seen: Mapping[str, list[Finding]]) -> tuple[str, str]:
    """Return what the gate says when builtin:core gave this, and what it should say.

    What is not looked at in this world (logins, deliveries, what people do) is taken as well.
    """
    plan = bind([load_checklist("builtin:core", Path())], eyes.inventory).card
    now = datetime.now(UTC)
    outcomes = {c.key: worst([f.outcome for f in seen[c.check]]) if c.check in seen else Outcome.PASS for c in plan.steps}  # fmt: skip
    facts = Facts(
        {c.key: ResultRecord(c.key, c.digest, outcomes[c.key], now, now, tuple(seen.get(c.check, ()))) for c in plan.steps},
        [Confirmation(c.key, c.digest, "anna", "", now) for c in plan.steps if c.body == "manual"],
        (), (), (),
    )  # fmt: skip
    said = judge(plan, facts, now, BEFORE_SWITCH).word.value
    bad = {
        (c.severity, outcomes[c.key])
        for c in plan.steps
        if c.phase in BEFORE_SWITCH and outcomes[c.key] in {Outcome.FAIL, Outcome.UNKNOWN}
    }
    return said, _should(bad)


def _should(bad: set[tuple[Severity, Outcome]]) -> str:
    if (Severity.BLOCKER, Outcome.FAIL) in bad:
        return "NO-GO"
    if (Severity.BLOCKER, Outcome.UNKNOWN) in bad:
        return "CANNOT TELL"
    return "CONDITIONAL" if {s for s, _ in bad} & {Severity.MAJOR} else "GO"


def test_a_healthy_move_is_all_pass_in_seconds(eyes):
    """No false alarm, nothing unknown, nothing skipped; DNSSEC is validated; and it is quick."""
    began = time.monotonic()
    seen = _all(eyes)
    took = time.monotonic() - began

    assert {n: [f for f in fs if f.outcome is not Outcome.PASS] for n, fs in seen.items() if {f.outcome for f in fs} != {Outcome.PASS}} == {}  # fmt: skip
    assert [f.tag for f in seen["dns.dnssec"]] == ["DNSSEC_SECURE"]
    assert _verdict(eyes, seen) == ("GO", "GO")
    assert took < LONGEST


Plant = Callable[[World, Web], AbstractContextManager[None]]


def _zone(*records: tuple[str, str, str | tuple[str, ...]], ttl: int = TTL) -> Plant:
    """Plant records in the zones."""
    rows = [(n, t, ttl, (v,) if isinstance(v, str) else v) for n, t, v in records]
    return lambda world, _: published(world, *rows)


def _postfix(side: str = "new", **options: str) -> Plant:
    """Plant settings of a side's Postfix; {c.wrong} and the like are certificates."""

    @contextmanager
    def plant(world: World, _: Web) -> Iterator[None]:
        mx = world.new.mx if side == "new" else world.old.mx
        mx.set_options(**{k: v.format(c=world.certificates) for k, v in options.items()})
        try:
            yield
        finally:
            mx.set_options()

    return plant


def _aliases(aliases: dict[str, str], side: str = "new") -> Plant:
    """Plant other aliases at a side."""
    pairs = ", ".join(f"{{{{{a} = {t}}}}}" for a, t in aliases.items())
    return _postfix(side, virtual_alias_maps=f"inline:{{{{{pairs}}}}}")


def _policy(text: str = POLICY, **how: object) -> Plant:
    """Plant another policy."""

    @contextmanager
    def plant(_: World, web: Web) -> Iterator[None]:
        web.serve(text, **how)
        try:
            yield
        finally:
            web.serve(POLICY)

    return plant


@contextmanager
def _split_horizon(world: World, _: Web) -> Iterator[None]:
    """Let the resolver know another address of an MX host than the authorities."""
    world.unbound.invent("mx1.newhost.test", world.network.old)
    try:
        yield
    finally:
        world.unbound.repent("mx1.newhost.test")
        world.unbound.forget("test")


def _autoconfig(text: str) -> Plant:
    """Plant another autoconfig file."""

    @contextmanager
    def plant(_: World, web: Web) -> Iterator[None]:
        web.configure(text)
        try:
            yield
        finally:
            web.configure(CONFIG)

    return plant


def _outlook(text: str = "", **how: object) -> Plant:
    """Plant another answer to Outlook."""

    @contextmanager
    def plant(_: World, web: Web) -> Iterator[None]:
        web.guide(text, **how)
        try:
            yield
        finally:
            web.guide(OUTLOOK)

    return plant


def _registered(**changes: object) -> Plant:
    """Plant what the registry tells of the domain."""

    @contextmanager
    def plant(_: World, web: Web) -> Iterator[None]:
        web.register(changes)
        try:
            yield
        finally:
            web.register({})

    return plant


@contextmanager
def _old_certificate_in_testing(world: World, web: Web) -> Iterator[None]:
    """Let old show another certificate where nobody was promised a good one."""
    testing = _policy(POLICY.replace("enforce", "testing"))
    with testing(world, web), _postfix("old", smtpd_tls_chain_files="{c.wrong}")(world, web):
        yield


@contextmanager
def _web_certificate(world: World, web: Web) -> Iterator[None]:
    before = web.server.context
    web.server.context = web.context(world.certificates.wrong)
    try:
        yield
    finally:
        web.server.context = before


def _with_world(make: Callable[[World], list[tuple[str, str, str | tuple[str, ...]]]]) -> Plant:
    """Plant records that depend on the addresses of this world."""
    return lambda world, web: _zone(*make(world))(world, web)


def _reverse(world: World, ip: str) -> str:
    return f"{ip.rpartition('.')[2]}.{world.network.reverse_zone}"


def _above(*records: tuple[str, str, str | tuple[str, ...]]) -> Plant:
    """Plant records in the zone above."""
    rows = [(n, t, TTL, (v,) if isinstance(v, str) else v) for n, t, v in records]
    return lambda world, _: published(world, *rows, at=world.above)


def _soa(numbers: str) -> Plant:
    """Plant the numbers of the SOA record; the serial is the server's business."""

    @contextmanager
    def plant(world: World, _: Web) -> Iterator[None]:
        before = world.knot.rrset(DOMAIN, "SOA")[1][0]
        world.knot.set_soa(DOMAIN, numbers)
        try:
            yield
        finally:
            world.knot.set_soa(DOMAIN, " ".join(before.split()[2:]))

    return plant


def _sample(change: Callable[[bytes], bytes], *records: tuple[str, str, str]) -> Plant:
    """Plant another message that new is said to have sent."""

    @contextmanager
    def plant(world: World, web: Web) -> Iterator[None]:
        assert web.sample is not None
        before = web.sample.read_bytes()
        web.sample.write_bytes(change(before))
        with _zone(*records)(world, web):
            yield

    return plant


def _signed_by_others(raw: bytes) -> bytes:
    """Return a message that came the same way, in the name of a sending service."""
    way = raw[raw.index(b"Received:") : raw.index(b"DKIM-Signature:")]
    signed = signed_message(DOMAIN, as_domain="newhost.test")
    return (
        b"Return-Path: <bounce@mailer.newhost.test>\r\n"
        + way
        + signed[signed.index(b"DKIM-Signature:") :]
    )


KEY = f"{NEW_SELECTOR}._domainkey.{DOMAIN}"
OLD_KEY = f"{OLD_SELECTOR}._domainkey.{DOMAIN}"
TLSA = "_25._tcp.mx1.newhost.test"
DMARC, STS, RPT = f"_dmarc.{DOMAIN}", f"_mta-sts.{DOMAIN}", f"_smtp._tls.{DOMAIN}"
SPF_TREE = [(f"s{n}.{DOMAIN}", "TXT", f'"v=spf1 include:s{n + 1}.{DOMAIN} -all"') for n in range(1, 12)]  # fmt: skip

DIALLING = [n for n in ASKED if n.startswith(("smtp.", "tls.")) and n != "smtp.egress"] + ["dane.match", "mta_sts.mx_cert", "mx.targets"]  # fmt: skip
"""The checks that need the address of each MX host."""

FAULTS: dict[str, tuple[Plant, dict[str, set[str]]]] = {
    # the zone
    "a high TTL": (_zone((DOMAIN, "MX", NEW_MX), ttl=86400), {"dns.ttl": {"TTL_HIGH"}, "rollback.ready": {"BACK_TTL_HIGH"}}),
    "a wildcard TXT": (_zone((f"*.{DOMAIN}", "TXT", '"hello"')), {"dns.wildcard": {"WILDCARD_THERE"}}),
    "a wildcard MX": (_zone((f"*.{DOMAIN}", "MX", "10 mx.oldhost.test.")), {"dns.wildcard": {"WILDCARD_THERE"}, "mx.subdomains": {"SUBDOMAIN_AT_OLD"}}),
    "a mailing list at old": (_zone((f"lists.{DOMAIN}", "MX", "10 mx.oldhost.test.")), {"mx.subdomains": {"SUBDOMAIN_AT_OLD"}}),
    "a DS of another key": (_above((DOMAIN, "DS", "1 13 2 " + "ab" * 32)), {"dns.ds": {"DS_WITHOUT_KEY"}}),
    "a delegation to others": (_above((DOMAIN, "NS", ("ns1.nameservers.test.", "ns9.outside.test."))), {"dns.delegation": {"DELEGATION_DIFFERS"}}),
    "long absence": (_soa("1 3600 600 604800 86400"), {"dns.negative_ttl": {"NEGATIVE_TTL_HIGH"}}),
    "timers that are unwise": (_soa("1 600 3600 3000 4"), {"dns.soa_timers": {"SOA_TIMERS_ODD"}}),
    "CAA for another CA": (_zone(("newhost.test", "CAA", '0 issue "other.example"')), {"dns.caa": {"CAA_FORBIDS"}}),
    "a registration that ends": (_registered(events=[{"eventAction": "expiration", "eventDate": f"{datetime.now(UTC) + timedelta(days=20):%Y-%m-%dT00:00:00Z}"}]), {"dns.registrar": {"REGISTRATION_ENDS"}}),
    "a transfer to another registrar": (_registered(status=["pending transfer"]), {"dns.registrar": {"REGISTRATION_STATUS"}}),
    # the MX records
    "a null MX": (_zone((DOMAIN, "MX", "0 .")), {"dns.mx_published": {"MX_NOT_PUBLISHED"}, "dns.resolvers": {"RESOLVER_BEHIND"}, "mx.record": {"MX_NULL"}}),
    "a null MX beside others": (_zone((DOMAIN, "MX", (*NEW_MX, "0 ."))), {"dns.mx_published": {"MX_NOT_PUBLISHED"}, "dns.resolvers": {"RESOLVER_BEHIND"}, "mx.record": {"MX_NULL_MIXED"}}),
    "no MX": (_zone((DOMAIN, "MX", ())), {"dns.mx_published": {"MX_NOT_PUBLISHED"}, "dns.resolvers": {"RESOLVER_BEHIND"}, "mx.record": {"MX_NONE"}}),
    "the old MX as a backup": (_zone((DOMAIN, "MX", (*NEW_MX, "50 mx.oldhost.test."))), {"dns.mx_published": {"MX_NOT_PUBLISHED"}, "dns.resolvers": {"RESOLVER_BEHIND"}, "mx.only": {"MX_OTHER_SYSTEM"}}),
    "a strange MX": (_zone((DOMAIN, "MX", (*NEW_MX, "50 mx.outside.test."))), {"dns.mx_published": {"MX_NOT_PUBLISHED"}, "dns.resolvers": {"RESOLVER_BEHIND"}, "mx.only": {"MX_STRANGER"}}),
    "an MX host that is an alias": (_zone(("mx2.newhost.test", "A", ()), ("mx2.newhost.test", "CNAME", "mx1.newhost.test.")), {"mx.targets": {"MX_IS_CNAME"}}),
    "an MX host without address": (_zone(("mx2.newhost.test", "A", ())), {key: {"MX_NO_ADDRESS"} for key in DIALLING}),
    # who sends
    "an address on a list": (_with_world(lambda w: [(f"{_reverse(w, w.network.new).removesuffix('.in-addr.arpa')}.addresses.outside.test", "A", "127.0.0.4")]), {"ip.blocklists": {"IP_LISTED"}}),
    "a domain on a list": (_zone((f"{DOMAIN}.names.outside.test", "A", "127.0.1.2")), {"ip.blocklists": {"NAME_LISTED"}}),
    "a list that is no more": (_zone(("2.0.0.127.addresses.outside.test", "A", ())), {"ip.blocklists": {"? LIST_NO_ANSWER"}}),
    "no reverse name": (_with_world(lambda w: [(_reverse(w, w.network.new), "PTR", ())]), {"ip.reverse": {"PTR_NONE"}}),
    "a reverse name that does not lead back": (_with_world(lambda w: [(_reverse(w, w.network.new), "PTR", "mx.outside.test.")]), {"ip.reverse": {"PTR_NOT_CONFIRMED"}}),
    "an EHLO name at old": (_with_world(lambda w: [("gateway.newhost.test", "A", w.network.old)]), {"ip.helo": {"HELO_ELSEWHERE"}}),
    "an EHLO name that is nowhere": (_zone(("gateway.newhost.test", "A", ())), {"ip.helo": {"HELO_ELSEWHERE"}}),
    "a message without signature": (_sample(lambda raw: raw[raw.index(b"Received:"):raw.index(b"DKIM-Signature:")] + raw[raw.index(b"From:"):]), {"dkim.signature": {"SAMPLE_UNSIGNED"}, "dmarc.alignment": {"NOT_ALIGNED"}}),
    "a message that was changed": (_sample(lambda raw: raw.replace(b"Hallo", b"Hello")), {"dkim.signature": {"SIGNATURE_BROKEN"}}),
    "a message that others signed": (_sample(_signed_by_others, (f"{NEW_SELECTOR}._domainkey.newhost.test", "TXT", strings(key_record(NEW_SELECTOR)))), {"dmarc.alignment": {"NOT_ALIGNED"}}),
    "a relay between new and the world": (_sample(lambda raw: re.sub(rb"unknown \[.*?\]", b"unknown [198.51.100.7]", raw)), {"ip.egress": {"SENT_FROM_OTHER"}}),
    "a message that was saved at new": (_sample(lambda raw: raw[raw.index(b"DKIM-Signature:"):]), {"ip.egress": {"? SENT_FROM_UNREAD"}}),
    "port 25 closed on the way out": (_zone(("mx.outside.test", "A", "127.0.0.80")), {"smtp.egress": {"? EGRESS_BLOCKED"}}),
    # SPF
    "SPF without new": (_with_world(lambda w: [(DOMAIN, "TXT", f'"v=spf1 ip4:{w.network.old} -all"')]), {"spf.new_pass": {"SPF_REFUSES"}}),
    "SPF without old": (_with_world(lambda w: [(DOMAIN, "TXT", f'"v=spf1 ip4:{w.network.new} -all"')]), {"spf.old_pass": {"SPF_REFUSES"}}),
    "SPF by mx": (_zone((DOMAIN, "TXT", '"v=spf1 mx -all"')), {"spf.old_pass": {"SPF_REFUSES"}}),
    "two SPF records": (_with_world(lambda w: [(DOMAIN, "TXT", (f'"v=spf1 ip4:{w.network.old} -all"', f'"v=spf1 ip4:{w.network.new} -all"'))]), {"spf.new_pass": {"SPF_ERROR"}, "spf.old_pass": {"SPF_ERROR"}, "spf.record": {"SPF_MANY"}}),
    "SPF that cannot be read": (_zone((DOMAIN, "TXT", '"v=spf1 ip4:300.1.1.1 -all"')), {"spf.new_pass": {"SPF_ERROR"}, "spf.old_pass": {"SPF_ERROR"}}),
    "too many look-ups": (_with_world(lambda w: [(DOMAIN, "TXT", f'"v=spf1 ip4:{w.network.old} ip4:{w.network.new} include:s1.{DOMAIN} -all"'), *SPF_TREE]), {"spf.limits": {"SPF_TOO_DEAR"}}),
    "too many voids": (_with_world(lambda w: [(DOMAIN, "TXT", f'"v=spf1 ip4:{w.network.old} ip4:{w.network.new} a:no1.{DOMAIN} a:no2.{DOMAIN} a:no3.{DOMAIN} -all"')]), {"spf.limits": {"SPF_TOO_DEAR"}}),
    "text that is too large": (_with_world(lambda w: [(DOMAIN, "TXT", (f'"v=spf1 ip4:{w.network.old} ip4:{w.network.new} -all"', *(f'"site-verification-{n}={"x" * 200}"' for n in range(6))))]), {"spf.record": {"SPF_LARGE"}}),
    "SPF of the EHLO name": (_zone(("gateway.newhost.test", "TXT", '"v=spf1 -all"')), {"spf.new_pass": {"SPF_HELO_REFUSES"}}),
    # DKIM
    "no DKIM key": (_zone((KEY, "TXT", ())), {"dkim.selector": {"DKIM_ABSENT"}, "dkim.signature": {"SIGNATURE_BROKEN"}}),
    "a DKIM key that was cut": (_zone((KEY, "TXT", '"v=DKIM1; k=rsa; p=MIIBIjANBg"')), {"dkim.selector": {"DKIM_BROKEN"}, "dkim.signature": {"SIGNATURE_BROKEN"}}),
    "a DKIM key that is revoked": (_zone((KEY, "TXT", '"v=DKIM1; p="')), {"dkim.selector": {"DKIM_REVOKED"}, "dkim.signature": {"SIGNATURE_BROKEN"}}),
    "a small DKIM key": (_zone((KEY, "TXT", strings(key_record(NEW_SELECTOR, 1024)))), {"dkim.signature": {"SIGNATURE_BROKEN"}, "dkim.strength": {"DKIM_WEAK"}}),
    "a DKIM key in test mode": (_zone((KEY, "TXT", strings(key_record(NEW_SELECTOR).replace("k=rsa;", "k=rsa; t=y;")))), {"dkim.strength": {"DKIM_TESTING"}}),
    "two DKIM keys": (_zone((KEY, "TXT", (strings(key_record(NEW_SELECTOR)), strings(key_record(OLD_SELECTOR))))), {"dkim.selector": {"DKIM_MANY"}, "dkim.signature": {"SIGNATURE_BROKEN"}}),
    "another DKIM key": (_zone((KEY, "TXT", strings(key_record(OLD_SELECTOR)))), {"dkim.signature": {"SIGNATURE_BROKEN"}}),
    # DMARC and reports
    "two DMARC records": (_zone((DMARC, "TXT", ('"v=DMARC1; p=none"', '"v=DMARC1; p=reject"'))), {"dmarc.record": {"DMARC_RECORDS_MANY"}}),
    "a DMARC policy that does not exist": (_zone((DMARC, "TXT", '"v=DMARC1; p=rejected"')), {"dmarc.record": {"DMARC_INVALID"}, "dmarc.reports": {"? DMARC_REPORTS_UNREAD"}}),
    "DMARC reports to nobody": (_zone((DMARC, "TXT", f'"v=DMARC1; p=none; rua=mailto:gone@{DOMAIN}"')), {"dmarc.reports": {"DMARC_REPORTS_LOST"}}),
    "DMARC reports to strangers": (_zone((DMARC, "TXT", '"v=DMARC1; p=none; rua=mailto:rua@outside.test"')), {"dmarc.reports": {"DMARC_REPORTS_UNWANTED"}}),
    "two TLSRPT records": (_zone((RPT, "TXT", (f'"v=TLSRPTv1; rua=mailto:postmaster@{DOMAIN}"', '"v=TLSRPTv1; rua=https://a.test/"'))), {"tlsrpt.record": {"TLSRPT_RECORDS_MANY"}}),
    "TLSRPT without rua": (_zone((RPT, "TXT", '"v=TLSRPTv1;"')), {"tlsrpt.record": {"TLSRPT_INVALID"}}),
    "TLS reports to nobody": (_zone((RPT, "TXT", f'"v=TLSRPTv1; rua=mailto:gone@{DOMAIN}"')), {"tlsrpt.record": {"TLSRPT_REPORTS_LOST"}}),
    # MTA-STS
    "two MTA-STS records": (_zone((STS, "TXT", ('"v=STSv1; id=1"', '"v=STSv1; id=2"'))), {"mta_sts.order": {"? STS_ID_NOT_SEEN"}, "mta_sts.record": {"STS_RECORDS_MANY"}}),
    "an MTA-STS record without id": (_zone((STS, "TXT", '"v=STSv1;"')), {"mta_sts.order": {"? STS_ID_NOT_SEEN"}, "mta_sts.record": {"STS_RECORD_INVALID"}}),
    "no MTA-STS record": (_zone((STS, "TXT", ())), {"mta_sts.order": {"? STS_ID_NOT_SEEN"}, "mta_sts.record": {"STS_RECORD_MISSING"}}),
    "a policy without new": (_policy(POLICY.replace("mx: mx1.newhost.test\n", "")), {"mta_sts.covers_new": {"STS_NEW_NOT_LISTED"}}),
    "a policy without old": (_policy(POLICY.replace("mx: mx.oldhost.test\n", "")), {"mta_sts.covers_old": {"STS_OLD_NOT_LISTED"}, "rollback.ready": {"BACK_STS_WITHOUT_OLD"}}),
    "a policy that is not there": (_policy(status=404), {"mta_sts.covers_new": {"? STS_NO_POLICY"}, "mta_sts.covers_old": {"? STS_NO_POLICY"}, "mta_sts.fetch": {"STS_STATUS"}, "mta_sts.mx_cert": {"? STS_NO_POLICY"}, "mta_sts.order": {"? STS_NO_POLICY"}, "rollback.ready": {"? BACK_NOT_KNOWN"}}),
    "a policy that moved": (_policy(status=301, location="https://elsewhere.test/"), {"mta_sts.covers_new": {"? STS_NO_POLICY"}, "mta_sts.covers_old": {"? STS_NO_POLICY"}, "mta_sts.fetch": {"STS_REDIRECTED"}, "mta_sts.mx_cert": {"? STS_NO_POLICY"}, "mta_sts.order": {"? STS_NO_POLICY"}, "rollback.ready": {"? BACK_NOT_KNOWN"}}),
    "a policy as HTML": (_policy("<html>"), {"mta_sts.covers_new": {"? STS_NO_POLICY"}, "mta_sts.covers_old": {"? STS_NO_POLICY"}, "mta_sts.fetch": {"STS_POLICY_INVALID"}, "mta_sts.mx_cert": {"? STS_NO_POLICY"}, "mta_sts.order": {"? STS_NO_POLICY"}, "rollback.ready": {"? BACK_NOT_KNOWN"}}),
    "a policy host with a strange certificate": (_web_certificate, {"mta_sts.covers_new": {"? STS_NO_POLICY"}, "mta_sts.covers_old": {"? STS_NO_POLICY"}, "dns.registrar": {"? REGISTRATION_NOT_SEEN"}, "mta_sts.fetch": {"STS_HOST_DISTRUSTED"}, "mta_sts.mx_cert": {"? STS_NO_POLICY"}, "mta_sts.order": {"? STS_NO_POLICY"}, "rollback.ready": {"? BACK_NOT_KNOWN"}}),
    "a policy host at old": (_with_world(lambda w: [(POLICY_HOST, "A", w.network.old)]), {"mta_sts.host": {"STS_HOST_AT_OLD"}}),
    # DANE
    "a TLSA record of another key": (_zone((TLSA, "TLSA", f"3 1 1 {'ab' * 32}")), {"dane.match": {"DANE_MISMATCH"}}),
    "no TLSA record at new": (_zone((TLSA, "TLSA", ())), {"dane.records": {"DANE_LOST"}}),
    "a TLSA record for the web": (_zone((TLSA, "TLSA", f"1 1 1 {'ab' * 32}")), {"dane.match": {"DANE_MISMATCH"}, "dane.records": {"DANE_UNUSABLE"}}),
    # mail programs, and the contact of the zone
    "mail. at old": (_zone((f"mail.{DOMAIN}", "CNAME", "imap.oldhost.test.")), {"clients.names": {"CLIENT_NAME_AT_OLD"}}),
    "smtp. at old": (_with_world(lambda w: [(f"smtp.{DOMAIN}", "A", w.network.old)]), {"clients.names": {"CLIENT_NAME_AT_OLD"}}),
    "no certificate for pop.": (_zone((f"pop.{DOMAIN}", "CNAME", "imap.newhost.test.")), {"clients.certificate": {"CLIENT_CERT_DISTRUSTED"}}),
    "sending in the name of others only": (_postfix(smtpd_sender_login_maps=f"inline:{{{{{{{{anna@{DOMAIN} = bernd@{DOMAIN}}}}}}}}}"), {"clients.submission": {"SUBMISSION_NO_RIGHT"}}),
    "SRV at old": (_zone((f"_imaps._tcp.{DOMAIN}", "SRV", "0 1 993 imap.oldhost.test.")), {"clients.srv": {"SRV_AT_OLD"}}),
    "autoconfig at old": (_autoconfig(CONFIG.replace("imap.newhost", "imap.oldhost")), {"clients.autoconfig": {"AUTOCONFIG_AT_OLD"}}),
    "autoconfig that cannot be read": (_autoconfig("<html>"), {"clients.autoconfig": {"? AUTOCONFIG_NOT_SEEN"}}),
    "autodiscover at old": (_outlook(OUTLOOK.replace("imap.newhost", "owa.oldhost")), {"clients.autodiscover": {"AUTODISCOVER_AT_OLD"}}),
    "autodiscover behind a login": (_outlook(status=401), {"clients.autodiscover": {"? AUTODISCOVER_LOGIN"}}),
    "autodiscover. at old": (_with_world(lambda w: [(OUTLOOK_HOST, "A", w.network.old)]), {"clients.autodiscover": {"AUTODISCOVER_AT_OLD"}}),
    "autodiscover by SRV at old": (_zone((f"_autodiscover._tcp.{DOMAIN}", "SRV", "0 0 443 imap.oldhost.test.")), {"clients.autodiscover": {"AUTODISCOVER_AT_OLD"}}),
    # Postfix at new
    "no STARTTLS": (_postfix(smtpd_tls_security_level="none"), {"dane.match": {"DANE_NO_TLS"}, "mta_sts.mx_cert": {"STS_MX_WITHOUT_TLS"}, "smtp.reach": {"SMTP_NO_STARTTLS"}, "tls.starttls": {"STARTTLS_LOST"}}),
    "a certificate for another name": (_postfix(smtpd_tls_chain_files="{c.wrong}"), {"clients.submission": {"SUBMISSION_DISTRUSTED"}, "dane.match": {"DANE_MISMATCH"}, "mta_sts.mx_cert": {"STS_MX_DISTRUSTED"}, "tls.cert": {"TLS_CERT_DISTRUSTED"}}),
    "a certificate that ends": (_postfix(smtpd_tls_chain_files="{c.short}"), {"clients.submission": {"SUBMISSION_DISTRUSTED"}, "dane.match": {"DANE_MISMATCH"}, "tls.cert": {"TLS_CERT_ENDS"}}),
    "only TLS 1.3": (_postfix(smtpd_tls_protocols=">=TLSv1.3"), {"tls.versions": {"TLS_VERSIONS_LOST"}}),
    "a greeting without a name": (_postfix(smtpd_banner="localhost ESMTP"), {"smtp.greeting": {"GREETING_NAMELESS"}}),
    "a forgotten alias": (_aliases({a: t for a, t in ALIASES.items() if not a.startswith("jobs")}), {"smtp.recipients": {"RECIPIENT_REFUSED"}}),
    "old takes no mail any more": (_postfix("old", smtpd_recipient_restrictions="reject"), {"drain.old_accepts": {"OLD_REFUSES_MAIL"}, "rollback.ready": {"BACK_OLD_REFUSES"}}),
    "old with a certificate for another name": (_postfix("old", smtpd_tls_chain_files="{c.wrong}"), {"rollback.ready": {"BACK_OLD_CERTIFICATE"}}),
    "old with another certificate, and a policy that only tests": (_old_certificate_in_testing, {}),
    "a split horizon": (_split_horizon, {"dns.split_horizon": {"HORIZON_SPLIT"}}),
    "no postmaster": (_aliases({a: t for a, t in ALIASES.items() if not a.startswith("postmaster")}), {"smtp.postmaster": {"SPECIAL_ADDRESS_REFUSED"}, "smtp.recipients": {"RECIPIENT_REFUSED"}}),
    "a catch-all at old": (_aliases({**ALIASES, f"@{DOMAIN}": f"anna@{DOMAIN}"}, "old"), {"smtp.catch_all": {"CATCH_ALL_LOST"}}),
    "tags at old only": (_postfix("old", recipient_delimiter="+"), {"smtp.spellings": {"SPELLING_LOST"}}),
    "a small size limit": (_postfix(message_size_limit="1000000"), {"smtp.size": {"SMTP_SIZE_SMALLER"}}),
    "no 8BITMIME": (_postfix(smtpd_discard_ehlo_keywords="8bitmime, dsn"), {"smtp.extensions": {"SMTP_EXTENSIONS_LOST"}}),
    "no bounces": (_postfix(smtpd_sender_restrictions="check_sender_access inline:{{{{<> = REJECT no bounces}}}}"), {"smtp.null_sender": {"BOUNCES_REFUSED"}}),
    "an open relay": (_postfix(mynetworks="127.0.0.0/8"), {"smtp.relay": {"RELAY_OPEN"}}),
    "greylisting": (_postfix(smtpd_recipient_restrictions="check_sender_access inline:{{{{probe@outside.test = OK}}, {{<> = OK}}}}, defer"), {"smtp.greylisting": {"GREYLISTED"}}),
    "everybody is put off": (_postfix(smtpd_recipient_restrictions="defer"), {"smtp.greylisting": {"? GREYLISTING_NOT_SEEN"}, "smtp.catch_all": {"? SMTP_NOT_COMPARED"}, "smtp.null_sender": {"? SMTP_NOT_COMPARED"}, "smtp.postmaster": {"? SMTP_NOT_COMPARED"}, "smtp.recipients": {"? MADE_UP_DEFERRED", "? RECIPIENTS_NOT_ASKED", "? RECIPIENT_DEFERRED"}, "smtp.spellings": {"? SMTP_NOT_COMPARED"}}),
    "a catch-all": (_aliases({**ALIASES, f"@{DOMAIN}": f"anna@{DOMAIN}"}), {"smtp.recipients": {"MADE_UP_ACCEPTED"}}),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found_by_its_check(world, web, eyes, fault):
    """What is wrong is found, by the check that names it, and nothing else; and a blocker is NO-GO."""
    plant, wanted = FAULTS[fault]
    with ExitStack() as stack:
        stack.enter_context(plant(world, web))
        seen = _all(eyes)
    said, should = _verdict(eyes, seen)
    assert _found(seen) == wanted
    assert said == should


def test_without_a_snapshot_from_before_the_switch_the_way_back_is_not_open(world, web, eyes):
    """One that was written down after the switch does not count; nothing else is missing."""
    eyes.journal.served.clear()
    eyes.see("dns.snapshot")
    assert len(eyes.journal.served) == 1
    assert [(f.tag, f.outcome) for f in eyes.see("rollback.ready")] == [
        ("BACK_NO_SNAPSHOT", Outcome.FAIL)
    ]


def test_a_signed_zone_is_written_down_as_a_whole(world, web, eyes):
    """Knot hands the zone out: a name that nobody can guess is in the snapshot, signatures are not."""
    with _zone((f"intranet.{DOMAIN}", "A", "192.0.2.77"))(world, web):
        [found] = eyes.see("dns.snapshot")
    [kept] = eyes.journal.snapshots(DOMAIN)[-1:]
    stored = {(r["name"], r["rtype"]): r for r in kept.rrsets}
    assert (found.outcome, found.args["what"], kept.whole) == (
        Outcome.PASS,
        "the whole zone",
        True,
    )
    assert stored[f"intranet.{DOMAIN}.", "A"]["values"] == ["192.0.2.77"]
    assert stored[f"{DOMAIN}.", "MX"] == {
        "name": f"{DOMAIN}.",
        "rtype": "MX",
        "ttl": TTL,
        "values": sorted(NEW_MX),
    }
    assert not {rtype for _, rtype in stored} & {"RRSIG", "NSEC", "NSEC3"}
    assert ("mx1.newhost.test.", "A") in stored


MOMENTS = {
    "fewer name servers above": ("dns.delegation_in_flight", _above((DOMAIN, "NS", ("ns1.nameservers.test.", "ns2.nameservers.test."))), "DELEGATION_IN_FLIGHT"),
    "another DS": ("dns.delegation_in_flight", _above((DOMAIN, "DS", "1 13 2 " + "ab" * 32)), "DELEGATION_IN_FLIGHT"),
    "another TLSA record": ("dane.timing", _zone((TLSA, "TLSA", f"3 1 1 {'ab' * 32}")), "TLSA_TOO_YOUNG"),
}  # fmt: skip


@pytest.mark.parametrize("moment", MOMENTS)
def test_what_changed_a_moment_ago_is_under_way_until_its_ttl_is_over(world, web, eyes, moment):
    """Seen before and after the change by the authorities, and settled again when caches have forgotten."""
    check, plant, tag = MOMENTS[moment]
    assert eyes.outcome(check) is Outcome.PASS
    with plant(world, web):
        found = [f for f in eyes.see(check) if f.outcome is not Outcome.PASS]
        assert [(f.tag, f.outcome) for f in found] == [(tag, Outcome.FAIL)]
        time.sleep(TTL + 2)
        assert eyes.outcome(check) is Outcome.PASS


def test_every_check_has_a_planted_fault():
    """No exceptions: a check that was never seen to find anything may be blind."""
    found = {name for _, wanted in FAULTS.values() for name in wanted}
    found |= {check for check, _, _ in MOMENTS.values()} | {c.check for c in CASES.values()}
    found |= set(ROUTES)
    assert set(CHECKS) - found == set()
