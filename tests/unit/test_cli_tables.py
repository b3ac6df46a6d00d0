"""Tables of the command line: they fit any terminal, keep Chinese aligned, and lose nothing in a pipe."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tui_monitor.cli.tables import Column, Field, csv_text, cut, json_text, records_text, table

COLUMNS = (Column("symbol"), Column("name", cut=True), Column("last", right=True), Column("source", rank=1))
ROWS = [
    ["0700.HK", "騰訊控股", "661.50", "tencent"],
    ["BABA", "Alibaba Group Holding Limited", "161.60", "yahoo"],
    ["9618.HK", "京东", "8.00", "yahoo"],
]


def width_of(text: str) -> int:
    """Another count than the program's: by the Unicode table alone, no cache, no short way."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def test_whole_in_a_pipe_and_aligned() -> None:
    lines = table(COLUMNS, ROWS).splitlines()
    assert lines[2] == "BABA     Alibaba Group Holding Limited  161.60  yahoo"
    starts = {width_of(line[: line.index(price)]) + len(price) for line, price in zip(
        lines[1:], ["661.50", "161.60", "8.00"], strict=True)}  # fmt: skip
    assert len(starts) == 1
    assert all(line == line.rstrip() for line in lines)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["0700.HK", "^HSI", "GC=F"]),
            st.text(st.sampled_from("abc 騰訊控股京东ｶ"), max_size=40),
            st.sampled_from(["1.00", "26,438.51"]),
            st.sampled_from(["yahoo", "tencent"]),
        ),
        max_size=6,
    ),
    st.integers(26, 220),
)
def test_a_table_fits_its_terminal(rows: list[tuple[str, str, str, str]], width: int) -> None:
    lines = table(COLUMNS, rows, width=width).splitlines()
    assert len(lines) == len(rows) + 1
    assert all(width_of(line) <= width for line in lines)
    # Symbol and price are never given up.
    for line, row in zip(lines[1:], rows, strict=True):
        assert line.startswith(row[0])
        assert row[2] in line


def test_what_goes_first() -> None:
    narrow = table(COLUMNS, ROWS, width=40)
    assert "source" not in narrow
    assert "Alibaba Group Holding…" in narrow
    assert "騰訊控股" in narrow
    assert cut("騰訊控股", 6) == "騰訊…"
    assert cut("騰訊控股", 8) == "騰訊控股"


def test_colour_only_where_it_is_asked_for() -> None:
    columns = (Column("name"), Column("%", right=True))
    rows: list[list[str | Field]] = [["a", Field("+1.00", 1)], ["b", Field("-1.00", -1)], ["c", Field("0.00", 0)]]
    assert "\x1b" not in table(columns, rows)
    green = table(columns, rows, colours="green-up")
    assert "\x1b[32m+1.00\x1b[0m" in green
    assert "\x1b[31m-1.00\x1b[0m" in green
    assert re.sub(r"\x1b\[\d*m", "", green) == table(columns, rows)
    assert "\x1b[31m+1.00\x1b[0m" in table(columns, rows, colours="red-up")
    assert "\x1b" not in table(columns, rows, colours="mono")


def test_records_in_three_forms() -> None:
    names = ["symbol", "last", "known", "tags"]
    records: list[dict[str, Any]] = [
        {"symbol": "a", "known": True, "last": 1.5, "tags": ["x", "y"]},
        {"symbol": 'b,"', "last": None, "known": False, "tags": []},
    ]
    assert json.loads(records_text("json", names, records)) == records
    assert [json.loads(line) for line in records_text("jsonl", names, records).splitlines()] == records
    rows = list(csv.DictReader(io.StringIO(records_text("csv", names, records))))
    assert rows == [
        {"symbol": "a", "last": "1.5", "known": "true", "tags": "x y"},
        {"symbol": 'b,"', "last": "", "known": "false", "tags": ""},
    ]
    assert list(json.loads(records_text("json", names, records))[0]) == names
    assert csv_text(["a"], [["中"]]) == "a\n中\n"
    assert json_text({"名": 1}) == '{\n  "名": 1\n}\n'
