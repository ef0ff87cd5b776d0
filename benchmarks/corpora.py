"""Mailboxes to copy, written straight into Maildir: the same bytes each time, sizes and flags as in life.

Bodies are text of words by their frequency, and attachments that compress as badly as real ones:
with one line repeated, a tool that compresses (isync does, where it is offered) would move nothing.
"""

from __future__ import annotations

import base64
import functools
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDERS = ("", "Sent", "Drafts", "Archive", "Archive.2023", "Archive.2024", "Projects", "Projects.Alpha", "Projects.Beta", "Lists", "Lists.Users", "Trash")  # fmt: skip
FLAGS = ("S", "", "RS", "FS", "Sa", "S", "S", "RS")
"""Maildir's letters; `a` is the first keyword of dovecot-keywords."""
TEXT_MOST = 8_000
"""Octets of text in a message; what is larger is an attachment."""
LETTERS = "etaoinshrdlucmfwypvbgkjqxz"


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
    """Return a message of about so many octets."""
    chance = random.Random(number)
    head = (
        f"From: sender{number % 97}@example.net\r\nTo: anna@example.org\r\n"
        f"Subject: Message {number}\r\nMessage-ID: <{number}@bench.example.net>\r\n"
        "Date: Fri, 14 Jul 2017 02:40:00 +0000\r\nMIME-Version: 1.0\r\n"
    ).encode()
    if size <= TEXT_MOST:
        text = _text(chance, size - len(head) - 4)
        return head + b"\r\n" + text + b"\r\n"
    return head + _with_attachment(chance, size - len(head))


def _with_attachment(chance: random.Random, size: int) -> bytes:
    edge = b"--part-%016x" % chance.getrandbits(64)
    kind = b'Content-Type: multipart/mixed; boundary="' + edge[2:] + b'"\r\n\r\n'
    text = edge + b"\r\nContent-Type: text/plain\r\n\r\n" + _text(chance, TEXT_MOST // 4)
    file = (
        b"\r\n"
        + edge
        + b"\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    left = size - len(kind) - len(text) - len(file) - len(edge) - 4
    lines = base64.encodebytes(chance.randbytes(max(57, left * 57 // 78))).replace(
        b"\n", b"\r\n"
    )
    return kind + text + file + lines + edge + b"--\r\n"


@functools.cache
def _pool() -> bytes:
    """Return a megabyte of prose: lines of words that are as often as words are (Zipf)."""
    chance = random.Random(2)
    words = ["".join(chance.choices(LETTERS, range(26, 0, -1), k=chance.randint(2, 9))) for _ in range(5_000)]  # fmt: skip
    ranks = [1 / rank for rank in range(1, 5_001)]
    said = chance.choices(words, ranks, k=200_000)
    lines = (" ".join(said[start : start + 12]) for start in range(0, len(said), 12))
    return "\r\n".join(lines).encode()


def _text(chance: random.Random, size: int) -> bytes:
    """Return so much prose, from another place each time."""
    pool = _pool()
    start = chance.randrange(len(pool) - TEXT_MOST)
    start = pool.index(b"\n", start) + 1
    return pool[start : start + max(0, size)].rstrip(b"\r")
