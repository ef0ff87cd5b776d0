"""The mail of the scene's people: the same every time, with the oddities that old mailboxes have."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

SENT, DRAFTS, TRASH = "Gesendete Objekte", "Entwürfe", "Papierkorb"
SPECIAL = {SENT: "Sent", DRAFTS: "Drafts", TRASH: "Trash"}

_FOLDERS: dict[str, dict[str, int]] = {
    "anna": {
        "INBOX": 6,
        SENT: 4,
        DRAFTS: 1,
        TRASH: 2,
        "Archiv.2024": 3,
        "Archiv.2025": 4,
        "Kunden.Müller & Söhne": 3,
        "Leer": 0,
    },
    "bernd": {"INBOX": 6, SENT: 3, "Projekte.Neubau.Pläne": 3, "Rechnungen": 4},
    "chiara": {"INBOX": 5, SENT: 3, TRASH: 1, "日本語": 2},
    "doerte": {"INBOX": 4, SENT: 2},
}
_WORDS = [
    "Angebot",
    "Rechnung",
    "Termin",
    "Pläne",
    "Lieferung",
    "Besprechung",
    "Urlaub",
    "Vertrag",
    "Einladung",
    "Protokoll",
    "Mahnung",
    "Garten",
    "Baustelle",
    "Schlüssel",
    "Umzug",
]
_PARTNERS = (
    "karl@mueller-soehne.example",
    "rosa@gemeinde.example",
    "lager@holz.example",
    "info@notar.example",
)
_FLAGS: tuple[tuple[str, ...], ...] = (
    (),
    ("\\Seen",),
    ("\\Seen",),
    ("\\Seen", "\\Answered"),
    ("\\Seen", "\\Flagged"),
    ("\\Seen", "$Forwarded"),
    ("\\Flagged", "Wichtig"),
)


@dataclass(frozen=True, slots=True)
class Letter:
    """One message and where it lies; `folder` without the server's prefix, levels joined by a dot."""

    person: str
    folder: str
    body: bytes
    flags: tuple[str, ...]
    date: datetime


def letters(domain: str) -> Iterator[Letter]:
    """Yield the mail of all people, oldest folder first."""
    dice = random.Random(20261123)  # noqa: S311 - the same mail every time is the point
    for person, folders in _FOLDERS.items():
        for folder, count in folders.items():
            for number in range(count):
                yield _letter(dice, f"{person}@{domain}", folder, number)
    yield from _odd_ones(domain)


def folders() -> Iterator[tuple[str, str]]:
    """Yield (person, folder) of every folder, the empty ones too."""
    for person, names in _FOLDERS.items():
        yield from ((person, name) for name in names)


def _letter(dice: random.Random, address: str, folder: str, number: int) -> Letter:
    date = datetime(2019, 1, 7, 8, 0, tzinfo=_zone(dice)) + timedelta(
        minutes=dice.randrange(60 * 24 * 365 * 7)
    )
    partner = dice.choice(_PARTNERS)
    sender, to = (address, partner) if folder == SENT else (partner, address)
    subject = f"{dice.choice(_WORDS)} {number + 1}"
    lines = (" ".join(dice.choices(_WORDS, k=9)) for _ in range(dice.randrange(1, 30)))
    head = _head(
        sender, to, subject, date, f"<{dice.getrandbits(64):x}@{partner.rpartition('@')[2]}>"
    )
    flags = ("\\Draft", "\\Seen") if folder == DRAFTS else dice.choice(_FLAGS)
    body = (head + "\r\n" + "\r\n".join(lines) + "\r\n").encode()
    return Letter(address.partition("@")[0], folder, body, flags, date)


def _head(sender: str, to: str, subject: str, date: datetime, message_id: str | None) -> str:
    """Return header lines; the bodies are UTF-8 in 8 bits, as everybody sends today."""
    named = [f"Message-ID: {message_id}"] if message_id else []
    encoded = subject if subject.isascii() else f"=?utf-8?q?{_quoted(subject)}?="
    lines = [
        f"From: <{sender}>",
        f"To: <{to}>",
        f"Subject: {encoded}",
        f"Date: {format_datetime(date)}",
        *named,
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
    ]
    return "".join(line + "\r\n" for line in lines)


def _quoted(text: str) -> str:
    raw = text.encode()
    return "".join(
        chr(b) if chr(b).isalnum() and b < 128 else "_" if b == 32 else f"={b:02X}" for b in raw
    )


def _zone(dice: random.Random) -> timezone:
    return timezone(timedelta(hours=dice.choice((0, 1, 2, -5, 9))))


def _odd_ones(domain: str) -> Iterator[Letter]:
    """Yield what a tool that copies mail must not stumble over, all in Anna's INBOX."""
    anna, when = f"anna@{domain}", datetime(2025, 3, 1, 12, 0, tzinfo=timezone.utc)  # noqa: UP017
    rosa = _PARTNERS[1]
    no_id = _head(rosa, anna, "Ohne Kennung", when, None)
    twin = _head(rosa, anna, "Zwillinge", when, "<twin@gemeinde.example>")
    latin = _head(rosa, anna, "Grober Umlaut", when, "<raw@gemeinde.example>")
    bodies = (
        no_id.encode() + b"\r\nOhne Message-ID.\r\n",
        twin.encode() + b"\r\nDer erste.\r\n",
        twin.encode() + b"\r\nDer zweite, mit derselben Message-ID.\r\n",
        # Latin-1 in header and body, undeclared: not legal, not rare.
        latin.encode() + "X-Absender: Gemeinde Süd\r\n\r\nGrüße\r\n".encode("latin-1"),
        _head(rosa, anna, "Nur Kopf", when, "<head@gemeinde.example>").encode() + b"\r\n",
    )
    for minutes, body in enumerate(bodies):
        yield Letter("anna", "INBOX", body, ("\\Seen",), when + timedelta(minutes=minutes))
