"""``filters.toml``: what it takes, what it refuses, and that a broken one is left as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui_monitor.config.filters_file import MAX_FILTERS, FiltersFile
from tui_monitor.config.named_filters import filter_called, named_filters
from tui_monitor.config.settings import News
from tui_monitor.domain.errors import ConfigError
from tui_monitor.services.filter_desk import FilterDesk


def test_a_name_stands_for_one_filter_in_any_case_and_survives_the_file(tmp_path: Path) -> None:
    file = FiltersFile(tmp_path / "filters.toml")
    assert file.read() == {}
    assert file.remove("none") == {}
    assert not file.path.exists()
    file.save("併購 [b]", 'topic:deals "a \\ b"')
    file.save("Chips", "topic:chips")
    assert file.save("chips", "topic:chips age<2h") == file.read()
    assert file.read() == {"併購 [b]": 'topic:deals "a \\ b"', "chips": "topic:chips age<2h"}
    assert file.remove("CHIPS") == {"併購 [b]": 'topic:deals "a \\ b"'}


@pytest.mark.parametrize("name", ["", " ", " a", "a\nb", "a\x1b[0m", "x" * 41])
def test_a_name_that_is_none_is_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    file = FiltersFile(tmp_path / "filters.toml")
    with pytest.raises(ConfigError, match="name"):
        file.save(name, "topic:deals")
    assert not file.path.exists()


def test_there_is_an_end_to_the_filters(tmp_path: Path) -> None:
    file = FiltersFile(tmp_path / "filters.toml")
    lines = "".join(f'n{number} = "a"\n' for number in range(MAX_FILTERS))
    file.path.write_text(f"[filters]\n{lines}")
    with pytest.raises(ConfigError, match="at most 200"):
        file.save("more", "a")
    assert len(file.save("n7", "b")) == MAX_FILTERS


@pytest.mark.parametrize(
    ("text", "reason"), [("[filters\n", "line 1"), ("other = 1\n", "other"), ("[filters]\na = 1\n", "str")]
)
async def test_a_broken_file_is_left_as_it_is_and_said(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "filters.toml"
    FiltersFile(path).save("kept", "topic:deals")
    desk = FilterDesk(path)
    path.write_text(text)
    with pytest.raises(ConfigError, match=reason):
        FiltersFile(path).save("new", "a")
    await desk.look_outside()
    assert desk.problem is not None
    assert reason in desk.problem
    assert desk.held == {"kept": "topic:deals"}
    assert path.read_text() == text
    assert FilterDesk(path).problem is not None
    path.unlink()
    await desk.look_outside()
    assert desk.problem is None
    assert desk.held == {}


def test_a_name_of_the_settings_stands_before_the_same_one_of_the_program() -> None:
    news = News(filters={"Deals": "topic:deals"})
    saved = {"deals": "lang:zh", "fresh": "age<2h"}
    assert named_filters(news, saved) == {"Deals": "topic:deals", "fresh": "age<2h"}
    assert filter_called(" DEALS ", news, saved) == "topic:deals"
    assert filter_called("FRESH", news, saved) == "age<2h"
    assert filter_called("age<2h", news, saved) is None
