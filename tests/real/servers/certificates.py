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


def issue(folder: Path) -> Certificates:
    """Write one authority and three certificates, valid for the names of each side."""
    authority = trustme.CA()
    ca = folder / "ca.pem"
    authority.cert_pem.write_to_path(str(ca))
    return Certificates(
        ca,
        old=_one(authority, folder, "mx.oldhost.test", "imap.oldhost.test"),
        new=_one(
            authority, folder, "mx1.newhost.test", "mx2.newhost.test", "imap.newhost.test"
        ),
        out=_one(authority, folder, "mx.outside.test"),
    )


def _one(authority: trustme.CA, folder: Path, *names: str) -> Path:
    path = folder / f"{names[0]}.pem"
    path.touch(mode=0o600)
    issued = authority.issue_cert(*names)
    issued.private_key_and_cert_chain_pem.write_to_path(str(path))
    return path
