"""What web servers say, as plain values: facts, no opinions."""

from __future__ import annotations

from dataclasses import dataclass

from migrate_mail.net.facts import Endpoint, Failure, TlsFacts


@dataclass(frozen=True, slots=True)
class HttpsFacts:
    """One question to one web server, and what came back; a redirect is not followed.

    status 0: there was no answer. headers: names in lower case. body: as far as the bound allows,
    `cut` says that there was more. tls: None when no session came about.
    """

    endpoint: Endpoint
    url: str
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    cut: bool = False
    tls: TlsFacts | None = None
    failure: Failure | None = None
    elapsed_ms: int = 0

    def header(self, name: str) -> str | None:
        """Return the first header of that name (lower case); None when there is none."""
        return next((value for key, value in self.headers if key == name), None)
