"""The pages on commands against the parser, both ways: commands, options, arguments, defaults, examples, codes."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from scripts import make_man

from tui_monitor.cli.commands.schema import FOLDER, names
from tui_monitor.cli.exits import ExitCode
from tui_monitor.cli.main import COMMANDS, CRASHED, cli, run

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
TOP = click.Context(cli, info_name="tui-monitor", help_option_names=["-h", "--help"])

ASKING = {"feeds add", "feeds check"}
"""Commands whose example asks the network; of the data commands the option --offline keeps them from it."""

ENDLESS = {"demo", "replay", "record", "run"}
"""Commands whose example opens a screen or goes on for hours."""


def leaves(command: click.Command, words: str, parent: click.Context) -> Iterator[tuple[str, click.Command]]:
    """Yield what can be run, by its words behind the program's name."""
    if not isinstance(command, click.Group):
        yield words, command
        return
    context = click.Context(command, info_name=words, parent=parent)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from leaves(found, words if found.hidden else f"{words} {name}".strip(), context)


EVERY = dict(leaves(cli, "", TOP))


def section(name: str) -> str:
    found = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/commands.md has no section on {name}"
    return found[1]


def test_there_is_a_section_of_every_command_and_of_nothing_else() -> None:
    assert sorted(re.findall(r"^## (.+)$", PAGE, re.MULTILINE)) == sorted(COMMANDS)


@pytest.mark.parametrize("words", EVERY)
def test_every_command_option_and_argument_is_documented(words: str) -> None:
    text = section(words.partition(" ")[0])
    # Two commands of one shape share a line: tui-monitor watch undo|redo.
    shape = re.search(
        rf"^    tui-monitor {words.rpartition(' ')[0]} ?(?:\w+\|)*{words.rpartition(' ')[2]}\b", text, re.M
    )
    assert shape, f"docs/commands.md does not show tui-monitor {words}"
    for parameter in EVERY[words].params:
        if isinstance(parameter, click.Option):
            assert parameter.opts[-1] in text, parameter.opts
        else:
            line = text[shape.start() :].partition("\n\n")[0]
            word = (parameter.metavar or parameter.name or "").strip("[].").partition("]")[0].partition("|")[0]
            choices = parameter.type.choices if isinstance(parameter.type, click.Choice) else ()
            assert word.lower() in line.lower() or all(str(one) in line for one in choices), (word, line)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_of_the_page_is_one(name: str) -> None:
    known = {
        option
        for words, command in EVERY.items()
        if words.partition(" ")[0] == name
        for parameter in command.params
        for option in parameter.opts
    }
    for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", section(name)):
        assert option in known, f"{option} is no option of {name}"
    subcommands = {words.partition(" ")[2].split(" ")[0] for words in EVERY if words.startswith(f"{name} ")}
    if subcommands and name != "ratings":
        shown = re.findall(rf"^    tui-monitor {name} ([\w|]+)", section(name), re.MULTILINE)
        assert {one for group in shown for one in group.split("|")} == subcommands


def test_defaults_that_the_page_tells_are_those_of_the_parser() -> None:
    def default(words: str, option: str) -> object:
        return next(one.default for one in EVERY[words].params if option in one.opts)

    assert f"until `--timeout` ({default('ratings', '--timeout'):g} seconds)" in section("ratings")
    watch = next(one for one in EVERY["quotes"].params if "--watch" in one.opts)
    assert isinstance(watch, click.Option)
    assert isinstance(watch.type, click.FloatRange)
    assert f"every so many seconds ({watch.flag_value:g}, at least {watch.type.min:g})" in section("quotes")
    from tui_monitor.cli.commands.news import USUAL

    assert f"the newest {USUAL} that pass" in section("news")
    from tui_monitor.cli.commands.ratings import USUAL as DAYS

    assert f"the tape reaches {DAYS.days} days back" in section("ratings")


def example(words: str) -> str:
    text = " ".join((EVERY[words].help or "").split())
    found = text.partition("Example: ")[2]
    assert found, f"tui-monitor {words} has no example in its help"
    return found


