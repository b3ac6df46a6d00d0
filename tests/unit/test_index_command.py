"""The headless ``index`` command: fields, formats, languages, exit codes, and the exchange's holidays."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tui_monitor.cli.commands.index import command
from tui_monitor.cli.exchange_sessions import next_session_of
from tui_monitor.domain.series import DailyBar

FIELDS = [
    "symbol", "as_of", "level", "previous_close", "change", "change_pct", "highest_close_since", "lowest_close_since",
    "weekly_streak", "weekly_streak_running", "daily_streak", "monthly_streak", "ytd_pct", "mtd_pct", "record_close",
    "below_record_pct", "to_record_pct", "claims",
]  # fmt: skip

ROWS = """\
date,close,note
2024-12-31,4468,
2025-04-11,5200,x
2025-04-16,5000,
2025-04-17,5100,
2025-04-22,5250.5,
"""


@pytest.fixture
def history(tmp_path: Path) -> Path:
    path = tmp_path / "history.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TUI_MONITOR_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("TUI_MONITOR_STATE_DIR", str(tmp_path / "state"))
    (tmp_path / "config").mkdir()
    (tmp_path / "state").mkdir()
    return tmp_path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(one) for one in arguments])


def answer(*arguments: object) -> dict[str, Any]:
    result = run(*arguments, "--format", "json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def test_the_documented_fields_in_their_order(history: Path) -> None:
    found = answer("--history", history)
    assert list(found) == FIELDS
    assert found["symbol"] == "HSTECH.HK"
    assert found["as_of"] == "2025-04-22"
    assert (found["level"], found["previous_close"]) == (5250.5, 5100.0)
    assert found["change"] == pytest.approx(150.5)
    assert found["change_pct"] == pytest.approx(150.5 / 51.0)
    assert found["highest_close_since"] == "record"
    assert found["lowest_close_since"] == "2025-04-17"
    assert (found["weekly_streak"], found["weekly_streak_running"]) == (1, True)
    assert (found["daily_streak"], found["monthly_streak"]) == (2, 1)
    assert found["ytd_pct"] == pytest.approx(782.5 / 44.68)
    assert found["record_close"] == {"date": "2025-04-22", "level": 5250.5}
    assert (found["below_record_pct"], found["to_record_pct"]) == (0.0, 0.0)
    for claim in found["claims"]:
        assert set(claim) == {"id", "text", "inputs"}


def test_a_thursday_before_a_friday_holiday_ends_the_week(history: Path) -> None:
    found = answer("--history", history, "--as-of", "2025-04-17")
    assert found["weekly_streak_running"] is False
    assert found["weekly_streak"] == -1
    assert answer("--history", history, "--as-of", "2025-04-16")["weekly_streak_running"] is True
    assert answer("--history", history, "--as-of", "2025-04-11")["weekly_streak_running"] is False


def test_a_date_without_session_means_the_one_before(history: Path) -> None:
    found = answer("--history", history, "--as-of", "2025-04-20")
    assert found["as_of"] == "2025-04-17"
    assert found["to_record_pct"] == pytest.approx(100.0 / 51.0)


def test_a_record_does_not_know_the_future(history: Path) -> None:
    found = answer("--history", history, "--as-of", "2025-04-16")
    assert found["record_close"] == {"date": "2025-04-11", "level": 5200.0}
    assert found["below_record_pct"] == pytest.approx(-200.0 / 52.0)


def test_a_single_row(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("date,close\n2025-04-17,5\n", encoding="utf-8")
    found = answer("^HSI", "--history", path)
    assert found["symbol"] == "^HSI"
    nothing = (
        "previous_close",
        "change",
        "change_pct",
        "highest_close_since",
        "lowest_close_since",
        "ytd_pct",
        "mtd_pct",
    )
    assert [found[key] for key in nothing] == [None] * len(nothing)
    assert [found[key] for key in ("weekly_streak", "daily_streak", "monthly_streak")] == [0, 0, 0]
    assert found["claims"] == []


def test_rows_in_reverse_order_tell_the_same(history: Path, tmp_path: Path) -> None:
    head, *rows = ROWS.splitlines()
    turned = tmp_path / "turned.csv"
    turned.write_text("\r\n".join([head, *reversed(rows)]), encoding="utf-8-sig")
    assert answer("--history", turned) == answer("--history", history)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "Up 17.5% for the year (4,468 on 31 December 2024)."),
        ("zh", "年初至今升17.5%（2024年12月31日收報4,468）。"),
        ("zh-Hant", "年初至今升17.5%（2024年12月31日收報4,468）。"),
        ("zh-Hans", "年初至今涨17.5%（2024年12月31日收报4,468）。"),
    ],
)
def test_claims_in_the_language_asked_for(history: Path, language: str, expected: str) -> None:
    found = answer("--history", history, "--lang", language)
    assert expected in [claim["text"] for claim in found["claims"]]
    assert expected in run("--history", history, "--lang", language).stdout


def test_the_other_formats_carry_the_same(history: Path) -> None:
    found = answer("--history", history)
    lines = run("--history", history, "--format", "jsonl").stdout.splitlines()
    assert [json.loads(line) for line in lines] == [found]
    (row,) = csv.DictReader(io.StringIO(run("--history", history, "--format", "csv").stdout))
    assert float(row["change_pct"]) == found["change_pct"]
    assert row["record_close_date"] == found["record_close"]["date"]
    assert row["claims"].split(" | ") == [claim["text"] for claim in found["claims"]]
    table = run("--history", history).stdout
    assert "5,250.50" in table
    assert "+150.50  +2.95%" in table


def test_since_a_date(history: Path) -> None:
    found = answer("--history", history, "--since", "2025-04-13")
    assert found["since"]["date"] == "2025-04-11"
    assert found["since"]["pct"] == pytest.approx(50.5 / 52.0)


def test_the_settings_name_file_date_and_language(history: Path, own_folders: Path) -> None:
    (own_folders / "config" / "config.toml").write_text(
        f'[market]\nindex = "^HSCE"\nhistory = "{history}"\nsince = "2025-04-11"\n[display]\nlanguage = "zh-Hans"\n',
        encoding="utf-8",
    )
    found = answer()
    assert found["symbol"] == "^HSCE"
    assert found["since"]["date"] == "2025-04-11"
    assert any("年初至今涨" in claim["text"] for claim in found["claims"])
    # The file is that index's: another symbol is not told from it.
    assert run("^HSI", "--offline").exit_code == 3


def test_a_day_that_the_settings_close(history: Path, own_folders: Path) -> None:
    assert answer("--history", history, "--as-of", "2025-04-16")["weekly_streak_running"] is True
    (own_folders / "config" / "config.toml").write_text('[sessions.XHKG]\n"2025-04-17" = "closed"\n', encoding="utf-8")
    assert answer("--history", history, "--as-of", "2025-04-16")["weekly_streak_running"] is False


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("date,close\n2025-04-16,1\n2025-04-16,2\n", "line 3: the date 2025-04-16 is in line 2 already"),
        ("date,close\n2025-04-16,one\n", 'line 2: close is "one", expected a number'),
        ("date,close\n2025-04-16,-1\n", "line 2: close is"),
        ("date,close\n2025-04-16,nan\n", "line 2: close is"),
        ("date,close\n{tomorrow},1\n", "line 2: the date {tomorrow} is in the future"),
    ],
)
def test_a_bad_file_ends_with_2_and_its_line(tmp_path: Path, text: str, reason: str) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date().isoformat()
    path = tmp_path / "bad.csv"
    path.write_text(text.replace("{tomorrow}", tomorrow), encoding="utf-8")
    result = run("--history", path)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert f"{path}, {reason.replace('{tomorrow}', tomorrow)}" in result.stderr


def test_nothing_stored_ends_with_3_and_creates_nothing(own_folders: Path) -> None:
    result = run("^HSI", "--offline")
    assert result.exit_code == 3
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "No daily history of ^HSI" in result.stderr
    assert list((own_folders / "state").iterdir()) == []


def test_a_date_before_the_history_ends_with_3(history: Path) -> None:
    result = run("--history", history, "--as-of", "2020-01-01")
    assert result.exit_code == 3
    assert "begins on 2024-12-31" in result.stderr


def test_broken_settings_end_with_2(own_folders: Path, history: Path) -> None:
    (own_folders / "config" / "config.toml").write_text("[market]\nindxe = 1\n", encoding="utf-8")
    result = run("--history", history)
    assert result.exit_code == 2
    assert "line 2" in result.stderr


@pytest.mark.parametrize(
    "arguments", [("--as-of", "2025-4-1"), ("--as-of", "2025-02-30"), ("--format", "xml"), ("a b",)]
)
def test_wrong_arguments_are_usage_errors(arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code != 0
    assert "Usage" in result.stderr


def test_holes_are_told_on_stderr(history: Path) -> None:
    result = run("--history", history, "--format", "json")
    assert "no sessions between 2024-12-31 and 2025-04-11" in result.stderr
    assert json.loads(result.stdout)["as_of"] == "2025-04-22"


@pytest.mark.parametrize(
    ("symbol", "day", "expected"),
    [
        ("HSTECH.HK", "2025-04-17", "2025-04-22"),
        ("HSTECH.HK", "2023-08-31", "2023-09-04"),
        ("^UNKNOWN", "2025-04-17", "2025-04-22"),
        ("^GSPC", "2025-04-17", "2025-04-21"),
        ("^N225", "2025-04-17", "2025-04-18"),
        ("HSTECH.HK", "2199-01-02", "2199-01-03"),
        ("0001.XX", "2025-04-17", "2025-04-22"),
    ],
)
def test_the_next_session_by_the_exchanges_calendar(symbol: str, day: str, expected: str) -> None:
    assert next_session_of(symbol, ())(date.fromisoformat(day)).isoformat() == expected


def test_what_trades_at_weekends_has_a_session_every_day() -> None:
    bars = [DailyBar(date(2025, 4, 1) + timedelta(days=index), 1.0) for index in range(15)]
    assert next_session_of("BTC-USD", bars)(date(2025, 4, 18)) == date(2025, 4, 19)


def test_a_stored_history_is_told(own_folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tui_monitor.domain.series import DailyHistory
    from tui_monitor.store.database import Database

    seen: list[str] = []

    def read(self: Database, symbol: str) -> DailyHistory | None:
        seen.append(symbol)
        bars = (DailyBar(date(2025, 4, 10), 10.0), DailyBar(date(2025, 4, 11), 11.0))
        return DailyHistory(symbol=symbol, bars=bars, received=datetime(2025, 4, 12, tzinfo=UTC), source="tencent")

    monkeypatch.setattr(Database, "read_history", read)
    (own_folders / "state" / "monitor.db").touch()
    found = answer("700")
    assert seen[0] == "0700.HK"
    assert found["change_pct"] == pytest.approx(10.0)


def test_a_short_stored_history_does_not_call_its_best_day_the_record(
    own_folders: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from tui_monitor.domain.series import DailyHistory
    from tui_monitor.store.database import Database

    bars = tuple(
        DailyBar(day, 5000.0 + number)
        for number in range(40)
        if (day := date(2025, 3, 3) + timedelta(days=number)).weekday() < 5
    )
    monkeypatch.setattr(
        Database,
        "read_history",
        lambda self, symbol: DailyHistory(
            symbol=symbol, bars=bars, received=datetime(2025, 4, 12, tzinfo=UTC), source="tencent"
        ),
    )
    (own_folders / "state" / "monitor.db").touch()
    found = answer("--as-of", "2025-04-11")
    assert found["record_close"] == {"date": "2021-02-17", "level": 10945.22}
    assert found["to_record_pct"] == pytest.approx((10945.22 / found["level"] - 1) * 100)
    assert found["highest_close_since"] is None
    assert not any("record close (daily history" in claim["text"] for claim in found["claims"])
    # The same bars in a file stand for themselves.
    file = tmp_path / "short.csv"
    file.write_text("date,close\n" + "".join(f"{bar.date},{bar.close}\n" for bar in bars), encoding="utf-8")
    assert answer("--history", file, "--as-of", "2025-04-11")["highest_close_since"] == "record"


def test_the_real_index_history(shared_data: Path) -> None:
    path = shared_data / "hstech" / "hstech_daily_2015_2022.csv"
    found = answer("--history", path, "--as-of", "2021-02-17")
    assert found["highest_close_since"] == "record"
    assert found["record_close"] == {"date": "2021-02-17", "level": 10945.22}
    good_friday = answer("--history", path, "--as-of", "2022-04-14")
    assert good_friday["weekly_streak_running"] is False
