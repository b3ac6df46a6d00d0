"""The model day told headless: every number of it worked out again from the recording by gzip and json alone."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tui_monitor.cli.commands.index import command

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "seeds/recorded/2025-09-17.jsonl.gz"
Row = dict[str, Any]


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUI_MONITOR_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("TUI_MONITOR_STATE_DIR", str(tmp_path / "state"))


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(one) for one in arguments])


@cache
def told(*arguments: object) -> Row:
    result = run("--from-recording", "demo", "--format", "json", *arguments)
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def texts(found: Row) -> dict[str, str]:
    return {claim["id"]: claim["text"] for claim in found["claims"]}


@cache
def lines() -> list[Row]:
    with gzip.open(FILE, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file][1:]


@cache
def quotes(clock: str) -> dict[str, Row]:
    """Return the newest value of each field of each quote at a time of Hong Kong's clock."""
    end = datetime.fromisoformat(f"2025-09-17T{clock}:00+08:00").astimezone(UTC)
    found: dict[str, Row] = {}
    for one in lines():
        if datetime.fromisoformat(one["t"]) <= end:
            for quote in one["batch"].get("quotes", ()):
                found[quote["symbol"]] = found.get(quote["symbol"], {}) | quote
    return found


@cache
def closes() -> list[tuple[date, float]]:
    histories = [h for one in lines() for h in one["batch"].get("histories", ()) if h["symbol"] == "HSTECH.HK"]
    return [(date.fromisoformat(bar["date"]), bar["close"]) for bar in histories[-1]["bars"]]


@cache
def weights() -> dict[str, float]:
    whole = json.loads((ROOT / "seeds/universes/hstech.json").read_text(encoding="utf-8"))
    return {one["symbol"]: one["weight"] for one in whole["members"]}


def moves(clock: str) -> dict[str, float]:
    day = quotes(clock)
    return {one: (day[one]["last"] / day[one]["previous_close"] - 1) * 100 for one in weights()}


def test_the_close_of_the_model_day() -> None:
    found = told()
    level = quotes("16:30")["HSTECH.HK"]["last"]
    before = closes()[-1][1]
    assert (found["symbol"], found["as_of"], found["level"]) == ("HSTECH.HK", "2025-09-17", level)
    assert found["change_pct"] == pytest.approx((level / before - 1) * 100)
    assert f"{found['change_pct']:.1f}" == "4.2"
    stronger = [day for day, close in closes() if close >= level]
    assert found["highest_close_since"] == max(stronger).isoformat() == "2021-11-25"
    year = [close for day, close in closes() if day.year == 2024][-1]
    assert found["ytd_pct"] == pytest.approx((level / year - 1) * 100)
    assert f"{found['ytd_pct']:.1f}" == "41.8"
    record = max(close for _, close in closes())
    assert found["to_record_pct"] == pytest.approx((record / level - 1) * 100)
    assert f"{found['to_record_pct']:.1f}" == "72.8"
    assert found["record_close"] == {"date": "2021-02-17", "level": record}
    said = texts(found)
    assert said["move"] == "Closed at 6,334, up 4.2% on the day."
    assert said["highest-close-since"].startswith("The strongest close since 25 November 2021")
    assert said["year-to-date"].startswith("Up 41.8% for the year")
    assert "would have to rise 72.8%" in said["record-distance"]


def _weeks_up(level: float, day: date) -> int:
    """Count back week by week from Mondays: another way than the program's ISO weeks in one pass."""

    def last_of(monday: date) -> float | None:
        week = [close for one, close in closes() if monday <= one < monday + timedelta(days=7)]
        return week[-1] if week else None

    monday = day - timedelta(days=day.weekday())
    count, above = 0, level
    while True:
        monday -= timedelta(days=7)
        below = last_of(monday)
        if below is None or below >= above:
            return count
        count, above = count + 1, below


@pytest.mark.parametrize("clock", ["10:15", "11:00", "12:31", "15:10"])
def test_the_seventh_week_is_on_course_at_mid_session(clock: str) -> None:
    found = told("--at", clock)
    level = quotes(clock)["HSTECH.HK"]["last"]
    assert found["level"] == level
    assert found["provisional"] is True
    assert (found["weekly_streak"], found["weekly_streak_running"]) == (_weeks_up(level, date(2025, 9, 17)), True)
    assert found["weekly_streak"] == 7
    said = texts(found)
    assert said["weekly-streak"] == "On course for a 7th straight weekly gain."
    assert said["move"].startswith("Stands at ")
    assert said["highest-close-since"].startswith("Would be the strongest close since ")


@pytest.mark.parametrize("clock", ["11:00", "16:30"])
def test_the_ratio_of_the_model_day(clock: str) -> None:
    day = quotes(clock)
    earned = covered = 0.0
    for symbol, weight in weights().items():
        if "forward_pe" in day[symbol]:
            covered += weight
            # The stated ratio is that of the stored price; both move together.
            earned += weight / day[symbol]["forward_pe"]
    value = told("--at", clock)["valuation"]
    assert value["forward_pe"] == pytest.approx(covered / earned)
    assert value["coverage"] == pytest.approx(covered)
    assert (value["average"], value["nasdaq_100"]) == (23.3, 27.0)
    if clock == "16:30":
        assert f"{value['forward_pe']:.1f}" == "21.0"
        said = texts(told())["valuation"]
        assert said.startswith("Trades at 21.0 times projected earnings")
        assert said.endswith("below its five-year average of 23.3 and the Nasdaq 100's 27.0.")


