"""The test message: short, readable, recognised again by its token. PURE."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

PROBE_HEADER = "X-Migrate-Mail-Probe"
_ID_PREFIX = "migrate-mail-probe."
_UNFOLDED = policy.SMTP.clone(max_line_length=998)
"""A Message-ID on a line of its own is legal, and some servers do not find it there."""
_OWN_ID = re.compile(r"<migrate-mail-probe\.[0-9a-f]+@[^<>]+>")

_TEXT = """\
This is a test message of migrate-mail, sent on {when}.

It shows that mail to {recipient} arrives: {via}.
Nothing has to be done. It may be deleted.

{token}
"""


@dataclass(frozen=True, slots=True)
class TestMessage:
    """One test message. token: unique, in the Message-ID and in a header of its own."""

    __test__ = False  # the name is not for pytest

    token: str
    message_id: str
    recipient: str
    content: bytes


def new_token() -> str:
    """Return 32 hex digits that no other message has."""
    return secrets.token_hex(16)


def compose(
    *, token: str, sender: str, recipient: str, helo: str, via: str, at: datetime
) -> TestMessage:
    """Return a test message as it goes over the wire, CRLF and 7 bit.

    `Auto-Submitted: auto-generated` keeps vacation notices away (RFC 3834 section 5).
    """
    message_id = f"<{_ID_PREFIX}{token}@{helo}>"
    mail = EmailMessage(policy=_UNFOLDED)
    mail["From"] = sender
    mail["To"] = recipient
    mail["Subject"] = f"migrate-mail test {token[:8]}"
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail[PROBE_HEADER] = token
    text = _TEXT.format(
        when=f"{at:%Y-%m-%d %H:%M:%S %Z}", recipient=recipient, via=via, token=token
    )
    mail.set_content(text, cte="7bit")
    return TestMessage(token, message_id, recipient, mail.as_bytes())


def is_test_message(message_id: str | None) -> bool:
    """Tell whether a Message-ID is one of ours, so that test mail is not taken for lost mail."""
    return message_id is not None and _OWN_ID.fullmatch(message_id.strip()) is not None
