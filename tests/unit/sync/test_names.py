"""The mapping of folder names: possible on the other side, injective, the same every time."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from migrate_mail.net.imap import FolderInfo
from migrate_mail.sync.names import (
    FolderPair,
    LeftOut,
    Namespace,
    Space,
    folder_map,
    map_folders,
)
from migrate_mail.sync.rules import FolderRules
from migrate_mail.sync.space import EXCHANGE, GMAIL, PLAIN

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


def both(old, new=(), *, to=SLASH, of=SLASH, known=None, **rules):
    """Return the whole mapping with rules: map, exclude."""
    rules = FolderRules(**rules)
    return folder_map(old, list(new), old_space=of, new_space=to, known=known, rules=rules)


def ruled(old, new=(), **more):
    """Return old name -> new name, with rules."""
    return {p.old: p.new for p in both(old, new, **more).pairs}


def why(found):
    """Return old name -> why it has its new name, where there is something to say."""
    return {p.old: p.why for p in found.pairs if p.why}


def test_rule_sends_a_folder_and_what_is_below_it():
    """Rules are written with `/`; children go along, whatever separates levels at either side."""
    old = names("Projects.A", "Projects.A.x", "Projects", "Sent Items", sep=".")
    got = both(old, of=INBOX_DOT, to=DOT, map={"Projects": "Archive/Old", "Sent Items": "Sent"})
    assert {p.old: p.new for p in got.pairs} == {
        "Projects": "Archive.Old",
        "Projects.A": "Archive.Old.A",
        "Projects.A.x": "Archive.Old.A.x",
        "Sent Items": "Sent",
    }
    assert why(got) == {"Projects": "rule `Projects`", "Sent Items": "rule `Sent Items`"}


def test_star_keeps_the_rest():
    """`Projects/*` moves everything below Projects, and not Projects itself."""
    old = names("Projects", "Projects/A", "Projects/A/x", "ProjectsB")
    assert ruled(old, map={"Projects/*": "Archive/Projects/*"}) == {
        "Projects": "Projects",
        "ProjectsB": "ProjectsB",
        "Projects/A": "Archive/Projects/A",
        "Projects/A/x": "Archive/Projects/A/x",
    }


def test_rule_that_says_most_counts():
    """A whole name before a special use, that before a pattern."""
    old = [folder("Gesendet", use="\\sent"), *names("G1", "G2", "Sent")]
    got = ruled(old, map={"*": "Old/*", "G*": "G/*", "G1": "One", "\\Sent": "Out"})
    assert got == {"Gesendet": "Out", "G1": "One", "G2": "G/2", "Sent": "Old/Sent"}


def test_rule_reaches_children_of_a_folder_that_holds_no_mail():
    r"""A \Noselect folder has no pair, but what is below it goes where the rule says, with the reason."""
    old = [folder("Work", "\\noselect"), folder("Work/A")]
    got = both(old, map={"Work": "Job"})
    assert [(p.old, p.new, p.why) for p in got.pairs] == [("Work/A", "Job/A", "rule `Work`")]


def test_rule_pushes_the_namesake_aside():
    """Who is named by a rule comes first; the other gets a number, and both say why."""
    got = both(names("Sent", "Sent Items"), map={"Sent Items": "Sent"})
    assert {p.old: p.new for p in got.pairs} == {"Sent Items": "Sent", "Sent": "Sent_2"}
    assert why(got)["Sent"] == "`Sent` is what `Sent Items` becomes"


def test_folders_that_rules_send_together_stay_two():
    """Two patterns may meet in one name: nothing is mixed, the second gets a number."""
    got = ruled(names("A/x", "B/x"), map={"A/*": "C/*", "B/*": "C/*"})
    assert got == {"A/x": "C/x", "B/x": "C/x_2"}


def test_inbox_moves_only_by_a_rule_of_its_own_or_a_star():
    """A whole account can go below one folder, INBOX with its children included."""
    old = names("INBOX", "INBOX/Sub", "Work")
    assert ruled(old, map={"*": "Old/*"}, to=INBOX_DOT) == {
        "INBOX": "INBOX.Old.INBOX",
        "INBOX/Sub": "INBOX.Old.INBOX.Sub",
        "Work": "INBOX.Old.Work",
    }
    assert ruled(names("INBOX", "Neu"), map={"inbox": "Alt", "Neu": "INBOX"}) == {
        "INBOX": "Alt",
        "Neu": "INBOX",
    }


def test_folder_called_inbox_does_not_slip_into_inbox():
    """Where a rule sends INBOX away, `INBOX.INBOX` still does not become INBOX."""
    old = names("INBOX", "INBOX.INBOX", sep=".")
    got = ruled(old, of=INBOX_DOT, map={"INBOX": "Alt"})
    assert len(set(got.values())) == 2
    assert "INBOX" not in got.values()


def test_excluded_folder_is_listed_with_what_is_below():
    """By name, by pattern, by use in any language; the reason names the rule and the way back."""
    old = [
        *names("Papierkorb", "Papierkorb/2020", "Public", "Public/A", "Work", "INBOX"),
        folder("X", use="\\junk"),
    ]
    got = both(old, exclude=["\\Trash", "Public/*", "\\Junk"])
    assert [p.old for p in got.pairs] == ["INBOX", "Public", "Work"]
    assert {one.old: one.reason.partition(":")[0] for one in got.left_out} == {
        "Papierkorb": "excluded by `\\Trash`",
        "Papierkorb/2020": "excluded by `\\Trash`",
        "Public/A": "excluded by `Public/*`",
        "X": "excluded by `\\Junk`",
    }
    assert "sync.folders.exclude" in got.left_out[0].reason


def test_excluded_folder_does_not_keep_its_name_from_others():
    """Where Trash is left out, what is Trash by another name may have the place."""
    assert ruled(names("A/x", "A_x"), to=Space("", ""), exclude=["A_x"]) == {"A/x": "A_x"}


def test_guess_is_not_made_where_the_next_run_would_not_make_it():
    """A special folder whose own name a rule gave away gets a number in the first run and in the next."""
    old, rule = [folder("Sent"), folder("Out", use="\\sent")], {"Sent": "Out"}
    first = ruled(old, names("Sent"), map=rule)
    assert first == {"Sent": "Out", "Out": "Out_2"}
    assert ruled(old, names("Sent", "Out", "Out_2"), map=rule) == first


def test_rules_that_match_nothing_are_named():
    """A slip of the pen shows in the preview; a rule that only a container matches is none."""
    old = [folder("Work", "\\noselect"), folder("Work/A")]
    got = both(old, map={"Work": "Job", "work/B": "B"}, exclude=["\\Junk", "*A", "Trash"])
    assert got.idle == ("work/B", "\\Junk", "Trash")


def test_names_of_rules_match_in_either_unicode_form():
    """What an editor writes composed, a Mac stored decomposed."""
    assert ruled(names("Entwu\u0308rfe"), map={"Entw\u00fcrfe": "Drafts"}) == {
        "Entwu\u0308rfe": "Drafts"
    }


def test_rule_that_comes_after_the_mail_moves_nothing():
    """What was copied stays where it is, and the reason says so; a folder that is gone may move."""
    known, rule = {"Alt": "Alt"}, {"Alt": "Archive/Alt"}
    got = both(names("Alt"), names("Alt"), known=known, map=rule)
    assert [(p.new, p.why) for p in got.pairs] == [
        ("Alt", "as in earlier runs: rule `Alt` came later, and mail is here already")
    ]
    assert ruled(names("Alt"), known=known, map=rule) == {"Alt": "Archive/Alt"}


OTHERS = (Namespace("user/", "/", "other users"), Namespace("shared/", "/", "shared"))


def test_folders_of_others_are_left_out_and_listed():
    """Another user's folder moves with its own account; a shared one is moved once."""
    old = names("Work", "user/bert", "user/bert/x", "shared", "shared/x", "shared2")
    got = both(old, of=Space("", "/", OTHERS))
    assert [p.old for p in got.pairs] == ["Work", "shared2"]
    assert got.left_out[0] == LeftOut(
        "user/bert",
        "belongs to another user (namespace `user/`): it moves with their account",
    )
    assert [one.old for one in got.left_out[2:]] == ["shared", "shared/x"]


