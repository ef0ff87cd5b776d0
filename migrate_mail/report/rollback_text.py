"""The way back as a person reads it: what, in which order, automatic or by hand, how long."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from migrate_mail.report.escape import plain
from migrate_mail.report.words import WIDTH, moment, span
from migrate_mail.run.rollback import BackStep, NoReturn, RollbackPlan
from migrate_mail.run.way_back_time import BackBy

HEADS = {
    "before": "The way back, if the MX were switched now",
    "switched": "The way back",
    "back": "The MX is back at old; what is left of the way back",
}


def rollback_text(plan: RollbackPlan, *, width: int = WIDTH) -> str:
    """Return the plan as lines for a terminal."""
    lines = [HEADS[plan.stage], ""]
    for said in how_long(plan.back_by):
        lines += _wrapped(said, width, head="  ", indent=4)
    if plan.no_return is not None:
        lines += ["", *_wrapped(no_return_text(plan.no_return), width)]
    for number, step in enumerate(plan.steps, start=1):
        lines += ["", *_step(number, step, width)]
    return "\n".join(lines)


def _step(number: int, step: BackStep, width: int) -> Iterator[str]:
    head = f"{number:>3}. [{step.mark}] {plain(step.title)}{aside(step)}"
    yield from _wrapped(head, width, indent=5)
    for line in step.what.splitlines():
        if step.mark == "automatic":  # commands and records, to be pasted
            yield f"     {plain(line)}"
        else:
            yield from _wrapped(plain(line), width, head=" " * 5, indent=5)


def _wrapped(said: str, width: int, *, head: str = "", indent: int = 0) -> list[str]:
    """Wrap prose; words such as host names are never cut."""
    return textwrap.wrap(
        said,
        width,
        initial_indent=head,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def aside(step: BackStep) -> str:
    """Return what else is known of a step: how long, whose, when it was done."""
    parts = []
    if step.takes is not None:
        parts.append(f"takes {span(step.takes)}")
    if step.owner:
        parts.append(f"owner: {plain(step.owner)}")
    if step.done_at is not None:
        parts.append(f"undoes what was done {moment(step.done_at)}")
    return f"  ({', '.join(parts)})" if parts else ""


def how_long(when: BackBy) -> list[str]:
    """Return how long until everyone is back, as two figures with where they come from."""
    publish, ttl = span(when.publish), f"TTL {when.ttl} s ({plain(when.ttl_from)})"
    caches = f"caches have run out after {span(when.caches)} ({moment(when.caches_by)})"
    retry = f"after {span(when.with_retry)} ({moment(when.with_retry_by)})"
    return [
        f"{caches}: {publish} to publish + {ttl}",
        f"with one more try of refused senders {retry}",
    ]


def no_return_text(line: NoReturn) -> str:
    """Return what is to be said about the point of no return."""
    if line.passed_at is None:
        return f"Point of no return: `{line.step}` ({plain(line.title)}), not passed yet."
    by = f" by {plain(line.by)}" if line.by else ""
    return (
        f"PAST THE POINT OF NO RETURN: {plain(line.title)} was done {moment(line.passed_at)}{by}."
        " Going back costs more than going on."
    )


def rollback_markdown(plan: RollbackPlan) -> str:
    """Return the plan as Markdown, for tickets."""
    lines = [f"## {HEADS[plan.stage]}", "", *(f"- {line}" for line in how_long(plan.back_by))]
    if plan.no_return is not None:
        lines += ["", f"**{no_return_text(plan.no_return)}**"]
    lines.append("")
    for number, step in enumerate(plan.steps, start=1):
        lines.append(f"{number}. **{plain(step.title)}** [{step.mark}]{aside(step)}")
        body = "\n".join(plain(line) for line in step.what.splitlines())
        lines += ["", textwrap.indent(f"```\n{body}\n```", "   "), ""]
    return "\n".join(lines).rstrip()
