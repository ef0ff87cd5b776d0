"""What the name servers show of one change: the state before, after, or something strange. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrate_mail.dns_changes.model import Change
from migrate_mail.dns_changes.plan import in_words, same, same_values, seen_rrset, why_unsure
from migrate_mail.errors import CannotTell, Refused
from migrate_mail.net.dns_facts import DnsAnswer


@dataclass(frozen=True, slots=True)
class Sight:
    """One look at every name server. shown, old, strange, unsure: which of them show what."""

    change: Change
    answers: tuple[DnsAnswer, ...]
    shown: tuple[str, ...]
    old: tuple[str, ...]
    strange: tuple[str, ...]
    unsure: tuple[str, ...]

    @property
    def shows_after(self) -> bool:
        """True when every name server shows the change, value and TTL."""
        return bool(self.shown) and not (self.old or self.strange or self.unsure)

    @property
    def shows_before(self) -> bool:
        """True when every name server shows what was there before."""
        return bool(self.old) and not (self.shown or self.strange or self.unsure)

    @property
    def nearly_before(self) -> bool:
        """True when whoever answers shows what was there before."""
        return bool(self.old) and not (self.shown or self.strange)

    @property
    def behind(self) -> str:
        """The name servers that do not show the change, each with what it shows."""
        return "; ".join([*self.strange, *self.unsure, *self.old])

    def trouble(self) -> CannotTell | Refused:
        """Return the error for a zone that is neither before nor after, or that cannot be told."""
        name = f"{self.change.after.name} {self.change.after.rtype}"
        if self.strange:
            return Refused(
                f"{name}: somebody changed it: {'; '.join(self.strange)};"
                f" neither what was planned from, {in_words(self.change.before)},"
                f" nor what is wanted, {in_words(self.change.after)}",
                hint="find out who and why; put either of the two back by hand, or plan anew",
            )
        return CannotTell(
            f"{name}: the name servers do not tell: {self.behind}",
            hint="wait until every name server answers alike, then run the same command again",
        )


def sight_of(change: Change, answers: Sequence[DnsAnswer], fault: str = "") -> Sight:
    """Sort the answers of all name servers; `fault`: why there are none."""
    shown, old, strange = [], [], []
    unsure = [fault or "no name server was asked"] if not answers else []
    for answer in answers:
        why = why_unsure(answer)
        if why:
            unsure.append(f"{answer.server}: {why}")
            continue
        found = seen_rrset(answer)
        words = f"{answer.server} shows {in_words(found)}"
        if same(found, change.after) and not answer.cname:
            shown.append(str(answer.server))
        elif same_values(found, change.before) and not answer.cname:
            old.append(words)
        else:
            strange.append(words if not answer.cname else f"{answer.server} shows an alias")
    return Sight(
        change, tuple(answers), tuple(shown), tuple(old), tuple(strange), tuple(unsure)
    )
