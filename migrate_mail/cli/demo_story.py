"""The story that the demo tells, as data: what is said, what is done in the lab, which command is run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from migrate_mail.errors import ExitCode

if TYPE_CHECKING:
    from migrate_mail.lab.company import Company


@dataclass(frozen=True, slots=True)
class Say:
    """A sentence for the reader."""

    text: str


@dataclass(frozen=True, slots=True)
class Do:
    """Something that happens in the small world, with the sentence that tells it."""

    text: str
    act: Callable[[Company], object]


@dataclass(frozen=True, slots=True)
class Run:
    """A command as an admin would type it, and how it must end for the story to go on."""

    arguments: tuple[str, ...]
    ends: ExitCode = ExitCode.GO


Scene = Say | Do | Run
ALIAS = "info@lindenhof.example"
HIGH_TTL = 86_400
TTL = 300

PLANTED = {"mx_cname": True, "alias_missing": ALIAS, "ttl": HIGH_TTL}
"""What is wrong at the start; the story mends each."""


def story() -> list[Scene]:
    """Return the scenes in their order."""
    return [*_before(), *_copy_and_switch(), *_after()]


def _before() -> list[Scene]:
    return [
        Say(
            "Lindenhof, a company of four, moves its mail from oldhost to newhost. Three things are wrong, as they often are."
        ),
        Run(("validate", "migration.yaml")),
        Run(("preflight",), ends=ExitCode.NO_GO),
        Do(
            "Jonas lowers the TTL of the MX records to five minutes.",
            lambda lab: lab.lower_ttl(TTL),
        ),
        Do(
            "newhost gives its MX host an address of its own; it was an alias.",
            lambda lab: lab.mend_mx_cname(),
        ),
        Do(
            f"Mia adds the forgotten alias {ALIAS} at newhost.",
            lambda lab: lab.add_alias(ALIAS),
        ),
        Run(
            (
                "confirm",
                "announced",
                "--by",
                "Mia Berger",
                "--note",
                "mail to all, and a note on the door",
            )
        ),
        Run(
            (
                "confirm",
                "old-relays",
                "--by",
                "Mia Berger",
                "--note",
                "contract runs until May",
            )
        ),
        Run(("sync",)),
        Run(("preflight",)),
    ]


def _copy_and_switch() -> list[Scene]:
    return [
        Say(
            "GO. In real life Jonas waits a day now, until no cache holds the old TTL. Here only"
            " the clock of the resolver is moved; the program's own stays, so it will go on"
            " warning of that day."
        ),
        Do("A day passes in the resolver's cache.", lambda lab: lab.advance(HIGH_TTL)),
        Do(
            "Karl, a customer, writes to Anna.",
            lambda lab: lab.send_from_outside("anna@lindenhof.example", "Angebot"),
        ),
        Run(("cutover", "--dry-run")),
        Run(("cutover", "--yes", "--by", "Jonas Weiss")),
        Do(
            "Karl writes again. His resolver still has the old MX in its cache, so this one lands at old.",
            lambda lab: lab.send_from_outside(
                "anna@lindenhof.example", "Angebot, zweiter Teil"
            ),
        ),
        Do(
            "Five minutes pass in the resolver's cache.",
            lambda lab: lab.advance(TTL + 1),
        ),
    ]


def _after() -> list[Scene]:
    return [
        Do(
            "Support at oldhost sets the domain to remote, so that old passes on what it still gets.",
            lambda lab: lab.let_old_pass_on(),
        ),
        Say("What arrived at old meanwhile is brought over, and then everything is proved."),
        Run(("sync",)),
        Run(
            (
                "confirm",
                "old-passes-on",
                "--by",
                "Mia Berger",
                "--note",
                "oldhost support, ticket 4711",
            )
        ),
        Run(("verify",)),
        Run(("report", "--short")),
    ]
