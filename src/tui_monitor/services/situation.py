"""One moment of the market, ready to be told without a screen: what is known, what the exchanges do, the board."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from tui_monitor.config.seeds import load_instruments, load_reference, load_universe
from tui_monitor.domain.instrument import home_lines, mic_of
from tui_monitor.engine.sessions import SessionBook
from tui_monitor.store.latest import LatestStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from tui_monitor.analysis.board import Board
    from tui_monitor.analysis.story import NextSession
    from tui_monitor.config.settings import Settings
    from tui_monitor.domain.calendar_event import CalendarEvent
    from tui_monitor.domain.instrument import Instrument
    from tui_monitor.domain.reference import Reference
    from tui_monitor.domain.session import Calendar, SessionState
    from tui_monitor.domain.universe import Universe


class StandingClock:
    """A clock that stands at one moment: a command tells what is, it does not go along with it."""

    def __init__(self, moment: datetime) -> None:
        self._moment = moment

    def now(self) -> datetime:
        """Return the moment, aware UTC."""
        return self._moment

    def move_to(self, moment: datetime) -> None:
        """Stand at another moment."""
        self._moment = moment

    def monotonic(self) -> float:
        """Return zero: no time passes."""
        return 0.0

    async def sleep(self, seconds: float) -> None:
        """Return at once."""
        del seconds


class Situation(msgspec.Struct, kw_only=True):
    """What a headless command reads. The store may still be filled; everything else stands."""

    settings: Settings
    universe: Universe
    instruments: Mapping[str, Instrument]
    reference: Reference
    clock: StandingClock
    book: SessionBook
    language: str
    """Language of names and claims: ``en``, ``zh-Hant`` or ``zh-Hans``."""
    store: LatestStore = msgspec.field(default_factory=LatestStore)
    period: float = 15.0
    """Seconds between two polls of what filled the store."""
    valuations: tuple[tuple[date, float], ...] = ()
    """Forward ratios of the index that were stored, one a session, dates rising."""
    closed: Mapping[str, tuple[date, ...]] = msgspec.field(default_factory=dict)
    """Days of the person's without a session, by exchange."""

    @property
    def now(self) -> datetime:
        """The moment that is told, aware UTC."""
        return self.clock.now()

    @property
    def index(self) -> str:
        """Symbol of the index."""
        return self.settings.market.index

    def session(self, mic: str | None) -> SessionState | None:
        """Return what an exchange does at the moment, ``None`` where that is not known."""
        return self.book.state(mic) if mic else None

    def calendar(self, symbol: str) -> Calendar | None:
        """Return the calendar of ``symbol``'s exchange, ``None`` where there is none."""
        mic = mic_of(symbol)
        return self.book.calendar(mic) if mic else None

    def name(self, symbol: str) -> str:
        """Return the best name of ``symbol``: the known one, else the source's, else the symbol."""
        instrument = self.instruments.get(symbol)
        quote = self.store.quote(symbol)
        return (instrument.name(self.language) if instrument else None) or (quote and quote.name) or symbol

    def agenda(self, own: Iterable[str] = ()) -> tuple[CalendarEvent, ...]:
        """Return what is to come, soonest first; ``own`` are the symbols of the person's lists."""
        from tui_monitor.services.agenda import gathered

        return gathered(
            self.store,
            self.settings,
            now=self.now,
            watched=(*own, *self.universe.symbols),
            calendar=self.book.calendar,
            provisional=self.book.provisional,
            home_lines=home_lines(self.instruments.values()),
        )

    def board(
        self,
        *,
        as_of: date | None = None,
        since: date | None = None,
        next_session: Callable[[str, Situation], NextSession] | None = None,
    ) -> Board:
        """Tell the board. ``as_of`` tells the story as if that date were the last; ``since`` is one of the person's.

        ``next_session`` makes, from a symbol and this, what gives the first session after a date; without it the
        calendar at hand is asked.
        """
        # The story's modules take as long to import as the database takes to read; prices alone need none of them.
        from tui_monitor.services.daily_bars import sound_bars
        from tui_monitor.services.index_facts import collect_facts
        from tui_monitor.services.index_story import build_board

        facts = collect_facts(
            self.store,
            self.settings.market,
            now=self.now,
            universe=self.universe,
            instruments=self.instruments,
            reference=self.reference,
            session=self.book.state,
            calendar=self.book.calendar,
            period=self.period,
            language=self.language,
            stored_valuations=self.valuations,
        )
        histories = {
            symbol: sound_bars(bars, facts.quotes.get(symbol), self.calendar(symbol), facts.now).bars
            for symbol, bars in facts.histories.items()
        }
        return build_board(
            replace(
                facts,
                histories={symbol: bars for symbol, bars in histories.items() if bars},
                as_of=as_of,
                since=since if since is not None else facts.since,
                next_session=next_session(self.index, self) if next_session is not None else None,
            )
        )


def situation(settings: Settings, moment: datetime, *, language: str = "en") -> Situation:
    """Return an empty situation at ``moment`` (aware). Raises ``ConfigError`` for settings that cannot be used."""
    universe = load_universe(settings.market.universe)
    clock = StandingClock(moment.astimezone(UTC))
    return Situation(
        settings=settings,
        universe=universe,
        instruments=load_instruments(universe),
        reference=load_reference(),
        clock=clock,
        book=SessionBook(clock, overrides=settings.sessions),
        language=language,
        closed=settings.closed_days(),
    )
