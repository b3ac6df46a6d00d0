"""The page on commands against the parser: every data command, option, field and code is on it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import click
import pytest

from tui_monitor.cli.commands.schema import FOLDER, names
from tui_monitor.cli.exits import ExitCode
from tui_monitor.cli.main import cli

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
DATA = ("quotes", "movers", "index", "brief", "record", "schema", "news", "calendar")


def section(name: str) -> str:
    found = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/commands.md has no section on {name}"
    return found[1]


@pytest.mark.parametrize("name", DATA)
def test_every_option_is_documented(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    text = section(name)
    assert f"tui-monitor {name}" in text
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.opts[-1] in text, parameter.opts
    for option in re.findall(r"--[a-z][a-z-]+", text):
        known = {one for parameter in command.params for one in parameter.opts}
        assert option in known, f"{option} is no option of {name}"


def test_every_field_of_quotes_and_movers_is_documented() -> None:
    for name in ("quotes", "movers"):
        fields = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["items"]["properties"]
        for field in fields:
            assert f"`{field}`" in section("quotes") + (section("movers") if name == "movers" else ""), field


def test_every_field_of_the_calendar_is_documented() -> None:
    fields = json.loads((FOLDER / "calendar.json").read_text(encoding="utf-8"))["items"]["properties"]
    assert [field for field in fields if f"`{field}`" not in section("calendar")] == []


def test_every_code_and_schema_is_documented() -> None:
    for code in ExitCode:
        assert re.search(rf"^\| {int(code)} \|", PAGE, re.MULTILINE), code
    for name in names():
        assert f"`{name}`" in PAGE
