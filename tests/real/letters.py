"""The mail that lies at old before the move: ordinary mail, and what usually goes wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from real.mailbox import Letter

CET = timezone(timedelta(hours=1))
CEST = timezone(timedelta(hours=2))
EASTERN = timezone(-timedelta(hours=5))

DRAFTS_IN_UTF7 = "Entw&APw-rfe"
EMPTY = ("Leer",)


def letters_of(local: str) -> list[Letter]:
    """Return the stored mail of one user; always the same."""
    return {
        "anna": _ordinary("anna", 60) + _awkward(),
        "bernd": _ordinary("bernd", 60),
        "carla": _ordinary("carla", 40),
        "dora": _ordinary("dora", 25),
    }[local]


FOLDERS: tuple[tuple[str, ...], ...] = (
    (),
    ("Sent",),
    ("Projekte",),
    ("Projekte", "2024"),
    ("Projekte", "2024", "Rechnungen & Mahnungen".replace("&", "&-")),
    (DRAFTS_IN_UTF7,),
)
FLAGS: tuple[tuple[str, ...], ...] = (
    (),
    ("\\Seen",),
    ("\\Seen", "\\Answered"),
    ("\\Flagged",),
    ("\\Seen", "$Forwarded"),
    ("\\Seen", "$Label1", "Projekt-A"),
    ("\\Draft",),
)


def _ordinary(local: str, count: int) -> list[Letter]:
    start = datetime(2019, 1, 5, 8, 30, 15, tzinfo=CET)
    return [
        Letter(
            FOLDERS[i % len(FOLDERS)],
            _body(
                f"Nachricht {i} an {local}",
                f"{local}-{i}@outside.test",
                "Guten Tag\r\n" * (i + 1),
            ),
            FLAGS[i % len(FLAGS)],
            start + timedelta(days=31 * i, seconds=7 * i),
        )
        for i in range(count)
    ]


def _awkward() -> list[Letter]:
    """Return what a tool that matches by Message-ID, by size or by text loses, doubles or changes."""
    day = datetime(2024, 10, 27, 1, 30, tzinfo=UTC)
    same = _body("Zweimal gleich", "twin@outside.test", "Wort fuer Wort dasselbe\r\n")
    latin = "Grüße aus Zürich\r\n".encode("latin-1")
    eight_bit = b"From: x@outside.test\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
    rows: list[tuple[tuple[str, ...], bytes, tuple[str, ...], datetime]] = [
        (("Projekte",), _body("Version 1", "v@outside.test", "eins\r\n"), (), day),
        (("Projekte",), _body("Version 2", "v@outside.test", "zwei\r\n"), (), day),
        ((), same, ("\\Seen",), day),
        ((), same, ("\\Seen",), day),
        ((), _body("Ohne Message-ID", None, "wer bin ich\r\n"), ("\\Seen",), day),
        ((), _body("Auch ohne", None, "und ich\r\n"), ("\\Flagged",), day),
        ((), eight_bit + b"Content-Transfer-Encoding: 8bit\r\n\r\n" + latin, (), day),
        ((), b"Subject: roh \xfc\xdf\r\n\r\n" + latin, ("\\Seen",), day),
        ((), b"Subject: nur Kopf\r\n\r\n", (), day),
        ((), _body("Zeile nur aus Punkt", "dot@outside.test", "a\r\n.\r\n..b\r\n"), (), day),
        (("Sent",), _body("Gross", "big@outside.test", "x" * 78 + "\r\n", 13_200), (), day),
        ((), _body("Vor der Umstellung", "a@x.test", ""), (), day.astimezone(CEST)),
        ((), _body("Danach", "b@x.test", ""), (), (day + timedelta(hours=1)).astimezone(CET)),
        (
            (),
            _body("Alt", "c@x.test", ""),
            (),
            datetime(1996, 2, 29, 23, 59, 59, tzinfo=EASTERN),
        ),
    ]
    return [Letter(*row) for row in rows]


def _body(subject: str, message_id: str | None, text: str, times: int = 1) -> bytes:
    head = [
        "From: Somebody <somebody@outside.test>",
        "To: us@lindenhof.test",
        f"Subject: {subject}",
    ]
    if message_id:
        head.append(f"Message-ID: <{message_id}>")
    return ("\r\n".join(head) + "\r\n\r\n" + text * times).encode()
