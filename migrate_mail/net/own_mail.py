"""How our own test messages are told from people's mail. PURE."""

from __future__ import annotations

import re

PROBE_HEADER = "X-Migrate-Mail-Probe"
_PREFIX = "migrate-mail-probe."
_OWN_ID = re.compile(rf"<{re.escape(_PREFIX)}[0-9a-f]+@[^<>]+>")


def own_id(token: str, helo: str) -> str:
    """Return the Message-ID of a test message."""
    return f"<{_PREFIX}{token}@{helo}>"


def is_test_message(message_id: str | None) -> bool:
    """Tell whether a Message-ID is one of ours, so that test mail is not taken for lost mail."""
    return message_id is not None and _OWN_ID.fullmatch(message_id.strip()) is not None
