"""Opening the screen from the command line: the settings, the terminal's fitness, one sentence for what is wrong."""

from __future__ import annotations

import gc
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tui_monitor.cli.exits import ExitCode
from tui_monitor.config.loading import load_settings
from tui_monitor.config.paths import Paths
from tui_monitor.domain.errors import ConfigError, MonitorError
from tui_monitor.put_off import put_off

if TYPE_CHECKING:
    from tui_monitor.config.settings import Settings


CRASHED = 70
"""Exit code after a defect of the program (EX_SOFTWARE of sysexits)."""


def open_live(*, slow: bool, lang: str | None) -> int:
    """Open the live screen; return the exit code."""
    unfit = _unfit()
    if unfit:
        _say(unfit)
        return ExitCode.USAGE
    paths = Paths.from_environment()
    settings: Settings | None = None
    try:
        settings = _settings(paths, slow=slow, lang=lang)
        for problem in paths.ensure():
            _say(problem, settings)
        _start_log(paths, settings)
        _prepare_terminal()
        from tui_monitor.launch import run_live

        return run_live(settings, paths)
    except ConfigError as error:
        _say(str(error), settings)
        return ExitCode.CONFIG
    except MonitorError as error:
        _say(str(error), settings)
        return ExitCode.NO_DATA
    except Exception as error:  # noqa: BLE001 - the last line of defence: the report names it, whatever it is
        return _crashed(error, paths)


def open_replay(
    path: Path, *, speed: float | None, at: datetime | None, demo: bool, slow: bool, lang: str | None
) -> int:
    """Play a recording in the screen; return the exit code."""
    unfit = _unfit()
    if unfit:
        _say(unfit)
        return ExitCode.USAGE
    paths = Paths.from_environment()
    settings: Settings | None = None
    try:
        settings = _settings(paths, slow=slow, lang=lang)
        # What is logged must go to a file here too: Python's own last resort would write it over the screen.
        paths.ensure()
        _start_log(paths, settings)
        _prepare_terminal()
        from tui_monitor.launch import run_replay

        return run_replay(settings, path, speed=speed, at=at, demo=demo)
    except ConfigError as error:
        _say(str(error), settings)
        return ExitCode.CONFIG
    except MonitorError as error:
        _say(str(error), settings)
        return ExitCode.NO_DATA
    except Exception as error:  # noqa: BLE001 - the last line of defence: the report names it, whatever it is
        return _crashed(error, paths)


def _say(sentence: str, settings: Settings | None = None) -> None:
    from tui_monitor.cli.spoken import speaking

    # click would say it too, for 8 ms of the time to the first paint.
    sys.stderr.write(f"{speaking(settings)(sentence)}\n")


def _crashed(error: Exception, paths: Paths) -> int:
    """Write what happened to a file of the state folder and name it; the terminal was given back before this."""
    import traceback

    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    report = paths.state_dir / f"crash-{stamp}.txt"
    from tui_monitor.store.log import masked

    text = masked("".join(traceback.format_exception(error)))
    try:
        with os.fdopen(os.open(report, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        sys.stderr.write(text)
        return CRASHED
    _say("tui-monitor ended by a defect of its own; your lists are saved. The report:")
    sys.stderr.write(f"{report}\n")
    return CRASHED


def _settings(paths: Paths, *, slow: bool, lang: str | None) -> Settings:
    import msgspec

    settings = load_settings(paths.config_file)
    if slow or lang:
        display = msgspec.structs.replace(
            settings.display,
            slow=slow or settings.display.slow,
            language={"zh": "zh-Hant"}.get(lang, lang) if lang else settings.display.language,
        )
        settings = msgspec.structs.replace(settings, display=display)
    return settings


def _unfit() -> str | None:
    """Return why no screen can be opened here, ``None`` if one can."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return "tui-monitor needs a terminal for its screen. Without one use a command, such as: tui-monitor index"
    if os.environ.get("TERM", "dumb") in {"", "dumb"}:
        return "This terminal (TERM=dumb) cannot show a screen. Use a command, such as: tui-monitor index"
    return None


def _prepare_terminal() -> None:
    """Set what Textual reads while it is imported, and hold the collector back until the first paint is out."""
    # Nothing that the start makes is garbage, and looking through it is an eighth of the time to the first paint;
    # ``Monitor.run_screen`` lets the collector go on.
    gc.disable()
    put_off()
    # Some terminals drop single characters that an input method commits while all keys are reported as escape
    # codes; no key of ours needs that protocol.
    os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
    # Pixel-wise scrolling asks the terminal for more mouse reports than a table of lines can use.
    os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    # How long a key may wait for the next paint: a 60th of a second was the slowest key's whole time. Nothing is
    # painted more often for it, since data is taken in by our own frames.
    os.environ.setdefault("TEXTUAL_FPS", "240")


def _start_log(paths: Paths, settings: Settings) -> None:
    from tui_monitor.store.log import start_log

    start_log(paths.log_file, settings.log.level)