def test_own_folders_are_told_from_shared_ones_by_the_longer_prefix():
    """Cyrus lists shared folders without a prefix beside `INBOX.`; the user's own have it."""
    space = Space(
        "INBOX.", ".", (Namespace("", ".", "shared"), Namespace("user.", ".", "other users"))
    )
    got = both(names("INBOX", "INBOX.a", "user.b", "board", sep="."), of=space)
    assert [p.old for p in got.pairs] == ["INBOX", "INBOX.a"]
    assert [one.old for one in got.left_out] == ["user.b", "board"]


def test_nothing_is_made_among_the_folders_of_others_at_new():
    """A private folder never lands where others can read it, not even by special use."""
    old = names("shared/x", "Sent")
    new = [folder("shared/Gesendet", use="\\sent"), folder("shared/x")]
    got = both(old, new, to=Space("", "/", OTHERS))
    assert [(p.old, p.new, p.create) for p in got.pairs] == [
        ("Sent", "Sent", True),
        ("shared/x", "shared_/x", True),
    ]
    assert why(got) == {"shared/x": "new keeps `shared/` for shared folders"}


def test_gmail_gets_names_that_it_takes():
    """No blank at an end or twice, none of its forbidden characters; two such names stay two."""
    got = both(names(" a  b ", "a b", "it's", "x^y"), to=Space("", "/", taste=GMAIL))
    assert {p.old: p.new for p in got.pairs} == {
        "a b": "a b", " a  b ": "a b_2", "it's": "it_s", "x^y": "x_y",
    }  # fmt: skip
    assert why(got)["it's"].startswith("Gmail takes none of ^ ' \" \\")
    assert "no blank at an end" in why(got)[" a  b "]


