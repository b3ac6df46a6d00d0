from __future__ import annotations

import pytest

from tui_monitor.present.sentences import fitting


@pytest.mark.parametrize(
    ("sentence", "short"),
    [
        ("/home/ann/.config/tui-monitor/watchlists.toml, line 6: not valid TOML.",
         "watchlists.toml, line 6: not valid TOML."),
        ("/home/ann lee/My Lists/watchlists.toml cannot be written: the disk is full.",
         "watchlists.toml cannot be written: the disk is full."),
        ("/home/ann lee/watchlists.toml, line 1: Expected '=' after a key in a key/value pair at column 8.",
         "watchlists.toml, line 1: Expected '=' after a key in a key/value pair at column 8."),
        ("~/lists/w.toml is gone.", "w.toml is gone."),
        (r"C:\Users\Ann Lee\watchlists.toml is gone.", "watchlists.toml is gone."),
        ("yahoo: 3 of 5 and/or nothing; see https://example.com/a/b",
         "yahoo: 3 of 5 and/or nothing; see https://example.com/a/b"),
        ("no path at all", "no path at all"),
    ],
)  # fmt: skip
def test_paths_give_way_to_names_only_where_room_is_short(sentence: str, short: str) -> None:
    assert fitting(sentence, 10) == short
    assert fitting(sentence, 200) == sentence
