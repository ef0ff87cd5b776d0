"""The questions about all folders of a mailbox, in one flight: behind a login, or even before its answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from migrate_mail.net import imap_parse as parse
from migrate_mail.net.imap_text import FolderNames
from migrate_mail.net.imap_types import Ahead, FolderInfo, Mailboxes
from migrate_mail.net.imap_wire import Answer, ImapWire

FLIGHT = 100
"""Commands in flight: more could fill the buffers of both ends, and each wait for the other."""
_STATUS = "(MESSAGES UIDNEXT UIDVALIDITY)"
_STATUS_MODSEQ = "(MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ)"
_READS_ON = re.compile("dovecot|cyrus", re.IGNORECASE)
"""Servers, by their greeting, that were seen to read on behind a login (RFC 9051 section 5.5)."""


@dataclass(frozen=True, slots=True)
class Survey:
    """Questions that are on the wire, and what they rest on. states: the tag of each folder's STATUS."""

    ahead: Ahead
    states: tuple[tuple[str, bytes], ...]
    root: bytes
    listed: bytes
    subscribed: bytes

    def fits(self, known: Sequence[str], able: frozenset[str]) -> bool:
        """Tell whether these are the questions to ask of these folders and this server."""
        return self.ahead == Ahead(tuple(known), able)

    @property
    def tags(self) -> tuple[bytes, ...]:
        """Every question, in the order in which they are answered."""
        return (*(tag for _, tag in self.states), self.root, self.listed, self.subscribed)


def reads_on(wire: ImapWire) -> bool:
    """Tell whether a server is known to read what stands behind a login that it has not answered yet."""
    return _READS_ON.search(wire.heard.greeting) is not None


def ask_survey(wire: ImapWire, names: FolderNames, ahead: Ahead) -> Survey:
    """Put the questions on the wire: state of the known folders, namespace, folders, subscriptions."""
    # Before LIST: after it Dovecot reads a whole Maildir again to answer the same STATUS.
    states = ask_states(wire, names, ahead.known[:FLIGHT], ahead.able)
    # Without NAMESPACE (RFC 2342) the root tells at least what separates levels.
    root = ("NAMESPACE",) if "NAMESPACE" in ahead.able else ("LIST", '""', '""')
    extended = {"SPECIAL-USE", "LIST-EXTENDED"} <= ahead.able
    returns = " RETURN (SPECIAL-USE CHILDREN)" if extended else ""
    return Survey(
        ahead,
        states,
        wire.ask(*root),
        wire.ask("LIST", '""', f'"*"{returns}'),
        wire.ask("LSUB", '""', '"*"'),
    )


def ask_states(
    wire: ImapWire, names: FolderNames, folders: Sequence[str], able: frozenset[str]
) -> tuple[tuple[str, bytes], ...]:
    """Put a STATUS for each folder on the wire; return their tags."""
    items = _STATUS_MODSEQ if "CONDSTORE" in able else _STATUS
    written = [(folder, names.write(folder)) for folder in folders]
    return tuple((folder, wire.ask("STATUS", name, items)) for folder, name in written)


def read_folders(
    wire: ImapWire, names: FolderNames, survey: Survey, checked: Callable[[Answer], Answer]
) -> Mailboxes:
    """Read the answers behind the states. checked: raises for an answer that is not OK."""

    def listed(tag: bytes, name: str) -> list[FolderInfo]:
        found = parse.responses(checked(wire.answer(tag)).of(name))
        return [parse.folder(group, names) for group in found]

    if "NAMESPACE" in survey.ahead.able:
        told = checked(wire.answer(survey.root)).of("NAMESPACE")
        prefix, delimiter = parse.namespace(told, names) or ("", "/")
        others = parse.foreign_spaces(told, names)
    else:
        root = listed(survey.root, "LIST")
        prefix, delimiter = "", next((f.delimiter for f in root if f.delimiter), "/")
        others = ()
    folders, active = listed(survey.listed, "LIST"), listed(survey.subscribed, "LSUB")
    own = frozenset(f.name for f in active if f.selectable)
    return Mailboxes(tuple(folders), own, prefix, delimiter, others)
