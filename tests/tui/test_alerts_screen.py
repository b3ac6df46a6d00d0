"""Alerts on the screen: from a key on a row to the file, the list and its log, one line when something fires."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from rich.cells import cell_len
from tests.tui.stage import Stage, frame_text, quote
from textual.pilot import Pilot

from tui_monitor.config.alerts_file import AlertsFile
from tui_monitor.config.paths import Paths
from tui_monitor.present.alert_lines import alert_wording, sentence
from tui_monitor.services.alert_keeper import AlertKeeper
from tui_monitor.sources.api import Batch
from tui_monitor.tui.screens.alerts import AlertsScreen


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
        await pilot.pause()
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
        shown = frame_text(app)
        assert all(cell_len(line) == size[0] for line in shown)
        assert any("0101.HK 115" in line for line in shown)
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
        await pilot.press("b", "end", "x", "enter")
        await pilot.pause()
        assert any("is no number" in line for line in frame_text(app))
        await pilot.press(*["backspace"] * 9, *"50", "enter")
        await pilot.pause()
        assert any("there already" in line for line in frame_text(app))
        await pilot.press("escape")
    keeper.close()
    assert not (tmp_path / "config" / "alerts.toml").exists()
