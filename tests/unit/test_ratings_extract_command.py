"""``ratings extract``: lines in, JSON lines out, whatever the lines are."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from tui_monitor.cli.commands.ratings_extract import MAX_LINE, command, encode, lines, record

FIELDS = [
    "text", "is_rating", "firm", "company", "symbol", "action", "actions", "from_grade", "to_grade", "target",
    "prior_target", "currency",
]  # fmt: skip


def run(data: bytes) -> Result:
    return CliRunner().invoke(command, input=data)


def rows(data: bytes) -> list[dict[str, Any]]:
    result = run(data)
    assert result.exit_code == 0
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_plain_lines_give_the_documented_fields_in_order() -> None:
    first, second = rows("Citi cuts Norvane PT to $8 from $9\n諾凡中期純利升三成\n".encode())
    assert list(first) == FIELDS
    assert first == {
        "text": "Citi cuts Norvane PT to $8 from $9", "is_rating": True, "firm": "Citi", "company": "Norvane",
        "symbol": None, "action": "cut-target", "actions": ["cut-target"], "from_grade": None, "to_grade": None,
        "target": 8.0, "prior_target": 9.0, "currency": "USD",
    }  # fmt: skip
    assert second["text"] == "諾凡中期純利升三成"
    assert second["is_rating"] is False
    assert second["actions"] == []
    assert all(second[name] is None for name in FIELDS[2:] if name != "actions")


def test_other_fields_of_json_lines_pass_through() -> None:
    (row,) = rows(b'{"id": 7, "text": "Citi upgrades Norvane to Buy", "tags": ["a", {"b": null}], "firm": "wrong"}\n')
    assert row["id"] == 7
    assert row["tags"] == ["a", {"b": None}]
    assert row["firm"] == "Citi"
    assert row["to_grade"] == "Buy"


@pytest.mark.parametrize(
    "line",
    [
        b'{"text": "Citi upgrades',
        b'{"id": 1}',
        b'{"text": 5}',
        b'{"text": null}',
        b"[1, 2]",
        b'"Citi upgrades"',
        b'{"text": "a", "x": NaN}',
        b"{" * 50_000,
        b'{"text": "a", "x": ' + b"[" * 50_000,
        b'{"text": "a", "x": ' + b"9" * 10_000 + b"}",
        b"",
        b"   ",
    ],
    ids=range(12),
)
def test_a_line_that_is_no_such_object_is_taken_as_text(line: bytes) -> None:
    (row,) = rows(line + b"\n")
    assert list(row) == FIELDS
    assert row["text"] == line.decode()


def test_every_line_has_its_answer_in_order_and_the_last_needs_no_end() -> None:
    many = [f"Citi raises Norvane {number} PT to ${number}" for number in range(1, 300)]
    found = rows("\r\n".join(many).encode())
    assert [row["text"] for row in found] == many
    assert [row["target"] for row in found] == [float(number) for number in range(1, 300)]
    assert rows(b"") == []


def test_bytes_that_are_no_text_are_replaced() -> None:
    first, second = rows(b"\xff\xfeCiti upgrades Norvane to Buy\n\xef\xbb\xbfCiti upgrades Norvane to Buy\n")
    assert "\ufffd" in first["text"]
    assert second["text"] == "Citi upgrades Norvane to Buy"


def test_nothing_that_a_terminal_acts_on_is_printed() -> None:
    result = run(b'{"text": "Citi \\u001b[2J\\u202e\\ud800 upgrades Norvane to Buy"}\n' + b"\x1b]0;x\x07 \xc2\x9b\n")
    assert result.exit_code == 0
    assert all(sign not in result.stdout for sign in "\x1b\x07\x9b\u202e")
    assert json.loads(result.stdout.splitlines()[0])["text"] == "Citi \x1b[2J\u202e\ud800 upgrades Norvane to Buy"


def test_chinese_is_printed_as_it_is() -> None:
    assert "諾凡" in encode({"text": "諾凡"}).decode()


def test_a_line_without_end_takes_bounded_memory_and_stays_one_line() -> None:
    stream = io.BytesIO(b"x" * (3 * MAX_LINE + 5) + b"\nshort\n")
    found = list(lines(stream))
    assert [len(line) for line in found] == [MAX_LINE, 5]


def test_record_keeps_the_fields_of_an_object() -> None:
    assert record(b'  {"text": "a", "n": 1.5}') == {"text": "a", "n": 1.5}


def test_help_shows_an_example() -> None:
    result = CliRunner().invoke(command, ["--help"])
    assert result.exit_code == 0
    assert "tui-monitor ratings extract" in result.stdout


def test_a_reader_that_leaves_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            raise BrokenPipeError

    class Out:
        buffer = Closed()

    class In:
        buffer = io.BytesIO(b"Citi upgrades Norvane to Buy\n")

    monkeypatch.setattr(sys, "stdin", In())
    monkeypatch.setattr(sys, "stdout", Out())
    callback = command.callback
    assert callback is not None
    with pytest.raises(click.exceptions.Exit) as ended:
        callback()
    assert ended.value.exit_code == 0
