"""Makes a certificate authority and a certificate for each server."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True, slots=True)
class Certificates:
    """Where the PEM files are: the authority's, and key with chain for each server."""

    ca: Path
    old: Path
    new: Path
    out: Path


def issue(folder: Path, *, old: str, new: str, out: str) -> Certificates:
    """Write one authority and three certificates, valid for the names of each side.

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
            authority, folder, new, "mx1.newhost.test", "mx2.newhost.test", "imap.newhost.test"
        ),
        out=_one(authority, folder, out, "mx.outside.test"),
    )


def _one(authority: trustme.CA, folder: Path, common: str, *names: str) -> Path:
    path = folder / f"{names[0]}.pem"
    path.touch(mode=0o600)
    issued = authority.issue_cert(*names, common_name=common)
    issued.private_key_and_cert_chain_pem.write_to_path(str(path))
    return path
