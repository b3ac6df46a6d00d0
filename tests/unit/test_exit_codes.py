"""Each documented exit code of each data command. No network is there: a source that is asked fails."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tui_monitor.cli import data_command
from tui_monitor.cli.commands import index as index_command
from tui_monitor.cli.main import run
from tui_monitor.config.paths import Paths
from tui_monitor.config.seeds import recorded_day
from tui_monitor.config.settings import Settings
from tui_monitor.services.one_round import Outcome
from tui_monitor.services.stored import Stored
from tui_monitor.sources.api import Batch, Topic
from tui_monitor.store.recordings import open_recording

COMMANDS = {
    "quotes": ["quotes", "700"],
    "movers": ["movers"],
    "index": ["index"],
    "brief": ["brief"],
    "ratings": ["ratings", "BABA"],
    "news": ["news"],
    "alerts": ["alerts"],
    "calendar": ["calendar"],
}
"""Data commands; the rule that `alerts` looks at is in the program's own file."""


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config").mkdir()
    rule = '[[rules]]\nname = "one"\nkind = "price"\nsymbols = ["0700.HK"]\nabove = 700\n'
    (tmp_path / "config" / "alerts.toml").write_text(rule, encoding="utf-8")
    monkeypatch.setenv("TUI_MONITOR_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("TUI_MONITOR_STATE_DIR", str(tmp_path / "state"))


def ended(arguments: list[str]) -> int:
    """Run the program; return the code that the shell would see."""
    try:
        return int(run(arguments))
    except SystemExit as error:
        return int(error.code or 0)


def store_the_day() -> None:
    """Store what the recorded day told, as if it had been asked for."""

    async def keep() -> None:
        known = Stored(Settings(), Paths.from_environment(), moment=datetime.now(UTC))
        for number, entry in enumerate(open_recording(recorded_day()).entries()):
            if number < 12 or entry.batch.headlines or entry.batch.histories or entry.batch.ratings:
                known.take(entry.batch)
        await known.keep()
        await known.aclose()

    asyncio.run(keep())


@pytest.mark.parametrize("name", COMMANDS)
def test_0_1_2_3_70_and_130(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = COMMANDS[name]
    assert ended([*arguments, "--from-recording", "demo"]) == 0
    assert capsys.readouterr().out
    assert ended([*arguments, "--nonsense"]) == 1
    assert ended([*arguments, "--at", "11:00"]) == 1
    assert ended([*arguments, "--offline"]) == 3
    assert ended([*arguments, "--from-recording", str(Path(__file__))]) == 3
    seen = capsys.readouterr()
    assert seen.out == ""
    assert "Traceback" not in seen.err
    for error, code in ((RuntimeError("a defect"), 70), (KeyboardInterrupt(), 130)):
        with monkeypatch.context() as patch:

            def fail(_path: Path, error: BaseException = error) -> Settings:
                raise error

            patch.setattr(data_command, "load_settings", fail)
            assert ended(arguments) == code
    (tmp_path / "config").mkdir(exist_ok=True)
    (tmp_path / "config" / "config.toml").write_text("nonsense = 1\n", encoding="utf-8")
    capsys.readouterr()
    assert ended([*arguments, "--offline"]) == 2
    assert "line 1" in capsys.readouterr().err


def test_4_where_only_stored_values_are_left(capsys: pytest.CaptureFixture[str]) -> None:
    store_the_day()
    for name in ("quotes", "movers", "brief", "ratings", "news", "alerts"):
        arguments = [*COMMANDS[name], "--timeout", "2"]
        assert ended(arguments) == 4, name
        seen = capsys.readouterr()
        assert seen.out, name
        assert seen.err, name
    # The same asked offline is complete.
    for name in set(COMMANDS) - {"calendar"}:
        # What the recorded day had to come is long over; the calendar's own tests have its codes.
        assert ended([*COMMANDS[name], "--offline"]) == 0, name


def test_4_of_an_index_whose_history_was_answered_and_price_was_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def only_history(known: Stored, _settings: Settings, wanted: object, *, timeout: float) -> dict[Topic, Outcome]:
        assert timeout == 10.0
        histories = [one for entry in open_recording(recorded_day()).entries() for one in entry.batch.histories]
        known.take(Batch(source="test", received=datetime.now(UTC), histories=tuple(histories)))
        return {Topic.HISTORY: Outcome(), Topic.QUOTES: Outcome(missing=(known.situation.index,))}

    monkeypatch.setattr(index_command, "ask_sources", only_history)
    assert ended(["index", "--lang", "en"]) == 4
    seen = capsys.readouterr()
    assert "told from its daily history" in seen.err
    assert seen.out


OTHERS: dict[str, tuple[list[str], int]] = {
    "replay of no recording": (["replay", __file__, "--at", "10:00"], 3),
    "replay of no file": (["replay", "nowhere.jsonl"], 1),
    "a screen without a terminal": (["demo"], 1),
    "demo with a wrong time": (["demo", "--at", "noon"], 1),
    "run without headless": (["run"], 1),
    "record over a file": (["record", __file__, "--for", "1s"], 1),
    "schema of nothing": (["schema", "nothing"], 1),
    "completion of no shell": (["completion", "csh"], 1),
    "watch of no list": (["watch", "show", "--list", "nothing"], 1),
    "feeds without one": (["feeds", "remove", "nothing"], 1),
    "alerts without one": (["alerts", "remove", "nothing"], 1),
    "no command": (["nothing"], 1),
    "paths": (["config", "path"], 0),
    "a first file": (["config", "init"], 0),
}
"""Commands that print no data of the market, each with the code that it ends with in an empty home."""


@pytest.mark.parametrize("name", OTHERS)
def test_other_commands_end_with_what_the_page_says(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments, code = OTHERS[name]
    assert ended(arguments) == code
    seen = capsys.readouterr()
    assert "Traceback" not in seen.err
    assert bool(seen.err) == (code != 0) or name == "a first file"


@pytest.mark.parametrize(
    ("file", "arguments"),
    [
        ("config.toml", ["config", "check"]),
        ("config.toml", ["config", "init"]),
        ("config.toml", ["doctor", "--offline"]),
        ("config.toml", ["alerts", "list"]),
        ("config.toml", ["feeds", "list"]),
        ("config.toml", ["brief", "--at-close"]),
        ("config.toml", ["run", "--headless"]),
        ("config.toml", ["record", "new.jsonl"]),
        ("alerts.toml", ["alerts"]),
        ("alerts.toml", ["alerts", "disable", "one"]),
        ("feeds.toml", ["feeds", "list"]),
        ("watchlists.toml", ["watch", "show"]),
        ("watchlists.toml", ["ratings", "--offline"]),
        ("watchlists.toml", ["calendar", "--offline"]),
    ],
)
def test_2_where_a_file_of_the_persons_is_wrong(
    file: str, arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config" / file).write_text("nonsense = [\n", encoding="utf-8")
    assert ended(arguments) == 2
    seen = capsys.readouterr()
    assert file in seen.err + seen.out
    assert "Traceback" not in seen.err
    assert (tmp_path / "config" / file).read_text(encoding="utf-8") == "nonsense = [\n"
