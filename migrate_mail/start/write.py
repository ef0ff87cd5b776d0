"""The files of a new migration, as text: commented, and right as they are but for what says TODO. PURE."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime

from migrate_mail.files.validation import TODO
from migrate_mail.start.answers import Answers
from migrate_mail.start.look import Seen
from migrate_mail.start.providers import Provider
from migrate_mail.start.questions import arriving

_LOW = 300


def files_of(
    seen: Sequence[Seen],
    answers: Answers,
    *,
    resolvers: Sequence[str],
    public: bool,
    now: datetime,
) -> dict[str, str]:
    """Return the text of each file by its name. public: new's MX hosts are reached from the internet."""
    return {
        "migration.yaml": "\n".join(
            [*_head(seen, now), *_body(seen, answers, resolvers, public=public), ""]
        ),
        "accounts.csv": _accounts(answers),
        "addresses.csv": _addresses(seen, answers),
        "site.yaml": _site(answers),
        ".gitignore": "secrets/\nmigration.state*\n",
    }


def _head(seen: Sequence[Seen], now: datetime) -> Iterator[str]:
    yield "# Who moves, from where to where, and how DNS is changed. `migrate-mail validate .` names what is"
    yield f"# still {TODO}; for completion in your editor: migrate-mail schema migration > migration.schema.json"
    yield "# yaml-language-server: $schema=./migration.schema.json"
    yield "#"
    yield f"# What the name servers showed on {now:%Y-%m-%d %H:%M} UTC:"
    for one in seen:
        yield from (f"#   {line}" for line in told(one))
    yield "schema: migrate-mail/migration/v1"


def told(one: Seen) -> Iterator[str]:
    """Yield what was seen of a domain, for people."""
    yield f"{one.domain}: name servers {', '.join(one.name_servers) or 'none seen'}"
    exchanges = ", ".join(f"{number} {host}" for number, host in one.mx) or "none"
    yield f"  MX {exchanges}" + (f" (TTL {one.ttl} s)" if one.ttl is not None else "")
    if one.provider is not None:
        yield f"  that is {one.provider.name}"
    yield f"  SPF {one.spf or 'none'}"
    yield f"  DMARC {one.dmarc or 'none'}"
    yield f"  MTA-STS {one.mta_sts or 'none'}"
    for problem in one.problems:
        yield f"  could not look: {problem}"


def _body(
    seen: Sequence[Seen], answers: Answers, resolvers: Sequence[str], *, public: bool
) -> Iterator[str]:
    yield f"name: {_text(answers.name or TODO)}"
    yield "# ticket: CHG-1"
    yield ""
    yield f"domains: [{', '.join(one.domain for one in seen)}]"
    for part in (
        _cutover(answers),
        _people(answers),
        _systems(seen, answers),
        _inventory(),
        _probe(answers),
        _dns(seen, answers),
        _around(answers, resolvers, public=public),
    ):
        yield ""
        yield from part


def _people(answers: Answers) -> Iterator[str]:
    yield "people:                                # reachable without mail of the domain that moves"
    for key in ("mail_admin", "dns_admin", "service_desk", "decider"):
        yield from _person(key, answers)


def _systems(seen: Sequence[Seen], answers: Answers) -> Iterator[str]:
    yield "systems:"
    yield from _old(seen, answers)
    yield from _new(answers)


def _inventory() -> Iterator[str]:
    yield "accounts: accounts.csv                 # the mailboxes that move"
    yield "addresses: addresses.csv               # everything else that can receive; see migrate-mail addresses --help"


def _probe(answers: Answers) -> Iterator[str]:
    yield "probe:"
    yield f"  sender: {answers.probe_sender or TODO}    # an address of yours: test mail comes from it"
    yield f"  helo: {answers.probe_helo or TODO}      # the name of the machine that runs this"
    if answers.ca:
        yield f"  ca: {_text(str(answers.ca))}"


def _around(answers: Answers, resolvers: Sequence[str], *, public: bool) -> Iterator[str]:
    if resolvers:
        yield f"resolvers: [{', '.join(_text(r) for r in resolvers)}]"
        yield ""
    yield f"checklists: [{', '.join(_checklists(answers, public=public))}]"
    if answers.connect:
        yield ""
        yield "connect:"
        yield from (f"  {_text(name)}: {_text(to)}" for name, to in answers.connect.items())


def _cutover(answers: Answers) -> Iterator[str]:
    yield "cutover:"
    if answers.cutover_at is not None:
        yield f"  at: {answers.cutover_at.isoformat()}    # with the offset from UTC"
    else:
        yield "  # at: 2027-03-13T22:00:00+01:00      # when it is planned; then every step has a day"
    yield "  # time_zone: Europe/Berlin           # of the times in reports; else the offset of `at`"
    yield "  window: 4h"
    yield "  point_of_no_return: old-off          # the step after which going back costs more than going on"


def _person(key: str, answers: Answers) -> Iterator[str]:
    said = getattr(answers, key) or answers.mail_admin or TODO
    name, _, contact = said.partition(", ")
    shown = (
        f"{{name: {_text(name)}, contact: {_text(contact)}}}"
        if contact
        else f"{{name: {_text(name)}}}"
    )
    yield f"  {key.replace('_', '-')}: {shown}"


