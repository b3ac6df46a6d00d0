"""Alerts on the screen: from a key on a row to the file, the list and its log, one line when something fires."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from rich.cells import cell_len
from tests.tui.stage import Stage, frame_text, quote
from textual.pilot import Pilot
from textual.screen import Screen

from tui_monitor.config.alerts_file import AlertsFile
from tui_monitor.config.paths import Paths
from tui_monitor.config.settings import AlertEntry
from tui_monitor.present.alert_lines import alert_wording, sentence
from tui_monitor.services.alert_keeper import AlertKeeper
from tui_monitor.sources.api import Batch
from tui_monitor.tui.screens.alerts import AlertsScreen
from tui_monitor.tui.screens.choice import ChoiceScreen
from tui_monitor.tui.screens.dialog import Dialog
from tui_monitor.tui.screens.form import Form
from tui_monitor.tui.screens.main import MainScreen


def staged(folder: Path, **more: object) -> tuple[Stage, AlertKeeper, list[str]]:
    stage = Stage(**more).fill()  # type: ignore[arg-type]
    keeper = AlertKeeper(
        stage.view, Paths(folder / "config", folder / "state"), alert_wording(stage.view),
        lambda event: sentence(stage.view.words, event), {}, live=True,
    )  # fmt: skip
    written: list[str] = []
    keeper.delivery.terminal = written.append
    stage.services.alerts, stage.services.fired = lambda: keeper, keeper.news
    return stage, keeper, written


async def shown(pilot: Pilot[None], kind: type[Screen[Any]]) -> None:
    """Wait until a screen of this kind is there and takes keys, however slow the machine is."""
    for _ in range(500):
        screen = pilot.app.screen
        if isinstance(screen, kind) and (kind is not Form or screen.focused is not None):
            return
        await pilot.pause(0.02)
    raise AssertionError(f"{kind.__name__} did not come: {pilot.app.screen_stack}")


async def saved(pilot: Pilot[None]) -> None:
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


@pytest.mark.parametrize(("size", "language"), [((60, 20), "en"), ((120, 40), "zh-Hant")])
async def test_from_a_key_on_a_row_to_the_file_the_list_and_the_line(
    size: tuple[int, int], language: str, tmp_path: Path
) -> None:
    stage, keeper, written = staged(tmp_path, language=language)
    app = stage.app()
    async with app.run_test(size=size) as pilot:
        await keeper.step()
        await pilot.press("b")
        await shown(pilot, ChoiceScreen)
        await pilot.press("enter")
        await shown(pilot, Form)
        assert any("110" in line for line in frame_text(app)), "the price of the row stands in the form"
        await pilot.press("enter")
        await pilot.pause()
        assert len(app.screen_stack) == 2, "the price as it stands is no alert"
        await pilot.press("end", *["backspace"] * 8, *"115", "enter")
        await saved(pilot)
        (entry,) = AlertsFile(tmp_path / "config" / "alerts.toml").read().rules
        assert (entry.kind, entry.symbols, entry.above, entry.below) == ("price", ("0101.HK",), 115.0, None)
        keeper.look()
        moment = stage.clock.now() + timedelta(seconds=20)
        stage.clock.pass_by(20.0)
        stage.store.apply(Batch(source="yahoo", received=moment, quotes=(quote("0101.HK", 116.0, 100.0, moment),)))
        await keeper.step()
        app.main.frame_clock.tick()
        await pilot.pause()
        assert written == ["\x07"]
        assert stage.view.saying is not None
        assert "116" in stage.view.saying
        app.main.frame_clock.tick()
        await pilot.press("w")
        await pilot.pause()
        assert isinstance(app.screen, AlertsScreen)
        told = frame_text(app)
        assert all(cell_len(line) == size[0] for line in told)
        assert any("0101.HK 115" in line for line in told)
        await pilot.press("l")
        await pilot.pause()
        assert any("116" in line for line in frame_text(app))
        await pilot.press("l", "d")
        await saved(pilot)
        assert AlertsFile(tmp_path / "config" / "alerts.toml").read().rules == ()
        assert keeper.rules == ()
    keeper.close()
    assert (tmp_path / "state" / "alerts.jsonl").read_text().count("\n") == 1


async def test_a_form_refuses_what_is_no_number_or_true_already(tmp_path: Path) -> None:
    stage, keeper, _ = staged(tmp_path)
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("b")
        await shown(pilot, ChoiceScreen)
        await pilot.press("1")
        await shown(pilot, Form)
        await pilot.press("end", "x", "enter")
        await pilot.pause()
        assert any("is no number" in line for line in frame_text(app))
        await pilot.press(*["backspace"] * 9, *"50", "enter")
        await pilot.pause()
        assert any("there already" in line for line in frame_text(app))
        await pilot.press("escape")
    keeper.close()
    assert not (tmp_path / "config" / "alerts.toml").exists()


async def listed(pilot: Pilot[None], keeper: AlertKeeper, *entries: AlertEntry) -> None:
    """Open the list of these rules."""
    for entry in entries:
        await keeper.add(entry)
    await keeper.step()
    await pilot.press("w")
    await shown(pilot, AlertsScreen)


MADE: tuple[tuple[tuple[str, ...], dict[str, object]], ...] = (
    (("2", "3", "down", "3", "enter"), {"kind": "percent", "above": 3.0, "below": -3.0, "name": "0101.HK ±3%"}),
    (("5", "2", "enter"), {"kind": "high", "span": "year", "name": "0101.HK new high of 52 weeks"}),
    (("8", "enter"), {"kind": "headline", "filter": "symbol:0101.HK", "name": "0101.HK headline"}),
)
"""Keys behind `b` on a share, and the rule that they make."""


async def test_kinds_with_lines_with_a_choice_and_with_nothing_to_fill_in_are_made_by_keys_alone(
    tmp_path: Path,
) -> None:
    stage, keeper, _ = staged(tmp_path)
    app = stage.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await keeper.step()
        for number, (keys, made) in enumerate(MADE, start=1):
            await pilot.press("b")
            await shown(pilot, ChoiceScreen)
            first = app.screen
            await pilot.press(keys[0])
            for _ in range(500):
                if app.screen is not first and (not isinstance(app.screen, Form) or app.screen.focused is not None):
                    break
                await pilot.pause(0.02)
            for key in keys[1:]:
                await pilot.press(key)
                await pilot.pause()
            await shown(pilot, MainScreen)
            await saved(pilot)
            rules = AlertsFile(tmp_path / "config" / "alerts.toml").read().rules
            assert len(rules) == number
            assert rules[-1].symbols == ("0101.HK",)
            for key, value in made.items():
                assert getattr(rules[-1], key) == value, keys
    keeper.close()


async def test_a_rule_is_changed_turned_off_and_on_removed_and_brought_back(tmp_path: Path) -> None:
    stage, keeper, _ = staged(tmp_path)
    app = stage.app()
    file = AlertsFile(tmp_path / "config" / "alerts.toml")
    first = AlertEntry(name="one", kind="price", symbols=("0101.HK",), above=115.0, hysteresis=1.0)
    async with app.run_test(size=(60, 20)) as pilot:
        await listed(pilot, keeper, first, AlertEntry(name="two", kind="high"))
        assert all(cell_len(line) == 60 for line in frame_text(app))
        await pilot.press("e")
        await shown(pilot, Form)
        assert any("115" in line for line in frame_text(app)), "the bound stands in the form"
        await pilot.press("end", *["backspace"] * 3, *"120", "enter")
        await shown(pilot, AlertsScreen)
        await saved(pilot)
        assert file.read().rules[0] == AlertEntry(
            name="one", kind="price", symbols=("0101.HK",), above=120.0, hysteresis=1.0
        )
        await pilot.press("x")
        await saved(pilot)
        assert [one.enabled for one in file.read().rules] == [False, True]
        assert [one.rule.enabled for one in keeper.rules] == [False, True]
        assert any(line.strip("│ ").startswith("one") and "off" in line for line in frame_text(app))
        await pilot.press("x")
        await saved(pilot)
        assert all(one.enabled for one in file.read().rules)
        await pilot.press("d")
        await saved(pilot)
        assert [one.name for one in file.read().rules] == ["two"]
        await pilot.press("u")
        await saved(pilot)
        assert [(one.name, one.above) for one in file.read().rules] == [("two", None), ("one", 120.0)]
        await pilot.press("u")
        await saved(pilot)
        assert len(file.read().rules) == 2, "nothing is left to bring back"
        await pilot.press("g", "e")
        await shown(pilot, ChoiceScreen)
        await pilot.press("3")
        await shown(pilot, Form)
        await pilot.press("0", ".", "5", "down", "3", "0", "down", *"tmux", "enter")
        await shown(pilot, AlertsScreen)
        await saved(pilot)
        assert file.read().rules[0] == AlertEntry(
            name="two", kind="high", span="record", hysteresis=0.5, cooldown=1800.0, deliver=("tmux",)
        )
    keeper.close()


async def test_a_rule_of_the_settings_can_be_turned_off_and_is_not_written(tmp_path: Path) -> None:
    own = AlertEntry(name="mine", kind="percent", above=3.0)
    stage, keeper, _ = staged(tmp_path)
    stage.settings = replace(stage.settings, alerts=replace(stage.settings.alerts, rules=(own,)))
    stage.view.settings = stage.settings
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await listed(pilot, keeper)
        await pilot.press("e")
        await saved(pilot)
        assert "config.toml" in (stage.view.saying or "")
        await pilot.press("x")
        await saved(pilot)
        assert AlertsFile(tmp_path / "config" / "alerts.toml").read().off == ("mine",)
        assert not keeper.rules[0].rule.enabled
        assert not keeper.desk.rules[0].enabled
        await pilot.press("x")
        await saved(pilot)
        assert AlertsFile(tmp_path / "config" / "alerts.toml").read().off == ()
        assert keeper.rules[0].rule.enabled
    keeper.close()


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
async def test_a_rule_is_tried_what_it_sees_and_how_it_reaches_the_person(language: str, tmp_path: Path) -> None:
    stage, keeper, written = staged(tmp_path, language=language)
    app = stage.app()
    async with app.run_test(size=(60, 20)) as pilot:
        await listed(pilot, keeper, AlertEntry(name="one", kind="price", symbols=("0101.HK",), above=121.0))
        await pilot.press("t")
        await shown(pilot, Dialog)
        told = frame_text(app)
        assert any("10.0%" in line for line in told), told
        assert any("110.00" in line and "121.00" in line for line in told)
        assert all(cell_len(line) == 60 for line in told)
        await pilot.press("escape")
        await shown(pilot, AlertsScreen)
        await pilot.press("s")
        await saved(pilot)
        assert written == ["\x07"]
        assert "bell" in (stage.view.saying or "")
        assert keeper.desk.fired == 0, "trying a rule is no firing"
    keeper.close()
