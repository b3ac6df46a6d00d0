"""``tui-monitor brief``: the session written up as a short market wrap."""

from __future__ import annotations

import sys
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from tui_monitor.analysis.brief import Part, count_words
from tui_monitor.cli import completing
from tui_monitor.cli.data_command import ask_sources, end, iso_date, read_settings, stored, with_index
from tui_monitor.cli.data_request import DataRequest, data_options
from tui_monitor.cli.exchange_sessions import next_session_for
from tui_monitor.cli.exits import ExitCode
from tui_monitor.cli.tables import json_text
from tui_monitor.config.paths import Paths
from tui_monitor.domain.instrument import normalise_symbol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_monitor.analysis.board import Board
    from tui_monitor.analysis.brief import Sentence
    from tui_monitor.config.settings import Settings
    from tui_monitor.services.situation import Situation

FORMATS = ("text", "md", "json")
"""What ``--format`` takes."""

PARAGRAPHS = (
    (Part.LEAD, Part.RUN),
    (Part.LEADERS, Part.PEERS, Part.VALUATION),
    (Part.RATINGS,),
    (Part.HEADLINE,),
    (Part.NEXT,),
)
"""Which sentences stand together."""


@click.command("brief", short_help="The session written up in at most 200 words.")
@click.option(
    "--index",
    "symbol",
    metavar="SYMBOL",
    shell_complete=completing.symbols,
    help="Write about this index, by default that of the settings.",
)
@click.option("--as-of", callback=iso_date, metavar="DATE", help="Write as if this date were the last.")
@data_options(FORMATS)
@click.option("--at-close", is_flag=True, help="Stay, without a screen, and write each session up after its close.")
def command(
    symbol: str | None,
    as_of: date | None,
    request: DataRequest,
    at_close: bool,
) -> None:
    """Write the session up in at most 200 words: level and move, what is notable, who led, ratings, news, next.

    Every number comes from a claim or an item; with --format json each sentence names them. Ends with 4 if the index
    has only a stored price though the sources were asked, with 3 if no daily history of it is known.

    Example: tui-monitor brief --lang zh --from-recording demo
    """
    settings = read_settings(Paths.from_environment())
    name = normalise_symbol(symbol if symbol is not None else settings.market.index)
    if name is None:
        raise click.BadParameter(f"{symbol!r} is no symbol", param_hint="--index")
    request.check()
    settings = with_index(settings, name)
    if at_close:
        if request.recording is not None or request.offline or as_of is not None:
            raise click.UsageError("--at-close waits for a session's close; it takes no recording, date or --offline.")
        from tui_monitor.headless import BriefAtClose, run

        brief = BriefAtClose(None, request.form, request.language(settings))
        sys.exit(run(settings, Paths.from_environment(), brief=brief))
    told, answered = _known(settings, request)
    board = told.board(as_of=as_of, next_session=next_session_for)
    if board.story is None:
        end(f"No daily history of {name} is known; start tui-monitor with a network once.", ExitCode.NO_DATA)
    from tui_monitor.services.day_brief import brief_of

    click.echo(_render(told, board, brief_of(told, board, as_of=as_of), request.form), nl=False)
    if not answered:
        click.echo(f"No source answered for {name}; this is written from what is stored.", err=True)
        raise click.exceptions.Exit(ExitCode.PARTIAL)


def stored_brief(settings: Settings, paths: Paths, language: str, form: str, moment: datetime) -> str | None:
    """Return the brief out of what is stored by ``moment``, ``None`` where no daily history of the index is known."""
    from tui_monitor.services.day_brief import brief_of
    from tui_monitor.services.stored import Stored

    known = Stored(settings, paths, language=language, moment=moment, texts=True)
    try:
        told = known.situation
        known.recall_histories((told.index, *settings.market.peers))
        board = told.board(next_session=next_session_for)
        return _render(told, board, brief_of(told, board), form) if board.story is not None else None
    finally:
        known.close()


def _known(settings: Settings, request: DataRequest) -> tuple[Situation, bool]:
    """Return what is known, with what the sources answer now, and whether the index was answered."""
    if request.recording is not None:
        return request.open(settings)[0], True
    known = stored(settings, request.language(settings), texts=True)
    told = known.situation
    known.recall_histories((told.index, *settings.market.peers))
    if request.offline:
        return told, True
    from tui_monitor.services.interests import RATES
    from tui_monitor.sources.api import Topic

    quotes = dict.fromkeys((told.index, *told.universe.symbols, *settings.market.peers, *RATES))
    wanted: dict[Topic, tuple[str, ...]] = {Topic.QUOTES: tuple(quotes), Topic.HEADLINES: ()}
    if told.store.history(told.index) is None:
        wanted[Topic.HISTORY] = (told.index,)
    outcomes = ask_sources(known, settings, wanted, timeout=request.timeout)
    return told, told.index not in outcomes[Topic.QUOTES].missing


def _render(told: Situation, board: Board, sentences: Sequence[Sentence], form: str) -> str:
    from tui_monitor.services.day_brief import index_name, local_moment

    story = board.story
    assert story is not None
    paragraphs = [[one for one in sentences if one.statement.part in parts] for parts in PARAGRAPHS]
    paragraphs = [one for one in paragraphs if one]
    between = "" if told.language.startswith("zh") else " "
    if form == "json":
        text = "\n\n".join(between.join(one.text for one in part) for part in paragraphs)
        return json_text(
            {
                "symbol": story.symbol,
                "index": index_name(told),
                "as_of": story.as_of.isoformat(),
                "moment": local_moment(told).isoformat(),
                "provisional": story.provisional,
                "language": told.language,
                "words": sum(count_words(one.text) for one in sentences),
                "text": text,
                "sentences": [_fields(one) for one in sentences],
            }
        )
    if form == "md":
        comma = "，" if told.language.startswith("zh") else ", "
        lines = [f"# {index_name(told)}{comma}{story.as_of.isoformat()}"]
        for part in paragraphs:
            news = part[0].statement.part is Part.HEADLINE
            lines.append("\n".join(f"- {one.text}" for one in part) if news else between.join(one.text for one in part))
        return "\n\n".join(lines) + "\n"
    return "\n\n".join(between.join(one.text for one in part) for part in paragraphs) + "\n"


def _fields(sentence: Sentence) -> dict[str, Any]:
    statement = sentence.statement
    return {
        "part": statement.part.value,
        "text": sentence.text,
        "claims": [{"id": claim.id.value, "inputs": dict(claim.inputs)} for claim in statement.claims],
        "inputs": dict(statement.inputs),
    }