@pytest.mark.parametrize("clock", ["11:00", "16:30"])
def test_breadth_and_points_of_the_model_day(clock: str) -> None:
    found = told("--at", clock)["breadth"]
    move = moves(clock)
    assert found["advancers"] == sum(one > 0 for one in move.values())
    assert found["decliners"] == sum(one < 0 for one in move.values())
    assert found["unchanged"] == sum(one == 0 for one in move.values())
    before = quotes(clock)["HSTECH.HK"]["previous_close"]
    points = {symbol: weights()[symbol] * change / 100 * before for symbol, change in move.items()}
    assert {one["symbol"]: one["points"] for one in found["contributions"]} == pytest.approx(points)
    best = sorted(points.values(), reverse=True)[:3]
    index = quotes(clock)["HSTECH.HK"]
    assert found["top_three_share"] == pytest.approx(sum(best) / (index["last"] - before))


def test_ahead_of_the_other_gauges() -> None:
    peers = told()["peers"]
    assert peers["place"] == 1
    ranked = [one for one in peers["gauges"] if one["place"] is not None]
    assert len(ranked) == peers["count"] >= 5
    day = quotes("16:30")
    for one in ranked:
        quote = day[one["symbol"]]
        assert one["percent"] == pytest.approx((quote["last"] / quote["previous_close"] - 1) * 100)
    assert [one["percent"] for one in ranked] == sorted((one["percent"] for one in ranked), reverse=True)
    assert {one["symbol"]: one["standing"] for one in peers["gauges"]}["^NDX"] == "closed"


def test_an_earlier_date_of_the_recording_has_closes_alone() -> None:
    found = told("--as-of", "2025-09-12")
    day, close = next(one for one in reversed(closes()) if one[0] <= date(2025, 9, 12))
    assert (found["as_of"], found["level"]) == (day.isoformat(), close)
    assert (found["breadth"], found["peers"], found["valuation"]) == (None, None, None)
    # A date after the day means the day.
    assert told("--as-of", "2025-09-20")["level"] == told()["level"]


def test_the_other_formats_and_languages() -> None:
    found = told()
    assert json.loads(run("--from-recording", "demo", "--format", "jsonl").stdout) == found
    (row,) = csv.DictReader(io.StringIO(run("--from-recording", "demo", "--format", "csv").stdout))
    assert float(row["valuation_forward_pe"]) == found["valuation"]["forward_pe"]
    assert row["breadth_advancers"] == str(found["breadth"]["advancers"])
    assert "年初至今升41.8%" in run("--from-recording", "demo", "--lang", "zh").stdout
    assert "收盘" in run("--from-recording", "demo", "--lang", "zh-Hans").stdout


def test_what_cannot_be_replayed(tmp_path: Path) -> None:
    wrong = tmp_path / "no.jsonl"
    wrong.write_text("{}\n", encoding="utf-8")
    result = run("--from-recording", wrong)
    assert (result.exit_code, result.stdout) == (3, "")
    assert "no recording of tui-monitor" in result.stderr
    assert run("--from-recording", tmp_path / "absent.jsonl").exit_code != 0
    assert run("--at", "11:00").exit_code != 0
    assert run("--from-recording", "demo", "--history", wrong).exit_code != 0
    # Nothing is known of another index's history.
    assert run("^STI", "--from-recording", "demo").exit_code == 3


def test_an_empty_environment_without_network_is_enough(tmp_path: Path) -> None:
    """No home, no folders, no locale, no address that answers; nothing is written, no terminal library loaded."""
    program = (
        "import sys, socket\n"
        "def refuse(*a, **k): raise OSError('no network here')\n"
        "socket.socket.connect = refuse; socket.getaddrinfo = refuse\n"
        "sys.argv = ['tui-monitor', 'index', '--from-recording', 'demo', '--format', 'json']\n"
        "from tui_monitor.cli.main import main\n"
        "try:\n    main()\n"
        "finally:\n    bad = {'textual', 'rich', 'httpx', 'yfinance'} & set(sys.modules)\n"
        "    print(bad or 'light', file=sys.stderr)\n"
    )
    environment = {
        "TUI_MONITOR_CONFIG_DIR": str(tmp_path / "c"),
        "TUI_MONITOR_STATE_DIR": str(tmp_path / "s"),
        "PATH": os.environ.get("PATH", ""),
    }
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip() == "light"
    found = json.loads(done.stdout)
    assert (found["symbol"], found["as_of"], found["level"]) == ("HSTECH.HK", "2025-09-17", 6334.0)
    assert found["claims"]
    assert list(tmp_path.iterdir()) == []
