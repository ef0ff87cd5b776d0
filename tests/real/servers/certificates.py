"""Makes a certificate authority and a certificate for each server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme


@dataclass(frozen=True, slots=True)
class Certificates:
    """Where the PEM files are: the authority's, and key with chain for each server."""

    ca: Path
    old: Path
    new: Path
    out: Path
    policy: Path
    wrong: Path
    short: Path


def issue(folder: Path, *, old: str, new: str, out: str) -> Certificates:
    """Write one authority, a certificate for each side, one for the policy host, and two bad ones.

    old, new, out: their common names, the addresses: Debian's mbsync, a peer of the benchmarks,
    asks for one.
    """
    authority = trustme.CA()
    ca = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca))
    return Certificates(
        ca,
        old=_one(authority, folder, old, "mx.oldhost.test", "imap.oldhost.test"),
        new=_one(
            authority,
            folder,
            new,
            "mx1.newhost.test",
            "mx2.newhost.test",
            "imap.newhost.test",
            "mail.lindenhof.test",
        ),
        out=_one(authority, folder, out, "mx.outside.test"),
        policy=_one(
            authority,
            folder,
            "policy",
            *(f"{name}.lindenhof.test" for name in ("mta-sts", "autoconfig", "autodiscover")),
            "rdap.outside.test",
        ),
        wrong=_one(authority, folder, "wrong", "mx.elsewhere.test"),
        short=_one(authority, folder, "short", "mx1.newhost.test", "mx2.newhost.test", days=3),
    )


def _one(
    authority: trustme.CA, folder: Path, common: str, *names: str, days: int | None = None
) -> Path:
    path = folder / f"{common}.pem"
    path.touch(mode=0o600)
    ends = None if days is None else datetime.now(UTC) + timedelta(days=days)
    issued = authority.issue_cert(*names, common_name=common, not_after=ends)
    issued.private_key_and_cert_chain_pem.write_to_path(str(path))
    return path
