"""``tui-monitor quotes``: prices once, again and again, or when they change."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
import msgspec

from tui_monitor.cli import completing, quotes_output
from tui_monitor.cli.data_command import end, read_settings, stored
from tui_monitor.cli.data_request import DataRequest, data_options
from tui_monitor.cli.exits import ExitCode
from tui_monitor.config.paths import Paths
from tui_monitor.domain.instrument import normalise_symbol

if TYPE_CHECKING:
    from tui_monitor.config.settings import Settings
    from tui_monitor.services.one_round import OneRound
    from tui_monitor.services.situation import Situation
    from tui_monitor.services.stored import Stored

PERIOD = 15.0
"""Seconds between two rounds of ``--watch``."""


class _Wish(msgspec.Struct, frozen=True):
    """What is to be printed, and how."""

    symbols: tuple[str, ...]
    form: str
    language: str
    colours: str
    timeout: float
    period: float | None
    until_change: bool


@click.command("quotes", short_help="Prices of symbols, once or again and again.")
@click.argument("symbols", nargs=-1, required=True, metavar="SYMBOL...", shell_complete=completing.symbols)
@click.option(
    "--watch",
    "period",
    type=click.FloatRange(2, 3600),
    is_flag=False,
    flag_value=PERIOD,
    metavar="[SECONDS]",
    help="Ask again every so many seconds, by default 15, until interrupted.",
)
@click.option("--until-change", is_flag=True, help="Wait until a price is another one, print once and end.")
@data_options()
def command(
    symbols: tuple[str, ...],
    period: float | None,
    until_change: bool,
    request: DataRequest,
) -> None:
    """Print the prices of SYMBOLs, each with its age, source and delay.

    A number is a code of Hong Kong: 700 is 0700.HK. What no source answers for comes from what is stored, marked
    with its origin and age. Ends with 4 if a symbol has no price, or only a stored one though the sources were asked;
    with 3 if there is none at all, or --until-change gets no first answer.

    Example: tui-monitor quotes 700 9988 BABA --format json
    """
    settings = read_settings(Paths.from_environment())
    request.check()
    wanted = tuple(dict.fromkeys(_symbol(one) for one in symbols))
    language, colours = request.language(settings), settings.display.colours
    wish = _Wish(wanted, request.form, language, colours, request.timeout, period, until_change)
    if request.recording is not None or request.offline:
        if period is not None or until_change:
            raise click.UsageError("--watch and --until-change need a network.")
        _still(wish, settings, request)
    else:
        raise click.exceptions.Exit(asyncio.run(_live(wish, settings)))


def _symbol(text: str) -> str:
    name = normalise_symbol(text)
    if name is None:
        raise click.BadParameter(f"{text!r} is no symbol", param_hint="SYMBOL")
    return name


def _still(wish: _Wish, settings: Settings, request: DataRequest) -> None:
    """Print from a recording or from what is stored."""
    told, _ = request.open(settings)
    rows = quotes_output.rows_of(told, wish.symbols, live=(), origin=request.origin)
    known = {row["symbol"] for row in rows}
    missing = [one for one in wish.symbols if one not in known]
    if not rows:
        where = str(request.recording) if request.recording is not None else "what is stored"
        end(f"No price of {', '.join(missing)} in {where}.", ExitCode.NO_DATA)
    click.echo(quotes_output.render(rows, wish.form, wish.language, wish.colours), nl=False)
    _tell_missing(missing)
    if missing:
        raise click.exceptions.Exit(ExitCode.PARTIAL)


async def _live(wish: _Wish, settings: Settings) -> int:
    """Ask and print until done; return the exit code."""
    from tui_monitor.services.one_round import OneRound
    from tui_monitor.sources.api import Topic

    # The client is imported in a thread while the database is read.
    paths = Paths.from_environment()
    known = stored(settings, wish.language)
    async with _closing(known), OneRound(settings, paths, known.situation.instruments, [Topic.QUOTES]) as sources:
        for warning in sources.warnings:
            click.echo(warning, err=True)
        return await _rounds(wish, known, sources)


async def _rounds(wish: _Wish, known: Stored, sources: OneRound) -> int:
    first: dict[str, float | None] = {}
    code = int(ExitCode.NO_DATA)
    headed = False
    while True:
        live, problems = await _ask(wish, known, sources)
        told = known.situation
        rows = quotes_output.rows_of(told, wish.symbols, live=live, origin="stored")
        prices = {row["symbol"]: row["last"] for row in rows}
        changed = any(first[one] != prices.get(one) for one in live & first.keys())
        # What is stored is no first answer: a symbol's own may come later than the others'.
        first = {one: prices.get(one) for one in live} | first
        if wish.until_change and not first:
            _tell(problems)
            click.echo("No source answered, so there is no price to wait on.", err=True)
            return ExitCode.NO_DATA
        if not wish.until_change or changed:
            text = quotes_output.render(rows, wish.form, wish.language, wish.colours) if rows else ""
            if headed and wish.form == "csv":
                text = text.partition("\n")[2]
            elif wish.period is not None and wish.form == "table" and text:
                text = f"{_clock(told)}\n{text}"
            click.echo(text, nl=False)
            headed = headed or bool(text)
            code = _code(wish, live, rows, problems)
        await known.keep()
        if wish.until_change:
            if changed:
                return code
        elif wish.period is None:
            return code
        await asyncio.sleep(wish.period or PERIOD)


async def _ask(wish: _Wish, known: Stored, sources: OneRound) -> tuple[set[str], dict[str, str]]:
    """Ask once; return the symbols that were answered for, and why sources failed."""
    from tui_monitor.sources.api import Topic

    outcome = await sources.ask(Topic.QUOTES, wish.symbols, known.take, timeout=wish.timeout)
    known.move_to(datetime.now(UTC))
    return set(wish.symbols) - set(outcome.missing), outcome.problems


def _code(wish: _Wish, live: set[str], rows: Sequence[dict[str, object]], problems: dict[str, str]) -> int:
    """Tell on stderr what is wrong; return the exit code of a round."""
    _tell(problems)
    shown = {row["symbol"] for row in rows}
    _tell_missing([one for one in wish.symbols if one not in shown])
    if not rows:
        return ExitCode.NO_DATA
    return ExitCode.OK if live == set(wish.symbols) else ExitCode.PARTIAL


def _tell(problems: dict[str, str]) -> None:
    for name, problem in problems.items():
        click.echo(f"{name}: {problem}", err=True)


def _tell_missing(symbols: Sequence[str]) -> None:
    if symbols:
        click.echo(f"No price of {', '.join(symbols)}.", err=True)


def _clock(told: Situation) -> str:
    return f"{told.now.astimezone():%Y-%m-%d %H:%M:%S}"


@asynccontextmanager
async def _closing(known: Stored) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await known.aclose()
