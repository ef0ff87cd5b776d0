"""YAML as data with places; nothing that is thrown at it may end in a traceback."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrate_mail.files.complaint import InvalidFiles
from migrate_mail.files.source import decode
from migrate_mail.files.yaml_document import YamlDocument
from migrate_mail.files.yaml_source import LIMIT, parse_yaml, read_yaml

YAMLISH = st.text(alphabet="abk:-[]{}#&*!|>'\"%@`, \t\n\r?<~0x1.\ufeff\u2028é", max_size=80)


def _yaml(text: str) -> YamlDocument:
    return parse_yaml(decode("f.yaml", text.encode()))


def _codes(text: str) -> list[str]:
    with pytest.raises(InvalidFiles) as caught:
        _yaml(text)
    return [c.code for c in caught.value.complaints]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("22:30", "22:30"),
        ("no", "no"),
        ("0o17", 15),
        ("017", 17),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("2026-03-13", "2026-03-13"),
        ("~", None),
        ("", None),
        ("True", True),
        ("1e3", 1000.0),
        ("'12'", "12"),
        ("!!str 12", "12"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_words_mean_what_yaml_1_2_says(text, value):
    """A plain word is read by the core schema of YAML 1.2: no sexagesimal numbers, no `no`."""
    assert _yaml(f"a: {text}").data == {"a": value}


def test_every_key_and_value_has_a_place():
    """Line and column, from 1, of each key and value, in block and in flow style."""
    document = _yaml("a:\n  - b: 1\n  - {c: x, d: [y]}\n")

    assert document.data == {"a": [{"b": 1}, {"c": "x", "d": ["y"]}]}
    assert document.where(("a",), key=True) == (1, 1)
    assert document.where(("a", 0, "b")) == (2, 8)
    assert document.where(("a", 1, "d"), key=True) == (3, 12)
    assert document.where(("a", 1, "d", 0)) == (3, 16)


def test_an_unknown_path_points_at_what_is_around_it():
    """A missing key is reported at the key that should hold it."""
    assert _yaml("a:\n  b:\n    c: 1\n").where(("a", "b", "missing", 3)) == (2, 3)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_line_ends_of_every_system_count_alike(newline):
    """Places are right whatever ends the lines, and with a byte order mark."""
    source = decode("f.yaml", ("\ufeffa: 1" + newline + "b: 2" + newline).encode())

    document = parse_yaml(source)

    assert document.where(("a",), key=True) == (1, 1)
    assert document.complaint(("b",), "x", "m").source == "b: 2"


def test_of_equal_keys_the_first_counts_and_the_second_is_named():
    """A duplicate key is a complaint, and the places of the first stay."""
    document = _yaml("a: 1\nb: 2\na: {c: 3}\n")

    assert document.data == {"a": 1, "b": 2}
    assert [(c.line, c.code) for c in document.complaints] == [(3, "duplicate-key")]
    assert document.where(("a",)) == (1, 4)


def test_json_is_yaml():
    """A JSON file is read as it is."""
    assert _yaml('{"a": [1, true, null, "x\\u00e9"]}').data == {"a": [1, True, None, "xé"]}


def test_too_much_is_refused_before_it_is_read(tmp_path):
    """A huge file, and one of too many values, are refused with one complaint."""
    huge = tmp_path / "huge.yaml"
    huge.write_bytes(b"a: " + b"x" * LIMIT)

    with pytest.raises(InvalidFiles, match="1 error"):
        read_yaml(huge)
    assert _codes("[" + "1," * 50_001 + "1]") == ["too-big"]


def test_what_is_no_file_is_refused(tmp_path):
    """A folder, a missing file, a path with a NUL: a complaint each, no exception of the system."""
    codes = []
    for path in (tmp_path, tmp_path / "none", tmp_path / "a\0b", tmp_path / ("x" * 5000)):
        with pytest.raises(InvalidFiles) as caught:
            read_yaml(path)
        codes += [c.code for c in caught.value.complaints]

    assert codes == ["no-file", "missing-file", "unreadable-file", "unreadable-file"]


@pytest.mark.parametrize(
    "text",
    [
        "secret: hunter2\n",
        "a: {host: x, secret: hunter2}\na: {secret: [hunter2], b: 1}\n",
        "password: |\n  x\n  hunter2\nb: 1\nb: 2\n",
        "a:\n  api-key: >-\n    hunter2\n\tx",
        "tokens: [a, hunter2\n",
        "secret: hunter2\nsecret: hunter2\n",
        "secret: hunter2: x\n",
        "'my password': \"hunter2\"\n- x\n",
        "secret:\n  {value: hunter2}\nb: 1\nb: 2",
        "{secret: hunter2, b: 1, b: 2}\n",
        "secret: !x hunter2\n",
        "secret: &a hunter2\nb: *a\n",
    ],
)
def test_a_literal_secret_is_never_repeated(text):
    """Whatever else is wrong in the file, no complaint shows the secret in it."""
    try:
        complaints = _yaml(text).complaints
    except InvalidFiles as error:
        complaints = list(error.complaints)

    assert complaints
    assert "hunter2" not in "\n".join(str(c) for c in complaints)


@given(st.binary(max_size=200))
@settings(max_examples=300, deadline=None)
def test_arbitrary_bytes_are_data_or_complaints(raw):
    """Reading raises nothing but InvalidFiles, whatever the bytes."""
    _read_all(raw)


@given(YAMLISH)
@settings(max_examples=500, deadline=None)
def test_text_that_nearly_is_yaml_is_data_or_complaints(text):
    """Reading raises nothing but InvalidFiles, and every place lies within the file."""
    _read_all(text.encode())


def _read_all(raw: bytes) -> None:
    text = raw.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    try:
        complaints = parse_yaml(decode("f.yaml", raw)).complaints
    except InvalidFiles as error:
        complaints = list(error.complaints)
    assert all(0 <= c.line <= text.count("\n") + 1 for c in complaints)
    assert all(str(c) for c in complaints)
