"""A person's CSV: what is taken, and each way of being refused with its line and reason."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_monitor.config.history_file import MAX_OCTETS, parse_history, read_history_file
from tui_monitor.domain.errors import HistoryError
from tui_monitor.domain.series import DailyBar

TODAY = date(2025, 9, 17)


def parse(text: str | bytes) -> tuple[DailyBar, ...]:
    return parse_history(text if isinstance(text, bytes) else text.encode(), name="my.csv", today=TODAY)


def test_date_and_close_are_enough() -> None:
    assert parse("date,close\n2025-09-16,6078\n2025-09-17,6334.24\n") == (
        DailyBar(date(2025, 9, 16), 6078.0),
        DailyBar(date(2025, 9, 17), 6334.24),
    )


def test_optional_columns_in_any_order_and_unknown_ones() -> None:
    text = "volume,Close,note,HIGH,low,Open,Date\n733.49M,10,x,12,9.5,,2025-09-16\n-,11,,,,10.5,2025-09-17"
    assert parse(text) == (
        DailyBar(date(2025, 9, 16), 10.0, None, 12.0, 9.5, 733_490_000.0),
        DailyBar(date(2025, 9, 17), 11.0, 10.5),
    )


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbfdate,close\r\n2025-09-15,1\r\n2025-09-16,2\r\n",
        b"\n\n  \ndate,close\n\n2025-09-15,1\n,\n\n2025-09-16,2\n\n",
        b'"date","close"\n"2025-09-15","1"\n"2025-09-16","2"',
        b" date , close \n 2025-09-15 , 1 \n 2025-09-16 , 2.0e0 \n",
        b"date,close\r2025-09-15,1\r2025-09-16,+2.\r",
        b"date,close,\n2025-09-16,2,\n2025-09-15,1,,\n",
    ],
    ids=["bom-crlf", "blank-lines", "quoted", "spaces", "old-mac", "trailing-commas-reversed"],
)
def test_the_shapes_that_programs_write(text: bytes) -> None:
    assert parse(text) == (DailyBar(date(2025, 9, 15), 1.0), DailyBar(date(2025, 9, 16), 2.0))


def test_a_quoted_line_break_keeps_the_line_numbers() -> None:
    with pytest.raises(HistoryError, match=r"my\.csv, line 5: close is"):
        parse('date,close,note\n2025-09-15,1,"two\nlines"\n\n2025-09-16,x,\n')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "my.csv, line 1: the file is empty"),
        ("\n \n", "my.csv, line 1: the file is empty"),
        ("date,close\n\n", "my.csv, line 1: there is no row"),
        ("2025-09-16,6078\n", "my.csv, line 1: there is no column date"),
        ("date,price\n2025-09-16,1\n", "my.csv, line 1: there is no column close"),
        ("\ndate;close\n2025-09-16;1\n", "my.csv, line 2: there is no column date"),
        ("date,close,Close\n2025-09-16,1,2\n", "my.csv, line 1: the column close is there twice"),
        ("date,close\n2025-09-16,1\n2025-09-15,1\n2025-09-16,1\n",
         "my.csv, line 4: the date 2025-09-16 is in line 2 already"),
        ("date,close\n2025-09-16,abc\n", 'my.csv, line 2: close is "abc", expected a number'),
        ("date,close\n2025-09-16,1_000\n", 'my.csv, line 2: close is "1_000", expected a number'),
        ('date,close\n2025-09-16,"6,078"\n', 'my.csv, line 2: close is "6,078", expected a number'),
        ("date,close\n2025-09-16,6,078\n", "my.csv, line 2: 3 fields under a header of 2"),
        ("date,close\n2025-09-16,NaN\n", 'my.csv, line 2: close is "NaN", expected a number'),
        ("date,close\n2025-09-16,-inf\n", 'my.csv, line 2: close is "-inf", expected a number'),
        ("date,close\n2025-09-16,1e999\n", 'my.csv, line 2: close is "1e999", too large'),
        ("date,close\n2025-09-16,１２\n", "my.csv, line 2: close is"),
        ("date,close\n2025-09-16,-6078\n", 'my.csv, line 2: close is "-6078", expected a number above zero'),
        ("date,close\n2025-09-16,0.0\n", "my.csv, line 2: close is 0, expected a number above zero"),
        ("date,close\n2025-09-16,\n", "my.csv, line 2: there is no close"),
        ("date,close\n2025-09-16\n", "my.csv, line 2: there is no close"),
        ("date,close,high\n2025-09-16,1,x\n", 'my.csv, line 2: high is "x", expected a number'),
        ("date,close,low\n2025-09-16,1,-1\n", 'my.csv, line 2: low is "-1", expected a number above zero'),
        ("date,close,volume\n2025-09-16,1,-5\n", 'my.csv, line 2: volume is "-5"'),
        ("date,close\n2025-09-17,1\n2025-09-18,1\n", "my.csv, line 3: the date 2025-09-18 is in the future"),
        ("date,close\n2025-02-29,1\n", "my.csv, line 2: there is no date 2025-02-29"),
        ("date,close\n16/09/2025,1\n", 'my.csv, line 2: date is "16/09/2025", expected YYYY-MM-DD'),
        ("date,close\n20250916,1\n", 'my.csv, line 2: date is "20250916", expected YYYY-MM-DD'),
        (",close\n2025-09-16,1\n", "my.csv, line 1: there is no column date"),
        ("date,close\n,1\n", 'my.csv, line 2: date is "", expected YYYY-MM-DD'),
        ('date,close\n2025-09-16,"1\n', "my.csv, line 2: "),
        ("date,close\n2025-09-16,\x1b[31m\n", 'my.csv, line 2: close is "[31m"'),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused_with_line_and_reason(text: str, expected: str) -> None:
    with pytest.raises(HistoryError) as caught:
        parse(text)
    assert str(caught.value).startswith(expected)
    assert "\x1b" not in str(caught.value)


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(HistoryError, match=r"my\.csv, line 2: this is not UTF-8 text"):
        parse(b"date,close\n2025-09-16,\xff\n")


def test_a_zero_that_stands_for_an_unknown_price_is_none() -> None:
    assert parse("date,close,open\n2025-09-16,5,0.00\n") == (DailyBar(date(2025, 9, 16), 5.0),)


def test_a_file_is_read_from_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "h.csv"
    path.write_text("date,close\n2025-09-16,5\n", encoding="utf-8")
    assert read_history_file(path, today=TODAY) == (DailyBar(date(2025, 9, 16), 5.0),)
    with pytest.raises(HistoryError, match="cannot be read: Is a directory"):
        read_history_file(tmp_path, today=TODAY)
    with pytest.raises(HistoryError, match="cannot be read: No such file"):
        read_history_file(tmp_path / "none.csv", today=TODAY)


def test_a_file_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    with path.open("wb") as file:
        file.truncate(MAX_OCTETS + 1)
    with pytest.raises(HistoryError, match="larger than 8 MB"):
        read_history_file(path, today=TODAY)


@given(st.lists(st.floats(0.0001, 1e9), min_size=1, max_size=40), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_any_order_of_rows_is_the_same_history(closes: list[float], chance: random.Random) -> None:
    bars = [DailyBar(TODAY - timedelta(days=len(closes) - index), close) for index, close in enumerate(closes)]
    rows = [f"{bar.date},{bar.close!r}" for bar in bars]
    chance.shuffle(rows)
    assert parse("\n".join(["date,close", *rows])) == tuple(bars)


@given(st.binary(max_size=300) | st.text(alphabet='date,close\n\r"0123456789-.NaN ', max_size=200).map(str.encode))
@settings(deadline=None)
def test_anything_else_is_refused_not_crashed(body: bytes) -> None:
    try:
        bars = parse(body)
    except HistoryError as error:
        bars, refused = (), str(error)
    else:
        refused = ""
    assert bars or refused.startswith("my.csv, line ")
