"""``tui-monitor index``: what is notable about an index level, from its daily history."""

from __future__ import annotations

import os
import re
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NoReturn

import click

from tui_monitor.analysis.claims import LANGUAGES
from tui_monitor.analysis.history_checks import Flaw, find_flaws
from tui_monitor.analysis.story import tell
from tui_monitor.cli.exchange_sessions import next_session_of
from tui_monitor.cli.exits import ExitCode
from tui_monitor.cli.index_output import FORMATS, render
from tui_monitor.config.history_file import read_history_file
from tui_monitor.config.loading import load_settings
from tui_monitor.config.paths import Paths
from tui_monitor.config.settings import Settings
from tui_monitor.domain.errors import ConfigError, HistoryError, StorageError
from tui_monitor.domain.instrument import normalise_symbol
from tui_monitor.domain.series import DailyBar
from tui_monitor.present.words import language_of

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _iso_date(ctx: click.Context, param: click.Parameter, value: str | None) -> date | None:
    """Return a date written as YYYY-MM-DD and nothing else."""
    if value is None:
        return None
    if _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise click.BadParameter(f"there is no date {value}", ctx, param) from None
    raise click.BadParameter(f"{value!r} is no date, expected YYYY-MM-DD", ctx, param)


@click.command("index", short_help="What is notable about an index level.")
@click.argument("symbol", required=False)
@click.option(
    "--history",
    type=click.Path(path_type=Path),
    metavar="FILE.csv",
    help="Daily closes: date,close with a header.",
)
@click.option("--as-of", callback=_iso_date, metavar="DATE", help="Tell it as if this date were the last.")
@click.option("--since", callback=_iso_date, metavar="DATE", help="Also tell the change since the close of this date.")
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
@click.option(
    "--lang", type=click.Choice(("en", "zh", *LANGUAGES[1:])), help="Language of the claims; zh is traditional."
)
def command(
    symbol: str | None, history: Path | None, as_of: date | None, since: date | None, form: str, lang: str | None
) -> None:
    """Tell what is notable about the level of SYMBOL (by default the index of the settings).

    The claims come from the stored daily history, or from a file: a CSV with the header date,close. All its rows
    count as closed sessions.
    """
    paths = Paths.from_environment()
    try:
        settings = load_settings(paths.config_file)
    except ConfigError as error:
        _end(str(error), ExitCode.CONFIG)
    name = normalise_symbol(symbol if symbol is not None else settings.market.index)
    if name is None:
        raise click.BadParameter(f"{symbol!r} is no symbol", param_hint="SYMBOL")
    language = language_of(lang or settings.display.language, os.environ)
    try:
        bars, origin = _history(name, history, settings, paths)
    except HistoryError as error:
        _end(str(error), ExitCode.CONFIG)
    except StorageError as error:
        _end(str(error), ExitCode.NO_DATA)
    if not bars:
        _end(
            f"No daily history of {name} is stored yet; start tui-monitor with a network, or give --history FILE.csv.",
            ExitCode.NO_DATA,
        )
    story = tell(
        bars,
        as_of=as_of,
        since=since if since is not None else _since(settings),
        next_session=next_session_of(name, bars, _closed_days(settings)),
        symbol=name,
    )
    if story is None:
        _end(f"{origin} begins on {bars[0].date}, after {as_of}.", ExitCode.NO_DATA)
    _warn_of_flaws([bar for bar in bars if bar.date <= story.as_of], origin)
    click.echo(render(story, form, language), nl=False)


def _history(symbol: str, file: Path | None, settings: Settings, paths: Paths) -> tuple[tuple[DailyBar, ...], str]:
    """Return the bars and what they are called: the given file, the settings' own, else what is stored."""
    now = datetime.now(UTC)
    if file is None and settings.market.history and symbol == normalise_symbol(settings.market.index):
        file = paths.config_dir / Path(settings.market.history).expanduser()
    if file is not None:
        # No exchange has closed the session of a date before that date has begun in UTC.
        return read_history_file(file, today=now.date()), str(file)
    origin = f"The stored history of {symbol}"
    if not paths.database.exists():
        return (), origin
    from tui_monitor.store.database import Database

    database = Database.open(paths.database, now=lambda: now)
    try:
        stored = database.read_history(symbol)
    finally:
        database.close()
    return (stored.bars if stored is not None else ()), origin


def _since(settings: Settings) -> date | None:
    return date.fromisoformat(settings.market.since) if settings.market.since else None


def _closed_days(settings: Settings) -> dict[str, tuple[date, ...]]:
    return {mic: tuple(date.fromisoformat(day) for day in days) for mic, days in settings.sessions.items()}


def _warn_of_flaws(bars: list[DailyBar], origin: str) -> None:
    """Say on stderr what makes the claims less certain: they count the sessions that are there."""
    flaws = find_flaws(bars)
    holes = [one for one in flaws if one.flaw is Flaw.HOLE]
    if holes:
        first = holes[0]
        more = f" and {len(holes) - 1} more" if len(holes) > 1 else ""
        click.echo(
            f"{origin}: no sessions between {first.date} and {first.until}{more}; claims may miss them.", err=True
        )
    for one in flaws:
        if one.flaw is Flaw.SPLIT:
            click.echo(f"{origin}: the close of {one.date} looks like a split ({one.amount:g} to 1).", err=True)


def _end(sentence: str, code: ExitCode) -> NoReturn:
    click.echo(f"tui-monitor: {sentence}", err=True)
    sys.exit(code)
