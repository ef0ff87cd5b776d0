"""SPF as a receiver evaluates it: pyspf decides, and asks DNS only through the view it is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from migrate_mail.net.dns_facts import DnsAnswer
from migrate_mail.net.txt import strings

Lookup = Callable[[str, str], DnsAnswer]
"""Answers a question, aliases followed; silence is a status of the answer."""

Verdict = Literal["pass", "fail", "softfail", "neutral", "none", "permerror", "temperror"]
_VOIDS = 2
"""RFC 7208 section 4.6.4: more look-ups without an answer are an error."""


@dataclass(frozen=True, slots=True)
class SpfResult:
    """What a receiver makes of one sender.

    mechanism: what matched, such as `ip4:192.0.2.1`. lookups, voids: how many counted against the
    limits. record: the policy that was evaluated; empty when there is none. seen: every answer.
    """

    verdict: Verdict
    text: str
    mechanism: str
    lookups: int
    voids: int
    record: str
    seen: tuple[DnsAnswer, ...]

    @property
    def silent(self) -> DnsAnswer | None:
        """The answer that was missing, when the result is a temporary error."""
        return next((a for a in self.seen if a.silent), None)


def evaluate(look: Lookup, ip: str, *, mail_from: str, helo: str) -> SpfResult:
    """Evaluate one identity: MAIL FROM, or HELO when `mail_from` is empty (RFC 7208 section 2.4)."""
    # Late: it brings a resolver along that is never used.
    import spf

    asker = _Asker(look, spf.TempError, spf.PermError)
    query = spf.query(i=ip, s=mail_from, h=helo)
    query.set_default_explanation("")
    query.dns = asker.ask
    query.dns_spf = asker.remembering(query.dns_spf)
    verdict, _, text = query.check()
    return SpfResult(
        verdict=verdict,
        text=text,
        mechanism=query.mechanism or "",
        lookups=query.lookups,
        voids=asker.voids,
        record=asker.record,
        seen=tuple(asker.seen),
    )


class _Asker:
    """Stands in for the look-ups of one evaluation, and counts those that lead to nothing."""

    def __init__(
        self, look: Lookup, temporary: type[Exception], permanent: type[Exception]
    ) -> None:
        self._look = look
        self._temporary, self._permanent = temporary, permanent
        self._known: dict[tuple[str, str], list[Any]] = {}
        self.seen: list[DnsAnswer] = []
        self.voids = 0
        self.record = ""

    def ask(self, name: str, rtype: str, *, ignore_void: bool = False) -> list[Any]:
        """Return values as pyspf wants them; raise its errors."""
        if not _legal(name):
            return []
        key = (name.lower().rstrip("."), rtype)
        if key not in self._known:
            self._known[key] = self._values(*key)
        if not self._known[key] and not ignore_void:
            self.voids += 1
            if self.voids > _VOIDS:
                raise self._permanent(f"Void lookup limit of {_VOIDS} exceeded")
        return list(self._known[key])

    def remembering(self, find: Callable[[str], str | None]) -> Callable[[str], str | None]:
        """Return a search for a policy that keeps the first one that was found."""

        def found(domain: str) -> str | None:
            record = find(domain)
            self.record = self.record or record or ""
            return record

        return found

    def _values(self, name: str, rtype: str) -> list[Any]:
        answer = self._look(name, rtype)
        self.seen.append(answer)
        if answer.silent:
            raise self._temporary(f"{name} {rtype}: {answer.status}: {answer.text}")
        return [_value(rtype, record) for record in answer.records]


def _legal(name: str) -> bool:
    """Tell whether a name can be asked for: RFC 7208 section 4.3, labels of 1 to 63 octets."""
    bare = name.removesuffix(".")
    return bool(bare) and all(0 < len(label) < 64 for label in bare.split("."))


def _value(rtype: str, record: str) -> Any:
    match rtype:
        case "TXT":
            return strings(record)
        case "MX":
            preference, _, host = record.partition(" ")
            return int(preference), host.rstrip(".")
        case "PTR":
            return record.rstrip(".")
        case _:
            return record
