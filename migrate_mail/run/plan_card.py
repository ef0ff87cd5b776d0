"""The plan as the state file keeps it: who, what, when, and no secret."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from migrate_mail.checklist.load import LoadedChecklist
from migrate_mail.inventory.model import Inventory
from migrate_mail.run.card import CertificateCard, PersonCard, PlanCard, StepCard


def plan_card(
    inventory: Inventory, checklists: Sequence[LoadedChecklist], steps: Sequence[StepCard]
) -> PlanCard:
    """Return everything wanted, as reports need it, named by a digest over all of it."""
    spec = inventory.spec
    card = PlanCard(
        name=spec.name,
        ticket=spec.ticket,
        domains=tuple(spec.domains),
        old_mx=tuple(f"{mx.preference} {mx.host}" for mx in spec.systems.old.mx),
        new_mx=tuple(f"{mx.preference} {mx.host}" for mx in spec.systems.new.mx),
        accounts=len(inventory.accounts),
        addresses=len(inventory.addresses),
        cutover_at=spec.cutover.at,
        window=spec.cutover.window,
        point_of_no_return=spec.cutover.point_of_no_return,
        max_conditions=spec.cutover.max_conditions,
        dns_driver=spec.dns.driver,
        mx_ttl=spec.dns.ttl,
        people=tuple(PersonCard(k, p.name, p.contact) for k, p in spec.people.items()),
        connect=tuple(sorted(spec.connect.items())),
        checklists=tuple(dict.fromkeys(f for c in checklists for f in c.files)),
        steps=tuple(steps),
        digest="",
        departures=tuple(
            (d.step, d.what, d.because, d.file) for c in checklists for d in c.departures
        ),
        time_zone=spec.cutover.time_zone or "",
        inventory=inventory.fingerprint,
        certificates=tuple(_let_pass(inventory)),
    )
    text = json.dumps([card.to_data(), inventory.fingerprint], sort_keys=True)
    return replace(card, digest=hashlib.sha256(text.encode()).hexdigest())


def _let_pass(inventory: Inventory) -> Iterator[CertificateCard]:
    systems = inventory.spec.systems
    for side, imap in (("old", systems.old.imap), ("new", systems.new.imap)):
        if (w := imap.tls_waiver) is not None:
            host = f"{imap.host}:{imap.port}"
            yield CertificateCard(side, host, w.sha256, w.by, w.reason, w.until)
