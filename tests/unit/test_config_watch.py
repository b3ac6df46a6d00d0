"""Changes of config.toml while the program runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tui_monitor.compose import Monitor
from tui_monitor.config.loading import load_settings
from tui_monitor.config.paths import Paths
from tui_monitor.config.settings import Settings
from tui_monitor.domain.errors import ConfigError
from tui_monitor.services.config_watch import ConfigWatch, taken_over


def write(path: Path, text: str, tick: int) -> None:
    path.write_text(text)
    os.utime(path, ns=(tick, tick))


def test_a_change_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    watch = ConfigWatch(path)
    assert watch.poll() is None
    write(path, '[display]\ncolours = "red-up"\n', 1)
    settings = watch.poll()
    assert settings is not None
    assert settings.display.colours == "red-up"
    assert watch.poll() is None
    path.unlink()
    back = watch.poll()
    assert back is not None
    assert back.display.colours == "green-up"


def test_a_wrong_file_is_said_once_a_change(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    watch = ConfigWatch(path)
    write(path, "[display]\ncolour = 1\n", 1)
    with pytest.raises(ConfigError, match="line 2"):
        watch.poll()
    assert watch.poll() is None


def test_what_can_change_at_once_and_what_waits(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    old = load_settings(None)
    path.write_text(
        '[display]\ntheme = "light"\nslow = true\n[market]\nindex = "^HSI"\npeers = ["^N225"]\n'
        "[network]\nrequests_per_minute = 5\n"
    )
    merged, waiting = taken_over(old, load_settings(path))
    assert merged.display.theme == "light"
    assert merged.display.slow is False
    assert merged.market.index == old.market.index
    assert merged.market.peers == ("^N225",)
    assert set(waiting) == {"display.slow", "market.index", "network"}
    assert taken_over(old, old) == (old, ())


async def test_a_list_of_feeds_that_is_right_again_is_no_longer_said_to_be_wrong(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "config", tmp_path / "state")
    paths.ensure()
    core = Monitor(Settings(), paths, environment={"LANG": "C.UTF-8"})
    try:
        said = []
        for tick, text in enumerate(("feeds = 3\n", "feeds = []\n"), start=1):
            write(paths.feeds_file, text, tick)
            await core.outside.look_at_feeds()
            said.append([one.partition(":")[0].rpartition("/")[2] for one in core.view.notices])
    finally:
        core.database.close()
    assert said == [["feeds.toml"], []]


def test_what_was_wrong_is_no_longer_said_once_it_is_right_or_wrong_otherwise(tmp_path: Path) -> None:
    paths = Paths(tmp_path / "config", tmp_path / "state")
    paths.ensure()
    core = Monitor(Settings(), paths, environment={"LANG": "C.UTF-8"})
    try:
        # Made before the file is written: it knows what stands there at the start.
        outside, said = core.outside, []
        for tick, text in enumerate(
            ("bogus = 1\n", "[display]\ncolour = 1\n", "[network]\nshare = false\n", ""), start=1
        ):
            write(paths.config_file, text, tick)
            outside.look_at_settings()
            said.append([one.rpartition("config.toml, ")[2] for one in core.view.notices])
    finally:
        core.database.close()
    assert [len(one) for one in said] == [1, 1, 1, 0]
    assert said[0][0].startswith('line 1: key "bogus"')
    assert said[1][0].startswith('line 2: key "display.colour"')
    assert said[2] == ["Taken over; at the next start: network"]
