"""The command line as a whole: exit codes, help with an example, unknown commands, closed pipes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest

from tui_monitor.cli.main import COMMANDS, cli, run


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUI_MONITOR_CONFIG_DIR", str(tmp_path / "config"))
    monkeypatch.setenv("TUI_MONITOR_STATE_DIR", str(tmp_path / "state"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["--nonsense"],
        ["quotes"],
        ["quotes", "a b c"],
        ["quotes", "700", "--format", "xml"],
        ["quotes", "700", "--watch", "0"],
        ["quotes", "700", "--offline", "--watch"],
        ["quotes", "700", "--at", "11:00"],
        ["quotes", "700", "--from-recording", "/nowhere/at/all"],
        ["quotes", "700", "--from-recording", "demo", "--at", "25:00"],
        ["movers", "--by", "size"],
        ["movers", "--limit", "0"],
        ["index", "--as-of", "yesterday"],
        ["index", "--timeout", "soon"],
        ["watch", "nonsense"],
        ["config"],
        ["replay"],
        ["demo", "--speed", "0"],
        ["feeds", "add", "ftp://example.com/rss"],
    ],
)
def test_wrong_usage_ends_with_1(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) in ({1} if arguments != ["config"] else {0, 1})
    seen = capsys.readouterr()
    assert "Traceback" not in seen.err
    if arguments != ["config"]:
        assert seen.out == ""
        assert seen.err


def test_an_unknown_command_gets_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["quote", "700"]) == 1
    assert capsys.readouterr().err == "tui-monitor: there is no command 'quote'; did you mean quotes?\n"
    assert run(["xyzzy"]) == 1
    assert capsys.readouterr().err == "tui-monitor: there is no command 'xyzzy'; tui-monitor --help lists them.\n"


def test_wrong_settings_end_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "config.toml").write_text("[market]\nindxe = 1\n", encoding="utf-8")
    for arguments in (["quotes", "700", "--offline"], ["movers", "--offline"], ["index", "--from-recording", "demo"]):
        with pytest.raises(SystemExit) as ended:
            sys.exit(run(arguments))
        assert ended.value.code == 2
        assert "line 2" in capsys.readouterr().err


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_with_an_example(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    context = click.Context(command, info_name=f"tui-monitor {name}")
    text = command.get_help(context)
    if isinstance(command, click.Group):
        for sub in command.list_commands(context):
            found = command.get_command(context, sub)
            assert found is not None
            text += found.get_help(click.Context(found, info_name=f"tui-monitor {name} {sub}"))
    # Help is wrapped anywhere.
    text = " ".join(text.split())
    assert "Example: " in text or "Examples:" in text
    assert f"tui-monitor {name}" in text.partition("Example")[2]


def test_help_and_version_end_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--help"], ["--version"], ["quotes", "-h"]):
        assert run(arguments) == 0
        assert capsys.readouterr().out


def test_a_pipe_that_closes_early_is_quiet() -> None:
    program = (
        "import sys, os\nfrom tui_monitor.cli.main import main\n"
        "sys.argv = ['tui-monitor', 'movers', '--from-recording', 'demo', '--format', 'json']\n"
        "main()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    words = process.stderr.read()
    process.stderr.close()
    assert process.wait(30) == 0
    assert words == b""
