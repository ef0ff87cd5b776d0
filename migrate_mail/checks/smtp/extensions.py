"""Whether new offers what senders are used to from old: EHLO keywords, and the largest message."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from migrate_mail.checks.base import About, Context, NoParams, check
from migrate_mail.checks.smtp.both import greet, places
from migrate_mail.finding import Finding, Outcome
from migrate_mail.net.smtp_facts import SmtpFacts

_MATTER = ("8BITMIME", "SMTPUTF8", "DSN")
"""Without them mail that old took bounces, or notices that senders asked for do not come."""


def keywords(features: Sequence[str]) -> frozenset[str]:
    """Return the EHLO keywords without their arguments. PURE."""
    return frozenset(f.split()[0] for f in features if f)


def size_limit(features: Sequence[str]) -> int | None:
    """Return the largest message in octets; 0: no limit; None: not told (RFC 1870 section 4). PURE."""
    for feature in features:
        word, _, number = feature.partition(" ")
        if word == "SIZE":
            return int(number) if number.strip().isdigit() else 0
    return None


@check(
    "smtp.extensions",
    title="New offers the SMTP extensions that old offers",
    about=About(
        looks="the answers to EHLO before STARTTLS and inside TLS, at every address of old and new",
        matters="Without 8BITMIME or SMTPUTF8 mail with umlauts that old took bounces; without DSN senders do not get the notices they ask for.",
        mend="Switch the extension on at new.",
        refs=("RFC 5321 section 4.1.1.1", "RFC 6152", "RFC 6531"),
    ),
    params=NoParams,
)
def extensions(context: Context, _: NoParams) -> Iterator[Finding]:
    """Compare each address of new with what any address of old offers."""
    yield from _compared(context, _extensions)


@check(
    "smtp.size",
    title="New takes messages as large as old does",
    about=About(
        looks="SIZE in the answer to EHLO, at every address of old and new",
        matters="Large mail that always arrived bounces from the day of the switch.",
        mend="Raise the limit of new (Postfix: message_size_limit).",
        refs=("RFC 1870 section 4",),
    ),
    params=NoParams,
)
def size(context: Context, _: NoParams) -> Iterator[Finding]:
    """Compare each address of new with the largest limit of old."""
    yield from _compared(context, _size)


def _compared(
    context: Context, judged: Callable[[Sequence[SmtpFacts], SmtpFacts], Finding]
) -> Iterator[Finding]:
    (old, old_problems), (new, new_problems) = places(context, "old"), places(context, "new")
    before = [f for f in greet(context, old) if f.failure is None]
    after = list(greet(context, new))
    yield from new_problems
    if not before:
        yield from old_problems
        text = "no address of old could be looked at"
        yield Finding(
            "SMTP_OLD_NOT_SEEN", Outcome.UNKNOWN, "the old system", args={"text": text}
        )
        return
    for facts in after:
        if facts.failure is not None:
            yield Finding(
                "SMTP_NEW_NOT_SEEN",
                Outcome.UNKNOWN,
                str(facts.endpoint),
                args={"text": f"{facts.failure.phase}: {facts.failure.text}"},
                evidence=facts.transcript,
            )
        else:
            yield judged(before, facts)


def _extensions(before: Sequence[SmtpFacts], after: SmtpFacts) -> Finding:
    had = frozenset[str]().union(*(keywords(f.features) for f in before))
    has = keywords(after.features)
    lost = tuple(sorted(had - has - {"STARTTLS"}))
    missed = tuple(word for word in _MATTER if word in lost)
    in_clear = _missed_in_clear(before, after, missed)
    if missed or in_clear:
        return Finding(
            "SMTP_EXTENSIONS_LOST",
            Outcome.FAIL,
            str(after.endpoint),
            args={
                "missed": (*missed, *(f"{word} before STARTTLS" for word in in_clear)),
                "lost": lost,
            },
            evidence=after.transcript,
            fix=f"switch {', '.join((*missed, *in_clear))} on at new, before STARTTLS as well as inside TLS",
            refs=("RFC 5321 section 4.1.1.1",),
        )
    return Finding(
        "SMTP_EXTENSIONS_KEPT",
        Outcome.PASS,
        str(after.endpoint),
        args={"offered": tuple(sorted(has)), "lost": lost},
        evidence=after.transcript,
    )


def _missed_in_clear(
    before: Sequence[SmtpFacts], after: SmtpFacts, missed: Sequence[str]
) -> tuple[str, ...]:
    """Return what senders without TLS lose, beside what all lose."""
    had = frozenset[str]().union(*(keywords(f.clear) for f in before))
    lost = had - keywords(after.clear)
    return tuple(word for word in _MATTER if word in lost and word not in missed)


def _size(before: Sequence[SmtpFacts], after: SmtpFacts) -> Finding:
    limits = [size_limit(f.features) for f in before]
    told = [limit for limit in limits if limit is not None]
    mine = size_limit(after.features)
    most = None if not told or 0 in told else max(told)
    smaller = mine not in (None, 0) and bool(told) and (most is None or (mine or 0) < most)
    wanted = "no limit" if most is None else f"{most} octets"
    now = "no limit" if mine in (None, 0) else f"{mine} octets"
    return Finding(
        "SMTP_SIZE_SMALLER" if smaller else "SMTP_SIZE_KEPT",
        Outcome.FAIL if smaller else Outcome.PASS,
        str(after.endpoint),
        args={"old": wanted, "new": now},
        evidence=after.transcript,
        fix=f"raise the limit of new to {wanted}" if smaller else None,
        refs=("RFC 1870 section 4",) if smaller else (),
    )
