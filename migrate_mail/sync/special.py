"""Which folder is Sent, Drafts, Trash, Junk or Archive: by attribute, else by a well-known name."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from migrate_mail.net.imap import FolderInfo

USES = ("\\sent", "\\drafts", "\\trash", "\\junk", "\\archive")
"""The attributes of RFC 6154 that stand for one real folder (\\All and \\Flagged are views)."""

WELL_KNOWN: Mapping[str, tuple[str, ...]] = {
    "\\sent": (
        "sent",
        "sent items",
        "sent messages",
        "sent mail",
        "sent-mail",
        "gesendet",
        "gesendete objekte",
        "gesendete elemente",
        "éléments envoyés",
        "enviados",
        "posta inviata",
    ),
    "\\drafts": ("drafts", "draft", "entwürfe", "brouillons", "borradores", "bozze"),
    "\\trash": (
        "trash",
        "deleted items",
        "deleted messages",
        "papierkorb",
        "gelöschte elemente",
        "gelöschte objekte",
        "corbeille",
        "papelera",
        "cestino",
    ),
    "\\junk": ("junk", "junk e-mail", "junk email", "spam", "bulk mail", "unerwünscht"),
    "\\archive": ("archive", "archives", "archiv"),
}
"""Names that servers and clients give to these folders, lower-case, most usual first."""


def by_attribute(folders: Sequence[FolderInfo]) -> dict[str, str]:
    """Return special use -> folder name, as the server itself declares them (first one wins)."""
    found: dict[str, str] = {}
    for folder in sorted(folders, key=lambda f: f.name):
        use = (folder.special_use or "").lower()
        if use in USES and folder.selectable:
            found.setdefault(use, folder.name)
    return found


def by_name(leaves: Mapping[str, str], uses: Collection[str]) -> dict[str, str]:
    """Return special use -> folder name by well-known names, for the uses that are not in `uses`.

    leaves: last part of the name -> whole name, of the folders that come into question.
    """
    lowered = {leaf.lower(): name for leaf, name in sorted(leaves.items(), reverse=True)}
    found: dict[str, str] = {}
    for use in (u for u in USES if u not in uses):
        name = next((lowered[n] for n in WELL_KNOWN[use] if n in lowered), None)
        if name is not None:
            found[use] = name
    return found