@pytest.mark.parametrize("words", EVERY)
def test_the_example_of_every_command_parses(words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("portfolio.csv", "day.jsonl.gz"):
        Path(name).touch()
    told = shlex.split(example(words).rpartition("| ")[2])
    # A sentence may go on behind an example's end in none of them: what is there is parsed whole.
    assert told[0] == "tui-monitor"
    command: click.Command = cli
    context, rest = TOP, told[1:]
    while isinstance(command, click.Group):
        default = getattr(command, "default", None)
        if default is not None and not {*rest[:1]} & set(command.commands):
            rest = [default, *rest]
        _, found, rest = command.resolve_command(context, rest)
        assert found is not None
        command = found
    assert command is EVERY[words]
    with command.make_context(words, list(rest), parent=TOP) as made:
        assert len(made.params) == len(command.params)


@pytest.mark.parametrize("words", sorted(set(EVERY) - ASKING - ENDLESS))
def test_examples_that_need_no_network_run(
    words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("config", "state"):
        monkeypatch.setenv(f"TUI_MONITOR_{folder.upper()}_DIR", str(tmp_path / folder))
    monkeypatch.chdir(tmp_path)
    Path("portfolio.csv").write_text("symbol\n0005.HK\n", encoding="utf-8")
    Path("feeds.opml").write_text(
        '<opml version="2.0"><body><outline type="rss" text="x" xmlUrl="https://example.com/x"/></body></opml>',
        encoding="utf-8",
    )
    arguments = shlex.split(example(words).rpartition("| ")[2])[1:]
    options = {option for parameter in EVERY[words].params for option in parameter.opts}
    if "--from-recording" in options and "--from-recording" not in arguments:
        arguments += ["--from-recording", "demo"]
    elif words == "news":
        Path("feed.xml").write_text(
            '<rss version="2.0"><channel><title>x</title><item><title>Tencent rises</title></item></channel></rss>',
            encoding="utf-8",
        )
        arguments += ["--from", "feed.xml"]
    if words == "ratings extract":
        done = subprocess.run(
            [sys.executable, "-m", "tui_monitor", *arguments],
            input="Citi upgrades Acme to Buy\n", capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert json.loads(done.stdout)["firm"] == "Citi"
        return
    if words == "watch redo":
        run(["watch", "remove", "700"])
        run(["watch", "undo"])
    elif words == "watch undo":
        run(["watch", "remove", "700"])
    elif words == "watch import":
        run(["watch", "new", "mine"])
    elif words == "feeds remove":
        run(["feeds", "add", "https://example.com/rss", "--name", "example", "--no-check"])
    elif words in {"alerts remove", "alerts enable", "alerts disable"}:
        run(["alerts", "add", "buybacks", "--kind", "high"])
    capsys.readouterr()
    try:
        code = run(arguments)
    except SystemExit as ended:
        code = int(ended.code or 0)
    seen = capsys.readouterr()
    # BABA is no part of the recorded day; a terminal and a clock are checked by doctor, a bell rings on one.
    allowed = {"quotes": {0, 4}, "doctor": {0, 4}, "alerts test": {0, 3}}
    assert code in allowed.get(words, {0}), seen.err
    assert "Traceback" not in seen.err


def test_every_field_of_quotes_and_movers_is_documented() -> None:
    for name in ("quotes", "movers"):
        fields = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["items"]["properties"]
        for field in fields:
            assert f"`{field}`" in section("quotes") + (section("movers") if name == "movers" else ""), field


def test_every_field_of_the_calendar_is_documented() -> None:
    fields = json.loads((FOLDER / "calendar.json").read_text(encoding="utf-8"))["items"]["properties"]
    assert [field for field in fields if f"`{field}`" not in section("calendar")] == []


def test_every_code_and_schema_is_documented() -> None:
    codes = [int(code) for code in (*ExitCode, CRASHED, 130)]
    assert [int(one) for one in re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE)] == codes
    assert list(make_man.CODES) == codes
    for name in names():
        assert f"`{name}`" in PAGE


def test_the_manual_page_is_that_of_the_parser() -> None:
    assert make_man.PAGE.read_text(encoding="utf-8") == make_man.page(), "run python scripts/make_man.py"
    plain = make_man.page().replace(r"\-", "-")
    for words, command in EVERY.items():
        assert f".SS tui-monitor {words}" in plain
        for parameter in command.params:
            if isinstance(parameter, click.Option) and not parameter.hidden:
                assert parameter.opts[-1] in plain
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert '"docs/tui-monitor.1" = "share/man/man1/tui-monitor.1"' in pyproject
