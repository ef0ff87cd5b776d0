"""Whether new takes what old passes on: mail of everybody, from an address that is nobody's but old's."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from migrate_mail.checks.base import About, Context, NoParams, check
from migrate_mail.checks.drain.ban import Ban, ban_of
from migrate_mail.checks.ip.senders import not_told, sending_of
from migrate_mail.checks.looking import one_by_one
from migrate_mail.checks.mail.probe import Probe, begin, canaries, evidence_of, reply_of
from migrate_mail.checks.params import MxParams
from migrate_mail.checks.spots import Spot, spots
from migrate_mail.delivery.roundtrip import Landing
from migrate_mail.finding import Arg, Finding, Outcome
from migrate_mail.inventory.model import Account
from migrate_mail.net.smtp_facts import Submission
from migrate_mail.sync.special import is_junk

_REFS = ("RFC 7960",)


@check(
    "drain.trust",
    title="New takes what old passes on",
    about=About(
        looks="a test message from your test sender, handed to each address of old's MX hosts on port 25; whether it comes out at new, and not among junk. It proves something only where SPF and DMARC of the test sender's domain forbid every address in systems.old.sends to send in its name: both are looked up. Skipped while these addresses are not told, and where old keeps the mail",
        matters="After the switch old passes on the mail of everybody whose cache is late, and all of it comes from old's address: to SPF and DMARC it looks forged, and a server that does not know of old refuses it, files it as junk, or puts it off.",
        mend="Tell new that old is a relay of yours: no SPF, DMARC, blocking lists, greylisting and rate limits for its address. Rates are not tried here.",
        refs=_REFS,
    ),
    params=NoParams,
    each=("domains",),
)
def trust(context: Context, _: NoParams) -> Iterator[Finding]:
    """Let old pass on a message that only a server which trusts old takes as it is."""
    sending = sending_of(context, "old")
    if not sending.addresses:
        yield from not_told("old", "from which addresses it sends")
        return
    ban = ban_of(context, sending)
    if ban.unseen:
        yield Finding(
            "TRUST_BAN_NOT_SEEN", Outcome.UNKNOWN, ban.domain, args={"text": ban.unseen}
        )
        return

    def look(account: Account | Finding) -> Iterator[Finding]:
        if isinstance(account, Finding):
            yield account
            return
        places = spots(context, MxParams(system="old"))
        passed = partial(_passed_on, context, account, ban, tuple(sending.addresses))
        yield from one_by_one(places, passed, what="MX hosts")

    yield from one_by_one(canaries(context), look, what="domains")


def _passed_on(
    context: Context, account: Account, ban: Ban, ips: tuple[str, ...], spot: Spot | Finding
) -> Iterator[Finding]:
    if isinstance(spot, Finding):
        yield spot
        return
    probe = begin(context, account, via=f"{spot}, to be passed on")
    sent = probe.send(spot.endpoint)
    if sent.accepted:
        yield _judged(probe, sent, probe.find(["old", "new"], reply_of(sent)), ban, ips)
        return
    reply = reply_of(sent)
    probe.failed(reply)
    args: dict[str, Arg] = {"recipient": account.address, "reply": reply}
    yield Finding("TRUST_NOT_TRIED", Outcome.UNKNOWN, str(spot), args=args, evidence=evidence_of(probe, [sent]))  # fmt: skip


def _judged(
    probe: Probe, sent: Submission, landing: Landing, ban: Ban, ips: tuple[str, ...]
) -> Finding:
    folder = landing.seen.get("new", "")
    args: dict[str, Arg] = {
        "sender": probe.context.inventory.spec.probe.sender,
        "domain": ban.domain,
        "spf": ban.spf,
        "policy": ban.policy,
        "folder": folder,
        "seconds": landing.seconds,
        "text": "; ".join(landing.faults.values()),
    }
    evidence = (*evidence_of(probe, [sent], landing), *ban.evidence)
    found = partial(Finding, subject=str(sent.endpoint), args=args, evidence=evidence)
    if folder and is_junk(folder, landing.special.get("new")):
        return found("TRUST_JUNKED", Outcome.FAIL, fix=_fix(ips), refs=_REFS)
    if folder and ban.holds:
        return found("OLD_TRUSTED", Outcome.PASS)
    if folder:
        return found("TRUST_PROVES_LITTLE", Outcome.UNKNOWN, fix=_to_publish(ban.domain))
    if "new" in landing.faults or (landing.faults and not landing.seen):
        return found("TRUST_NOT_SEEN", Outcome.UNKNOWN)
    if landing.seen:
        return found("TRUST_NOT_NEEDED", Outcome.SKIP)
    return found("TRUST_LOST", Outcome.FAIL, fix=_fix(ips), refs=_REFS)


def _fix(ips: tuple[str, ...]) -> str:
    pairs = ", ".join(f"{{{ip} = OK}}" for ip in ips)
    return (
        f"follow the Message-ID through the log and queue of old, then of new, and tell new that {', '.join(ips)} is a relay of yours:\n"
        "; Postfix: let it pass before whatever asks about senders (SPF, blocking lists, greylisting); not by mynetworks, which lets everybody on that server send through new\n"
        f"smtpd_recipient_restrictions = reject_unauth_destination, check_client_access inline:{{{pairs}}}\n"
        "; rspamd: the module external_relay, so that SPF and DMARC are asked of who gave the message to old\n"
        "; Google Workspace: Gmail, Spam, Phishing and Malware, Inbound gateway: these addresses\n"
        "; Microsoft 365: an inbound connector for these addresses, with enhanced filtering"
    )


def _to_publish(domain: str) -> str:
    return (
        "send test mail from a name of its own, which forbids everybody but this machine to use it (its address in place of 192.0.2.1, a host that takes your mail in place of mail.example.org):\n"
        f'probe.{domain}. 300 IN TXT "v=spf1 ip4:192.0.2.1 -all"\n'
        f'_dmarc.probe.{domain}. 300 IN TXT "v=DMARC1; p=reject"\n'
        f"probe.{domain}. 300 IN MX 10 mail.example.org.\n"
        f"; and in migration.yaml: probe.sender: probe@probe.{domain}"
    )
