"""`migrate-mail init`: look at the live domain, ask the rest, and write the files to start with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from migrate_mail.cli.console import ask, can_ask, note, out, out_json
from migrate_mail.cli.options import JsonOption

if TYPE_CHECKING:
    from migrate_mail.net.dns import Dns
    from migrate_mail.start.answers import Answers
    from migrate_mail.start.look import Seen


Domains = Annotated[list[str], typer.Argument(help="The mail domains that move.")]
Folder = Annotated[
    Path, typer.Option("--folder", help="Where to write; made when it is not there.")
]
AnswersFile = Annotated[
    Path | None,
    typer.Option("--answers", help="A YAML file of answers, by the name of the question."),
]
NoInput = Annotated[
    bool,
    typer.Option(
        "--no-input", help="Ask nothing: take what is proposed, write TODO for the rest."
    ),
]
Resolvers = Annotated[
    list[str] | None,
    typer.Option(
        "--resolver", help="Resolver to ask, address or address:port (default: the system's)."
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Print the files instead of writing them.")
]


def init(
    domains: Domains,
    folder: Folder = Path(),
    answers: AnswersFile = None,
    no_input: NoInput = False,
    resolver: Resolvers = None,
    dry_run: DryRun = False,
    json: JsonOption = False,
) -> None:
    """Begin a migration: write a commented migration.yaml, the CSV files and the fitting checklist.

    The live domain is looked at first (name servers, MX records and their TTL, SPF, DMARC, MTA-STS,
    who the provider is); the rest is asked. Nothing is ever overwritten.

    Names for --answers: name, new_mx, new_imap, old_imap, to, leaving, old_secret, new_secret, accounts,
    mail_admin, dns_admin, service_desk, decider, cutover_at, probe_sender, probe_helo, ca, dns_driver,
    dns_server, dns_key, dns_secret, connect.

    Examples:
      migrate-mail init example.org
      migrate-mail init example.org --answers known.yaml --no-input --folder x
    """
    from migrate_mail.finding import utc_now
    from migrate_mail.start.questions import missing
    from migrate_mail.start.write import files_of

    names = _domains(domains)
    given = _given(answers)
    _free(folder, dry_run=dry_run)
    if not no_input and not can_ask():
        raise _nobody()
    dns = _dns(resolver or [], given)
    seen = _look(dns, names, quiet=json)
    complete = _ask(given, seen, no_input=no_input)
    public = _public(dns, complete)
    texts = files_of(seen, complete, resolvers=resolver or [], public=public, now=utc_now())
    if not dry_run:
        _write(folder, texts)
    open_ = missing(complete)
    if json:
        out_json(_data(seen, open_, [] if dry_run else [str(folder / n) for n in texts], texts))
    elif dry_run:
        for name, text in texts.items():
            out(f"# ---- {name}\n{text}")
    else:
        _told(folder, texts, open_)


def _data(
    seen: Sequence[Seen], open_: Sequence[str], written: Sequence[str], texts: Mapping[str, str]
) -> dict[str, Any]:
    provider = seen[0].provider
    return {
        "schema": "migrate-mail/init/v1",
        "written": list(written),
        "open": list(open_),
        "problems": [p for one in seen for p in one.problems],
        "provider": provider.name if provider else None,
        **({} if written else {"files": dict(texts)}),
    }


def _domains(given: Sequence[str]) -> list[str]:
    """Return the domains in their one spelling; UserError with all that are none."""
    from pydantic_core import PydanticCustomError

    from migrate_mail.errors import UserError
    from migrate_mail.files.names import dotted_name

    found, wrong = [], []
    for text in given:
        try:
            found.append(dotted_name(text))
        except PydanticCustomError as error:
            wrong.append(error.message())
    if wrong:
        raise UserError("; ".join(wrong), hint="name the mail domains, such as example.org")
    return list(dict.fromkeys(found))


def _given(path: Path | None) -> Answers:
    from migrate_mail.start.answers import Answers, read_answers

    return read_answers(path) if path is not None else Answers()


def _nobody() -> Exception:
    from migrate_mail.errors import UserError

    hint = "use --no-input, with --answers FILE for what is known"
    return UserError("there are questions, and nobody at a terminal to answer them", hint=hint)


def _free(folder: Path, *, dry_run: bool) -> None:
    """Refuse when a file is there already: nothing of anybody's is ever overwritten."""
    from migrate_mail.errors import Refused

    names = ("migration.yaml", "accounts.csv", "addresses.csv", "site.yaml", ".gitignore")
    there = [str(folder / name) for name in names if (folder / name).exists()]
    if there and not dry_run:
        hint = "choose another --folder, or move these away; nothing was written"
        raise Refused(f"already there: {', '.join(there)}", hint=hint)


