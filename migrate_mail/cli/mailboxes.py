"""`migrate-mail verify --mailboxes`: both sides read again and compared, message by message."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from migrate_mail.cli.console import note, on_terminal, out, out_json
from migrate_mail.cli.opening import world_of
from migrate_mail.errors import ExitCode

if TYPE_CHECKING:
    from migrate_mail.inventory.model import Inventory
    from migrate_mail.sync.proof import AccountProof, Depth, Sample

MANY = 20
"""Messages that are named for an account; all of them are in --json."""


def compare_mailboxes(
    migration: Path, only: Sequence[str], exclude: Sequence[str], depth: Depth, *, as_json: bool
) -> None:
    """Compare the mailboxes of all accounts, print what differs; ends with the exit code."""
    from migrate_mail.inventory.load import load_inventory
    from migrate_mail.sync.mailbox import Doors
    from migrate_mail.sync.proof import prove
    from migrate_mail.sync.selection import select

    inventory = load_inventory(migration)
    accounts = select(inventory.accounts, list(only), list(exclude))
    world = world_of(inventory)
    doors = Doors(inventory, world.imap, world.secret, world.renewed)
    names = _names(inventory, [a.address for a in accounts])

    def tell(account: str, folder: str) -> None:
        if on_terminal():
            note(f"comparing {account} {folder}".rstrip())

    with ThreadPoolExecutor(max_workers=doors.most) as pool:
        proofs = list(
            pool.map(
                lambda a: prove(
                    a, doors, depth, known=names[a.address], now=world.clock(), tell=tell
                ),
                accounts,
            )
        )
    if as_json:
        out_json(proof_data(proofs, depth))
    else:
        out("\n".join(proof_lines(proofs, depth)))
    raise typer.Exit(_judge(proofs))


def _names(inventory: Inventory, accounts: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
    """Return the names that earlier runs gave to folders: all that is taken from the state file."""
    from migrate_mail.run.world import state_path
    from migrate_mail.state.store import Store
    from migrate_mail.sync.remembered import known_names

    path = state_path(inventory)
    if not path.exists():
        return {account: {} for account in accounts}
    with Store.read(path) as store:
        return {account: known_names(store.sync, account) for account in accounts}


def _judge(proofs: Sequence[AccountProof]) -> ExitCode:
    if any(p.missing or p.different for p in proofs):
        return ExitCode.NO_GO
    return ExitCode.CANNOT_TELL if any(p.unseen for p in proofs) else ExitCode.GO


def proof_lines(proofs: Sequence[AccountProof], depth: Depth) -> Iterator[str]:
    """Yield the proof as text: a line for each account, what differs by name, the sum."""
    for proof in proofs:
        yield _account_line(proof, depth)
        yield from _some(list(_named(proof)))
    good = sum(not (p.missing or p.different or p.unseen) for p in proofs)
    yield ""
    yield f"{good} of {len(proofs)} accounts are proved equal"
    if not depth.deep:
        yield f"contents by sample: --seed {depth.seed} draws the same again, --deep reads all"


def _account_line(proof: AccountProof, depth: Depth) -> str:
    if proof.problem:
        return f"??  {proof.account}: {proof.problem}"
    mark = "NO" if proof.missing or proof.different else "??" if proof.unseen else "ok"
    old, new = (sum(getattr(f, side) for f in proof.folders) for side in ("old_messages", "new_messages"))  # fmt: skip
    parts = [f"{old} messages at old, {new} at new, in {len(proof.folders)} folders"]
    if proof.missing:
        parts.append(f"{proof.missing} MISSING")
    if proof.different:
        parts.append(f"{proof.different} DIFFERENT")
    altered = sum(len(f.altered) for f in proof.folders)
    if altered:
        parts.append(f"{altered} that new rewrote, the same to read")
    flags, extra = sum(len(f.flags) for f in proof.folders), sum(f.extra for f in proof.folders)
    if flags:
        parts.append(f"{flags} with other flags")
    if extra:
        parts.append(f"{extra} only at new")
    parts.append("all contents read" if depth.deep else _sample_text(proof.sample))
    return f"{mark}  {proof.account}: {', '.join(p for p in parts if p)}"


def _sample_text(sample: Sample | None) -> str:
    if sample is None or not sample.of:
        return ""
    text = f"contents of {sample.read} of {sample.of} read"
    if sample.different:
        return f"{text}: {len(sample.different)} differ"
    if sample.read == sample.of:
        return f"{text}: equal"
    return (
        f"{text}: equal, so with 95 % confidence fewer than {100 * sample.bound:.1f} % differ"
    )


def _named(proof: AccountProof) -> Iterator[str]:
    for folder in proof.folders:
        if folder.problem:
            yield f"    ??  {folder.old}: {folder.problem}"
        for lost in folder.missing:
            yield f"    missing    {lost.folder}: UID {lost.uid}, {lost.at:%Y-%m-%d %H:%M}, {lost.what}"
        for other in folder.dates:
            yield f"    date       {other.folder}: UID {other.uid}: {other.old} at old, {other.new} at new"
    for other in proof.sample.different if proof.sample else ():
        yield f"    content    {other.folder}: UID {other.uid}, {other.what}: other bytes"


def _some(lines: list[str]) -> Iterator[str]:
    yield from lines[:MANY]
    if len(lines) > MANY:
        yield f"    and {len(lines) - MANY} more: --json names all"


def proof_data(proofs: Sequence[AccountProof], depth: Depth) -> dict[str, Any]:
    """Return the proof as data."""
    from dataclasses import asdict

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: plain(v) for k, v in value.items() if k != "coupled"}
        if isinstance(value, list | tuple):
            return [plain(v) for v in value]
        return value.isoformat() if hasattr(value, "isoformat") else value

    return {
        "schema": "migrate-mail/mailboxes/v1",
        "depth": asdict(depth),
        "accounts": [
            {**plain(asdict(p)), "missing": p.missing, "different": p.different,
             "unseen": p.unseen, "bound": p.sample.bound if p.sample else None}
            for p in proofs
        ],
    }  # fmt: skip
