"""A second connection to new for an account with large messages, when there is one to spare."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from migrate_mail.errors import NetError, SecretError
from migrate_mail.sync.desk import Desk, is_exchange
from migrate_mail.sync.meter import OPEN

if TYPE_CHECKING:
    from migrate_mail.net.imap import Appender, Session


_OFTEN = 5
"""Times that it is opened for one copy: a server that ends it again and again is left in peace."""


class Second:
    """Opens it when it is called; leaving the context gives it back."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._opened = 0
        self._session: Session | None = None

    def __call__(self) -> Appender[Any] | None:
        """Return what appends over a new one; None when it is not to be had, or would not do."""
        self._close()
        if not self._fits() or not self._desk.kit.spare.acquire(blocking=False):
            return None
        try:
            self._session = self._desk.another_new()
        except (NetError, SecretError):
            # Nobody needs it, and who asks again and again is locked out.
            self._desk.tally.alone = True
            self._desk.kit.spare.release()
            return None
        self._opened += 1
        return self._session.appender()

    def _fits(self) -> bool:
        """Tell whether new may be asked: not where receipts are missing, or mail goes slowly on purpose."""
        desk = self._desk
        slow = desk.kit.throttles != OPEN or desk.into_gmail or is_exchange(desk.new)
        wary = desk.tally.careful or desk.tally.alone or self._opened == _OFTEN
        return "UIDPLUS" in desk.new.capabilities and not slow and not wary

    def _close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None
            self._desk.kit.spare.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Some servers break one connection for another: the next attempt does without.
        self._desk.tally.alone |= self._session is not None and error is not None
        self._close()
