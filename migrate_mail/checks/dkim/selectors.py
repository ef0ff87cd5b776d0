"""Whether the keys of both systems are published, whole and strong enough, and do not clash."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pydantic import Field

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.dkim.key import Key, read_key
from migrate_mail.checks.ip.senders import not_told, sending_of
from migrate_mail.checks.looking import not_answered, one_by_one
from migrate_mail.checks.params import SideParams, ZoneParams
from migrate_mail.checks.said import Said, Voices, ask
from migrate_mail.checks.views import view_of
from migrate_mail.dns_changes.overlay import View
from migrate_mail.finding import Finding, Outcome

_REFS = ("RFC 6376 section 3.6.1",)
_STRENGTH = ("RFC 8301 section 3.2",)
_LEAST = 1024
"""RFC 8301 section 3.2: verifiers do not accept RSA keys of fewer bits."""


class SelectorParams(SideParams, ZoneParams):
    """Whose selectors, and in which zone."""


class StrengthParams(SelectorParams):
    """How strong a key must be."""

    bits: int = Field(default=2048, ge=_LEAST, description="least size of an RSA key")


@check(
    "dkim.selector",
    title="The DKIM keys are published, and can be read",
    about=About(
        looks="TXT at <selector>._domainkey.<domain> for every selector of a system, at every name server, in the zone as it will be (or is): there, one, a key that loads",
        matters="Mail that is signed with a key that nobody finds is not signed. A key that was cut when it was pasted looks fine in a web form.",
        mend="Publish the record that the new server shows you, whole.",
        refs=_REFS,
    ),
    params=SelectorParams,
    each=("domains",),
)
def selector(context: Context, params: SelectorParams) -> Iterator[Finding]:
    """Look for each key at each name server."""

    def judged(name: str, said: Said) -> Iterator[Finding]:
        found = _found(name, said)
        if isinstance(found, Finding):
            yield found
        elif found.revoked:
            yield Finding(
                "DKIM_REVOKED",
                Outcome.FAIL,
                name,
                said.vantage,
                args={"kind": found.kind},
                evidence=said.evidence,
                fix=f'{name}. 300 IN TXT "v=DKIM1; k=rsa; p=<the key that the server shows>"',
                refs=_REFS,
            )
        else:
            yield Finding(
                "DKIM_PUBLISHED",
                Outcome.PASS,
                name,
                said.vantage,
                args={"kind": found.kind, "bits": found.bits},
                evidence=said.evidence,
            )

    yield from _keys(context, params, judged)


@check(
    "dkim.strength",
    title="The DKIM keys are strong enough, and not marked as a test",
    about=About(
        looks="the size of each key, and whether it has t=y",
        matters="Receivers ignore keys of less than 1024 bits, and some those of 1024. A fresh installation often begins in test mode: its signatures then count for nothing.",
        mend="Make a key of 2048 bits under a new selector; take t=y out.",
        refs=_STRENGTH,
    ),
    params=StrengthParams,
    each=("domains",),
)
def strength(context: Context, params: StrengthParams) -> Iterator[Finding]:
    """Judge each key that can be read; what cannot is dkim.selector's."""

    def judged(name: str, said: Said) -> Iterator[Finding]:
        found = _found(name, said)
        if isinstance(found, Finding) or found.revoked:
            args = {"text": "there is no key to judge (dkim.selector)"}
            yield Finding("DKIM_NOT_JUDGED", Outcome.SKIP, name, said.vantage, args=args)
            return
        weak = found.kind == "rsa" and found.bits < params.bits
        ignored = found.kind == "rsa" and found.bits < _LEAST
        if weak or found.testing:
            yield Finding(
                "DKIM_IGNORED" if ignored else "DKIM_WEAK" if weak else "DKIM_TESTING",
                Outcome.FAIL,
                name,
                said.vantage,
                args={"kind": found.kind, "bits": found.bits, "least": params.bits},
                evidence=said.evidence,
                fix="make a key of 2048 bits under a new selector, publish it, then sign with it"
                if weak
                else "publish the same record without t=y",
                refs=_STRENGTH if weak else _REFS,
            )
        else:
            yield Finding(
                "DKIM_STRONG",
                Outcome.PASS,
                name,
                said.vantage,
                args={"kind": found.kind, "bits": found.bits},
                evidence=said.evidence,
            )

    yield from _keys(context, params, judged)


