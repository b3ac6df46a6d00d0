"""``tui-monitor alerts``: from the command line to the file and back, each output by its schema, each exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.golden.schema_check import errors
from tests.unit.alert_stage import utc

from tui_monitor.cli.commands.schema import FOLDER
from tui_monitor.cli.main import run
from tui_monitor.config.alerts_file import AlertsFile
from tui_monitor.config.paths import Paths
from tui_monitor.domain.alert import AlertEvent, AlertKind, Channel
from tui_monitor.store.alert_log import append_events


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Paths:
    monkeypatch.setenv("TUI_MONITOR_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("TUI_MONITOR_STATE_DIR", str(tmp_path / "state"))
    (tmp_path / "config").mkdir()
    return Paths(tmp_path / "config", tmp_path / "state")


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    try:
        code = run(["alerts", *arguments])
    except SystemExit as end:
        code = int(end.code or 0)
    return code, capsys.readouterr().out


def test_a_rule_is_added_listed_and_removed(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "add", "one", "--kind", "price", "--symbol", "700", "--above", "700")[0] == 0
    assert told(capsys, "add", "ONE", "--kind", "high")[0] == 1, "the name is taken"
    assert told(capsys, "add", "two", "--kind", "rating", "--above", "3")[0] == 1, "no key of that kind"
    assert told(capsys, "add", "e\x1b[2J", "--kind", "high")[0] == 1
    assert told(capsys, "add", "words", "--kind", "headline", "--filter", "回購 OR buyback")[0] == 0
    listed = told(capsys, "list", "--format", "json")[1]
    schema = json.loads((FOLDER / "alerts-list.json").read_text(encoding="utf-8"))
    assert errors(json.loads(listed), schema) == []
    first = json.loads(listed)[0]
    assert (first["symbols"], first["above"], first["state"], first["origin"]) == (["0700.HK"], 700.0, "armed", "added")
    assert "price ≥ 700" in told(capsys, "list")[1]
    assert told(capsys, "remove", "One")[0] == 0
    assert told(capsys, "remove", "one")[0] == 1
    assert [one.name for one in AlertsFile(paths.alerts_file).read().rules] == ["words"]


def test_the_persons_own_rules_are_listed_and_never_written(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    text = '[[alerts.rules]]\nname = "mine"\nkind = "percent"\nabove = 3.0\n'
    paths.config_file.write_text(text, encoding="utf-8")
    assert told(capsys, "remove", "mine")[0] == 1
    assert told(capsys, "add", "Mine", "--kind", "high")[0] == 1
    assert json.loads(told(capsys, "list", "--format", "json")[1])[0]["origin"] == "config"
    assert paths.config_file.read_text(encoding="utf-8") == text


def test_a_broken_file_is_one_sentence_and_is_left_alone(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    paths.alerts_file.write_text('[[rules]]\nname = "x"\nkind = "percent"\n', encoding="utf-8")
    assert told(capsys, "list")[0] == 2
    assert told(capsys, "add", "y", "--kind", "high")[0] == 1
    assert paths.alerts_file.read_text(encoding="utf-8") == '[[rules]]\nname = "x"\nkind = "percent"\n'


def test_the_log_is_printed_by_its_schema(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    append_events(paths.alerts_log, [
        AlertEvent(
            time=utc("2026-03-04T03:00:00"), rule="one", kind=AlertKind.PRICE, symbol="0700.HK", name="Tencent",
            side="above", value=701.5, threshold=700.0, channels=(Channel.BELL,),
        ),
        AlertEvent(time=utc("2026-03-04T03:01:00"), rule="two", kind=AlertKind.HEADLINE, text="A deal", quiet=True),
    ])  # fmt: skip
    found = json.loads(told(capsys, "log", "--format", "json")[1])
    schema = json.loads((FOLDER / "alerts-log.json").read_text(encoding="utf-8"))
    assert errors(found, schema) == []
    assert [one["rule"] for one in found] == ["two", "one"]
    assert found[1]["sentence"] == "0700.HK Tencent 701.50, at or above 700.00"
    assert len(told(capsys, "log", "--limit", "1", "--format", "jsonl")[1].splitlines()) == 1


def test_the_test_says_what_happened_by_each_channel(
    paths: Paths, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TMUX", raising=False)
    out = tmp_path / "out"
    hook = tmp_path / "hook"
    hook.write_text(f"#!/bin/sh\ncat > '{out}'\n")
    hook.chmod(0o700)
    paths.config_file.write_text(f'[alerts]\ndeliver = ["hook", "tmux"]\nhook = ["{hook}"]\n', encoding="utf-8")
    code, text = told(capsys, "test", "--format", "json")
    assert code == 4
    assert [(one["channel"], one["ok"]) for one in json.loads(text)] == [("hook", True), ("tmux", False)]
    assert json.loads(out.read_bytes())["rule"] == "test"
    paths.config_file.write_text('[alerts]\ndeliver = ["tmux"]\n', encoding="utf-8")
    assert told(capsys, "test")[0] == 3
    paths.config_file.write_text("[alerts]\ndeliver = []\n", encoding="utf-8")
    assert told(capsys, "test")[0] == 1


def test_a_rule_is_turned_off_and_on_wherever_it_stands(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        '[[alerts.rules]]\nname = "mine"\nkind = "percent"\nabove = 3.0\n'
        '[[alerts.rules]]\nname = "off"\nkind = "high"\nenabled = false\n'
    )
    paths.config_file.write_text(text, encoding="utf-8")
    told(capsys, "add", "one", "--kind", "high")
    for name in ("MINE", "one"):
        assert told(capsys, "disable", name)[0] == 0
    rows = json.loads(told(capsys, "list", "--format", "json")[1])
    assert [(row["name"], row["enabled"], row["state"]) for row in rows] == [
        ("mine", False, "off"), ("off", False, "off"), ("one", False, "off"),
    ]  # fmt: skip
    for name in ("mine", "One"):
        assert told(capsys, "enable", name)[0] == 0
    assert told(capsys, "enable", "off")[0] == 1, "that is in the person's own file"
    assert told(capsys, "enable", "nobody")[0] == 1
    rows = json.loads(told(capsys, "list", "--format", "json")[1])
    assert [row["enabled"] for row in rows] == [True, False, True]
    assert paths.config_file.read_text(encoding="utf-8") == text


def test_the_hold_of_rules_against_the_day_says_how_far_each_is(
    paths: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    told(capsys, "add", "tencent", "--kind", "price", "--symbol", "700", "--above", "700", "--below", "600")
    told(capsys, "add", "moves", "--kind", "percent", "--above", "10", "--symbol", "9888", "--symbol", "700")
    rows = json.loads(told(capsys, "--from-recording", "demo", "--format", "json")[1])
    by = {(row["rule"], row["symbol"], row["side"]): row for row in rows}
    quotes = {}
    run(["quotes", "700", "9888", "--from-recording", "demo", "--format", "json"])
    quotes = {row["symbol"]: row for row in json.loads(capsys.readouterr().out)}
    last = quotes["0700.HK"]["last"]
    assert by["tencent", "0700.HK", "above"]["distance"] == pytest.approx(700 - last)
    assert by["tencent", "0700.HK", "below"]["distance"] == pytest.approx(last - 600)
    assert by["tencent", "0700.HK", "above"]["met"] is False
    assert by["moves", "9888.HK", "above"]["met"] is True
    assert by["moves", "9888.HK", "above"]["value"] == pytest.approx(quotes["9888.HK"]["percent"])
    # Of one rule what is nearest comes first.
    assert [row["symbol"] for row in rows if row["rule"] == "moves"] == ["9888.HK", "0700.HK"]
    rows = json.loads(told(capsys, "moves", "--from-recording", "demo", "--format", "json")[1])
    assert [row["rule"] for row in rows] == ["moves", "moves"]
    assert told(capsys, "nobody", "--from-recording", "demo")[0] == 1
    assert not paths.alerts_state.exists(), "nothing is remembered by it"


def test_no_rules_are_no_failure(paths: Paths, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "--offline", "--format", "json") == (0, "[]\n")
    told(capsys, "add", "one", "--kind", "price", "--symbol", "700", "--above", "700")
    assert told(capsys, "--offline", "--format", "json") == (3, "")
    assert told(capsys, "list", "--format", "json")[0] == 0