def test_names_that_new_keeps_for_itself_are_evaded():
    """Exchange has Notes that are no mail: a mail folder of that name gets another."""
    space = Space("", "/", taste=EXCHANGE)
    got = both(names("Notes", "Work/Notes"), to=space)
    assert {p.old: p.new for p in got.pairs} == {"Notes": "Notes_2", "Work/Notes": "Work/Notes"}
    assert why(got) == {"Notes": "`Notes` is what Exchange itself becomes"}
    assert ruled(names("Notes"), names("Notes"), to=space) == {"Notes": "Notes"}


def test_names_that_are_too_long_are_cut_and_stay_different():
    """255 octets on the wire for a level; where dots separate levels, 250 for the whole."""
    old = names("ü" * 200 + "a", "ü" * 200 + "b", "p/" + "q" * 248)
    got = ruled(old, to=DOT)
    assert len(set(got.values())) == 3
    assert all(len(n.encode("utf-7")) <= 250 for n in got.values())
    assert all("cut" in w or "longer than" in w for w in why(both(old, to=DOT)).values())


def test_unicode_forms_of_one_name_do_not_fall_together():
    """Composed and decomposed look the same; a server may take them for one."""
    got = ruled(names("caf\u00e9", "cafe\u0301"))
    assert got == {"caf\u00e9": "caf\u00e9", "cafe\u0301": "caf\u00e9_2"}


def test_special_folder_is_recognised_within_inbox_and_gmail():
    """Servers without NAMESPACE keep Sent in INBOX, Gmail in a folder of its own."""
    new = [folder("Gesendet", use="\\sent")]
    assert ruled(names("INBOX/Sent"), new) == {"INBOX/Sent": "Gesendet"}
    assert ruled(names("[Gmail]/Sent Mail"), new) == {"[Gmail]/Sent Mail": "Gesendet"}


def test_reason_is_given_where_a_name_changes():
    """Special use, separators, taken names; nothing is said where only the notation differs."""
    old = [folder("Gesendet", use="\\sent"), *names("a.b", "a_b", "Work/A")]
    got = both(old, [folder("Sent", use="\\sent")], to=DOT)
    assert why(got) == {
        "Gesendet": "special use \\Sent",
        "a.b": "`.` separates levels at new; `a_b` is what `a_b` becomes",
    }


PARTS = st.sampled_from(
    [
        *("Sent", "sent", "Sent Items", "a.b", "a_b", "a_b_2", "x", "X", "INBOX", "Trash"),
        *("ü", "u\u0308", "", "shared", "Notes", "it's", " x", "y" * 300),
    ]
)
NAMES = st.lists(PARTS, min_size=1, max_size=3).map("/".join)
USE = st.sampled_from([None, None, None, "\\sent", "\\trash"])
FOLDERS = st.lists(st.builds(lambda n, u: folder(n, use=u), NAMES, USE), max_size=8)
TASTES = [GMAIL, EXCHANGE, PLAIN]
SPACES = st.sampled_from(
    [SLASH, DOT, INBOX_DOT, Space("", ""), Space("", "/", OTHERS)]
    + [Space("", "/", taste=taste) for taste in TASTES]
)
SOURCES = [
    "Sent",
    "sent",
    "Trash",
    "x",
    "*",
    "x/*",
    "*/x",
    "INBOX",
    "a_b/*",
    "\\Sent",
    "\\Trash",
]
TARGETS = ["Sent", "Notes", "Old/x", "shared/x", "a.b", "INBOX", "inbox/Old", "a_b_2"]


def _rule(source, target):
    return source, f"{target}/*" if "*" in source else target


RULES = st.builds(
    FolderRules,
    map=st.lists(
        st.builds(_rule, st.sampled_from(SOURCES), st.sampled_from(TARGETS)), max_size=4
    ).map(dict),
    exclude=st.lists(st.sampled_from(SOURCES), max_size=1).map(tuple),
)


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


@settings(max_examples=300, deadline=None)
@given(FOLDERS, FOLDERS, SPACES, RULES)
def test_mapping_with_rules_is_injective_stable_and_complete(old, new, space, rules):
    """As without rules, and each folder is once in the map: with a name that new takes, or left out."""
    new = _as_listed(new, space)
    of = Space("", "/", (Namespace("shared/", "/", "shared"),))

    def mapping(more=(), known=None):
        listed = [*new, *more]
        return folder_map(old, listed, old_space=of, new_space=space, rules=rules, known=known)

    found = mapping()
    names_at_new = [p.new for p in found.pairs]
    assert len({n.casefold() for n in names_at_new}) == len(names_at_new)
    assert not any(space.foreign(n) for n in names_at_new)
    both_sides = [p.old for p in found.pairs] + [one.old for one in found.left_out]
    assert sorted(both_sides) == sorted({f.name for f in old})
    made = [
        FolderInfo(p.new, space.delimiter or None, frozenset(), True, None)
        for p in found.pairs
        if p.create
    ]
    known = {p.old: p.new for p in found.pairs}
    for again in (mapping(made), mapping(made, known), mapping((), known)):
        assert [(p.old, p.new) for p in again.pairs] == [(p.old, p.new) for p in found.pairs]
    assert not any(p.create for p in mapping(made).pairs)
