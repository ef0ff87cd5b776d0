"""What SPF and DKIM checks say of records that are half seen, written otherwise, or beyond us."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from migrate_mail.checks.spf.record import merged
from migrate_mail.finding import Finding, Outcome
from migrate_mail.inventory.record_settings import RecordSettings
from migrate_mail.lab.company import Company
from migrate_mail.lab.signing import NEW_SELECTOR, OLD_SELECTOR, key_record, signed_message
from support.seeing import Eyes, changed, hurried, open_eyes, tags

DOMAIN = "lindenhof.example"
KEY = f"{NEW_SELECTOR}._domainkey.{DOMAIN}"
ED = f"ed._domainkey.{DOMAIN}"


def _planned(project: Path, rtype: str, value: str) -> Eyes:
    """Return eyes on a zone in which new's key will be something else."""
    record = RecordSettings.model_validate({"name": KEY, "type": rtype, "values": [value]})

    def change(inventory):
        dns = inventory.spec.dns.model_copy(update={"records": [record]})
        return hurried(changed(inventory, dns=dns))

    return open_eyes(project, change=change)


def test_another_key_under_the_same_selector_is_a_collision(lab: Company, project: Path):
    """The key that is there now is not the one that is planned."""
    eyes = _planned(project, "TXT", key_record(OLD_SELECTOR))
    (found,) = eyes.see("dkim.collision")
    assert (found.tag, found.outcome) == ("DKIM_COLLISION", Outcome.FAIL)
    assert found.fix


def test_the_same_key_written_otherwise_is_none(lab: Company, project: Path):
    """Blanks between the tags make no other key."""
    eyes = _planned(project, "TXT", key_record(NEW_SELECTOR).replace("; ", ";"))
    assert tags(eyes.see("dkim.collision")) == ["DKIM_NO_COLLISION"]


def test_a_planned_key_that_cannot_be_seen_is_unknown(lab: Company, project: Path):
    """An alias to a provider whose name servers do not answer says nothing about the key."""
    eyes = _planned(project, "CNAME", "s2026.keys.nowhere.invalid.")
    assert {f.outcome for f in eyes.see("dkim.collision")} == {Outcome.UNKNOWN}


@pytest.mark.parametrize(
    ("tag", "why"),
    [
        ("s=tlsrpt", "s=tlsrpt is not for email"),
        ("h=sha1", "leaves out sha256"),
        ("s=email:tlsrpt", None),
        ("s=*", None),
        ("h=sha1 : sha256", None),
    ],
)
def test_a_key_of_another_service_or_hash_is_none(project: Path, lab: Company, tag, why):
    """Verifiers ignore it, whatever it is (RFC 6376 section 3.6.1)."""
    eyes = _planned(project, "TXT", key_record(NEW_SELECTOR).replace("p=", f"{tag}; p="))
    found = {f.tag: f for f in eyes.see("dkim.selector")}
    assert set(found) == {"DKIM_PUBLISHED" if why is None else "DKIM_BROKEN"}
    if why is not None:
        assert why in found["DKIM_BROKEN"].args["why"]


SMALL = (
    "MHwwDQYJKoZIhvcNAQEBBQADawAwaAJhAMt4yvGpnpUEhvqXVb5uiP5SX9d2etoGn4zGd9tYGqgVGatZbcBRg5NZ88R5"
    "O0H1LkSaEaLg4L48Kg3gelbU5rBArqfbGTUlugLp9z2+QR21UuqCFhxhxm/LJRJ3yfdyLwIDAQAB"
)
"""A key of 768 bits, made for this test; nobody makes them any more."""


@pytest.mark.parametrize(
    ("record", "tag"),
    [
        (f"v=DKIM1; k=rsa; p={SMALL}", "DKIM_IGNORED"),
        (key_record(NEW_SELECTOR, 1024), "DKIM_WEAK"),
    ],
)
def test_a_key_that_nobody_takes_is_told_from_a_small_one(
    project: Path, lab: Company, record, tag
):
    """Below 1024 bits verifiers look away (RFC 8301 section 3.2)."""
    assert set(tags(_planned(project, "TXT", record).see("dkim.strength"))) == {tag}


