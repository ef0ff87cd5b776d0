"""What new does to messages, tried out in a scratch folder that is gone afterwards.

Some servers rewrite headers, round dates or drop keywords. Whoever knows before the first byte is
copied is not surprised by the proof.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from migrate_mail.errors import NetError
from migrate_mail.net.imap import Session
from migrate_mail.sync.content import content_hash, second
from migrate_mail.sync.flags import same_flags

SCRATCH = "migrate-mail probe"
_OURS = re.compile(rf"(.*[/.\\]|){SCRATCH} [0-9a-f]{{8}}")
_ZONE = timezone(timedelta(hours=-3, minutes=-30))
_AT = datetime(2019, 2, 28, 23, 59, 58, tzinfo=_ZONE)
_KEYWORD = "migrate-mail-probe"


@dataclass(frozen=True, slots=True)
class Trial:
    """One message to try. what: what may happen to it, in words."""

    what: str
    body: bytes
    flags: tuple[str, ...] = ()


def _message(subject: bytes, body: bytes) -> bytes:
    head = (
        b"From: probe@migrate-mail.invalid\r\nMessage-ID: <probe-%s@migrate-mail.invalid>\r\n"
    )
    return head % secrets.token_hex(4).encode() + b"Subject: " + subject + b"\r\n\r\n" + body


def trials() -> tuple[Trial, ...]:
    """Return the messages that are tried."""
    return (
        Trial("an ordinary message", _message(b"plain", b"text\r\n"), ("\\Seen", "\\Flagged")),
        Trial("a keyword", _message(b"keyword", b"text\r\n"), (_KEYWORD,)),
        Trial("bytes beyond ASCII in the header", _message(b"Gr\xfc\xdfe", b"text\r\n")),
        Trial("a line of 12,000 characters", _message(b"long", b"x" * 12_000 + b"\r\n")),
        Trial("a body without an end of line", _message(b"no end", b"text")),
        Trial("line ends of LF alone", _message(b"lf", b"one\ntwo\n")),
    )


@dataclass(frozen=True, slots=True)
class Probed:
    """What came of it. findings: in words, one for each thing that is not kept; empty: all is.

    keywords: new takes any keyword; else those of `permanent_flags` alone.
    """

    permanent_flags: frozenset[str]
    findings: tuple[str, ...]

    @property
    def keywords(self) -> bool:
        """Tell whether new takes keywords that it does not know yet."""
        return not self.permanent_flags or "\\*" in self.permanent_flags


def probe(new: Session) -> Probed:
    """Try out messages in a scratch folder at new; the folder goes in every case."""
    with _scratch(new) as folder:
        permanent = new.select(folder).permanent_flags
        findings = [said for trial in trials() if (said := _try(new, folder, trial))]
    return Probed(permanent, tuple(findings))


@contextmanager
def _scratch(new: Session) -> Iterator[str]:
    """Make a folder, and remove it and what an earlier probe may have left."""
    boxes = new.mailboxes()()
    for left in [f.name for f in boxes.folders if _OURS.fullmatch(f.name)]:
        with suppress(NetError):
            new.delete_scratch(left)
    name = f"{boxes.prefix}{SCRATCH} {secrets.token_hex(4)}"
    new.create(name)
    try:
        yield name
    finally:
        # DELETE of a folder that is open is refused by some servers.
        new.examine("INBOX")
        new.delete_scratch(name)


def _try(new: Session, folder: str, trial: Trial) -> str:
    """Store one message and read it back; return what became of it, empty when all was kept."""
    try:
        receipt = new.append(folder, trial.body, trial.flags, _AT)
        new.select(folder)
    except NetError as error:
        if error.kind != "denied":
            raise
        return f"{trial.what}: refused: {error.text}"
    uid = receipt.uid if receipt else max(new.uids(), default=0)
    heads = new.heads([uid])
    if not heads:
        return f"{trial.what}: taken, and not there"
    head, back = heads[0], new.body(uid)
    lost = []
    if back != trial.body:
        same = content_hash(back) == content_hash(trial.body)
        lost.append("line ends are changed" if same else "its bytes are changed")
    if second(head.internaldate) != second(_AT):
        lost.append(f"its date {_AT.isoformat()} becomes {head.internaldate.isoformat()}")
    if not same_flags(head.flags, trial.flags):
        lost.append(f"flags {' '.join(trial.flags)} become {' '.join(head.flags) or 'none'}")
    return f"{trial.what}: {', '.join(lost)}" if lost else ""
