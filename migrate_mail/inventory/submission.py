"""The part of migration.yaml that says where mail programs hand in what people send."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from migrate_mail.files.names import ServerName
from migrate_mail.files.strict import StrictModel


class SubmissionServer(StrictModel):
    """How people send: the host that their mail programs hand messages to (RFC 6409)."""

    host: ServerName
    port: int = Field(default=465, ge=1, le=65535)
    tls: Literal["implicit", "starttls"] = Field(
        default="implicit", description="implicit as on port 465, starttls as on port 587"
    )
    ca: Path | None = Field(
        default=None, description="PEM file of the CA to trust instead of the system's"
    )