def test_a_silent_name_server_makes_no_missing_record(lab: Company, eyes: Eyes):
    """One server has no SPF record, one is silent: nobody knows whether there is one."""
    lab.set_rrset(DOMAIN, "TXT", 300, ['"site-verification=1"'])
    assert tags(eyes.see("spf.record")) == ["SPF_NONE"]
    lab.break_dns(lab.ns1, "timeout")
    assert tags(eyes.see("spf.record")) == ["NOT_ANSWERED"]


def test_a_name_server_without_the_record_that_others_have(lab: Company, eyes: Eyes):
    """The one that was left behind is named."""
    ttl, values = lab.rrset(DOMAIN, "TXT")
    lab.set_rrset(DOMAIN, "TXT", ttl, [])
    lab.break_dns(lab.ns2, "stale")
    lab.set_rrset(DOMAIN, "TXT", ttl, values)
    assert sorted(tags(eyes.see("spf.record"))) == ["SPF_MISSING_HERE", "SPF_ONE"]


def test_records_are_merged_with_all_that_they_let_send():
    """A redirect would be ignored beside `all`; a name that ends with `all` is no `all`."""
    both = ["v=spf1 include:spf.mail-all -all", "v=spf1 ?all redirect=b.example"]
    assert merged(both) == "v=spf1 include:spf.mail-all include:b.example ~all"


def _sign(raw: bytes, key: Ed25519PrivateKey) -> bytes:
    """Return a message with an Ed25519 signature of its From, above those that it has."""
    head, _, body = raw.partition(b"\r\n\r\n")
    author = next(line for line in head.split(b"\r\n") if line.startswith(b"From: "))
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    seal = f"v=1; a=ed25519-sha256; c=relaxed/simple; d={DOMAIN}; s=ed; h=from; bh={digest}; b="
    signed = author.replace(b"From: ", b"from:") + b"\r\ndkim-signature:" + seal.encode()
    value = base64.b64encode(key.sign(hashlib.sha256(signed).digest())).decode()
    return f"DKIM-Signature: {seal}{value}\r\n".encode() + raw


def _see_sample(lab: Company, eyes: Eyes, raw: bytes) -> dict[str, list[Finding]]:
    key = Ed25519PrivateKey.generate()
    public = base64.b64encode(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
    lab.set_rrset(ED, "TXT", 300, [f'"v=DKIM1; k=ed25519; p={public.decode()}"'])
    sample = eyes.inventory.spec.systems.new.sends.sample
    assert sample is not None
    (eyes.inventory.base / sample).write_bytes(_sign(raw, key))
    return {name: eyes.see(name) for name in ("dkim.signature", "dmarc.alignment")}


def test_an_ed25519_signature_beside_one_that_holds_is_skipped(lab: Company, eyes: Eyes):
    """We cannot verify it; that is no fault of the message."""
    seen = _see_sample(lab, eyes, signed_message(DOMAIN))
    assert sorted((f.tag, f.outcome) for f in seen["dkim.signature"]) == [
        ("SIGNATURE_HOLDS", Outcome.PASS),
        ("SIGNATURE_NOT_JUDGED", Outcome.SKIP),
    ]
    assert tags(seen["dmarc.alignment"]) == ["ALIGNED"]


def test_an_ed25519_signature_alone_is_unknown(lab: Company, eyes: Eyes):
    """Neither that it holds nor that it is broken may be said."""
    raw = signed_message(DOMAIN)
    raw = raw[raw.index(b"From:") :]
    seen = _see_sample(lab, eyes, raw)
    assert [(f.tag, f.outcome) for f in seen["dkim.signature"]] == [
        ("SIGNATURE_NOT_JUDGED", Outcome.UNKNOWN)
    ]
    assert tags(seen["dmarc.alignment"]) == ["ALIGNMENT_UNSEEN"]
