"""How long a first copy will take, from a sample that was really read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from migrate_mail.net.imap import Incoming, ReadOnlySession, Wanted
from migrate_mail.sync.bodies import uid_sets

MOST_BYTES = 4_000_000
MOST_MESSAGES = 200


@dataclass(frozen=True, slots=True)
class Speed:
    """What a sample took. bytes, messages in seconds, over one connection."""

    bytes: int
    messages: int
    seconds: float

    def estimate(self, octets: int, messages: int, together: int) -> float:
        """Return the seconds that so much takes over so many connections: by bytes or by number, whichever is more.

        Reading is what was measured; a server that stores more slowly takes longer.
        """
        by_bytes = octets * self.seconds / max(self.bytes, 1)
        by_number = messages * self.seconds / max(self.messages, 1)
        # Large messages say nothing of small ones and the other way round: take the fitting one.
        mean, wanted = self.bytes / max(self.messages, 1), octets / max(messages, 1)
        return (by_bytes if wanted >= mean else max(by_bytes, by_number / 4)) / max(together, 1)


def measure(old: ReadOnlySession, folder: str, clock: Callable[[], float]) -> Speed:
    """Read some of a folder and say how long that took; stops after some megabytes."""
    old.examine(folder)
    heads = old.heads(old.uids()[-MOST_MESSAGES:])
    chosen, total = [], 0
    for head in heads:
        if total < MOST_BYTES:
            chosen.append(head.uid)
            total += head.size
    began, seen, octets = clock(), 0, 0
    stream = old.bodies([Wanted(folder, uid_sets(chosen))])
    for item in stream.items():
        if isinstance(item, Incoming):
            seen += 1
            while data := stream.chunk():
                octets += len(data)
    return Speed(octets, seen, max(clock() - began, 0.001))
