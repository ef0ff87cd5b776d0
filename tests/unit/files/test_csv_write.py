"""What people open in a spreadsheet is data, whatever somebody wrote into a subject."""

from __future__ import annotations

import csv

import pytest

from migrate_mail.files.csv_write import write_csv


@pytest.mark.parametrize("text", ["=1+1", "+SUM(A1)", "-2+3", "@cmd", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(tmp_path, text):
    """What would run gets an apostrophe in front, and is all there."""
    write_csv(tmp_path / "out.csv", ["subject", "size"], [[text, -5]])

    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [["subject", "size"], [f"'{text}", "-5"]]


def test_commas_quotes_lines_and_nothing(tmp_path):
    """Cells come back as they were; None is empty."""
    row = ['a, "b"', "two\nlines", "Grüße 日本", None]
    write_csv(tmp_path / "out.csv", ["a", "b", "c", "d"], [row])

    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file))[1] == [*row[:3], ""]


def test_half_a_file_is_no_file(tmp_path):
    """What breaks off in the middle leaves the file that was there, and no other."""
    path = tmp_path / "out.csv"
    path.write_text("before")

    def rows():
        yield ["a"]
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_csv(path, ["a"], rows())

    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
