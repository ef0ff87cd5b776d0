"""Which questions a new migration has, what is proposed for each, and how an answer is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from pydantic import ValidationError

from migrate_mail.files.secretish import is_secret_name
from migrate_mail.files.wording import reword
from migrate_mail.start.answers import Answers
from migrate_mail.start.look import Seen
from migrate_mail.start.providers import Provider, provider_of

_LISTS = {"new_mx", "accounts"}
_BY_UPDATE = {"dns_server", "dns_key", "dns_secret"}
_NOTHING = {"accounts", "cutover_at", "ca", "dns_admin", "service_desk", "decider"}
"""What may be left empty: it is filled in later, or not needed."""

Ask = Callable[[str], str]


def arriving(answers: Answers) -> Provider | None:
    """Return who takes the mail after the switch, when that can be told."""
    return provider_of(line.split()[1] for line in answers.new_mx) if answers.new_mx else None


def proposal(key: str, answers: Answers, seen: Sequence[Seen], node: str) -> str:
    """Return what is proposed for a question; empty: nothing can be."""
    first = seen[0]
    old, new = first.provider, arriving(answers)
    proposals: Mapping[str, str] = {
        "name": f"Move {first.domain} to another server",
        "new_imap": new.imap if new else "",
        "old_imap": old.imap if old else "",
        "to": (new.arriving if new else "") or "generic",
        "leaving": (old.leaving if old else "") or "none",
        "old_secret": "file:secrets/old/${address}",
        "new_secret": "file:secrets/new/${address}",
        "probe_sender": f"postmaster@{first.domain}",
        "probe_helo": node if "." in node else "",
        "dns_driver": "manual",
        "dns_secret": "file:secrets/tsig",
    }
    return proposals.get(key, "")


def open_questions(answers: Answers) -> Iterator[str]:
    """Yield the questions that nobody has answered yet, in their order."""
    for key in Answers.model_fields:
        if getattr(answers, key) is None and _applies(key, answers):
            yield key


def _applies(key: str, answers: Answers) -> bool:
    new = arriving(answers)
    if key in {"old_secret", "new_secret"}:
        signs_in = (
            key == "new_secret" and new is not None and new.kind in {"google", "microsoft"}
        )
        return not signs_in and answers.leaving is not None
    return key not in _BY_UPDATE or answers.dns_driver == "rfc2136"


def ask_all(answers: Answers, seen: Sequence[Seen], node: str, ask: Ask, tell: Ask) -> Answers:
    """Ask a person what is open; a wrong answer is told why and asked again. tell: prints a line."""
    asked: set[str] = set()
    while key := next((k for k in open_questions(answers) if k not in asked), None):
        asked.add(key)
        proposed = proposal(key, answers, seen, node)
        answers = _ask_one(key, proposed, answers, ask, tell)
    return answers


def _ask_one(key: str, proposed: str, answers: Answers, ask: Ask, tell: Ask) -> Answers:
    said = Answers.model_fields[key].description
    while True:
        text = ask(f"{said} [{proposed}]: " if proposed else f"{said}: ") or proposed
        if not text:
            return answers
        try:
            return with_answer(answers, key, text)
        except ValueError as error:
            tell(f"  {error}")
            proposed = "" if text == proposed else proposed


def propose_all(answers: Answers, seen: Sequence[Seen], node: str) -> Answers:
    """Take what is proposed for all that is open, where something is."""
    asked: set[str] = set()
    while key := next((k for k in open_questions(answers) if k not in asked), None):
        asked.add(key)
        text = proposal(key, answers, seen, node)
        with suppress(ValueError):  # the name of this machine may be none that EHLO takes
            answers = with_answer(answers, key, text) if text else answers
    return answers


def with_answer(answers: Answers, key: str, text: str) -> Answers:
    """Return the answers with one more, as a person typed it. ValueError says what is wrong with it."""
    value: Any = [part.strip() for part in text.split(",")] if key in _LISTS else text.strip()
    try:
        one = Answers.model_validate({key: value})
    except ValidationError as error:
        first = dict(error.errors(include_url=False)[0])
        words = reword(first, f"`{key}`", None, secret=is_secret_name(key))
        raise ValueError(
            f"{words.message}; {words.hint}" if words.hint else words.message
        ) from None
    return answers.model_copy(update={key: getattr(one, key)})


def missing(answers: Answers) -> list[str]:
    """Return the questions that have to be answered in the file, where `TODO` is written."""
    return [key for key in open_questions(answers) if key not in _NOTHING]
