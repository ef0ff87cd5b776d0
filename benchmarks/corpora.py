"""Mailboxes to copy, written straight into Maildir: the same bytes each time, sizes and flags as in life."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDERS = ("", "Sent", "Drafts", "Archive", "Archive.2023", "Archive.2024", "Projects", "Projects.Alpha", "Projects.Beta", "Lists", "Lists.Users", "Trash")  # fmt: skip
FLAGS = ("S", "", "RS", "FS", "Sa", "S", "S", "RS")
"""Maildir's letters; `a` is the first keyword of dovecot-keywords."""
LINE = b"The quick brown fox jumps over the lazy dog, then has a rest in the shade.\r\n"


@dataclass(frozen=True, slots=True)
class Corpus:
    """So many messages over so many folders, of sizes between two bounds."""

    messages: int
    folders: int
    least: int
    most: int
    accounts: int = 1

    def scaled(self, factor: float) -> Corpus:
        """Return the same with fewer messages."""
        count = max(self.folders, int(self.messages * factor))
        return Corpus(count, self.folders, self.least, self.most, self.accounts)


def fill(maildir: Path, corpus: Corpus) -> int:
    """Write a corpus; return its bytes as IMAP counts them."""
    chance = random.Random(1)
    total = 0
    for folder in FOLDERS[: corpus.folders]:
        for part in ("cur", "new", "tmp"):
            (maildir / f".{folder}" / part if folder else maildir / part).mkdir(parents=True)
        (maildir / (f".{folder}" if folder else "") / "dovecot-keywords").write_text(
            "0 $Label1\n"
        )
    for number, size in enumerate(_sizes(corpus, chance)):
        folder = FOLDERS[number % corpus.folders]
        place = maildir / (f".{folder}" if folder else "") / "cur"
        body = _message(number, size)
        name = f"{1600000000 + number}.M{number}P1.bench,S={len(body)},W={len(body)}:2,{FLAGS[number % len(FLAGS)]}"
        path = place / name
        path.write_bytes(body)
        moment = (
            1500000000 + number * 977 % 250_000_000
        )  # some server or other stumbles over 2038
        os.utime(path, (moment, moment))
        total += len(body)
    return total


def _sizes(corpus: Corpus, chance: random.Random) -> Iterator[int]:
    """Most messages are small, a few are large: a skewed spread between the bounds."""
    for _ in range(corpus.messages):
        skew = chance.random() ** 6 if corpus.most > 10 * corpus.least else chance.random()
        yield int(corpus.least + (corpus.most - corpus.least) * skew)


def _message(number: int, size: int) -> bytes:
    head = (
        f"From: sender{number % 97}@example.net\r\nTo: anna@example.org\r\n"
        f"Subject: Message {number}\r\nMessage-ID: <{number}@bench.example.net>\r\n"
        f"Date: Fri, 14 Jul 2017 02:40:00 +0000\r\n\r\n"
    ).encode()
    lines = max(1, (size - len(head)) // len(LINE))
    return head + LINE * lines + b"%d\r\n" % number
