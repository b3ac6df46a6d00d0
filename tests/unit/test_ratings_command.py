"""``tui-monitor ratings`` without a network: fields, filters, spans, languages, codes, the group's default."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from tui_monitor.cli.commands.ratings import command
from tui_monitor.cli.ratings_output import NAMES
from tui_monitor.config.paths import Paths
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.rating import Action, Origin, RatingChange
from tui_monitor.domain.watchlist import Entry, Watchlist, Watchlists
from tui_monitor.domain.watchlist_edits import Add
from tui_monitor.services.watchlists import WatchlistService
from tui_monitor.sources.api import Batch
from tui_monitor.store.database import Database
from tui_monitor.store.latest import LatestStore
from tui_monitor.store.rows import put_quote, put_rating

NOW = datetime.now(UTC).replace(microsecond=0)

RATINGS = (
    RatingChange(
        key="t1", time=NOW - timedelta(hours=2), symbol="BABA", company=None, firm="Goldman Sachs",
        action=Action.RAISE_TARGET, actions=(Action.RAISE_TARGET, Action.REITERATE), from_grade="Buy", to_grade="Buy",
        target=179.0, prior_target=163.0, currency="USD", source="yahoo-ratings", home_symbol="9988.HK",
    ),
    RatingChange(
        key="headline:h1", time=NOW - timedelta(hours=1), symbol="9988.HK", company="阿里巴巴", firm="高盛",
        action=Action.RAISE_TARGET, target=179.0, currency="USD", origin=Origin.HEADLINE, source="Wire",
        url="https://example.com/h1",
    ),
    RatingChange(
        key="t2", time=NOW - timedelta(days=10), symbol="BIDU", company=None, firm="Peak", action=Action.DOWNGRADE,
        actions=(Action.DOWNGRADE,), from_grade="Buy", to_grade="Sell", source="yahoo-ratings", home_symbol="9888.HK",
    ),
    RatingChange(
        key="t3", time=NOW - timedelta(days=100), symbol="BABA", company=None, firm="Citi", action=Action.INITIATE,
        to_grade="Neutral", target=90.0, currency="USD", source="yahoo-ratings", home_symbol="9988.HK",
    ),
)  # fmt: skip


def quote(symbol: str, last: float, currency: str) -> Quote:
    return Quote(symbol=symbol, last=last, time=NOW, received=NOW, source="yahoo", currency=currency)


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("TUI_MONITOR_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("TUI_MONITOR_STATE_DIR", str(tmp_path / "state"))
    paths = Paths.from_environment()
    paths.ensure()
    return paths


@pytest.fixture
def filled(folders: Paths) -> Paths:
    database = Database.open(folders.database, now=lambda: NOW)
    with database.writing() as connection:
        for one in RATINGS:
            put_rating(one)(connection)
        for price in (quote("9988.HK", 161.6, "HKD"), quote("HKD=X", 7.8, "HKD")):
            put_quote(price)(connection)
    database.close()
    return folders


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, list(arguments))


def rows(*arguments: str) -> list[dict[str, Any]]:
    result = run(*arguments, "--offline", "--format", "json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert isinstance(found, list)
    return found


@pytest.mark.usefixtures("filled")
def test_the_documented_fields_in_their_order_each_event_once() -> None:
    found = rows()
    assert [tuple(one) for one in found] == [NAMES, NAMES]
    first = found[0]
    assert first["time"] == RATINGS[0].time.isoformat().replace("+00:00", "Z")
    assert (first["symbol"], first["home_symbol"], first["company"]) == ("BABA", "9988.HK", "Alibaba")
    assert (first["firm"], first["action"], first["actions"]) == ("Goldman Sachs", "raise-target", ["raise-target"])
    assert (first["target"], first["prior_target"], first["currency"]) == (179.0, 163.0, "USD")
    assert first["upside_symbol"] == "9988.HK"
    assert first["upside_percent"] == pytest.approx((179 * 7.8 / 8 / 161.6 - 1) * 100)
    assert (first["origins"], first["sources"]) == (["table", "headline"], ["yahoo-ratings", "Wire"])
    assert first["url"] == "https://example.com/h1"
    second = found[1]
    assert (second["grade_step"], second["grade_change"]) == (2, -2)
    assert (second["upside_symbol"], second["upside_percent"], second["target"]) == (None, None, None)


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("arguments", "firms"),
    [
        ((), ["Goldman Sachs", "Peak"]),
        (("--since", "7d"), ["Goldman Sachs"]),
        (("--since", "20w"), ["Goldman Sachs", "Peak", "Citi"]),
        (("--since", "90m"), None),
        (("--since", "1h"), []),
        (("--since", (NOW - timedelta(days=11)).date().isoformat()), ["Goldman Sachs", "Peak"]),
        (("BABA",), ["Goldman Sachs", "Citi"]),
        (("9988",), ["Goldman Sachs", "Citi"]),
        (("alibaba", "BIDU"), ["Goldman Sachs", "Peak", "Citi"]),
        (("baidu", "--since", "3d"), []),
        (("0700.HK",), []),
    ],
)
def test_companies_and_spans(arguments: tuple[str, ...], firms: list[str] | None) -> None:
    if firms is None:
        assert run(*arguments, "--offline").exit_code != 0
        return
    assert [one["firm"] for one in rows(*arguments)] == firms


def test_mine_are_the_companies_of_the_lists(filled: Paths) -> None:
    service = WatchlistService(filled, now=lambda: NOW, default=Watchlists((Watchlist(name="own"),)))
    service.edit(Add("own", (Entry(symbol="9888.HK"), Entry(symbol="MSFT"))))
    service.close()
    assert [one["firm"] for one in rows("--mine", "--since", "52w")] == ["Peak"]
    # By its other line too.
    assert [one["firm"] for one in rows("--mine", "BIDU", "BABA")] == ["Peak"]


@pytest.mark.usefixtures("filled")
def test_tables_csv_and_json_lines_tell_the_same() -> None:
    table = run("--offline")
    assert table.exit_code == 0
    lines = table.stdout.splitlines()
    assert len(lines) == 3
    assert "163 → 179 USD" in lines[1]
    assert "tab+hdl" in lines[1]
    assert "Buy → Sell" in lines[2]
    assert "Newest: table 2h ago, headline 1h ago." in table.stderr
    (_header, first, _second) = csv.reader(io.StringIO(run("--offline", "--format", "csv").stdout))
    assert dict(zip(NAMES, first, strict=True))["target"] == "179.0"
    jsonl = [json.loads(one) for one in run("--offline", "--format", "jsonl").stdout.splitlines()]
    assert jsonl == rows()


@pytest.mark.usefixtures("filled")
def test_chinese_names_line_up() -> None:
    from tui_monitor.present.width import cells

    lines = run("--offline", "--lang", "zh").stdout.splitlines()
    assert "阿里" in lines[1]
    # The symbols begin at the same cell.
    places = [cells(line[: line.index(word)]) for line, word in ((lines[1], "BABA"), (lines[2], "BIDU"))]
    assert places[0] == places[1]


def test_nothing_known_ends_with_3_and_prints_nothing() -> None:
    result = run("--offline", "--format", "json")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "No rating change is known" in result.stderr


@pytest.mark.usefixtures("filled")
def test_nothing_that_fits_is_no_failure() -> None:
    result = run("--since", "1h", "--offline", "--format", "json")
    assert (result.exit_code, json.loads(result.stdout)) == (0, [])
    assert "None of the 3 rating changes" in result.stderr


def test_a_broken_lists_file_and_broken_settings_end_with_2(filled: Paths) -> None:
    filled.watchlists_file.write_text("[[list", encoding="utf-8")
    assert run("--offline").exit_code == 2
    filled.watchlists_file.unlink()
    filled.config_file.write_text("[alerts]\nring = 1\n", encoding="utf-8")
    result = run("--offline")
    assert result.exit_code == 2
    assert "line 2" in result.stderr


@pytest.mark.parametrize("since", ["7", "d", "7y", "2026-02-30", "soon", "-3d"])
def test_what_is_no_span_is_wrong_usage(since: str) -> None:
    result = run("--since", since, "--offline")
    assert result.exit_code == 2  # click's own; the program's main turns it into its code of usage
    assert "is no span" in result.stderr


def test_the_recorded_day_offline() -> None:
    found = json.loads(run("--from-recording", "demo", "--format", "json").stdout)
    assert [one["firm"] for one in found if one["symbol"] == "BIDU"] == ["Arete"]
    assert all(len(set(one)) == len(NAMES) for one in found)


def test_extract_is_a_subcommand_and_symbols_are_not() -> None:
    result = CliRunner().invoke(command, ["extract"], input=b"Citi upgrades Acme to Buy\n")
    assert json.loads(result.stdout)["firm"] == "Citi"
    text = run("--help").stdout
    assert "--since" in text
    assert "extract" in text
    assert "[SYMBOL]..." in text
    assert "show" not in text.split("Commands:")[1]


def test_a_rating_stored_twice_is_told_once(folders: Paths) -> None:
    store = LatestStore()
    store.apply(Batch(source="t", received=NOW, ratings=(RATINGS[0], replace(RATINGS[0], key="again"))))
    database = Database.open(folders.database, now=lambda: NOW)
    with database.writing() as connection:
        for one in store.ratings():
            put_rating(one)(connection)
    database.close()
    assert len(rows()) == 1
