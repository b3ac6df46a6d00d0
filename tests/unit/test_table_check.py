"""``config check`` and plug-ins' tables: file, line, key and what was expected, or that it was not checked."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import msgspec
import pytest
from click.testing import CliRunner, Result
from msgspec import Meta

from tui_monitor.cli.commands.config import command
from tui_monitor.cli.exits import ExitCode
from tui_monitor.sources import table_check
from tui_monitor.sources.api import ENTRY_POINT_GROUP
from tui_monitor.sources.options import Options, declared_options, takes
from tui_monitor.sources.registry import available

Check = Callable[[str], Result]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


@pytest.fixture
def check(config: Path) -> Check:
    def run(text: str) -> Result:
        config.write_text(text, encoding="utf-8")
        config.chmod(0o600)
        return CliRunner().invoke(command, ["check"], env={"TUI_MONITOR_CONFIG_DIR": str(config.parent)})

    return run


def test_every_plug_in_that_ships_says_what_its_table_takes() -> None:
    ours = {name: point for name, point in available().items() if point.value.startswith("tui_monitor.")}
    assert len(ours) >= 7
    assert all(declared_options(point.load()) is not None for point in ours.values())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "[sources.tencent]\nperiod = 0\n",
            'line 2: key "sources.tencent.period": expected a number from 1 to 86400, got 0',
        ),
        (
            "[sources.tencent]\n\nhistroy = true\n",
            'line 3: key "sources.tencent.histroy": unknown; did you mean "history"?',
        ),
        (
            "[sources.tencent]\nqq = 1\n",
            'line 2: key "sources.tencent.qq": unknown; expected one of enabled, base_url, ',
        ),
        ("[sources.tencnt]\n", 'line 1: key "sources.tencnt": no such source is installed; did you mean "tencent"?'),
        (
            "[sources.zzz]\n",
            'line 1: key "sources.zzz": no such source is installed; expected one of calendar-files, feeds, ',
        ),
        ('sources.yahoo-chart.range = "3y"\n', 'line 1: key "sources.yahoo-chart.range": expected one of "10y", '),
        (
            "[sources.yahoo-search]\ntimeot = 3\n",
            'line 2: key "sources.yahoo-search.timeot": unknown; did you mean "timeout"',
        ),
        ("[sources.feeds]\nper_symbol = 1\n", 'line 2: key "sources.feeds.per_symbol": expected true or false, got 1'),
        ("[sources.replay]\npath = 1\n", 'line 2: key "sources.replay.path": expected a text, got 1'),
        (
            "[sources.yahoo-spark]\nbase_url = 'ftp://x.example'\n",
            'line 2: key "sources.yahoo-spark.base_url": expected an ',
        ),
    ],
)
def test_a_mistake_in_a_table_is_named(check: Check, config: Path, text: str, told: str) -> None:
    result = check(text)
    assert result.exit_code == ExitCode.CONFIG
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"{config}, {told}")


def test_mistakes_in_tables_stand_among_the_others_and_once_each(check: Check) -> None:
    result = check('[sources.tencent]\nenabled = "no"\nperiod = true\n[display]\nflash = 3\n[sources.feed]\n')
    assert [line.partition(": key ")[2].partition(":")[0] for line in result.stderr.splitlines()] == [
        '"sources.tencent.enabled"',
        '"sources.tencent.period"',
        '"display.flash"',
        '"sources.feed"',
    ]


def test_tables_that_are_right(check: Check) -> None:
    result = check('[sources.tencent]\nenabled = false\nperiod = 20\n[sources.yahoo-spark]\nfallback_url = ""\n')
    assert (result.exit_code, result.stdout) == (ExitCode.OK, "")
    assert result.stderr.endswith("right\n")


# Third parties'


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Install one more plug-in, ``mine``, whose function or module is given."""

    def install(**contents: Any) -> None:
        module = ModuleType("third_party_tables")
        module.__dict__.update(contents)
        monkeypatch.setitem(sys.modules, "third_party_tables", module)
        point = EntryPoint(name="mine", value="third_party_tables:build", group=ENTRY_POINT_GROUP)
        monkeypatch.setattr(table_check, "available", lambda: {"mine": point})

    return install


class Mine(Options, frozen=True, kw_only=True):
    """A third party's table."""

    code: Annotated[str, Meta(min_length=2, max_length=4)]
    most: int = 5
    least: int = 1

    def __post_init__(self) -> None:
        if self.least > self.most:
            raise ValueError("least is more than most")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[sources.mine]\n", 'line 1: key "sources.mine": expected a key "code"'),
        (
            '[sources.mine]\ncode = "x"\n',
            'line 2: key "sources.mine.code": expected a text of 2 to 4 characters, got "x"',
        ),
        ('[sources.mine]\ncode = "xx"\nmots = 1\n', 'line 3: key "sources.mine.mots": unknown; did you mean "most"?'),
        ('[sources.mine]\ncode = "xx"\nleast = 6\n', 'line 1: key "sources.mine": least is more than most'),
    ],
)
def test_a_third_partys_table_is_checked_by_what_it_declares(
    check: Check, config: Path, installed: Callable[..., None], text: str, told: str
) -> None:
    installed(build=takes(Mine)(lambda context: []))
    result = check(text)
    assert (result.exit_code, result.stderr) == (ExitCode.CONFIG, f"{config}, {told}\n")


def _build(_context: object) -> list[object]:
    return []


def test_what_cannot_be_checked_is_said_and_is_no_mistake(check: Check, installed: Callable[..., None]) -> None:
    text = "[sources.mine]\nanything = 1\n"
    installed()
    result = check(text)
    assert result.exit_code == ExitCode.OK
    assert "[sources.mine]: the plug-in cannot be loaded (AttributeError: " in result.stderr
    assert result.stderr.endswith("right\n")
    installed(build=lambda context: [])
    result = check(text)
    assert result.exit_code == ExitCode.OK
    assert "[sources.mine]: the plug-in does not say what it takes; its keys were not checked.\n" in result.stderr
    # Declared, but with a type that is nowhere: somebody else's defect, told and not fallen over.
    broken = msgspec.defstruct("Broken", [("key", "Nowhere", 1)])
    installed(build=takes(broken)(_build))
    result = check(text)
    assert result.exit_code == ExitCode.OK
    assert "cannot be loaded (NameError: " in result.stderr


def test_a_table_that_is_turned_off_needs_no_key_for_it(check: Check, installed: Callable[..., None]) -> None:
    plain = msgspec.defstruct("Plain", [("key", int, 1)], forbid_unknown_fields=True)
    installed(build=takes(plain)(_build))
    assert check("[sources.mine]\nenabled = false\n").exit_code == ExitCode.OK
    result = check("[sources.mine]\nenabled = true\n")
    assert 'line 2: key "sources.mine.enabled": unknown' in result.stderr
