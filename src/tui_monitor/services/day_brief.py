"""Gathers what a brief is written from, and writes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tui_monitor.analysis import brief
from tui_monitor.analysis.brief import Sentence, Subject
from tui_monitor.domain.instrument import Kind

if TYPE_CHECKING:
    from tui_monitor.analysis.board import Board
    from tui_monitor.domain.headline import Headline
    from tui_monitor.services.situation import Situation

HOME_ZONE = "Asia/Hong_Kong"
"""Zone of an index whose exchange is not known."""


def brief_of(told: Situation, board: Board, *, as_of: date | None = None) -> list[Sentence]:
    """Return the sentences about ``board``, which must have a story, in the language of the situation.

    With ``as_of`` it is about another day than the situation's: what comes next is not told then.
    """
    if told.language.startswith("zh"):
        from tui_monitor.analysis.brief_zh import sayer

        say = sayer(traditional=told.language == "zh-Hant")
    else:
        from tui_monitor.analysis.brief_en import say
    return brief.write(brief.statements(subject_of(told, board, as_of=as_of), prefers=_suits(told.language)), say)


def subject_of(told: Situation, board: Board, *, as_of: date | None = None) -> Subject:
    """Return what there is to write from."""
    from tui_monitor.analysis.rating_merge import merge

    def known(symbol: str) -> str | None:
        instrument = told.instruments.get(symbol)
        return instrument.name(told.language) if instrument is not None else None

    return Subject(
        board=board,
        index=index_name(told),
        moment=local_moment(told),
        members=len(told.universe.members),
        ratings=merge(told.store.ratings(), told.universe.us_lines()),
        headlines=told.store.headlines(),
        events=told.agenda() if as_of is None else (),
        company=known,
        weight=told.universe.weight,
        funds=tuple(one for one in told.settings.market.peers if _is_fund(told, one)),
        fund_name=lambda symbol: _fund_name(told, symbol),
    )


def index_name(told: Situation) -> str:
    """Return the index's whole name in the language of the situation."""
    return _long_name(told, told.index)


def local_moment(told: Situation) -> datetime:
    """Return the moment in the zone of the index's exchange."""
    calendar = told.calendar(told.index)
    return told.now.astimezone(ZoneInfo(calendar.zone if calendar is not None else HOME_ZONE))


def day_of(board: Board) -> date:
    """Return the session that a board is about."""
    assert board.story is not None
    return board.story.as_of


def _long_name(told: Situation, symbol: str) -> str:
    instrument = told.instruments.get(symbol)
    return (instrument.name(told.language, short=False) if instrument is not None else None) or told.name(symbol)


def _fund_name(told: Situation, symbol: str) -> str:
    """Return what a fund is on, which says more than its own long name."""
    instrument = told.instruments.get(symbol)
    if instrument is None or told.language != "en" or not instrument.aliases:
        return _long_name(told, symbol)
    return f"a fund on {instrument.aliases[0]}"


def _is_fund(told: Situation, symbol: str) -> bool:
    instrument = told.instruments.get(symbol)
    return instrument is not None and instrument.kind in {Kind.ETF, Kind.FUND}


def _suits(language: str) -> Callable[[Headline], float]:
    """Return how well a headline suits a language: 0 not at all, 1 in its script, less in the other script."""
    if not language.startswith("zh"):
        return lambda headline: float(headline.language == "en")
    from tui_monitor.analysis.rating_text.folding import fold

    def suits(headline: Headline) -> float:
        if not (headline.language or "").startswith("zh"):
            return 0.0
        # Folding turns traditional characters into simplified ones and leaves those as they are.
        traditional = sum(one != other for one, other in zip(headline.title, fold(headline.title), strict=False)
                          if "\u3400" <= one <= "\u9fff")  # fmt: skip
        return 1.0 if (traditional > 0) == (language == "zh-Hant") else 0.5

    return suits
