"""The sync of many accounts side by side: one bad account never stops the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from types import MappingProxyType

from migrate_mail.inventory.model import Account
from migrate_mail.sync.desk import SyncKit
from migrate_mail.sync.engine import bar, sync_account
from migrate_mail.sync.progress import AccountOutcome


def sync_all(
    accounts: Sequence[Account],
    kit: SyncKit,
    *,
    jobs: int,
    barred: Mapping[str, str] = MappingProxyType({}),
) -> list[AccountOutcome]:
    """Sync accounts, at most `jobs` at a time; outcomes come in the order of the accounts.

    barred: accounts that are known to be refused, with the reason; they are not tried again.
    When fewer are left than may be open, the connection of each that ends is to spare.
    An error that is no account's own (the state file cannot be written, a bug) stops all of
    them at their next message boundary and is raised. So does Ctrl-C.
    """
    left = count(len(accounts) - 1, -1)

    def spare(_ended: Future[AccountOutcome]) -> None:
        if next(left) < jobs:
            kit.spare.release()

    with ThreadPoolExecutor(max_workers=max(1, jobs), thread_name_prefix="sync") as pool:
        futures = [
            pool.submit(bar, a, kit, barred[a.address])
            if a.address in barred
            else pool.submit(sync_account, a, kit)
            for a in accounts
        ]
        for future in futures:
            future.add_done_callback(spare)
        try:
            return [future.result() for future in futures]
        except BaseException:
            kit.stop.set()
            raise
