"""The test message: short, readable, recognised again by its token. PURE."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

from migrate_mail.net.own_mail import PROBE_HEADER, own_id

_UNFOLDED = policy.SMTP.clone(max_line_length=998)
"""A Message-ID on a line of its own is legal, and some servers do not find it there."""

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
    message_id = own_id(token, helo)
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
