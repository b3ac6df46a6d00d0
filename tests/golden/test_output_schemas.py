"""Every JSON output of every command against its schema, and each schema against some output."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import click
import pytest
from tests.golden.command_stage import COMMANDS, LANGUAGES, own_lists, whole
from tests.golden.schema_check import errors
from tests.unit.test_commands_page import TOP, leaves

from tui_monitor.cli.commands.schema import names
from tui_monitor.cli.main import cli, run

pytestmark = pytest.mark.usefixtures("own_folders", "read_once")


def schema(name: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert run(["schema", name]) == 0
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_json_keeps_to_its_schema(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    wanted = schema(name.partition("-")[0], capsys)
    for language in LANGUAGES:
        assert run([*whole(name, language), "--format", "json"]) == 0
        assert errors(json.loads(capsys.readouterr().out), wanted) == []
    arguments = whole(name, "zh-Hans")
    if name.startswith("brief"):
        return
    assert run([*arguments, "--format", "jsonl"]) == 0
    row = wanted.get("items", wanted)
    lines = capsys.readouterr().out.splitlines()
    assert lines
    for line in lines:
        assert errors(json.loads(line), row) == []
    if "items" in wanted:
        assert run([*arguments, "--format", "csv"]) == 0
        header = next(csv.reader(io.StringIO(capsys.readouterr().out)))
        assert header == list(row["properties"])


LISTING: dict[str, tuple[list[str], int]] = {
    "alerts-list": (["alerts", "list"], 0),
    "alerts-log": (["alerts", "log"], 0),
    # Nobody is at a terminal, so no bell can ring.
    "alerts-test": (["alerts", "test"], 3),
    "feeds-list": (["feeds", "list"], 0),
    # Nobody answers: each row says why.
    "feeds-check": (["feeds", "check", "RTHK", "Fed", "--timeout", "0.5"], 3),
    "watch-list": (["watch", "list"], 0),
    "watch-show": (["watch", "show"], 0),
}
"""Commands that print records and tell no recording, by their schema, with the code that they end with."""


@pytest.mark.parametrize("name", LISTING)
def test_lists_keep_to_their_schemas(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own_lists(tmp_path)
    arguments, wanted_code = LISTING[name]
    wanted = schema(name, capsys)

    def told(form: str) -> str:
        try:
            code = int(run([*arguments, "--format", form]))
        except SystemExit as ended:
            code = int(ended.code or 0)
        assert code == wanted_code
        return capsys.readouterr().out

    rows = json.loads(told("json"))
    assert rows
    assert errors(rows, wanted) == []
    row, names_ = wanted["items"], list(wanted["items"]["properties"])
    if name == "watch-show":
        # A line is an entry with its list.
        entry = row["properties"]["entries"]["items"]
        row = {**entry, "properties": {"list": {"type": "string"}, **entry["properties"]}}
        names_ = ["list", *(one for one in entry["properties"] if one != "unverified")]
    assert all(errors(json.loads(line), row) == [] for line in told("jsonl").splitlines())
    assert next(csv.reader(io.StringIO(told("csv")))) == names_


def test_each_command_that_prints_json_has_a_schema_that_is_tested() -> None:
    """A command with ``--format json`` keeps to a schema of its own name, and each schema is some command's."""
    found = {"ratings-extract"}
    for words, command in leaves(cli, "", TOP):
        forms = next((one.type for one in command.params if one.name == "form"), None)
        if isinstance(forms, click.Choice) and "json" in forms.choices and words.partition(" ")[0] != "run":
            found.add(words.replace(" ", "-"))
    tested = {name for name in COMMANDS if name in names()} | set(LISTING) | {"ratings-extract"}
    # `run` and `watch export` write what `brief` and `watch show` print.
    assert found - {"watch-export", "watch-import"} == set(names()) == tested


def test_a_history_file_keeps_to_the_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "closes.csv"
    file.write_text("date,close\n2025-04-16,1\n2025-04-17,2\n", encoding="utf-8")
    assert run(["index", "--history", str(file), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert errors(found, schema("index", capsys)) == []


def test_the_validator_finds_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(whole("movers", "en", "--format", "json")) == 0
    rows = json.loads(capsys.readouterr().out)
    wanted = schema("movers", capsys)
    assert errors(rows, wanted) == []
    for key, value in (("percent", "4"), ("weight_estimated", None), ("freshness", "new"), ("time", "now"), ("x", 1)):
        assert errors([{**rows[0], key: value}], wanted), key
    del rows[0]["points"]
    assert errors(rows, wanted) == ["$[0]: points is missing"]


def test_schemas_are_listed_and_versioned(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema"]) == 0
    listed = capsys.readouterr().out.split()
    assert listed == list(names()) == sorted(listed)
    assert {"quotes", "movers", "index", "brief", "ratings"} <= set(listed)
    for name in listed:
        assert re.fullmatch(rf"urn:tui-monitor:{name}:\d+", schema(name, capsys)["$id"])
    assert run(["schema", "nonsense"]) == 1
