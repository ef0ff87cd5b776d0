"""Whether the policy names the MX hosts: the new ones before the switch, the old ones until nobody goes back."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, check
from migrate_mail.checks.looking import one_by_one
from migrate_mail.checks.mta_sts.policy import Policy
from migrate_mail.checks.mta_sts.use import (
    PolicyParams,
    Served,
    not_used,
    served,
    without_policy,
)
from migrate_mail.checks.spots import system_of
from migrate_mail.finding import Finding, Outcome
from migrate_mail.state.records import MailboxSide

_REFS = ("RFC 8461 section 4.1",)


@check(
    "mta_sts.covers_new",
    title="The MTA-STS policy lists every new MX host",
    about=About(
        looks="the policy at each address of the policy host, or a file with the planned one: does an mx line match each new MX host (a * is one label)",
        matters="Under `enforce` nobody who honours the policy delivers to a host that it does not list. Senders keep policies for days.",
        mend="Serve a policy that lists old and new hosts, then change the id of the TXT record; then wait; then switch.",
        refs=(*_REFS, "RFC 8461 section 8.1"),
    ),
    params=PolicyParams,
    each=("domains",),
)
def covers_new(context: Context, params: PolicyParams) -> Iterator[Finding]:
    """Match the new MX hosts."""
    yield from _covers(context, params, "new")


@check(
    "mta_sts.covers_old",
    title="The MTA-STS policy still lists every old MX host",
    about=About(
        looks="the policy at each address of the policy host, or a file with the planned one: does an mx line match each old MX host",
        matters="Until the TTL of the MX records has run out senders go to old, and a way back goes there too: a policy without old stops them.",
        mend="Keep the old hosts in the policy until the old server is switched off.",
        refs=(*_REFS, "RFC 8461 section 8.1"),
    ),
    params=PolicyParams,
    each=("domains",),
)
def covers_old(context: Context, params: PolicyParams) -> Iterator[Finding]:
    """Match the old MX hosts."""
    yield from _covers(context, params, "old")


def _covers(context: Context, params: PolicyParams, side: MailboxSide) -> Iterator[Finding]:
    hosts = [mx.host.rstrip(".").lower() for mx in system_of(context, side).mx]

    def look(domain: str) -> Iterator[Finding]:
        found = served(context, params, domain)
        if found is None:
            yield not_used(domain)
            return
        yield from without_policy(domain, found)
        for one in found:
            if one.policy is not None:
                yield _judged(domain, one, one.policy, side, hosts)

    yield from one_by_one(context.domains(), look, what="domains")


def _judged(
    domain: str, one: Served, policy: Policy, side: MailboxSide, hosts: list[str]
) -> Finding:
    missing = tuple(host for host in hosts if not policy.covers(host))
    if policy.mode == "none":
        return _off(domain, one)
    if not missing:
        return Finding(
            "STS_COVERS",
            Outcome.PASS,
            domain,
            one.where,
            args={"side": side, "hosts": tuple(hosts), "mode": policy.mode},
            evidence=one.evidence,
        )
    # In testing mode senders deliver all the same, and report (RFC 8461 section 5).
    outcome = Outcome.FAIL if policy.mode == "enforce" else Outcome.PASS
    args = {"missing": missing, "mode": policy.mode, "mx": policy.mx}
    fix = _with(policy, missing)
    if side == "new":
        return Finding(
            "STS_NEW_NOT_LISTED", outcome, domain, one.where,
            args=args, evidence=one.evidence, fix=fix, refs=_REFS,
        )  # fmt: skip
    return Finding(
        "STS_OLD_NOT_LISTED", outcome, domain, one.where,
        args=args, evidence=one.evidence, fix=fix, refs=_REFS,
    )  # fmt: skip


def _off(domain: str, one: Served) -> Finding:
    return Finding(
        "STS_MODE_NONE",
        Outcome.SKIP,
        domain,
        one.where,
        args={"mode": "none"},
        evidence=one.evidence,
    )


def _with(policy: Policy, missing: tuple[str, ...]) -> str:
    """Return the policy to serve: the one that is, with the missing hosts."""
    whole = Policy(policy.mode, (*policy.mx, *missing), policy.max_age)
    return f"serve this policy, and only then change the id of the TXT record:\n{whole.text()}"
