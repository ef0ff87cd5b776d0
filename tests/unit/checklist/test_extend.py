"""A checklist on top of another: steps changed, removed, added; every mistake told at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrate_mail.checklist.load import load_checklist
from migrate_mail.checklist.loaded import LoadedChecklist
from migrate_mail.files.complaint import InvalidFiles
from migrate_mail.finding import Phase, Severity

BASE = """schema: migrate-mail/checklist/v1
defaults: {severity: blocker, owner: mail-admin}
stages:
  - id: dns
    title: DNS made ready
    phase: prepare
    at: T-3d
    steps:
      - id: ttl
        check: dns.ttl
        with: {max: 5m, rrsets: [mx]}
        for_each: domains
      - id: told
        manual: {do: Tell everybody}
        needs: [ttl]
  - id: proof
    phase: verify
    steps:
      - id: seen
        check: dns.resolvers
        with: {system: new}
        for_each: domains
"""
HEAD = "schema: migrate-mail/checklist/v1\nextends: base.yaml\n"


def load(folder: Path, text: str) -> LoadedChecklist:
    """Load a site's checklist on top of the base."""
    (folder / "base.yaml").write_text(BASE)
    (folder / "site.yaml").write_text(HEAD + text)
    return load_checklist("site.yaml", folder)


def refused(folder: Path, text: str) -> list[str]:
    """Return `code line:column` of each complaint."""
    with pytest.raises(InvalidFiles) as caught:
        load(folder, text)
    return [f"{c.code} {c.line}:{c.column}" for c in caught.value.complaints]


def by_id(loaded: LoadedChecklist):
    """Return the steps by their ids, in order."""
    return {one.step.id: one for one in loaded.steps}


def test_everything_is_inherited(tmp_path):
    """A file that only extends has the steps of the other, with the other's defaults; both are named."""
    loaded = load(tmp_path, "")

    assert list(by_id(loaded)) == ["ttl", "told", "seen"]
    assert by_id(loaded)["told"].defaults.owner == "mail-admin"
    names = [Path(label).name for label, _ in loaded.files]
    assert names == ["base.yaml", "site.yaml"]
    assert loaded.departures == ()


def test_a_step_is_changed(tmp_path):
    """What is said is different, parameters one by one; the rest stays, and the reason is kept."""
    loaded = load(
        tmp_path,
        "change:\n  - {id: ttl, because: our provider has no less, severity: major, with: {max: 10m}}\n",
    )

    step = by_id(loaded)["ttl"].step
    assert (step.severity, step.for_each) == (Severity.MAJOR, "domains")
    assert step.with_ == {"max": "10m", "rrsets": ["mx"]}
    assert [(d.step, d.what, d.because) for d in loaded.departures] == [
        ("ttl", "changed", "our provider has no less")
    ]


def test_a_new_body_takes_the_place_of_the_old_one(tmp_path):
    """A check that becomes manual keeps its id, and so its history; its parameters are gone."""
    loaded = load(
        tmp_path,
        "change:\n  - {id: ttl, because: no access, manual: {do: Lower the TTL}}\n",
    )

    step = by_id(loaded)["ttl"].step
    assert (step.check, step.with_) == (None, {})
    assert step.manual is not None
    assert step.for_each == "domains"


def test_a_step_is_removed_and_others_are_added(tmp_path):
    """Steps join a stage of the same id, with its title and day; a new stage comes last."""
    loaded = load(
        tmp_path,
        """remove:
  - {id: seen, because: nobody outside asks}
stages:
  - id: dns
    phase: prepare
    steps:
      - {id: snapshot, manual: {do: Save the zone}, needs: [ttl], owner: dns-admin}
  - id: farewell
    phase: close
    steps:
      - {id: thanks, manual: {do: Say thank you}, rollback: {none: true, because: said is said}}
""",
    )

    steps = by_id(loaded)
    assert list(steps) == ["ttl", "told", "snapshot", "thanks"]
    assert steps["snapshot"].stage.title == "DNS made ready"
    assert steps["snapshot"].stage.at == steps["ttl"].stage.at
    assert steps["thanks"].stage.phase is Phase.CLOSE
    assert [(d.step, d.what) for d in loaded.departures] == [("seen", "removed")]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("remove:\n  - {id: tll, because: x}\n", ["unknown-step 4:10"]),
        ("remove:\n  - {id: seen}\n", ["missing-key 4:5"]),
        ("change:\n  - {id: nope, because: x, severity: minor}\n", ["unknown-step 4:10"]),
        ("change:\n  - {id: ttl, because: x, check: dns.ttl, manual: {do: x}}\n", ["bad-value 4:5"]),
        ("remove:\n  - {id: ttl, because: x}\n", ["needed-step 4:10"]),
        ("remove:\n  - {id: seen, because: x}\n  - {id: seen, because: y}\n", ["duplicate-step 5:10", "unknown-step 5:10"]),
        ("stages:\n  - id: dns\n    phase: close\n    steps:\n      - {id: a, check: dns.servers}\n", ["wrong-phase 5:12"]),
        ("stages:\n  - id: x\n    phase: prepare\n    steps:\n      - {id: ttl, check: dns.servers}\n", ["duplicate-step 7:14"]),
        ("change:\n  - {id: ttl, because: x, needs: [told]}\n", ["circular-needs 4:34"]),
    ],
)  # fmt: skip
def test_mistakes_are_told_where_they_stand(tmp_path, text, wanted):
    """Each is found in the file that extends, at its line."""
    assert refused(tmp_path, text) == wanted


@pytest.mark.parametrize(
    ("extends", "wanted"),
    [
        ("nowhere.yaml", "missing-file 2:10"),
        ("builtin:nothing", "missing-file 2:10"),
        ("site.yaml", "circular-extends 2:10"),
    ],
)
def test_what_is_extended_must_be_there(tmp_path, extends, wanted):
    """A file that is not there, and a circle, are told at the line that names it."""
    (tmp_path / "site.yaml").write_text(HEAD.replace("base.yaml", extends))

    with pytest.raises(InvalidFiles) as caught:
        load_checklist("site.yaml", tmp_path)

    assert [f"{c.code} {c.line}:{c.column}" for c in caught.value.complaints] == [wanted]


def test_a_circle_of_files_is_found(tmp_path):
    """Two files that extend each other end in a complaint, not in a recursion."""
    (tmp_path / "site.yaml").write_text(HEAD)
    (tmp_path / "base.yaml").write_text(HEAD.replace("base.yaml", "site.yaml"))

    with pytest.raises(InvalidFiles) as caught:
        load_checklist("site.yaml", tmp_path)

    assert [c.code for c in caught.value.complaints] == ["circular-extends"]


def test_without_steps_or_a_base_there_is_no_checklist(tmp_path):
    """A file that proves nothing is refused, and so is a change of nothing."""
    (tmp_path / "site.yaml").write_text("schema: migrate-mail/checklist/v1\nname: Empty\n")

    with pytest.raises(InvalidFiles) as caught:
        load_checklist("site.yaml", tmp_path)

    assert "proves nothing" in str(caught.value.complaints[0])
