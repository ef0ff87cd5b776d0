"""Checklist files are loaded with their places, and ids, needs and ways back are right."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrate_mail.checklist import builtin
from migrate_mail.checklist.load import LoadedChecklist, load_checklist
from migrate_mail.files.complaint import InvalidFiles

SITE = """schema: migrate-mail/checklist/v1
stages:
  - id: switch
    phase: cutover
    steps:
      - id: relay
        manual: {do: "Forward ${item} at old"}
        for_each: domains
        rollback: {do: Deliver locally again, takes: 5m}
      - id: proof
        check: dns.ttl
        with: {max: 5m}
        needs: [relay]
"""


@pytest.mark.parametrize("name", builtin.names())
def test_shipped_checklists_are_valid(name):
    """Every shipped checklist loads by its name."""
    loaded = load_checklist(f"builtin:{name}", Path())

    assert loaded.label == f"builtin:{name}"


def test_a_loaded_checklist_complains_at_any_place(tmp_path):
    """Later layers can point at any value: label, line, column and the line itself."""
    (tmp_path / "site.yaml").write_text(SITE)

    loaded = load_checklist("site.yaml", tmp_path)

    path = ("stages", 0, "steps", 1, "with", "max")
    complaint = loaded.complaint(path, "too-short", "five minutes are too short", None)
    assert loaded.where(path) == (12, 21)
    assert (complaint.line, complaint.column) == (12, 21)
    assert complaint.source == "        with: {max: 5m}"
    assert loaded.sha256 == hashlib.sha256(SITE.encode()).hexdigest()
    assert loaded.label == str(tmp_path / "site.yaml")


def test_what_others_find_comes_with_the_rest(tmp_path):
    """Complaints of a later layer and our own are raised together."""
    (tmp_path / "site.yaml").write_text(SITE.replace("[relay]", "[rely]"))

    def extra(loaded: LoadedChecklist):
        return [loaded.complaint(("stages", 0, "steps", 1, "check"), "mine", "no")]

    with pytest.raises(InvalidFiles) as caught:
        load_checklist("site.yaml", tmp_path, extra)

    assert [c.code for c in caught.value.complaints] == ["mine", "unknown-step"]


def test_nothing_is_filled_in_inside_with(tmp_path):
    """A template where nothing fills it in would be a silent mistake; so it is a loud one."""
    (tmp_path / "site.yaml").write_text(SITE.replace("max: 5m", 'max: "${item}"'))

    with pytest.raises(InvalidFiles) as caught:
        load_checklist("site.yaml", tmp_path)

    assert [c.code for c in caught.value.complaints] == ["unknown-name"]


@pytest.mark.parametrize(
    "needs",
    [["relay"], ["proof", "relay"]],
)
def test_circles_are_found_once(tmp_path, needs):
    """A circle is reported once, also one of a single step."""
    text = SITE.replace("        for_each", f"        needs: {needs}\n        for_each")
    (tmp_path / "site.yaml").write_text(text.replace("needs: [relay]\n", "needs: []\n"))

    with pytest.raises(InvalidFiles) as caught:
        load_checklist("site.yaml", tmp_path)

    assert [c.code for c in caught.value.complaints] == ["circular-needs"]


@pytest.mark.parametrize("name", ["../pyproject", "/etc/passwd", "", "cores"])
def test_only_shipped_names_are_builtin(name):
    """`builtin:` reaches nothing but what is shipped."""
    with pytest.raises(InvalidFiles) as caught:
        load_checklist(f"builtin:{name}", Path())

    assert [c.code for c in caught.value.complaints] == ["missing-file"]


@given(data=st.data())
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_damaged_files_are_complaints(tmp_path, data):
    """With any piece overwritten, loading gives a checklist or complaints, nothing else."""
    raw = SITE.encode()
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, min(len(raw), start + 30)))
    (tmp_path / "f.yaml").write_bytes(
        raw[:start] + data.draw(st.binary(max_size=12)) + raw[end:]
    )

    try:
        said = load_checklist("f.yaml", tmp_path).value.stages
    except InvalidFiles as error:
        said = [str(c) for c in error.complaints]

    assert said
