"""Large messages over two connections in turn: a server takes in one while it still stores the other.

A server works on a connection with one process (Dovecot: with two, where one waits for the
other), so that one stream of large messages leaves it idle in part. UIDs keep the order of the
messages all the same: the last octets of a message wait until all that went over the other
connection is answered. Its command's end would not do: Courier stores a message before that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from migrate_mail.net.imap_append import Appended, Appender

LARGE = 4 * 1024 * 1024
"""Octets of a message from which the other connection pays: some ten milliseconds of a server's work."""
T = TypeVar("T")


class InTurns(Generic[T]):
    """An appender over one connection, and over a second while one large message follows another.

    another: opens the second, also when the server has left it; None: there is none to be had now.
    """

    def __init__(self, first: Appender[T], another: Callable[[], Appender[T] | None]) -> None:
        self._first = self._now = first
        self._second: Appender[T] | None = None
        self._another = another
        self._alone = False
        self._large = False
        self._kept: list[Appended[T]] = []

    def begin(self, folder: str, line: tuple[bytes, bytes], size: int, message: T) -> bool:
        """Start a message, as `Appender.begin` does."""
        large = size >= LARGE
        if not large or self._now is not self._first:
            self._use(self._first)
        elif self._large and (second := self._other()) is not None:
            self._use(second)
        self._large = large
        return self._now.begin(folder, line, size, message)

    def write(self, data: bytes | memoryview) -> None:
        """Send a piece of the message that was begun."""
        self._now.write(data)

    def end(self) -> None:
        """End the command that is under way."""
        self._now.end()

    def compress(self) -> None:
        """Go on compressed and over one connection: where that pays, the line is what is slow."""
        self._use(self._first)
        self._alone = True
        self._first.compress()

    @property
    def open(self) -> bool:
        """True while a command has messages and is not ended."""
        return self._now.open

    def results(self, *, all_of_them: bool = False) -> Sequence[Appended[T]]:
        """Return how commands ended, as `Appender.results` does, in the order of the messages."""
        other = self._second if self._now is self._first else self._first
        if other is not None:
            self._kept += other.results(all_of_them=all_of_them)
        done, self._kept = self._kept, []
        return [*done, *self._now.results(all_of_them=all_of_them)]

    def _other(self) -> Appender[T] | None:
        """Return the second connection's appender, opened if need be."""
        if self._alone:
            return None
        if self._second is None or self._second.left:
            self._kept += self._second.results() if self._second is not None else ()
            self._second = self._another()
        if self._second is not None:
            self._first.behind, self._second.behind = self._second, self._first
        return self._second

    def _use(self, appender: Appender[T]) -> None:
        if self._now is not appender:
            self._now.end()
            self._now = appender
