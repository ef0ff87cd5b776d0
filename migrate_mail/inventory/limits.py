"""How fast one side's server may be worked: the `limits:` part of `imap:` in migration.yaml."""

from __future__ import annotations

from pydantic import Field

from migrate_mail.files.rates import DayBudget, Pace, Rate
from migrate_mail.files.strict import StrictModel


class LimitSettings(StrictModel):
    """What `migrate-mail sync` does not exceed at one server; `connections` stands beside it."""

    rate: Rate | None = Field(
        default=None, description="bytes a second, all accounts together: 2MB/s"
    )
    messages: Pace | None = Field(
        default=None, description="messages, all accounts together: 50/s, 600/m, 10000/h"
    )
    per_day: DayBudget | None = Field(
        default=None,
        description="bytes of each account in a day of UTC: 2.5GB, or unlimited. At Gmail by default 2.5GB when it is old, 500MB when it is new",
    )
