"""What an SPF record costs: every look-up that it can cause, as a tree of who costs what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrate_mail.checks.spf.engine import Lookup
from migrate_mail.checks.spf.record import COUNTED, Term, policies, terms
from migrate_mail.net.dns_facts import DnsAnswer

MAX_LOOKUPS = 10
"""RFC 7208 section 4.6.4."""
MAX_VOIDS = 2
MAX_HOSTS = 10
"""RFC 7208 section 4.6.4: names of one `mx` or `ptr`."""
_ENOUGH = 60
"""Look-ups after which a record is hopeless and is not followed any more."""


@dataclass(frozen=True, slots=True)
class Cost:
    """One term and what is below it. own: 1 when it counts. voids: its questions without an answer.

    hosts: how many MX hosts it names. note: why it could not be followed. silent: the answer that
    was missing.
    """

    term: str
    own: int = 0
    voids: int = 0
    hosts: int = 0
    note: str = ""
    silent: DnsAnswer | None = None
    below: tuple[Cost, ...] = ()

    @property
    def lookups(self) -> int:
        """Look-ups of this term and everything below it."""
        return self.own + sum(c.lookups for c in self.below)

    @property
    def all_voids(self) -> int:
        """Look-ups without an answer of this term and everything below it."""
        return self.voids + sum(c.all_voids for c in self.below)

    def everything(self) -> Iterator[Cost]:
        """Give this and all that is below."""
        yield self
        for one in self.below:
            yield from one.everything()

    def lines(self, depth: int = 0) -> Iterator[str]:
        """Give the tree as text."""
        words = [f"{self.lookups} look-up{'' if self.lookups == 1 else 's'}"]
        words += [f"{self.voids} void"] if self.voids else []
        words += [self.note] if self.note else []
        told = f" ({', '.join(words)})" if self.own or self.below or self.note else ""
        yield f"{'  ' * depth}{self.term}{told}"
        for one in self.below:
            yield from one.lines(depth + 1)


def cost_of(look: Lookup, domain: str, record: str, address: str) -> Cost:
    """Walk a record as if nothing in it matched: the dearest sender. address: `A` or `AAAA`."""
    return _Walk(look, address).record(domain, domain, record, ())


class _Walk:
    """One walk; it stops where a record is hopeless."""

    def __init__(self, look: Lookup, address: str) -> None:
        self._look = look
        self._address = address
        self._count = 0

    def record(self, label: str, domain: str, record: str, above: tuple[str, ...]) -> Cost:
        found = [t for t in terms(record) if t.name in COUNTED]
        closed = any(t.name == "all" for t in terms(record))
        # RFC 7208 section 6.1: redirect is ignored when there is an `all`.
        found = [t for t in found if t.name != "redirect" or not closed]
        path = (*above, domain.lower())
        return Cost(label, below=tuple(self._term(t, domain, path) for t in found))

    def _term(self, term: Term, domain: str, path: tuple[str, ...]) -> Cost:
        self._count += 1
        target = term.target or domain
        if "%" in target:
            return Cost(term.text, own=1, note="depends on the sender, not followed")
        if self._count > _ENOUGH:
            return Cost(term.text, own=1, note="not followed, there are too many")
        match term.name:
            case "include" | "redirect":
                return self._policy(term, target, path)
            case "mx":
                return self._mx(term, target)
            case "a" | "exists":
                rtype = "A" if term.name == "exists" else self._address
                return self._one(term, self._look(target, rtype))
            case _:
                return Cost(
                    term.text, own=1, note="slow, not to be used (RFC 7208 section 5.5)"
                )

    def _policy(self, term: Term, target: str, path: tuple[str, ...]) -> Cost:
        if target.lower() in path:
            return Cost(term.text, own=1, note="leads back to itself")
        answer = self._look(target, "TXT")
        found = policies(answer)
        if answer.silent or len(found) != 1:
            note = "" if answer.silent else f"{len(found)} SPF records there"
            return self._one(term, answer, note)
        below = self.record(target, target, found[0], path)
        return Cost(term.text, own=1, below=below.below)

    def _mx(self, term: Term, target: str) -> Cost:
        answer = self._look(target, "MX")
        hosts = [r.partition(" ")[2].rstrip(".") for r in answer.records]
        seen = [answer, *(self._look(host, self._address) for host in hosts[:MAX_HOSTS])]
        silent = next((a for a in seen if a.silent), None)
        voids = sum(1 for a in seen if not a.silent and not a.records)
        return Cost(term.text, 1, voids, len(hosts), _words(silent), silent)

    @staticmethod
    def _one(term: Term, answer: DnsAnswer, note: str = "") -> Cost:
        if answer.silent:
            return Cost(term.text, own=1, note=_words(answer), silent=answer)
        return Cost(term.text, own=1, voids=0 if answer.records else 1, note=note)


def _words(answer: DnsAnswer | None) -> str:
    return f"{answer.name} {answer.rtype}: {answer.status}" if answer else ""
