"""``tui-monitor index``: what is notable about an index level, from its daily history."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import click

from tui_monitor.analysis.history_checks import Flaw, find_flaws
from tui_monitor.analysis.story import tell
from tui_monitor.cli import completing
from tui_monitor.cli.data_command import ask_sources, end, iso_date, read_settings, stored, with_index
from tui_monitor.cli.data_request import DataRequest, data_options
from tui_monitor.cli.exchange_sessions import next_session_for, next_session_of
from tui_monitor.cli.exits import ExitCode
from tui_monitor.cli.index_output import render, render_board
from tui_monitor.config.history_file import read_history_file
from tui_monitor.config.paths import Paths
from tui_monitor.config.settings import Settings
from tui_monitor.domain.errors import HistoryError
from tui_monitor.domain.instrument import normalise_symbol
from tui_monitor.domain.series import DailyBar
from tui_monitor.services.interests import RATES


@click.command("index", short_help="What is notable about an index level.")
@click.argument("symbol", required=False, shell_complete=completing.symbols)
@click.option(
    "--history",
    type=click.Path(path_type=Path),
    metavar="FILE.csv",
    help="Daily closes: date,close with a header.",
)
@click.option("--as-of", callback=iso_date, metavar="DATE", help="Tell it as if this date were the last.")
@click.option("--since", callback=iso_date, metavar="DATE", help="Also tell the change since the close of this date.")
@data_options()
def command(
    symbol: str | None,
    history: Path | None,
    as_of: date | None,
    since: date | None,
    request: DataRequest,
) -> None:
    """Tell what is notable about the level of SYMBOL (by default the index of the settings).

    The claims come from the stored daily history and quotes; where no history is stored the sources are asked once.
    Or from a file: a CSV with the header date,close. All its rows count as closed sessions.

    Example: tui-monitor index --from-recording demo --at 11:00
    """
    paths = Paths.from_environment()
    settings = read_settings(paths)
    name = normalise_symbol(symbol if symbol is not None else settings.market.index)
    if name is None:
        raise click.BadParameter(f"{symbol!r} is no symbol", param_hint="SYMBOL")
    if history is not None and request.recording is not None:
        raise click.UsageError("--history and --from-recording exclude each other.")
    request.check()
    since = since if since is not None else _since(settings)
    if request.recording is not None:
        _tell_recording(with_index(settings, name), request, as_of, since)
        return
    file = _file(name, history, settings, paths)
    if file is not None:
        _tell_file(file, name, settings, request.language(settings), request.form, as_of, since)
    else:
        _tell_stored(with_index(settings, name), request, as_of, since)


def _tell_file(
    file: Path, name: str, settings: Settings, language: str, form: str, as_of: date | None, since: date | None
) -> None:
    """Tell from a file alone: no quotes take part, and no record but its own."""
    try:
        # No exchange has closed the session of a date before that date has begun in UTC.
        bars = read_history_file(file, today=datetime.now(UTC).date())
    except HistoryError as error:
        end(str(error), ExitCode.CONFIG)
    story = tell(
        bars, as_of=as_of, since=since, next_session=next_session_of(name, bars, settings.closed_days()), symbol=name
    )
    if story is None:
        end(f"{file} begins on {bars[0].date}, after {as_of}.", ExitCode.NO_DATA)
    _warn_of_flaws([bar for bar in bars if bar.date <= story.as_of], str(file))
    click.echo(render(story, form, language), nl=False)


def _tell_stored(settings: Settings, request: DataRequest, as_of: date | None, since: date | None) -> None:
    """Tell from what is stored; without a history ask the sources once, unless they are not to be asked."""
    known = stored(settings, request.language(settings))
    told = known.situation
    name = told.index
    known.recall_histories((name, *settings.market.peers))
    answered = True
    if told.store.history(name) is None and not request.offline:
        from tui_monitor.sources.api import Topic

        quotes = dict.fromkeys((name, *told.universe.symbols, *settings.market.peers, *RATES))
        asked = {Topic.HISTORY: (name,), Topic.QUOTES: tuple(quotes)}
        outcomes = ask_sources(known, settings, asked, timeout=request.timeout)
        answered = name not in outcomes[Topic.QUOTES].missing
    history = told.store.history(name)
    if history is None or not history.bars:
        end(
            f"No daily history of {name} is stored yet; start tui-monitor with a network, or give --history FILE.csv.",
            ExitCode.NO_DATA,
        )
    origin = f"The stored history of {name}"
    board = told.board(as_of=as_of, since=since, next_session=next_session_for)
    if board.story is None:
        end(f"{origin} begins on {history.bars[0].date}, after {as_of}.", ExitCode.NO_DATA)
    last = board.story.as_of
    _warn_of_flaws([bar for bar in history.bars if bar.date <= last], origin)
    click.echo(render_board(board, request.form, told.language), nl=False)
    if not answered:
        click.echo(f"No source gave a price of {name}; this is told from its daily history.", err=True)
        raise click.exceptions.Exit(ExitCode.PARTIAL)


def _tell_recording(settings: Settings, request: DataRequest, as_of: date | None, since: date | None) -> None:
    told, _ = request.open(settings)
    board = told.board(as_of=as_of, since=since, next_session=next_session_for)
    if board.story is None:
        end(f"{request.recording} has no daily history of {settings.market.index} by then.", ExitCode.NO_DATA)
    click.echo(render_board(board, request.form, told.language), nl=False)


def _file(symbol: str, given: Path | None, settings: Settings, paths: Paths) -> Path | None:
    """Return the file that the history of ``symbol`` is in: the given one, else the settings' own."""
    if given is None and settings.market.history and symbol == normalise_symbol(settings.market.index):
        return paths.config_dir / Path(settings.market.history).expanduser()
    return given


def _since(settings: Settings) -> date | None:
    return date.fromisoformat(settings.market.since) if settings.market.since else None


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