def _old(seen: Sequence[Seen], answers: Answers) -> Iterator[str]:
    exchanges = sorted({pair for one in seen for pair in one.mx}) or [(10, TODO)]
    yield "  old:"
    yield "    mx:                                # as seen in DNS"
    yield from (f"      - {{host: {host}, preference: {number}}}" for number, host in exchanges)
    provider = seen[0].provider
    yield from _imap(answers.old_imap, answers.old_secret, answers, _signs_in(provider))
    yield "    # sends: {addresses: [192.0.2.25], helo: [mx.oldhost.example], selectors: [s2020]}"


def _new(answers: Answers) -> Iterator[str]:
    yield "  new:"
    yield "    mx:"
    for line in answers.new_mx or [f"10 {TODO}"]:
        number, host = line.split()
        yield f"      - {{host: {host}, preference: {number}}}"
    yield from _imap(
        answers.new_imap, answers.new_secret, answers, _signs_in(arriving(answers))
    )
    yield "    # Where people send through: their logins are tried there."
    yield "    # submission: {host: smtp.newhost.example, port: 465}"
    yield "    # From where it sends, by which names, with which DKIM selectors: SPF, DKIM and DMARC are judged by it."
    yield "    # sends: {addresses: [192.0.2.26], helo: [mx1.newhost.example], selectors: [s2026]}"


def _signs_in(provider: Provider | None) -> str:
    return provider.kind if provider and provider.kind in {"google", "microsoft"} else ""


def _imap(
    server: str | None, secret: str | None, answers: Answers, signs_in: str
) -> Iterator[str]:
    host, port = _host_port(server or TODO)
    yield "    imap:"
    yield f"      host: {host}"
    if port:
        yield f"      port: {port}"
    if answers.ca:
        yield f"      ca: {_text(str(answers.ca))}"
    if signs_in == "google":
        yield "      oauth: {provider: google, secret: file:secrets/service-account.json}"
    elif signs_in == "microsoft":
        yield f"      oauth: {{provider: microsoft, tenant: {TODO}, client_id: {TODO}, secret: env:MICROSOFT_APP}}"
    else:
        yield f"      secret: {_text(secret or 'prompt')}"


def _host_port(server: str) -> tuple[str, str]:
    host, colon, port = server.rpartition(":")
    named = colon and port.isdigit() and "]" not in port
    return (host, port) if named else (server, "")


def _dns(seen: Sequence[Seen], answers: Answers) -> Iterator[str]:
    yield "dns:"
    if answers.dns_driver == "rfc2136":
        yield "  driver: rfc2136"
        yield f"  server: {_text(answers.dns_server or TODO)}"
        key = f"name: {answers.dns_key or TODO}, secret: {_text(answers.dns_secret or TODO)}"
        yield f"  key: {{{key}}}"
    else:
        yield "  driver: manual                       # prints what to change, then watches; or rfc2136"
    yield f"  ttl: {_LOW}"
    provider = arriving(answers)
    planned = (
        [(one, _spf(one.spf, provider)) for one in seen] if provider and provider.spf else []
    )
    if any(text for _, text in planned):
        yield "  records:                             # what else will be published: judged as if it were there"
    for one, text in planned:
        if text:
            yield f"    - {{name: {one.domain}, type: TXT, values: [{_text(text)}]}}"


def _spf(text: str, provider: Provider | None) -> str:
    """Return a record that lets the new provider send, too; empty where nothing is to be changed."""
    if provider is None or not provider.spf or provider.spf in text.split():
        return ""
    head, *rest = text.split() or ["v=spf1", "~all"]
    return " ".join([head, provider.spf, *rest])


def _checklists(answers: Answers, *, public: bool) -> Iterator[str]:
    yield "site.yaml"
    if answers.leaving not in {None, "none"}:
        yield f"builtin:{answers.leaving}"
    yield "builtin:clock"
    if public:
        yield "builtin:internet"


def _accounts(answers: Answers) -> str:
    rows = ["address,old_user,new_user,old_secret,new_secret"]
    return "\n".join([*rows, *(f"{a},,,," for a in answers.accounts or [])]) + "\n"


def _addresses(seen: Sequence[Seen], answers: Answers) -> str:
    """Return the addresses that every domain must have (RFC 5321 section 4.5.1, RFC 2142)."""
    own = {a.lower() for a in answers.accounts or []}
    wanted = [f"{name}@{one.domain}" for one in seen for name in ("postmaster", "abuse")]
    target = next(iter(answers.accounts or []), "")
    rows = [f"{address},alias,{target}" for address in wanted if address not in own]
    return "\n".join(["address,kind,target", *rows]) + "\n"


def _site(answers: Answers) -> str:
    return f"""\
# yaml-language-server: $schema=./checklist.schema.json
#
# What is to be done, and what is different here from the list that this one extends.
# For completion in your editor: migrate-mail schema checklist > checklist.schema.json
schema: migrate-mail/checklist/v1
name: Our own steps
extends: builtin:{answers.to or "generic"}

# remove:
#   - {{id: pop-users, because: nobody here uses POP3}}
# change:
#   - {{id: ttl-lowered, with: {{max: 10m}}, because: our DNS provider has no less}}
# stages:
#   - id: ours
#     title: Our own preparations
#     phase: prepare
#     at: T-7d
#     steps:
#       - id: scanner-told
#         title: The office scanner sends through the new server
#         manual:
#           do: Set its SMTP server to the new one, and scan a page to yourself.
#           evidence: when the page arrived
#         owner: mail-admin
"""


def _text(text: str) -> str:
    """Return a text as YAML reads it back: in quotes, which JSON's are too."""
    return json.dumps(text, ensure_ascii=False)
