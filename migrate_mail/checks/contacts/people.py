"""Whether everybody who owns a step can be reached without the mail that moves."""

from __future__ import annotations

from collections.abc import Iterator

from migrate_mail.checks.base import About, Context, NoParams, check
from migrate_mail.checks.listed import is_listed
from migrate_mail.checks.looking import not_answered, one_by_one
from migrate_mail.checks.said import ask
from migrate_mail.checks.views import view_of
from migrate_mail.finding import Finding, Outcome
from migrate_mail.inventory.model import Person


@check(
    "contacts.people",
    title="Everybody in charge can be reached when mail does not work",
    about=About(
        looks="`people` in migration.yaml: whether each has a contact, and whether that is a mail address of a domain that moves",
        matters="In the night of the switch the mail address of the person who can help is one of those that do not work.",
        mend="Write down a phone number.",
    ),
    params=NoParams,
)
def people(context: Context, _: NoParams) -> Iterator[Finding]:
    """Judge each person's contact."""
    domains = set(context.inventory.spec.domains)

    def look(key: str) -> Iterator[Finding]:
        yield _judged(key, context.inventory.spec.people[key], domains)

    yield from one_by_one(context.inventory.spec.people, look, what="people")


def _judged(key: str, person: Person, domains: set[str]) -> Finding:
    contact = (person.contact or "").strip()
    moving = "@" in contact and contact.rpartition("@")[2].lower() in domains
    if contact and not moving:
        return Finding("CONTACT_GOOD", Outcome.PASS, key, args={"name": person.name})
    return Finding(
        "CONTACT_MOVES" if moving else "CONTACT_MISSING",
        Outcome.FAIL,
        key,
        args={"name": person.name},
        fix=f'people:\n  {key}: {{name: {person.name}, contact: "<phone number>"}}',
    )


@check(
    "contacts.zone",
    title="The contact in the zone gets mail after the move",
    about=About(
        looks="the mail address in the SOA record of each domain: whether it is in the inventory, if it is of a domain that moves",
        matters="It is where other operators write when the zone is broken.",
        mend="Create the address at new, or change the SOA record.",
        refs=("RFC 1035 section 3.3.13", "RFC 1912 section 2.2"),
    ),
    params=NoParams,
    each=("domains",),
)
def zone(context: Context, _: NoParams) -> Iterator[Finding]:
    """Read the address out of the SOA record."""
    view = view_of(context, "live")

    def look(domain: str) -> Iterator[Finding]:
        apex = context.dns.zone_of(domain, published=True).apex
        voices = ask(view, apex, "SOA")
        yield from not_answered(voices.silent)
        for said in voices.said:
            address = mailbox_of(said.records[0].split()[1]) if said.records else ""
            ours = address.rpartition("@")[2] in context.inventory.spec.domains
            lost = ours and not is_listed(context.inventory, address)
            yield Finding(
                "ZONE_CONTACT_LOST" if lost else "ZONE_CONTACT_GOOD",
                Outcome.FAIL if lost else Outcome.PASS,
                f"{domain} SOA",
                said.vantage,
                args={"address": address},
                evidence=said.evidence,
                fix=f"create {address} at new, and add it to addresses.csv" if lost else None,
                refs=("RFC 1912 section 2.2",) if lost else (),
            )

    yield from one_by_one(context.domains(), look, what="domains")


def mailbox_of(name: str) -> str:
    r"""Return the mail address that an SOA record writes as a name: `a\.b.example.` is a.b@example. PURE."""
    plain = name.rstrip(".").replace("\\.", "\0")
    local, _, domain = plain.partition(".")
    return f"{local}@{domain}".replace("\0", ".").lower()
