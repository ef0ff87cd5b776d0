"""Whether mail that is handed to old comes out at new, or stays in a mailbox that nobody reads."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Literal

from pydantic import Field

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.desks import Desk, desks
from migrate_mail.checks.looking import could_not_look, one_by_one
from migrate_mail.checks.mail.handed_in import Way, by_login, by_port_25
from migrate_mail.checks.mail.probe import canaries
from migrate_mail.checks.params import MxParams
from migrate_mail.checks.spots import Spot, spots, system_of
from migrate_mail.errors import NetError
from migrate_mail.files.strict import StrictModel
from migrate_mail.finding import Finding
from migrate_mail.inventory.model import Account
from migrate_mail.state.records import MailboxSide

_KEEPS = "old keeps the mail of its other customers, of web forms, and of caches that still lead there"


class OldRouteParams(StrictModel):
    """Where mail that is handed to old is to come out."""

    land_on: Literal["new", "old"] = Field(
        default="new",
        description=(
            "`new`: old passes on what it gets, and keeps nothing; "
            "`old`: it keeps mail on purpose and `migrate-mail sync` fetches it, so either side will do"
        ),
    )


@check(
    "mail.old_route",
    title="Mail that is handed to old reaches new",
    about=About(
        looks="a test message handed to each address of each MX host of old on port 25, and, where systems.old.submission names a server, one with the login of the test account there; both systems are looked through for it",
        matters="A server that still takes the domain for its own does not ask for MX records: what its other customers, web forms and late caches send stays in a mailbox that nobody reads any more.",
        mend="Let old pass mail of the domain on. Where it keeps mail on purpose, say `land_on: old`, and run migrate-mail sync --phase drain until old goes.",
        refs=("RFC 5321 section 5.1",),
    ),
    params=OldRouteParams,
    each=("domains",),
)
def old_route(context: Context, params: OldRouteParams) -> Iterator[Finding]:
    """Hand a message to each way into old, and look where it comes out."""

    def look(account: Account | Finding) -> Iterator[Finding]:
        if isinstance(account, Finding):
            yield account
            return
        way = _way(context, account, params)
        ways_in = [*spots(context, MxParams(system="old")), *_logins(context)]
        at = partial(_handed_in, context, account, way)
        yield from one_by_one(ways_in, at, what="MX hosts")

    yield from one_by_one(canaries(context), look, what="domains")


def _logins(context: Context) -> Iterator[Desk | Finding]:
    try:
        yield from desks(context, "old")
    except NetError as error:
        yield could_not_look(error, error.where)


def _handed_in(
    context: Context, account: Account, way: Way, place: Spot | Desk | Finding
) -> Iterator[Finding]:
    if isinstance(place, Finding):
        yield place
    elif isinstance(place, Spot):
        yield by_port_25(context, account, place.endpoint, way)
    else:
        yield by_login(context, account, place, way)


def _way(context: Context, account: Account, params: OldRouteParams) -> Way:
    good: set[MailboxSide] = {"new", "old"} if params.land_on == "old" else {"new"}
    mx = min(system_of(context, "new").mx, key=lambda mx: mx.preference).host.rstrip(".")
    return Way(good, params.land_on == "new", _KEEPS, _fix(account.domain, mx))


def _fix(domain: str, mx: str) -> str:
    return (
        f"let old pass on what it gets for {domain}, and deliver none of it itself:\n"
        '; cPanel: Email Routing of the domain to "Backup Mail Exchanger": it takes mail and passes it on by MX\n'
        "; Postfix: take the domain out of mydestination and virtual_mailbox_domains, then\n"
        f"relay_domains = {domain}\n"
        f"transport_maps = inline:{{{{{domain} = smtp:[{mx}]}}}}\n"
        f"; Exchange, Microsoft 365: accepted domain as Internal Relay with a connector to {mx}; a mailbox that still exists there keeps its mail until it is removed or forwards it\n"
        "; if old keeps mail on purpose: `with: {land_on: old}` for this step, and migrate-mail sync --phase drain until old goes"
    )
