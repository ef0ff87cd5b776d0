"""Whether mail from new is signed, or sent, in the name that people see."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.dkim.sample import Sample, sample_of, signatures
from migrate_mail.checks.dkim.signature import SampleParams
from migrate_mail.checks.dmarc.found import Found, find
from migrate_mail.checks.dmarc.text import Record, read_dmarc, walk
from migrate_mail.checks.looking import not_answered
from migrate_mail.checks.views import view_of
from migrate_mail.dns_changes.overlay import View
from migrate_mail.errors import NetError
from migrate_mail.finding import Arg, Finding, Outcome

_REFS = ("RFC 9989 section 4.4",)


@check(
    "dmarc.alignment",
    title="Mail from new passes DMARC",
    about=About(
        looks="the message that systems.new.sends.sample names: whether a signature that holds, or the envelope sender, is of the same organisation as the address in From",
        matters="With p=reject, mail that new signs in its own name and not in the domain's is lost, though every record is right.",
        mend="Let new sign with d= of the domain itself.",
        refs=_REFS,
    ),
    params=SampleParams,
)
def alignment(context: Context, params: SampleParams) -> Iterator[Finding]:
    """Compare the names in one message."""
    sample = sample_of(context, params.system)
    if isinstance(sample, Finding):
        yield sample
        return
    view = view_of(context, params.zone)
    subject = f"a message from {sample.author}"
    try:
        found = find(view, sample.author)
    except NetError as error:
        yield Finding("ALIGNMENT_UNSEEN", Outcome.UNKNOWN, subject, args={"text": error.text})
        return
    yield from not_answered(found.voices.silent)
    if not found.voices.silent:
        yield from _judged(view, sample, found, subject)


def _judged(view: View, sample: Sample, found: Found, subject: str) -> Iterator[Finding]:
    record = _read(found)
    signed, silent = signatures(sample, view)
    if silent:
        args: dict[str, Arg] = {"text": f"{silent[0].name} TXT: {silent[0].status}"}
        yield Finding("ALIGNMENT_UNSEEN", Outcome.UNKNOWN, subject, args=args)
        return
    good = [s.domain for s in signed if not s.problem]
    by_key = [d for d in good if aligned(d, sample.author, strict=_strict(record, "adkim"))]
    by_sender = aligned(sample.envelope, sample.author, strict=_strict(record, "aspf"))
    policy = record.policy if record else "none"
    args = {"signed": tuple(good), "envelope": sample.envelope, "policy": policy}
    if by_key:
        yield Finding("ALIGNED", Outcome.PASS, subject, args=args)
    elif by_sender:
        yield Finding("ALIGNED_BY_SENDER_ONLY", Outcome.PASS, subject, args=args)
    elif any(not s.judged for s in signed):
        args = {**args, "text": "it has a signature that cannot be verified here (Ed25519)"}
        yield Finding("ALIGNMENT_UNSEEN", Outcome.UNKNOWN, subject, args=args)
    else:
        yield Finding(
            "NOT_ALIGNED",
            Outcome.FAIL,
            subject,
            args=args,
            fix=f"let new sign with d={sample.author}, and send the sample again",
            refs=_REFS,
        )


def _read(found: Found) -> Record | None:
    try:
        return read_dmarc(found.records[0]) if found.records else None
    except ValueError:
        return None


def _strict(record: Record | None, tag: str) -> bool:
    return record is not None and record.tags.get(tag, "r").lower() == "s"


def aligned(one: str, author: str, *, strict: bool) -> bool:
    """Tell whether two domains are aligned: equal, or one above the other with two labels at least. PURE."""
    one, author = one.lower().rstrip("."), author.lower().rstrip(".")
    if strict or not one:
        return bool(one) and one == author
    shared = set(walk(one)) & set(walk(author))
    return one == author or (
        any(name in (one, author) for name in shared)
        and max((name.count(".") for name in shared), default=0) >= 1
    )
