"""An admin at a small company on loopback: real commands, a project folder, and servers that can be broken."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from migrate_mail.lab.company import Company
from migrate_mail.state.store import Store
from support.commands import Commands, Said


@dataclass(frozen=True, slots=True)
class Office:
    """The company, the folder with its files, and somebody who types commands there."""

    lab: Company
    migration: Path
    admin: Commands

    @property
    def state(self) -> Path:
        """The state file."""
        return self.migration.with_name("migration.state")

    def run(self, *arguments: str, ends: int | None = 0) -> Said:
        """Run a command; see Commands.run."""
        return self.admin.run(*arguments, ends=ends)

    def sign(self) -> None:
        """Confirm what people must say before the switch."""
        for step in ("announced", "old-relays"):
            self.run("confirm", step, "--by", "Mia Berger", "--note", "told them")

    def edit(self, before: str, after: str, name: str = "migration.yaml") -> None:
        """Change a file of the project; what is replaced must be there."""
        path = self.migration.with_name(name)
        text = path.read_text()
        assert before in text
        path.write_text(text.replace(before, after))

    def mx(self) -> tuple[int, list[str]]:
        """Return the MX as published."""
        return self.lab.rrset(self.lab.domain, "MX")

    def read(self) -> Store:
        """Open the state file to read."""
        return Store.read(self.state)


def open_office(company: Company, folder: Path) -> Office:
    """Write the project files and give the office."""
    return Office(company, company.write_project(folder), Commands(folder))
