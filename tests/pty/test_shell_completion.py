"""Completion driven in the real shells: bash always, zsh and fish where they are installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from tui_monitor.cli.completing import symbols
from tui_monitor.cli.main import COMMANDS, COMPLETE, cli, run
from tui_monitor.cli.shells import SHELLS, answer, for_bash, script, words_of

LISTS = """version = 1
[[lists]]
name = "Hong Kong tech"
[[lists.entries]]
symbol = "0700.HK"
[[lists.entries]]
symbol = "ZZTOP"
[[lists]]
name = "Wife's $ \\"blue\\" chips"
"""

BREAKS = " \t\n\"'><=;|&(:"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the shells a program on the path and two lists."""
    for name in ("CONFIG", "STATE"):
        monkeypatch.setenv(f"TUI_MONITOR_{name}_DIR", str(tmp_path / name.lower()))
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "watchlists.toml").write_text(LISTS, encoding="utf-8")
    program = tmp_path / "bin" / "tui-monitor"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m tui_monitor "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    return tmp_path


def test_alert_rules_and_what_can_be_done_with_them(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = '[[rules]]\nname = "tencent 700"\nkind = "high"\n[[rules]]\nname = "rise"\nkind = "low"\n'
    (home / "config" / "alerts.toml").write_text(rules, encoding="utf-8")
    found = told(monkeypatch, "tui-monitor alerts ")
    assert found[:2] == ["tencent 700", "rise"]
    assert set(found[2:]) == {"list", "log", "test", "add", "remove", "enable", "disable"}
    assert told(monkeypatch, "tui-monitor alerts disable r") == ["rise"]
    assert told(monkeypatch, "tui-monitor alerts en") == ["enable"]
    assert "--offline" in told(monkeypatch, "tui-monitor alerts rise --off")


def told(monkeypatch: pytest.MonkeyPatch, line: str, shell: str = "fish", cur: str = "") -> list[str]:
    """Return the values that the program answers."""
    for name, value in (("COMP_LINE", line), ("COMP_CUR", cur), ("COMP_WORDBREAKS", BREAKS)):
        monkeypatch.setenv(name, value)
    return [row.split("\t")[1] if row.startswith("plain") else "FILE" for row in answer(cli, shell).splitlines()]


def test_a_command_name_imports_no_command(home: Path) -> None:
    program = (
        "import sys\nfrom tui_monitor.cli.main import main\n"
        "try:\n    main()\nfinally:\n"
        "    print([one for one in sys.modules if one.startswith('tui_monitor.cli.commands.')], file=sys.stderr)\n"
    )
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False,
        env=os.environ | {COMPLETE: "zsh", "COMP_LINE": "tui-monitor "},
    )  # fmt: skip
    assert time.perf_counter() - began < 5
    assert done.returncode == 0
    assert [row.split("\t")[1] for row in done.stdout.splitlines()] == list(COMMANDS)
    assert all(row.split("\t")[2] for row in done.stdout.splitlines())
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize(
    ("line", "some"),
    [
        ("tui-monitor mo", ["movers"]),
        ("tui-monitor --la", ["--lang"]),
        ("tui-monitor --lang z", ["zh", "zh-Hant", "zh-Hans"]),
        ("tui-monitor quotes 70", ["700"]),
        ("tui-monitor quotes 070", ["0700.HK"]),
        ("tui-monitor quotes zz", ["ZZTOP"]),
        ("tui-monitor quotes tencent", ["0700.HK"]),
        ("tui-monitor quotes 騰訊", ["0700.HK"]),
        ("tui-monitor quotes GC=", ["GC=F"]),
        ("tui-monitor quotes 700 --format j", ["json", "jsonl"]),
        ("tui-monitor quotes 700 --format=c", ["csv"]),
        ("tui-monitor brief --format m", ["md"]),
        ("tui-monitor brief --index ^HS", ["^HSI", "^HSCE"]),
        ("tui-monitor movers --by po", ["points"]),
        ("tui-monitor movers --from-recording de", ["demo", "FILE"]),
        ("tui-monitor schema mo", ["movers"]),
        ("tui-monitor ratings ex", ["extract"]),
        ("tui-monitor feeds ch", ["check"]),
        ("tui-monitor feeds check RTHK", ["RTHK", "RTHK中文"]),
        ("tui-monitor watch remove ", ["0700.HK", "ZZTOP"]),
        ("tui-monitor watch show --list h", ["Hong Kong tech"]),
        ("tui-monitor watch remove --list 'Wife", ['Wife\'s $ "blue" chips']),
        ("tui-monitor completion ", ["bash", "zsh", "fish"]),
        ("tui-monitor replay day", ["FILE"]),
        ("tui-monitor nonsense ", []),
        ("tui-monitor quotes nothing-begins-so", []),
    ],
)
def test_what_is_completed(home: Path, monkeypatch: pytest.MonkeyPatch, line: str, some: list[str]) -> None:
    found = told(monkeypatch, line)
    if line.endswith("nonsense "):
        # What is no command leads nowhere; the commands are offered once more.
        assert found == list(COMMANDS)
    else:
        assert found == some


