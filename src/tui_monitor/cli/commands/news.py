"""``tui-monitor news``: headlines of the feeds, or of files and addresses that are named."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from tui_monitor.cli import completing, news_output
from tui_monitor.cli.data_command import ask_sources, end, read_settings
from tui_monitor.cli.data_request import DataRequest, data_options
from tui_monitor.cli.exits import ExitCode
from tui_monitor.cli.own_lists import own_lists
from tui_monitor.config.filters_file import FiltersFile
from tui_monitor.config.named_filters import filter_called
from tui_monitor.config.paths import Paths
from tui_monitor.domain.errors import ConfigError
from tui_monitor.domain.headline_filter import FilterError, HeadlineFilter, parse_filter

if TYPE_CHECKING:
    from tui_monitor.config.settings import Settings
    from tui_monitor.domain.headline import Headline
    from tui_monitor.domain.watchlist import Watchlists

USUAL = 100
"""Headlines that are printed of the stored ones where no ``--limit`` is given."""

PAGE = 2_000
"""Stored headlines that are looked through at a time."""


def _filter(value: str | None, settings: Settings, paths: Paths) -> HeadlineFilter | None:
    """Return the filter that has the name ``value``, else the one that it spells."""
    if value is None:
        return None
    try:
        saved = FiltersFile(paths.filters_file).read()
    except ConfigError as error:
        # One that is spelled needs no file.
        click.echo(str(error), err=True)
        saved = {}
    try:
        return parse_filter(filter_called(value, settings.news, saved) or value)
    except FilterError as error:
        raise click.BadParameter(str(error), param_hint="--filter") from None


@click.command("news", short_help="Headlines of the feeds, or of files and addresses.")
@click.option(
    "--from",
    "places",
    multiple=True,
    metavar="FILE|URL",
    shell_complete=completing.files,
    help="Read only this feed (- is standard input) and store nothing; may be given several times.",
)
@click.option(
    "--filter",
    "wanted",
    metavar="EXPR|NAME",
    shell_complete=completing.filter_names,
    help='Such as: topic:deals age<2h -source:x "a b"; or the name of a filter.',
)
@click.option(
    "--limit", type=click.IntRange(1), metavar="N", help="Print at most N; by default 100 of the stored ones."
)
@data_options()
def command(
    places: tuple[str, ...],
    wanted: str | None,
    limit: int | None,
    request: DataRequest,
) -> None:
    """Print headlines, newest first, a story once whatever number of feeds carry it.

    The feeds are asked first unless --offline; what they bring is stored. With --from only the named files and
    addresses are read, nothing is stored, and everything in them is printed. Filters know topic: symbol: source: lang:
    author: mine: unread: saved: age< and age>, words, "phrases", OR, brackets and - for not. A name is that of
    [news.filters] or of a filter that was named on the screen; the word itself is looked for in quotes.

    Example: tui-monitor news --filter 'mine:yes age<1d' --format json
    """
    paths = Paths.from_environment()
    settings = read_settings(paths)
    chosen = _filter(wanted, settings, paths)
    now = datetime.now(UTC)
    request.check()
    if places and request.recording is not None:
        raise click.UsageError("--from and --from-recording exclude each other.")
    if request.recording is not None:
        told, _ = request.open(settings)
        now, code = told.now, ExitCode.OK
        found = _recorded(told.store.headlines(), chosen, limit or USUAL, now, _mine(settings, chosen))
    elif places:
        found, code = _named(places, settings, request, chosen)
    else:
        found, code = _of_the_feeds(settings, request, chosen, limit or USUAL)
    from tui_monitor.present.words import Words

    shown = found if limit is None else found[:limit]
    click.echo(news_output.render(shown, request.form, Words(request.language(settings)), now), nl=False)
    if code is not ExitCode.OK:
        sys.exit(code)


def _recorded(
    known: list[Headline], chosen: HeadlineFilter | None, limit: int, now: datetime, mine: frozenset[str]
) -> list[Headline]:
    """Return the newest headlines of a recording that pass; end where it has none by then."""
    if not known:
        end("the recording has no headline by then.", ExitCode.NO_DATA)
    return [one for one in known if _passes(one, chosen, now, mine)][:limit]


def _named(
    places: tuple[str, ...], settings: Settings, request: DataRequest, chosen: HeadlineFilter | None
) -> tuple[list[Headline], ExitCode]:
    """Read what is named; tell on stderr what failed and what was repaired."""
    from tui_monitor.config.seeds import load_instruments, load_universe
    from tui_monitor.services.reading_feeds import FeedsOnce, Reading, is_address, told_once

    if request.offline and any(map(is_address, places)):
        raise click.BadParameter("an address cannot be read offline", param_hint="--from")
    paths = Paths.from_environment()
    stdin = sys.stdin.buffer.read() if "-" in places else b""

    async def read() -> Reading:
        instruments = load_instruments(load_universe(settings.market.universe))
        async with FeedsOnce(settings, paths, instruments) as feeds:
            return await feeds.read(places, timeout=request.timeout, stdin=stdin)

    try:
        reading = asyncio.run(read())
    except ConfigError as error:
        end(str(error), ExitCode.CONFIG)
    for place, notes in reading.notes.items():
        for note in notes:
            click.echo(f"{place}: {note}", err=True)
    for place, problem in reading.problems.items():
        click.echo(f"{place}: {problem}", err=True)
    if reading.problems and len(reading.problems) == len(set(places)):
        sys.exit(ExitCode.NO_DATA)
    mine = _mine(settings, chosen)
    now = datetime.now(UTC)
    found = [one for one in told_once(reading.headlines) if _passes(one, chosen, now, mine)]
    # Undated items come last: when they were read says nothing about their age.
    found.sort(key=lambda one: (one.published is None, -one.sort_time.timestamp()))
    return found, ExitCode.PARTIAL if reading.problems else ExitCode.OK


def _of_the_feeds(
    settings: Settings, request: DataRequest, chosen: HeadlineFilter | None, limit: int
) -> tuple[list[Headline], ExitCode]:
    """Ask the feeds and look through what is stored then."""
    code = ExitCode.OK
    at_hand: list[Headline] = []
    if not request.offline:
        from tui_monitor.services.interests import wanted
        from tui_monitor.sources.api import Topic

        told, known = request.open(settings, texts=True)
        assert known is not None
        symbols = wanted(settings, told.universe, told.instruments, _lists(settings))[Topic.HEADLINES]
        asked = {Topic.HEADLINES: symbols}
        outcome = ask_sources(known, settings, asked, timeout=request.timeout)[Topic.HEADLINES]
        at_hand = told.store.headlines()
        if outcome.problems:
            code = ExitCode.PARTIAL
    found, any_stored = _stored(chosen, limit, _mine(settings, chosen), at_hand)
    if not any_stored:
        if request.offline:
            end("no headline is stored yet; leave --offline out to ask the feeds.", ExitCode.NO_DATA)
        end("no feed answered and no headline is stored.", ExitCode.NO_DATA)
    return found, code


def _stored(
    chosen: HeadlineFilter | None, limit: int, mine: frozenset[str], at_hand: list[Headline]
) -> tuple[list[Headline], bool]:
    """Return the newest stored headlines that pass, and whether there is any at all.

    ``at_hand`` is what to look through where nothing could be stored.
    """
    paths = Paths.from_environment()
    now = datetime.now(UTC)
    if not paths.database.exists():
        return [one for one in at_hand if _passes(one, chosen, now, mine)][:limit], bool(at_hand)
    from tui_monitor.store.database import Database

    database = Database.open(paths.database, now=lambda: now)
    found: list[Headline] = []
    last: Headline | None = None
    try:
        saved = {one.id for one in database.read_headlines(saved=True, limit=50_000)}
        while len(found) < limit:
            before = last.sort_time if last is not None else None
            page = database.read_headlines(before=before, before_id=last.id if last else "", limit=PAGE)
            if not page:
                break
            last = page[-1]
            read = database.read_marks([one.id for one in page])
            found += (
                one for one in page if _passes(one, chosen, now, mine, unread=one.id not in read, saved=one.id in saved)
            )
    finally:
        database.close()
    return found[:limit], last is not None


def _passes(
    one: Headline,
    chosen: HeadlineFilter | None,
    now: datetime,
    mine: frozenset[str],
    *,
    unread: bool = True,
    saved: bool = False,
) -> bool:
    return chosen is None or chosen.matches(one, now=now, mine=mine, unread=unread, saved=saved)


def _mine(settings: Settings, chosen: HeadlineFilter | None) -> frozenset[str]:
    """Return the watched symbols, where the filter asks about them."""
    if chosen is None or "mine:" not in chosen.text.casefold():
        return frozenset()
    return frozenset(_lists(settings).symbols)


def _lists(settings: Settings) -> Watchlists:
    from tui_monitor.config.seeds import load_universe

    return own_lists(load_universe(settings.market.universe), lambda: datetime.now(UTC))
