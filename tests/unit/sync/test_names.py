"""The mapping of folder names: possible on the other side, injective, the same every time."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from migrate_mail.net.imap import FolderInfo
from migrate_mail.sync.names import FolderPair, Space, map_folders

SLASH, DOT = Space("", "/"), Space("", ".")
INBOX_DOT = Space("INBOX.", ".")


def folder(name, *flags, sep="/", use=None):
    """Return a folder as LIST gives it."""
    selectable = not {"\\noselect", "\\nonexistent"} & set(flags)
    return FolderInfo(name, sep, frozenset(flags), selectable, use)


def mapped(old, new=(), *, to=SLASH, of=SLASH, known=None):
    """Return old name -> new name."""
    pairs = map_folders(old, list(new), old_space=of, new_space=to, known=known)
    return {p.old: p.new for p in pairs}


def names(*some, sep="/"):
    """Return plain folders."""
    return [folder(name, sep=sep) for name in some]


def test_separator_is_translated():
    """A level stays a level."""
    assert mapped(names("Work/2024/Q1"), to=DOT) == {"Work/2024/Q1": "Work.2024.Q1"}


def test_prefix_is_added_and_removed():
    """The personal namespace's prefix is no part of a folder's name."""
    assert mapped(names("Work"), to=INBOX_DOT) == {"Work": "INBOX.Work"}
    assert mapped(names("INBOX.Work.Old", sep="."), of=INBOX_DOT) == {
        "INBOX.Work.Old": "Work/Old"
    }


def test_inbox_in_any_case_is_inbox():
    """RFC 9051 section 5.1: INBOX is one name in all spellings, and it is never made."""
    pairs = map_folders(names("Inbox"), [], old_space=SLASH, new_space=INBOX_DOT)
    assert pairs == [FolderPair("Inbox", "INBOX", create=False, subscribe=False)]


def test_child_of_inbox_stays_below_inbox():
    """A folder in INBOX goes into INBOX, or beside the others where INBOX. is the prefix."""
    assert mapped(names("inbox/Sub")) == {"inbox/Sub": "INBOX/Sub"}
    assert mapped(names("INBOX/Sub"), to=INBOX_DOT) == {"INBOX/Sub": "INBOX.Sub"}


def test_folder_called_inbox_below_the_prefix_is_not_inbox():
    """`INBOX.INBOX` is another folder than INBOX, and stays one."""
    got = mapped(names("INBOX", "INBOX.INBOX", sep="."), of=INBOX_DOT)
    assert got == {"INBOX": "INBOX", "INBOX.INBOX": "INBOX_2"}


def test_separator_of_new_within_a_name_becomes_an_underscore():
    """A name that new would read as two levels is written differently."""
    assert mapped(names("v1.0/a"), to=DOT) == {"v1.0/a": "v1_0.a"}


def test_colliding_names_get_numbers_and_children_follow():
    """Two folders at old are two at new; the one whose name can stay keeps it."""
    old = names("a.b", "a_b", "a.b/x", "a_b/x")
    assert mapped(old, to=DOT) == {
        "a_b": "a_b",
        "a.b": "a_b_2",
        "a_b/x": "a_b.x",
        "a.b/x": "a_b_2.x",
    }


def test_names_that_differ_in_case_only_do_not_fall_together():
    """A new server that ignores case does not mix two folders."""
    assert mapped(names("Work", "work")) == {"Work": "Work", "work": "work_2"}


def test_existing_folder_is_used_in_its_own_spelling():
    """Where new has `archive 2023`, `Archive 2023` is not made beside it."""
    assert mapped(names("Work A"), names("work a")) == {"Work A": "work a"}


def test_control_characters_and_empty_levels_are_replaced():
    """No server takes them in a name."""
    assert mapped(names("a\tb", "c//d")) == {"a\tb": "a_b", "c//d": "c/_/d"}


def test_noselect_parent_gets_no_pair():
    """A folder that only holds others is made by its children."""
    old = [folder("Work", "\\noselect"), folder("Work/A")]
    assert mapped(old, to=DOT) == {"Work/A": "Work.A"}


def test_folder_that_is_only_a_name_at_new_is_created():
    r"""A \Noselect name at new cannot take mail: it is made."""
    [pair] = map_folders(
        names("Work"), [folder("Work", "\\noselect")], old_space=SLASH, new_space=SLASH
    )
    assert pair == FolderPair("Work", "Work", create=True, subscribe=False)


def test_special_folder_goes_where_new_declares_it():
    """SPECIAL-USE (RFC 6154) decides, whatever the names are; children follow."""
    old = [folder("Gesendet", use="\\Sent"), folder("Gesendet/2023")]
    assert mapped(old, [folder("Sent Items", use="\\sent")]) == {
        "Gesendet": "Sent Items",
        "Gesendet/2023": "Sent Items/2023",
    }


def test_special_folder_is_recognised_by_a_well_known_name():
    """Where a side declares nothing, the usual names are known."""
    assert mapped(names("Papierkorb"), names("Trash")) == {"Papierkorb": "Trash"}
    assert mapped(names("Sent Messages"), [folder("Gesendet", use="\\sent")]) == {
        "Sent Messages": "Gesendet"
    }


def test_special_name_at_new_is_left_to_the_folder_that_has_it():
    """A guess never takes a name that another folder of old has."""
    old = [folder("Gesendet", use="\\sent"), folder("Sent")]
    assert mapped(old, names("Sent")) == {"Gesendet": "Gesendet", "Sent": "Sent"}


def test_declared_special_folder_pushes_the_namesake_aside():
    """What new declares as Sent receives what old declares as Sent; the other gets a number."""
    old = [folder("Gesendet", use="\\sent"), folder("Sent")]
    got = mapped(old, [folder("Sent", use="\\sent")])
    assert got == {"Gesendet": "Sent", "Sent": "Sent_2"}


def test_what_earlier_runs_decided_stays():
    """A folder that new declares special later does not move mail that is there already."""
    new = [folder("Gesendet"), folder("Sent", use="\\sent")]
    old = [folder("Gesendet", use="\\sent")]
    assert mapped(old, new) == {"Gesendet": "Sent"}
    assert mapped(old, new, known={"Gesendet": "Gesendet"}) == {"Gesendet": "Gesendet"}


def test_subscriptions_are_carried_over():
    """A folder that is subscribed at old is to be subscribed at new."""
    pairs = map_folders(names("A", "B"), [], old_space=SLASH, new_space=SLASH, subscribed={"B"})
    assert [(p.old, p.subscribe) for p in pairs] == [("A", False), ("B", True)]


def test_server_without_levels_gets_flat_names():
    """A new server with no separator gets the levels joined."""
    assert mapped(names("A/B"), to=Space("", "")) == {"A/B": "A_B"}


PARTS = st.sampled_from(
    ["Sent", "sent", "Sent Items", "a.b", "a_b", "a_b_2", "x", "X", "INBOX", "Trash", "ü", ""]
)
NAMES = st.lists(PARTS, min_size=1, max_size=3).map("/".join)
USE = st.sampled_from([None, None, None, "\\sent", "\\trash"])
FOLDERS = st.lists(st.builds(lambda n, u: folder(n, use=u), NAMES, USE), max_size=8)
SPACES = st.sampled_from([SLASH, DOT, INBOX_DOT, Space("", "")])


def _as_listed(folders, space):
    """Return folders as a server with this namespace would list them."""
    renamed = []
    for one in folders:
        name = one.name.replace("/", space.delimiter or "_")
        renamed.append(
            FolderInfo(name, space.delimiter or None, one.flags, True, one.special_use)
        )
    return renamed


@settings(max_examples=300, deadline=None)
@given(FOLDERS, FOLDERS, SPACES)
def test_mapping_is_injective_and_stable(old, new, space):
    """No two folders fall together, ignoring case; a second run finds what the first one made."""
    new = _as_listed(new, space)
    pairs = map_folders(old, new, old_space=SLASH, new_space=space)
    targets = [p.new.casefold() for p in pairs]
    assert len(set(targets)) == len(targets)
    made = [
        FolderInfo(p.new, space.delimiter or None, frozenset(), True, None)
        for p in pairs
        if p.create
    ]
    again = map_folders(old, new + made, old_space=SLASH, new_space=space)
    assert [(p.old, p.new) for p in again] == [(p.old, p.new) for p in pairs]
    assert not any(p.create for p in again)
