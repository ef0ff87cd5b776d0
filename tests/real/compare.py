"""Compares two mailboxes folder by folder, by content, flags and date, with the tests' own reader."""

from __future__ import annotations

from collections import Counter

from real.mailbox import Contents
from real.servers.world import Side


def contents(side: Side, user: str) -> Contents:
    """Return a user's mail without test messages: those are sent to one side on purpose."""
    with side.box(user) as box:
        return box.contents(without=b"X-Migrate-Mail-Probe:")


def differences(old: Contents, new: Contents) -> list[str]:
    """Return what is not the same, in words; [] when each message is there exactly once.

    Empty folders that only new has (Drafts...) are no difference: the server makes them.
    """
    found = [f"{folder}: not at new" for folder in old if folder not in new]
    for folder in sorted(old.keys() | new.keys()):
        here, there = old.get(folder, Counter()), new.get(folder, Counter())
        found += [f"{folder}: missing {seen}" for seen in (here - there).elements()]
        found += [f"{folder}: too many {seen}" for seen in (there - here).elements()]
    return found


def subscriptions_missing(old: Side, new: Side, user: str) -> set[tuple[str, ...]]:
    """Return the folders that the user sees at old and would not see at new."""
    with old.box(user) as before, new.box(user) as after:
        return before.subscribed() - after.subscribed() - {()}