def _dns(resolvers: Sequence[str], given: Answers) -> Dns:
    from pydantic_core import PydanticCustomError

    from migrate_mail.errors import UserError
    from migrate_mail.files.names import resolver as resolver_name
    from migrate_mail.net.dns import Dns
    from migrate_mail.net.routes import Routes, split_host_port

    try:
        known = [split_host_port(resolver_name(text), 53) for text in resolvers]
    except PydanticCustomError as error:
        raise UserError(f"--resolver: {error.message()}") from None
    return Dns(resolvers=known, routes=Routes(given.connect))


def _look(dns: Dns, names: Sequence[str], *, quiet: bool) -> list[Seen]:
    """Look at every domain and tell what was seen; a domain that nobody knows is an error."""
    from migrate_mail.errors import CannotTell, UserError
    from migrate_mail.start.look import look_at
    from migrate_mail.start.write import told

    seen = [look_at(dns, name) for name in names]
    for one in seen:
        if not quiet:
            note("\n".join(told(one)))
        if not one.name_servers and one.problems:
            raise CannotTell(f"{one.domain} could not be looked at: {one.problems[0]}",
                             hint="is the name right, and is DNS reached from here? --resolver names another one")  # fmt: skip
        if not one.mx:
            raise UserError(f"{one.domain} has no MX records, so no mail that could be moved",
                            hint="name the domain that stands after the @ in your addresses")  # fmt: skip
    return seen


def _ask(given: Answers, seen: Sequence[Seen], *, no_input: bool) -> Answers:
    import platform

    from migrate_mail.start.questions import ask_all, propose_all

    node = platform.node()
    if no_input:
        return propose_all(given, seen, node)
    note("\nEmpty takes what is in brackets, or leaves it open.")
    return ask_all(given, seen, node, ask, _say)


def _say(text: str) -> str:
    note(text)
    return ""


def _public(dns: Dns, answers: Answers) -> bool:
    """Tell whether new is reached over the internet, as far as can be seen: then more is expected of it."""
    import ipaddress

    from migrate_mail.errors import NetError

    ips: list[str] = []
    for line in answers.new_mx or []:
        try:
            ips += dns.addresses(line.split()[1], ask="authorities").ips
        except NetError:
            continue
    return all(ipaddress.ip_address(ip).is_global for ip in ips)


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    """Write every file, or none: what was written is taken away when one fails."""
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            path = folder / name
            with path.open("x", encoding="utf-8") as file:
                written.append(path)
                file.write(text)
    except OSError:
        for path in written:
            path.unlink(missing_ok=True)
        raise


def _told(folder: Path, texts: Mapping[str, str], open_: Sequence[str]) -> None:
    out("written: " + ", ".join(str(folder / name) for name in texts))
    if open_:
        out(f"still open, where migration.yaml says TODO: {', '.join(open_)}")
    out("passwords go where migration.yaml points to, never into these files")
    out("next:")
    if folder != Path():
        out(f"  cd {folder}")
    out("  migrate-mail validate .               # what is still open, and what is wrong")
    out(
        "  migrate-mail sync --check-logins      # when the accounts and their passwords are there"
    )
    out("  migrate-mail preflight")
