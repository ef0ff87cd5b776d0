"""Whether a message that new really sent has a signature that holds."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.dkim.sample import Signature, sample_of, signatures
from migrate_mail.checks.params import SideParams, ZoneParams
from migrate_mail.checks.views import view_of
from migrate_mail.finding import Finding, Outcome

_REFS = ("RFC 6376 section 6.1",)


class SampleParams(SideParams, ZoneParams):
    """Whose message, and in which zone its key is looked for."""


@check(
    "dkim.signature",
    title="A message that new sent has a signature that holds",
    about=About(
        looks="the message that systems.new.sends.sample names: every DKIM signature in it, verified with the keys in the zone as it will be (or is)",
        matters="It is the only proof that the private key at new and the record in DNS are a pair, and that nothing behind the signer changes mail.",
        mend="Compare the record with the one that the new server shows; sign after everything else that changes messages.",
        refs=_REFS,
    ),
    params=SampleParams,
)
def signature(context: Context, params: SampleParams) -> Iterator[Finding]:
    """Verify each signature of the sample."""
    sample = sample_of(context, params.system)
    if isinstance(sample, Finding):
        yield sample
        return
    found, silent = signatures(sample, view_of(context, params.zone))
    subject = f"a message from {sample.author}"
    if not found:
        yield Finding(
            "SAMPLE_UNSIGNED",
            Outcome.FAIL,
            subject,
            args={"author": sample.author},
            fix="switch DKIM on at new for this domain, and send the sample again",
            refs=_REFS,
        )
    for answer in silent:
        yield Finding(
            "SAMPLE_KEY_UNSEEN",
            Outcome.UNKNOWN,
            subject,
            str(answer.server),
            args={"question": answer.name, "status": answer.status, "text": answer.text},
        )
    if not silent:
        holds = {one.domain for one in found if not one.problem}
        yield from (_judged(subject, one, beside=one.domain in holds) for one in found)


def _judged(subject: str, one: Signature, *, beside: bool) -> Finding:
    """Judge one signature. beside: another one of the same domain holds."""
    args = {"domain": one.domain, "selector": one.selector, "why": one.problem}
    if not one.problem:
        return Finding("SIGNATURE_HOLDS", Outcome.PASS, subject, args=args)
    if not one.judged:
        # A receiver needs one signature that holds: beside such a one this costs nothing.
        outcome = Outcome.SKIP if beside else Outcome.UNKNOWN
        args = {**args, "text": one.problem}
        return Finding("SIGNATURE_NOT_JUDGED", outcome, subject, args=args)
    return Finding(
        "SIGNATURE_BROKEN",
        Outcome.FAIL,
        subject,
        args=args,
        fix=f"compare {one.selector}._domainkey.{one.domain} TXT with the key that the server shows; was the sample saved as it arrived?",
        refs=_REFS,
    )
