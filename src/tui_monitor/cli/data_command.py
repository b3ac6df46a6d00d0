"""What every data command shares: its options, the settings, and how it ends when there is nothing to print."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from tui_monitor.cli import completing
from tui_monitor.cli.exits import ExitCode
from tui_monitor.config.loading import load_settings
from tui_monitor.domain.errors import ConfigError, MonitorError
from tui_monitor.present.words import language_of

if TYPE_CHECKING:
    from tui_monitor.config.paths import Paths
    from tui_monitor.config.settings import Settings
    from tui_monitor.services.one_round import Outcome
    from tui_monitor.services.replayed import Replayed
    from tui_monitor.services.stored import Stored
    from tui_monitor.sources.api import Topic

FORMATS = ("table", "json", "jsonl", "csv")
"""What ``--format`` takes."""

DEMO = "demo"
"""The shipped recording, as ``--from-recording`` names it."""


_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def iso_date(ctx: click.Context, param: click.Parameter, value: str | None) -> date | None:
    """Return a date written as YYYY-MM-DD and nothing else: the callback of an option."""
    if value is None:
        return None
    if _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise click.BadParameter(f"there is no date {value}", ctx, param) from None
    raise click.BadParameter(f"{value!r} is no date, expected YYYY-MM-DD", ctx, param)


def format_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--format`` as ``form``."""
    option = click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
    return option(function)


def language_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--lang`` as ``lang``."""
    choices = click.Choice(("en", "zh", "zh-Hant", "zh-Hans"))
    return click.option("--lang", type=choices, help="Language of names and words; zh is traditional.")(function)


def recording_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--from-recording`` as ``recording`` and ``--at``."""
    function = click.option("--at", metavar="HH:MM", help="Tell the recorded day at this time, by default its end.")(
        function
    )
    return click.option(
        "--from-recording",
        "recording",
        metavar="FILE|demo",
        shell_complete=completing.recordings,
        callback=_recording,
        help="Read a recording instead of any network; demo is the shipped day.",
    )(function)


def network_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--offline`` and ``--timeout``."""
    function = click.option(
        "--timeout", type=click.FloatRange(0.5, 120), default=10.0, show_default=True, help="Seconds to wait at most."
    )(function)
    return click.option("--offline", is_flag=True, help="Ask no network; read what is stored.")(function)


def read_settings(paths: Paths) -> Settings:
    """Return the person's settings; end with the code for a wrong file."""
    try:
        return load_settings(paths.config_file)
    except ConfigError as error:
        end(str(error), ExitCode.CONFIG)


def with_index(settings: Settings, index: str) -> Settings:
    """Return the settings with another index."""
    import msgspec

    return msgspec.structs.replace(settings, market=msgspec.structs.replace(settings.market, index=index))


def chosen_language(lang: str | None, settings: Settings) -> str:
    """Return the language that is asked for (of the command or before it), that of the settings, or the locale's."""
    options = click.get_current_context().find_root().obj or {}
    return language_of(lang or options.get("lang") or settings.display.language, os.environ)


def replay(recording: Path, at: str | None, settings: Settings, language: str) -> Replayed:
    """Return the recorded day at a moment; end with a code where the file or the settings are wrong."""
    from tui_monitor.cli.commands.replay import moment_of
    from tui_monitor.services.replayed import Replayed

    try:
        told = Replayed(recording, moment_of(recording, at), settings, language=language)
    except ConfigError as error:
        end(str(error), ExitCode.CONFIG)
    except MonitorError as error:
        end(str(error), ExitCode.NO_DATA)
    for note in told.notes:
        click.echo(f"{recording}: {note}", err=True)
    return told


def stored(settings: Settings, language: str, *, texts: bool = False) -> Stored:
    """Return what is stored; end with a code where the settings are wrong. ``texts``: headlines and ratings too."""
    from tui_monitor.config.paths import Paths
    from tui_monitor.services.stored import Stored

    try:
        known = Stored(settings, Paths.from_environment(), language=language, texts=texts)
    except ConfigError as error:
        end(str(error), ExitCode.CONFIG)
    for notice in known.notices:
        click.echo(notice, err=True)
    click.get_current_context().call_on_close(known.close)
    return known


def ask_sources(
    known: Stored, settings: Settings, wanted: Mapping[Topic, Sequence[str]], *, timeout: float
) -> dict[Topic, Outcome]:
    """Ask the sources once and keep what they answer; tell on stderr which of them failed.

    Topics are asked side by side, each within ``timeout`` seconds. The moment of ``known`` becomes the present.
    """
    import asyncio

    return asyncio.run(_ask_sources(known, settings, wanted, timeout))


async def _ask_sources(
    known: Stored, settings: Settings, wanted: Mapping[Topic, Sequence[str]], timeout: float
) -> dict[Topic, Outcome]:
    import asyncio

    from tui_monitor.config.paths import Paths
    from tui_monitor.services.one_round import OneRound
    from tui_monitor.sources.api import Topic

    try:
        async with OneRound(settings, Paths.from_environment(), known.situation.instruments, wanted) as sources:
            for warning in sources.warnings:
                click.echo(warning, err=True)
            asked = {
                topic: sources.ask(topic, symbols, known.take, timeout=timeout)
                if topic in {Topic.QUOTES, Topic.HISTORY}
                else sources.ask_each(topic, symbols, known.take, timeout=timeout)
                for topic, symbols in wanted.items()
            }
            outcomes = dict(zip(asked, await asyncio.gather(*asked.values()), strict=True))
        known.move_to(datetime.now(UTC))
        for outcome in outcomes.values():
            for name, problem in outcome.problems.items():
                click.echo(f"{name}: {problem}", err=True)
        await known.keep()
    finally:
        await known.aclose()
    return outcomes


def end(sentence: str, code: ExitCode) -> NoReturn:
    """Say on stderr why there is nothing to print, and end."""
    click.echo(f"tui-monitor: {sentence}", err=True)
    sys.exit(code)


def _recording(ctx: click.Context, param: click.Parameter, value: str | None) -> Path | None:
    if value is None:
        return None
    if value == DEMO:
        from tui_monitor.config.seeds import recorded_day

        return recorded_day()
    path = Path(value).expanduser()
    if not path.is_file():
        raise click.BadParameter(f"there is no file {value}", ctx, param)
    return path
