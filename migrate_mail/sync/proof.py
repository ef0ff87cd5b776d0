"""Proof for people who sign: both sides are read again, folder by folder, and no receipt is believed.

Every message is compared by Message-ID, size, date and flags; contents are read of all of them
(deep), or of a sample drawn at random, with what such a sample says.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import accumulate, pairwise

from migrate_mail.errors import NetError, SecretError
from migrate_mail.inventory.model import Account
from migrate_mail.net.imap import MessageHead, ReadOnlySession
from migrate_mail.sync.bodies import read_both
from migrate_mail.sync.filters import message_filter
from migrate_mail.sync.mailbox import Doors
from migrate_mail.sync.mapping import read_map
from migrate_mail.sync.names import LeftOut
from migrate_mail.sync.rules import folder_rules
from migrate_mail.sync.verify import Difference, FolderParity, compare

CONFIDENCE = 0.95
Tell = Callable[[str, str], None]
"""Told of each account and folder as it is looked at."""


@dataclass(frozen=True, slots=True)
class Depth:
    """How contents are compared: all of them, or so many of each account, drawn with a seed."""

    deep: bool = False
    sample: int = 60
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Sample:
    """What a random sample of contents said. read: compared; of: messages it was drawn from."""

    read: int
    of: int
    different: tuple[Difference, ...] = ()
    unread: int = 0

    @property
    def bound(self) -> float:
        """The part of all messages that may differ at most, with 95 % confidence; 1 says nothing.

        With n equal ones drawn at random from many, p of them differing would have been missed
        with (1 - p)^n; that is 5 % at p = 1 - 0.05^(1/n). All read leaves nothing open.
        """
        if self.different or not self.read:
            return 1.0
        return 0.0 if self.read == self.of else 1 - (1 - CONFIDENCE) ** (1 / self.read)


@dataclass(frozen=True, slots=True)
class AccountProof:
    """What the comparison of one account gave. problem: why it could not be held at all."""

    account: str
    folders: tuple[FolderParity, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    sample: Sample | None = None
    problem: str = ""

    @property
    def missing(self) -> int:
        """How many messages of old new does not have."""
        return sum(len(f.missing) for f in self.folders)

    @property
    def different(self) -> int:
        """How many messages have another content or date at new."""
        contents = len(self.sample.different) if self.sample else 0
        return contents + sum(len(f.dates) for f in self.folders)

    @property
    def unseen(self) -> bool:
        """True when something could not be looked at: then nothing is proved."""
        unread = self.sample.unread if self.sample else 0
        return bool(self.problem or unread or any(f.problem for f in self.folders))


def prove(
    account: Account,
    doors: Doors,
    depth: Depth,
    *,
    known: Mapping[str, str],
    now: datetime,
    tell: Tell,
) -> AccountProof:
    """Compare both sides of one account. known: names of folders at new, as earlier runs gave them."""
    settings = doors.inventory.spec.sync
    skip = message_filter(settings.messages.skip)

    def wanted(head: MessageHead) -> bool:
        return not skip.reason(head, now)

    try:
        with doors.old(account) as old, doors.new_read_only(account) as new:
            mapped = read_map(old, new, known, folder_rules(settings.folders))
            folders: list[FolderParity] = []
            tell(account.address, "")
            folders += compare(
                old, new, mapped.pairs, deep=depth.deep, wanted=wanted,
                copies=settings.gmail.copies,
                tell=lambda folder: tell(account.address, folder),
            )  # fmt: skip
            sample = None if depth.deep else _sample(folders, old, new, account, depth)
    except (NetError, SecretError) as error:
        return AccountProof(account.address, problem=error.told)
    bare = tuple(replace(f, coupled=((), ())) for f in folders)
    return AccountProof(account.address, bare, mapped.left_out, sample)


def _sample(
    folders: Sequence[FolderParity],
    old: ReadOnlySession,
    new: ReadOnlySession,
    account: Account,
    depth: Depth,
) -> Sample:
    """Read the contents of some messages on both sides."""
    ends = [0, *accumulate(len(folder.coupled[0]) for folder in folders)]
    # The same seed draws the same messages again, whatever other accounts are looked at.
    chance = random.Random(f"{depth.seed} {account.address}")  # noqa: S311 - a sample, no secret
    drawn = sorted(chance.sample(range(ends[-1]), min(depth.sample, ends[-1])))
    different: list[Difference] = []
    unread = 0
    for folder, (first, end) in zip(folders, pairwise(ends), strict=True):
        olds, news = folder.coupled
        couples = sorted((olds[n - first], news[n - first]) for n in drawn if first <= n < end)
        if not couples:
            continue
        mine, theirs = read_both(
            (old, folder.old, [o for o, _ in couples]),
            (new, folder.new, [n for _, n in couples]),
        )
        for old_uid, new_uid in couples:
            left, right = mine(old_uid), theirs(new_uid)
            if left is None or right is None:
                unread += 1
            elif left != right:
                what = f"UID {new_uid} at new"
                different.append(Difference(folder.old, old_uid, what, left[:12], right[:12]))
    return Sample(len(drawn) - unread, ends[-1], tuple(different), unread)
