"""Whether senders and caches have had enough time since the switch."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from pydantic import Field

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.imap.stragglers import switched_at
from migrate_mail.checks.looking import one_by_one
from migrate_mail.files.scalars import Duration
from migrate_mail.files.strict import StrictModel
from migrate_mail.finding import Finding, Outcome


class TimeParams(StrictModel):
    """How long old stays."""

    wait: Duration = Field(
        default="5d",
        validate_default=True,
        description="from the switch, and from the last moment at which a cache may name old",
    )


@check(
    "decommission.time",
    title="Senders have had time to try again since the switch",
    about=About(
        looks="when the MX records were switched, the TTLs that were seen before, and five days of tries",
        matters="A sender whose first try went to old goes on trying for four to five days, and its cache may name old for a TTL more.",
        mend="Wait, with old running and passing on.",
        refs=("RFC 5321 section 4.5.4.1",),
    ),
    params=TimeParams,
    each=("domains",),
)
def time(context: Context, params: TimeParams) -> Iterator[Finding]:
    """Reckon from the switch of each domain."""
    changes = context.journal.dns_changes()

    def look(domain: str) -> Iterator[Finding]:
        since = switched_at(changes, domain)
        if since is None:
            args = {"text": "no switch of it is recorded"}
            yield Finding("SWITCH_NOT_RECORDED", Outcome.UNKNOWN, domain, args=args, fix="migrate-mail cutover")  # fmt: skip
            return
        before = [
            o.ttl or 0 for o in context.journal.ttl_journal(domain, "MX") if o.at <= since
        ]
        ttl = max(before, default=0)
        moment = since + params.wait + timedelta(seconds=ttl)
        late = context.clock() >= moment
        yield Finding(
            "OLD_MAY_GO" if late else "OLD_MUST_STAY",
            Outcome.PASS if late else Outcome.FAIL,
            domain,
            args={"since": f"{since:%Y-%m-%d %H:%M} UTC", "until": f"{moment:%Y-%m-%d %H:%M} UTC", "ttl": ttl},
            fix=None if late else f"keep old running until {moment:%Y-%m-%d %H:%M} UTC at least",
            refs=() if late else ("RFC 5321 section 4.5.4.1",),
        )  # fmt: skip

    yield from one_by_one(context.domains(), look, what="domains")