def test_a_symbol_is_offered_once_and_watched_ones_come_first(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    every = told(monkeypatch, "tui-monitor quotes ")
    assert every[:2] == ["0700.HK", "ZZTOP"]
    assert len(every) == len(set(every)) > 60
    assert "0700.HK" not in told(monkeypatch, "tui-monitor quotes 0700.HK 07")


def test_files_that_are_wrong_give_nothing_and_no_trace(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "config" / "watchlists.toml").write_text("[[[", encoding="utf-8")
    (home / "config" / "config.toml").write_text("nonsense", encoding="utf-8")
    assert told(monkeypatch, "tui-monitor watch show --list ") == []
    assert told(monkeypatch, "tui-monitor feeds check ") == []
    assert told(monkeypatch, "tui-monitor quotes 70") == ["700"]
    assert {one.name for one in home.iterdir()} == {"config", "bin"}
    assert symbols.__doc__


def test_the_line_is_split_as_a_shell_does() -> None:
    assert words_of("tui-monitor ") == ([], "")
    assert words_of("tui-monitor quotes 7") == (["quotes"], "7")
    assert words_of('tui-monitor watch --list "Hong Ko') == (["watch", "--list"], "Hong Ko")
    assert words_of(r"tui-monitor watch --list Hong\ Ko") == (["watch", "--list"], "Hong Ko")


@pytest.mark.parametrize(
    ("value", "incomplete", "cur", "put"),
    [
        ("Hong Kong tech", "Ho", "Ho", r"Hong\ Kong\ tech"),
        ("Hong Kong tech", "Ho", '"Ho', "Hong Kong tech"),
        ('a "b" $c', "a", '"a', r"a \"b\" \$c"),
        ("a $(touch x)", "a", "a", r"a\ \$\(touch\ x\)"),
        ("GC=F", "GC=", "", "F"),
        ("GC=F", "G", "G", "GC=F"),
        ("json", "js", "js", "json"),
    ],
)
def test_what_bash_puts_in_place(value: str, incomplete: str, cur: str, put: str) -> None:
    assert for_bash(value, incomplete, {"COMP_CUR": cur, "COMP_WORDBREAKS": BREAKS}) == put


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_is_printed_and_says_where_it_goes(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0
    text = capsys.readouterr().out
    assert text == script(shell)
    assert f"tui-monitor completion {shell}" in text
    assert COMPLETE in text
    assert CliRunner().invoke(cli, ["completion", "tcsh"]).exit_code != 0


BASH = r"""
complete_line() {
    COMP_LINE="$1" COMP_POINT=${#1} COMPREPLY=()
    local words; read -ra words <<< "$1"; [[ "$1" == *' ' ]] && words+=("")
    COMP_WORDS=("${words[@]}") COMP_CWORD=$(( ${#words[@]} - 1 ))
    _tui_monitor_completion tui-monitor "${words[-1]}" "${words[-2]}" 2>/dev/null
    printf '%s|' "${COMPREPLY[@]}"; echo
}
eval "$(tui-monitor completion bash)"
complete -p tui-monitor
complete_line "tui-monitor mov"
complete_line "tui-monitor quotes 70"
complete_line "tui-monitor watch show --list Ho"
cd "$HERE"; complete_line "tui-monitor quotes 700 --from-recording d"
"""


def test_bash(home: Path) -> None:
    (home / "day.jsonl").touch()
    done = subprocess.run(
        ["bash", "--norc", "--noprofile", "-c", BASH], capture_output=True, text=True, timeout=60, check=False,
        env=os.environ | {"HERE": str(home)},
    )  # fmt: skip
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "complete -o nosort -F _tui_monitor_completion tui-monitor",
        "movers|", "700|", r"Hong\ Kong\ tech|", "demo|day.jsonl|",
    ]  # fmt: skip


def typed(shell: list[str], home: Path, keys: list[bytes], until: bytes) -> bytes:
    """Type into a shell on a pseudo-terminal; return what it wrote."""
    import pty
    import select

    child, control = pty.fork()
    if child == 0:
        os.execvpe(shell[0], shell, os.environ | {"TERM": "xterm", "HOME": str(home), "PS1": "$ "})
    seen = b""
    end = time.monotonic() + 20
    try:
        for number, key in enumerate(keys):
            mark = [b"ready", *([until] * len(keys))][number]
            os.write(control, key)
            start = len(seen)
            while mark not in seen[start:] and time.monotonic() < end:
                if select.select([control], [], [], 0.2)[0]:
                    seen += os.read(control, 65_536)
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)
        os.close(control)
    return seen


SET_UP = {
    "bash": (["bash", "--norc", "--noprofile", "-i"], b'eval "$(tui-monitor completion bash)"; echo rea""dy\n'),
    "zsh": (
        ["zsh", "-f", "-i"],
        b'autoload compinit; compinit -D; eval "$(tui-monitor completion zsh)"; echo rea""dy\n',
    ),
}
"""How each shell is started, and what is typed into it first; fish has a command of its own to ask."""


@pytest.mark.parametrize("shell", SET_UP)
def test_a_tab_in_a_real_terminal(shell: str, home: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    command, setup = SET_UP[shell]
    # Three tabs, a list name with blanks among them, end in a command that prints its own arguments.
    line = b"tui-monitor watch sh\t--list Hong\t\n"
    seen = typed(command, home, [setup, line], b"ZZTOP")
    assert b"ZZTOP" in seen, seen
    assert b"There is no list" not in seen


def test_fish(home: Path) -> None:
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed")
    lines = ["tui-monitor mov", "tui-monitor quotes 70", "tui-monitor watch show --list Hong", "tui-monitor watch sh"]
    asked = "\n".join(f"complete -C '{line}'" for line in lines)
    done = subprocess.run(
        ["fish", "--no-config", "-c", f"tui-monitor completion fish | source\n{asked}"],
        capture_output=True, text=True, timeout=60, check=False, env=os.environ | {"HOME": str(home)},
    )  # fmt: skip
    assert done.stderr == ""
    assert [row.split("\t") for row in done.stdout.splitlines()] == [
        ["movers", COMMANDS["movers"]], ["700", "Tencent"], ["Hong Kong tech"], ["show", "Show what is in the lists."],
    ]  # fmt: skip
