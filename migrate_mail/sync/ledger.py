"""The closed ledger: what was found at old is copied, there already, skipped or failed, and it adds up. PURE."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from migrate_mail.state.records import FolderBook, SyncFailure

Reasons = tuple[tuple[str, int], ...]
"""Why messages were not copied, with how many, the most frequent first."""


@dataclass(frozen=True, slots=True)
class Page:
    """One folder of the ledger. skipped_for, failed_for: by reason, as far as they are named."""

    book: FolderBook
    skipped_for: Reasons = ()
    failed_for: Reasons = ()

    @property
    def problem(self) -> str:
        """Why the page does not stand; empty when it does."""
        look = self.book.look
        if look is None:
            return "no pass over it has come to its end"
        if not look.adds_up:
            told = look.copied + look.already + look.skipped + look.failed
            return f"{look.found} found and {told} accounted for"
        for word, counted, named in (
            ("skipped", look.skipped, self.skipped_for),
            ("failed", look.failed, self.failed_for),
        ):
            if sum(n for _, n in named) != counted:
                return f"{counted} {word} and {sum(n for _, n in named)} of them named"
        return ""


@dataclass(frozen=True, slots=True)
class Sums:
    """The messages of several folders. found = copied + already + skipped + failed where it adds up."""

    folders: int = 0
    found: int = 0
    copied: int = 0
    already: int = 0
    skipped: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Ledger:
    """The pages of some accounts, and everything that was not copied, by name."""

    pages: tuple[Page, ...]
    not_copied: tuple[SyncFailure, ...]

    @property
    def accounts(self) -> list[str]:
        """The accounts that have a page or a name in it, in order."""
        return list(
            dict.fromkeys(
                [p.book.account for p in self.pages] + [f.account for f in self.not_copied]
            )
        )

    @property
    def problems(self) -> list[Page]:
        """The pages that do not stand."""
        return [page for page in self.pages if page.problem]

    @property
    def failed(self) -> list[SyncFailure]:
        """What should have been copied and was not."""
        return [f for f in self.not_copied if f.kind == "failed"]

    def of(self, account: str) -> Ledger:
        """Return what concerns one account."""
        return Ledger(
            tuple(p for p in self.pages if p.book.account == account),
            tuple(f for f in self.not_copied if f.account == account),
        )

    def sums(self) -> Sums:
        """Return the sums over all pages."""
        looks = [p.book.look for p in self.pages if p.book.look is not None]
        return Sums(
            len(self.pages),
            sum(k.found for k in looks),
            sum(k.copied for k in looks),
            sum(k.already for k in looks),
            sum(k.skipped for k in looks),
            sum(k.failed for k in looks),
        )


def ledger(books: Iterable[FolderBook], failures: Sequence[SyncFailure]) -> Ledger:
    """Return the ledger of what the journal holds, by account and folder."""
    counted: dict[tuple[str, str, str], Counter[str]] = {}
    for failure in failures:
        if failure.uid is not None:
            key = (failure.account, failure.folder, failure.kind)
            counted.setdefault(key, Counter())[failure.reason] += 1
    pages = (
        Page(book, _reasons(counted, book, "skipped"), _reasons(counted, book, "failed"))
        for book in sorted(books, key=lambda b: (b.account, b.old_name))
    )
    return Ledger(tuple(pages), tuple(failures))


def _reasons(
    counted: dict[tuple[str, str, str], Counter[str]], book: FolderBook, kind: str
) -> Reasons:
    return tuple(counted.get((book.account, book.old_name, kind), Counter()).most_common())
