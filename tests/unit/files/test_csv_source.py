"""CSV as rows with places."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrate_mail.files.complaint import InvalidFiles
from migrate_mail.files.csv_source import parse_csv
from migrate_mail.files.source import decode

COLUMNS = ("address", "kind", "old_secret")
FIELD = st.text(alphabet='ab ;\t"é,\n', max_size=8)


def _table(text: str):
    return parse_csv(decode("f.csv", text.encode()), COLUMNS)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_separator_is_found_in_the_header(delimiter):
    """Comma, semicolon and tab are read alike."""
    table = _table(f"address{delimiter}kind\na{delimiter}b\n")

    assert [(r.text("address"), r.text("kind")) for r in table.rows] == [("a", "b")]


def test_fields_know_their_place():
    """Line and column of a field, also behind a quoted field that goes over two lines."""
    table = _table('address,kind\n"a\nb", c\n d ,e\n')

    cells = [(c.text, c.line, c.column) for row in table.rows for c in row.cells.values()]
    assert cells == [("a\nb", 2, 1), ("c", 3, 5), ("d", 4, 2), ("e", 4, 5)]


def test_header_is_read_in_any_case_and_free_columns_are_free():
    """`Address` is `address`; columns that begin with x- are left alone."""
    table = _table("Address,X-note\na,b\n")

    assert table.complaints == []
    assert table.rows[0].text("address") == "a"


@pytest.mark.parametrize(
    "text",
    [
        "address,old_secret,kind\na,hunter2,b,c\n",
        "address,old_secret,kind\na,hunter2\n",
        'address,old_secret,kind\na,"x\nhunter2",b,c,d\n',
        'address,old_secret\na,hunter2\n"b\n',
        'address,old_secret\na,"hunter2"x\n',
        "a,hunter2\n",
    ],
)
def test_a_literal_secret_is_never_repeated(text):
    """Where fields are out of step, only the first one of a row is quoted."""
    try:
        complaints = _table(text).complaints
    except InvalidFiles as error:
        complaints = list(error.complaints)

    assert complaints
    assert "hunter2" not in "\n".join(str(c) for c in complaints)


@given(st.lists(st.tuples(FIELD, FIELD), min_size=1, max_size=4))
@settings(max_examples=200, deadline=None)
def test_what_the_standard_library_writes_is_read_back(rows):
    """Every field comes back as it was written, but for blanks around it and empty lines."""
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(
        [COLUMNS[:2], *rows]
    )

    table = _table(stream.getvalue())

    wanted = [(a.strip(), b.strip()) for a, b in rows]
    assert [(r.text("address"), r.text("kind")) for r in table.rows] == wanted


@given(st.binary(max_size=120))
@settings(max_examples=300, deadline=None)
def test_arbitrary_bytes_are_rows_or_complaints(tail):
    """Reading raises nothing but InvalidFiles, whatever the bytes."""
    for raw in (tail, b"address,kind\n" + tail):
        try:
            said = parse_csv(decode("f.csv", raw), COLUMNS).header
        except InvalidFiles as error:
            said = [str(c) for c in error.complaints]
        assert said
