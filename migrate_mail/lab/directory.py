"""Who lives at a mail system: domains, mailboxes, aliases. A provider's control panel, so to speak."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Directory:
    """The addresses of one mail system; change it at any time, from any thread.

    mailboxes: address to IMAP user. aliases: address to other addresses. All lower-case.
    """

    domains: set[str] = field(default_factory=set)
    mailboxes: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _greeted: set[tuple[str, str]] = field(default_factory=set)

    def add_mailbox(self, address: str, user: str) -> None:
        """Let an address be delivered into a user's INBOX."""
        self.mailboxes[address.lower()] = user

    def add_alias(self, address: str, targets: Iterable[str]) -> None:
        """Let an address lead to others."""
        self.aliases[address.lower()] = tuple(target.lower() for target in targets)

    def remove(self, address: str) -> None:
        """Forget an address."""
        self.mailboxes.pop(address.lower(), None)
        self.aliases.pop(address.lower(), None)

    def is_ours(self, address: str) -> bool:
        """Tell whether we take mail for the address's domain."""
        return address.rpartition("@")[2].lower() in self.domains

    def knows(self, address: str) -> bool:
        """Tell whether an address leads somewhere."""
        return address.lower() in self.mailboxes or address.lower() in self.aliases

    def first_time(self, sender: str, address: str) -> bool:
        """Tell whether this sender is new to this recipient, and remember both."""
        pair = (sender.lower(), address.lower())
        new = pair not in self._greeted
        self._greeted.add(pair)
        return new

    def mailboxes_of(self, address: str) -> list[tuple[str, str]]:
        """Return (user, address) of every mailbox that an address leads to, each once."""
        todo, seen = [address.lower()], set[str]()
        found: list[tuple[str, str]] = []
        while todo:
            current = todo.pop(0)
            if current in seen:
                continue
            seen.add(current)
            todo += self.aliases.get(current, ())
            if current in self.mailboxes:
                found.append((self.mailboxes[current], current))
        return found
