"""`migrate-mail checks` and `migrate-mail explain`: what can be checked, and what is behind a check."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Annotated, Any

import typer

from migrate_mail.cli.completing import explainable, families
from migrate_mail.cli.console import out, out_json
from migrate_mail.cli.options import JsonOption

if TYPE_CHECKING:
    from migrate_mail.checks.base import AnyCheck

WIDTH = 80


def checks(
    family: Annotated[
        str | None,
        typer.Argument(
            help="Only the checks of one family, such as dns.", autocompletion=families
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """List every check there is, by family.

    A checklist uses a check by its id. What one looks at, and why, tells migrate-mail explain.

    Examples:
      migrate-mail checks
      migrate-mail checks dns
    """
    found = _family(family)
    if json:
        out_json([data_of(check) for check in found])
        return
    width = max(len(check.id) for check in found)
    before = ""
    for check in found:
        mine = check.id.partition(".")[0]
        if before and mine != before:
            out()
        before = mine
        out(f"{check.id:{width}}  {check.title}")


def explain(
    name: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="A check's id, the tag of a finding, or the code of an error.",
            autocompletion=explainable,
        ),
    ],
    json: JsonOption = False,
) -> None:
    """Tell what a check looks at, why it matters at a cutover, and how to mend what it finds.

    Also takes the tag of a finding, as reports and --json name it, and the code of an error in a
    file, as migrate-mail validate shows it in brackets.

    Examples:
      migrate-mail explain dns.ttl
      migrate-mail explain MX_IS_CNAME
      migrate-mail explain unknown-owner
    """
    from migrate_mail.files.codes import CODES

    if name.lower() in CODES:
        _explain_code(name.lower(), CODES[name.lower()], json=json)
        return
    check = _named(name)
    if json:
        out_json(data_of(check))
    else:
        out("\n".join(_page(check)))


def _explain_code(code: str, meaning: str, *, json: bool) -> None:
    if json:
        out_json({"code": code, "meaning": meaning})
        return
    out(f"{code}: an error in a file\n")
    out(textwrap.fill(meaning, WIDTH, initial_indent="  ", subsequent_indent="  "))


def _family(family: str | None) -> list[AnyCheck]:
    from migrate_mail.checks.registry import CHECKS
    from migrate_mail.errors import UserError

    found = [c for c in CHECKS.values() if family in {None, c.id.partition(".")[0]}]
    if not found:
        known = ", ".join(sorted({name.partition(".")[0] for name in CHECKS}))
        raise UserError(f"there is no family `{family}` of checks", hint=f"known: {known}")
    return found


def _named(name: str) -> AnyCheck:
    """Return a check by its id, or the one of whose family a tag is; UserError with what is near."""
    import difflib

    from migrate_mail.checks.registry import CHECKS
    from migrate_mail.checks.tags import check_of_tag, tags
    from migrate_mail.errors import UserError
    from migrate_mail.files.codes import CODES

    found = CHECKS.get(name.lower()) or check_of_tag(name.upper())
    if found is not None:
        return found
    near = difflib.get_close_matches(name, [*CHECKS, *tags(), *CODES], n=1)
    hint = f"did you mean `{near[0]}`?" if near else "migrate-mail checks lists them"
    raise UserError(f"there is no check, finding or error `{name}`", hint=hint)


def _page(check: AnyCheck) -> list[str]:
    about = check.about
    lines = [f"{check.id}: {check.title}", ""]
    for head, text in (
        ("What it looks at", f"{about.looks[:1].upper()}{about.looks[1:].rstrip('.')}."),
        ("Why it matters", about.matters),
        ("How to mend it", about.mend),
    ):
        lines += [head, *textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  "), ""]  # fmt: skip
    if about.refs:
        lines += ["Where it is written", *(f"  {ref}" for ref in about.refs), ""]
    params = _params(check)
    if params:
        lines += ["Parameters (`with:` in a checklist)"]
        for name, told in params.items():
            words = f"{name}: {told['about']} (default: {told['default']})"
            lines += textwrap.wrap(words, WIDTH, initial_indent="  ", subsequent_indent="    ")
        lines.append("")
    each = ", ".join(sorted(check.each)) or "none: it looks at the migration as a whole"
    return [*lines, f"for_each: {each}"]


def _params(check: AnyCheck) -> dict[str, dict[str, Any]]:
    """Return the parameters by name, with their meaning and default as they stand in a checklist."""
    plain = check.params().model_dump(mode="json", by_alias=True)
    fields = check.params.model_fields
    return {
        field.alias or name: {"about": field.description, "default": plain[field.alias or name]}
        for name, field in fields.items()
    }


def data_of(check: AnyCheck) -> dict[str, Any]:
    """Return all that is told of a check, as plain values."""
    about = check.about
    return {
        "id": check.id,
        "title": check.title,
        "looks_at": about.looks,
        "matters": about.matters,
        "mend": about.mend,
        "refs": list(about.refs),
        "params": _params(check),
        "for_each": sorted(check.each),
    }
