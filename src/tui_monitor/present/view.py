"""What the presenters look at: one object with everything that the screen may show, and how to show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

import msgspec

from tui_monitor.domain.freshness import Freshness, freshness
from tui_monitor.domain.instrument import Instrument, mic_of
from tui_monitor.domain.session import Phase
from tui_monitor.present.rating_tape import RatingTape
from tui_monitor.present.tone import Tone
from tui_monitor.sources.api import Topic

if TYPE_CHECKING:
    from tui_monitor.analysis.board import Board
    from tui_monitor.config.columns_file import ColumnSetting
    from tui_monitor.config.settings import Settings
    from tui_monitor.domain.calendar_event import CalendarEvent
    from tui_monitor.domain.headline import Headline
    from tui_monitor.domain.quote import Quote
    from tui_monitor.domain.reference import Reference
    from tui_monitor.domain.session import SessionState
    from tui_monitor.domain.universe import Universe
    from tui_monitor.domain.watchlist import Watchlists
    from tui_monitor.engine.clock import Clock
    from tui_monitor.engine.health import SourceHealth
    from tui_monitor.present.glyphs import Glyphs
    from tui_monitor.present.rows import Line
    from tui_monitor.present.words import Words
    from tui_monitor.store.latest import LatestStore

MAX_RECENT = 50
"""Symbols of the list of what was opened last."""


SAME_MOMENT = 0.05
"""Seconds within which a quote is not judged again."""

USUAL_PERIOD = 15.0
"""Seconds between two polls of quotes, as long as no source says another."""

REPLAYED_PERIOD = 60.0
"""The same of a recording, which may hold one poll a minute. Played fast, more than that passes in a second: without
regard to it every number would fade and come back several times a second."""


class View(msgspec.Struct):
    """Everything that presenters read. They change nothing in it."""

    store: LatestStore
    clock: Clock
    settings: Settings
    universe: Universe
    instruments: Mapping[str, Instrument]
    reference: Reference
    words: Words
    glyphs: Glyphs
    zone: tzinfo
    """Zone of the clock and of times that are shown."""
    session: Callable[[str | None], SessionState | None]
    """State of an exchange by its market identifier code."""
    lists: Callable[[], Watchlists]
    health: Mapping[str, SourceHealth] = msgspec.field(default_factory=dict)
    followed: Callable[[], tuple[bool, int | None]] = lambda: (False, None)
    """Whether another monitor polls for this one, and its process as far as it is known."""
    silence: Callable[[], float | None] = lambda: None
    """Seconds for which that other monitor has not moved; ``None`` while it lives."""
    flash: bool = True
    replaying: str | None = None
    """Words for the mark of a replayed day, ``None`` when live."""
    board: Board | None = None
    """What is notable about the index, told anew off the frame's path."""
    read: set[str] = msgspec.field(default_factory=set)
    """Ids of the headlines that were read."""
    saved: set[str] = msgspec.field(default_factory=set)
    """Ids of the headlines that were saved."""
    muted: frozenset[str] = frozenset()
    """Names of feeds whose headlines are not shown, case folded."""
    saved_filters: Callable[[], Mapping[str, str]] = dict
    """Headline filters that were named within the program."""
    older: dict[str, Headline] = msgspec.field(default_factory=dict)
    """Headlines of the archive that were looked up, by id: older than what the store keeps."""
    marks_revision: int = 0
    """Rises when marks were found in the archive or changed elsewhere than in the panel."""
    returned: Line | None = None
    """What happened while the person was away, until a key is pressed."""
    seen_ratings: set[str] = msgspec.field(default_factory=set)
    """Keys of the rating changes that were looked at."""
    tape: RatingTape = msgspec.field(default_factory=RatingTape)
    """The rating changes, each event once."""
    notices: list[str] = msgspec.field(default_factory=list)
    """Sentences that the person should know, newest last."""
    saying: str | None = None
    """A short answer to a key, for a moment."""
    problem: str | None = None
    """What stands in the way of the watchlists' file, in a sentence, as long as it stands."""
    columns: tuple[ColumnSetting, ...] | None = None
    """The watchlist's columns as the person set them; ``None`` until then."""
    agenda: Callable[[], tuple[CalendarEvent, ...]] = tuple
    """Gives what is to come, soonest first."""
    recent: list[str] = msgspec.field(default_factory=list)
    """Symbols that were opened, the last one first."""
    _judged: tuple[Quote | None, int, Freshness] = (None, 0, Freshness.FRESH)
    _own: tuple[Watchlists, frozenset[str]] | None = None

    @property
    def language(self) -> str:
        """The interface's language."""
        return self.words.language

    @property
    def own_symbols(self) -> frozenset[str]:
        """Every symbol of the person's lists; asked for with every row, so it is kept until the lists change."""
        lists = self.lists()
        if self._own is None or self._own[0] is not lists:
            self._own = (lists, frozenset(lists.symbols))
        return self._own[1]

    def headline(self, identity: str) -> Headline | None:
        """Return a headline by its id, from the store or from what was looked up in the archive."""
        return self.store.headline(identity) or self.older.get(identity)

    @property
    def period(self) -> float:
        """Seconds between two polls of quotes as they run now."""
        if self.replaying is not None:
            return max(REPLAYED_PERIOD, getattr(self.clock, "speed", 0.0))
        quotes = (one.period for one in self.health.values() if one.topic is Topic.QUOTES)
        return next(quotes, USUAL_PERIOD)

    @property
    def after_hours(self) -> bool:
        """Whether the market that the screen is about is closed: what changes then need not be told by the second."""
        mic = mic_of(self.index)
        state = self.session(mic) if mic is not None else None
        return state is not None and not state.phase.live and state.phase is not Phase.PRE_OPEN

    def viewed(self, symbol: str) -> None:
        """Note that ``symbol`` was opened."""
        if symbol in self.recent:
            self.recent.remove(symbol)
        self.recent.insert(0, symbol)
        del self.recent[MAX_RECENT:]

    @property
    def index(self) -> str:
        """Symbol of the index."""
        return self.settings.market.index

    def now(self) -> datetime:
        """Return the market's moment."""
        return self.clock.now()

    def monotonic(self) -> float:
        """Return the machine's seconds."""
        return self.clock.monotonic()

    def name(self, symbol: str, quote: Quote | None = None, *, short: bool = True) -> str:
        """Return the best name of ``symbol``: the known one in the person's language, else the source's."""
        instrument = self.instruments.get(symbol)
        name = instrument.name(self.language, short=short) if instrument else None
        return name or (quote.name if quote and quote.name else symbol)

    def second_name(self, symbol: str) -> str:
        """Return the name in the other script: Chinese beside English, English beside Chinese."""
        instrument = self.instruments.get(symbol)
        if instrument is None:
            return ""
        other = "zh-Hant" if self.language == "en" else "en"
        name = instrument.name(other) or ""
        return "" if name == instrument.name(self.language) else name

    def freshness(self, quote: Quote) -> Freshness:
        """Return how current ``quote`` is against its exchange's session."""
        now = self.now()
        moment = int(now.timestamp() / SAME_MOMENT)
        known, at, level = self._judged
        if known is quote and at == moment:
            # The cells of one row ask one after the other.
            return level
        mic = mic_of(quote.symbol)
        state = self.session(mic) if mic else None
        level = freshness(quote, state, now, period=self.period)
        self._judged = (quote, moment, level)
        return level

    def tone(self, quote: Quote, tone: Tone) -> Tone:
        """Return ``tone``, or the fading one where the number is older than it should be."""
        return tone if self.freshness(quote) is Freshness.FRESH else Tone.FAINT
