"""Whether the domain of our test sender forbids old to send in its name: only then its mail proves anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from migrate_mail.checks.base import Context
from migrate_mail.checks.dmarc.found import Found, find
from migrate_mail.checks.dmarc.text import read_dmarc
from migrate_mail.checks.looking import as_zone
from migrate_mail.checks.spf.engine import SpfResult, evaluate
from migrate_mail.checks.views import view_of
from migrate_mail.dns_changes.overlay import View
from migrate_mail.errors import NetError
from migrate_mail.inventory.sending import Sending

_STRICT = ("quarantine", "reject")


@dataclass(frozen=True, slots=True)
class Ban:
    """What receivers are told of mail in the domain's name that comes from old.

    spf: what it says of each address of old, such as `192.0.2.25: fail`. policy: of DMARC, as far
    as it is to be applied. unseen: why that is not known; empty when it is.
    """

    domain: str
    spf: tuple[str, ...] = ()
    policy: str = "none"
    evidence: tuple[str, ...] = ()
    unseen: str = ""

    @property
    def holds(self) -> bool:
        """Whether a receiver that knows nothing of old must not take such mail as it is."""
        fails = bool(self.spf) and all(line.endswith(": fail") for line in self.spf)
        return fails and self.policy in _STRICT


def ban_of(context: Context, sending: Sending) -> Ban:
    """Look up SPF and DMARC of the test sender's domain, as receivers see them now."""
    sender = context.inventory.spec.probe.sender
    domain = sender.rpartition("@")[2].lower()
    view = view_of(context, "live")
    helo = sending.helo[0] if sending.helo else "unknown.invalid"
    results = [
        (ip, evaluate(view.look, ip, mail_from=sender, helo=helo)) for ip in sending.addresses
    ]
    silent = next((r for _, r in results if r.verdict == "temperror"), None)
    if silent is not None:
        return Ban(domain, unseen=f"SPF of {domain}: {_silence(silent)}")
    return _with_dmarc(view, domain, results)


def _silence(result: SpfResult) -> str:
    silent = result.silent
    return (
        f"{silent.name} {silent.rtype}: {silent.status} {silent.text}"
        if silent
        else result.text
    )


def _with_dmarc(view: View, domain: str, results: Sequence[tuple[str, SpfResult]]) -> Ban:
    try:
        found = find(view, domain)
    except NetError as error:
        return Ban(domain, unseen=f"DMARC of {domain}: {error.text}")
    if found.voices.silent:
        answer = found.voices.silent[0]
        return Ban(domain, unseen=f"{answer.name} TXT: {answer.status} {answer.text}")
    lines = [line for _, r in results for answer in r.seen for line in as_zone(answer)]
    lines += [line for said in found.voices.said for line in said.evidence]
    spf = tuple(f"{ip}: {result.verdict}" for ip, result in results)
    return Ban(domain, spf, _policy(found), tuple(dict.fromkeys(lines)))


def _policy(found: Found) -> str:
    """Return what receivers are to do with mail that fails; `none` where the record does not count."""
    if len(found.records) != 1:
        return "none"
    try:
        record = read_dmarc(found.records[0])
    except ValueError:
        return "none"
    if record.tags.get("t", "n").lower() == "y":
        return "none"
    return record.policy if found.own else record.for_subdomains