def _keys(
    context: Context,
    params: SelectorParams,
    judged: Callable[[str, Said], Iterator[Finding]],
) -> Iterator[Finding]:
    names = sending_of(context, params.system).selectors
    if not names:
        yield from not_told(params.system, "with which DKIM selectors it signs")
        return
    view = view_of(context, params.zone)

    def look(domain: str) -> Iterator[Finding]:
        for one in names:
            name = f"{one}._domainkey.{domain}"
            voices = ask(view, name, "TXT")
            yield from not_answered(voices.silent)
            for said in voices.said:
                yield from judged(name, said)

    yield from one_by_one(context.domains(), look, what="domains")


def _found(name: str, said: Said) -> Key | Finding:
    """Read the key that a name server shows, or say why there is none."""
    paste = f'{name}. 300 IN TXT "v=DKIM1; k=rsa; p=<the key that the server shows>"'
    if len(said.texts) != 1:
        return Finding(
            "DKIM_ABSENT" if not said.texts else "DKIM_MANY",
            Outcome.FAIL,
            name,
            said.vantage,
            args={"count": len(said.texts)},
            evidence=said.evidence,
            fix=paste,
            refs=_REFS,
        )
    try:
        return read_key(said.texts[0])
    except ValueError as exc:
        return Finding(
            "DKIM_BROKEN",
            Outcome.FAIL,
            name,
            said.vantage,
            args={"why": str(exc)},
            evidence=said.evidence,
            fix=paste,
            refs=_REFS,
        )


@check(
    "dkim.collision",
    title="Old and new do not use one selector for two keys",
    about=About(
        looks="each selector of new: whether a key that is published under it now will be replaced by another",
        matters="Who has the old key in a cache finds every signature of new broken for a TTL, and every message of old that is still under way for good.",
        mend="Let new sign with a selector of its own.",
        refs=("RFC 6376 section 3.1",),
    ),
    params=ZoneParams,
    each=("domains",),
)
def collision(context: Context, params: ZoneParams) -> Iterator[Finding]:
    """Compare the key that is there with the one that is planned."""
    names = sending_of(context, "new").selectors
    if not names:
        yield from not_told("new", "with which DKIM selectors it signs")
        return
    live, planned = view_of(context, "live"), view_of(context, params.zone)

    def look(domain: str) -> Iterator[Finding]:
        for one in names:
            yield from _compared(live, planned, f"{one}._domainkey.{domain}")

    yield from one_by_one(context.domains(), look, what="domains")


def _compared(live: View, planned: View, name: str) -> Iterator[Finding]:
    now, then = ask(live, name, "TXT"), ask(planned, name, "TXT")
    yield from not_answered(now.silent)
    mute = {a.server for a in now.silent}
    yield from not_answered([a for a in then.silent if a.server not in mute])
    if not now.said or not then.said:
        return
    evidence = tuple(e for v in (now, then) for s in v.said for e in s.evidence)
    if now.texts and then.texts and _keys_in(now) != _keys_in(then):
        yield Finding(
            "DKIM_COLLISION",
            Outcome.FAIL,
            name,
            args={"keys": len(set(now.texts) | set(then.texts))},
            evidence=tuple(dict.fromkeys(evidence)),
            fix="let new sign with another selector, and publish its key under that one",
            refs=("RFC 6376 section 3.1",),
        )
    else:
        yield Finding("DKIM_NO_COLLISION", Outcome.PASS, name, evidence=tuple(dict.fromkeys(evidence)))  # fmt: skip


def _keys_in(voices: Voices) -> set[str]:
    """Return the keys themselves, however their records are written; a broken record stands for itself."""
    return {_key_in(text) for text in voices.texts}


def _key_in(text: str) -> str:
    try:
        key = read_key(text)
    except ValueError:
        return text
    return f"{key.kind} {key.data}"
