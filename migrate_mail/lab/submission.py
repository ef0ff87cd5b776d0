"""Where mail programs hand messages in, on loopback: TLS from the first octet, nobody without a login."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from migrate_mail.lab.directory import Directory
from migrate_mail.lab.smtp import Conversation, SmtpServer, Store

Knows = Callable[[str, str], bool]
"""Tells whether a user may log in with a password."""

# aiosmtpd warns, at each login, of an attribute that it sets itself.
logging.getLogger("mail.log").addFilter(lambda record: "login_data" not in str(record.msg))


class _Submitting(Conversation):
    """One mail program. aiosmtpd knows of TLS only by STARTTLS; here it was there before the banner."""

    def connection_made(self, transport: Any) -> None:
        """Say that TLS is there."""
        here: Any = transport.get_extra_info("ssl_object")
        self._tls_protocol = here
        super().connection_made(transport)
        assert self.session is not None
        self.session.ssl = here


class SubmissionServer(SmtpServer):
    """One submission server; its users are those of the IMAP server beside it.

    Mail for other domains is refused: nobody lives outside the lab.
    """

    logins = True

    def __init__(
        self,
        hostname: str,
        context: ssl.SSLContext,
        directory: Directory,
        store: Store,
        knows: Knows,
    ) -> None:
        super().__init__(hostname, context, directory, store)
        self._knows = knows

    def _protocol(self) -> asyncio.Protocol:
        return _Submitting(self, authenticator=self._judge, auth_required=True)

    def _judge(
        self, _smtp: SMTP, _session: Session, _envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        """Compare the password."""
        self.log.append(f"AUTH {mechanism}")
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False)
        user, password = data.login.decode(), data.password.decode()
        return AuthResult(success=self._knows(user, password), handled=False)
