"""Keeps the index's board current: collects the facts on the event loop, tells the story in a thread.

It also keeps what only it sees: at the end of a session the closes of the index and its peers, which a provider may
have late or never, and the index's valuation, which no provider keeps.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tui_monitor.domain.instrument import mic_of
from tui_monitor.domain.series import OWN, DailyBar, DailyHistory
from tui_monitor.engine.blocking import in_thread
from tui_monitor.engine.clock import beat
from tui_monitor.services.daily_bars import Sound, bar_of, is_final, log_findings, sound_bars
from tui_monitor.services.index_facts import collect_facts
from tui_monitor.services.index_story import Facts, build_board
from tui_monitor.sources.api import Batch
from tui_monitor.store.keys import Family

if TYPE_CHECKING:
    from tui_monitor.analysis.board import Board
    from tui_monitor.analysis.history_checks import Finding
    from tui_monitor.domain.quote import Quote
    from tui_monitor.domain.session import Calendar, SessionDay
    from tui_monitor.present.view import View
    from tui_monitor.store.database import Database
    from tui_monitor.store.writer import Writer

PERIOD = 2.0
"""Seconds between two looks at whether the story has changed."""

PERIOD_AFTER_HOURS = 10.0
"""The same after hours."""

AGAIN = 30.0
"""Seconds after which it is told again even if no number moved: sessions end, numbers go stale."""

AGAIN_AFTER_HOURS = 300.0
"""The same while the index's market is closed: nothing of it ends or goes stale then."""

LEAST_CURRENT = 0.95
"""Part of the weight behind a valuation whose prices must be of the session that it is kept for."""

Valuations = tuple[tuple[date, float], ...]
"""Forward price-earnings ratios of the index, one a session, dates rising."""

_log = logging.getLogger(__name__)


class Storyteller:
    """Tells the board whenever what it rests on has changed."""

    def __init__(
        self,
        view: View,
        calendar: Callable[[str], Calendar | None],
        *,
        valuations: Callable[[], Valuations] | None = None,
        keep_valuation: Callable[[date, float, float], object] | None = None,
        keep_bar: Callable[[str, DailyBar], object] | None = None,
    ) -> None:
        """``valuations`` reads the stored ratios, once; ``keep_valuation`` gets a session, its ratio and the coverage
        (a fraction of one); ``keep_bar`` gets a symbol and the bar of a session that has ended. Both may be told the
        same again.
        """
        self._view = view
        self._calendar = calendar
        self._read_valuations = valuations
        self._keep_valuation = keep_valuation
        self._keep_bar = keep_bar
        self._valuations: Valuations | None = None
        self._kept_valuation: tuple[date, float, float] | None = None
        self._own: dict[str, DailyBar] = {}
        self._sound: dict[str, tuple[object, Sound]] = {}
        self.findings: dict[str, tuple[Finding, ...]] = {}
        """What is wrong with each history, or was and has been set right."""
        self._told: tuple[object, ...] = ()
        self._told_at = float("-inf")

    async def run(self) -> None:
        """Tell until cancelled."""
        while True:
            board = await self.tell()
            # A first start after hours has nothing to tell until the first answers are there: that is looked for soon.
            await beat(PERIOD_AFTER_HOURS if board is not None and self._view.after_hours else PERIOD)

    async def tell(self) -> Board | None:
        """Tell the board if anything it rests on has changed since."""
        view = self._view
        now = view.monotonic()
        again = AGAIN_AFTER_HOURS if view.after_hours else AGAIN
        if self._basis() == self._told and now - self._told_at < again:
            return view.board
        self.keep_own_bars()
        basis = self._basis()
        facts = self.facts()
        if facts.index not in facts.quotes and facts.index not in facts.histories:
            return view.board
        try:
            calendars = {symbol: self._calendar_of(symbol) for symbol in facts.histories}
            told = await in_thread(self._build, facts, calendars, timeout=20.0, name="story")
            if told != view.board:
                # One that says the same stays: who shows it need not look again.
                view.board = told
            self._keep(facts, told)
        except Exception:  # noqa: BLE001 - logged whole
            # The panel goes on without claims; a defect here must not end the program.
            _log.exception("the index story could not be told")
        self._told, self._told_at = basis, now
        return view.board

    def _basis(self) -> tuple[object, ...]:
        """Return what the board rests on, as far as it shows at a glance."""
        view = self._view
        store = view.store
        quotes, histories = store.family_revision(Family.QUOTE), store.family_revision(Family.HISTORY)
        return quotes, histories, view.language, view.universe, view.after_hours

    def facts(self) -> Facts:
        """Copy what the board is told from."""
        view = self._view
        return collect_facts(
            view.store,
            view.settings.market,
            now=view.now(),
            universe=view.universe,
            instruments=view.instruments,
            reference=view.reference,
            session=view.session,
            calendar=self._calendar,
            period=view.period,
            language=view.language,
            stored_valuations=self._stored_valuations(),
        )

    def keep_own_bars(self) -> None:
        """Add the bar of each session that has just ended to the histories that have none of that day."""
        view = self._view
        now = view.now()
        for symbol in (view.settings.market.index, *view.settings.market.peers):
            quote, day = view.store.quote(symbol), self._ended(symbol, now)
            if quote is None or day is None or not is_final(quote, day, now):
                continue
            bar = bar_of(quote, day)
            history = view.store.history(symbol)
            held = _bar_on(history, day.date) if history is not None else None
            if bar is None or held == bar or (held is not None and held != self._own.get(symbol)):
                # A provider's bar of that day stands, whatever it says.
                continue
            self._own[symbol] = bar
            own = DailyHistory(symbol=symbol, bars=(bar,), received=now, source=OWN)
            view.store.apply(Batch(source=OWN, received=now, histories=(own,)))
            if self._keep_bar is not None:
                self._keep_bar(symbol, bar)

    def _ended(self, symbol: str, now: datetime) -> SessionDay | None:
        """Return the session of ``symbol`` that is over and has no successor yet."""
        mic = mic_of(symbol)
        state = self._view.session(mic) if mic is not None else None
        if state is None or state.phase.live or state.day is None or now < state.day.end:
            return None
        return state.day

    def _calendar_of(self, symbol: str) -> Calendar | None:
        mic = mic_of(symbol)
        return self._calendar(mic) if mic is not None else None

    def _build(self, facts: Facts, calendars: Mapping[str, Calendar | None]) -> Board:
        """Tell the board from sound histories. Runs in a thread."""
        histories = {
            symbol: self._checked(symbol, bars, facts.quotes.get(symbol), calendars.get(symbol), facts.now)
            for symbol, bars in facts.histories.items()
        }
        return build_board(replace(facts, histories={symbol: bars for symbol, bars in histories.items() if bars}))

    def _checked(
        self,
        symbol: str,
        bars: tuple[DailyBar, ...],
        quote: Quote | None,
        calendar: Calendar | None,
        now: datetime,
    ) -> tuple[DailyBar, ...]:
        # Twenty years take some milliseconds to look through: done again only when something it rests on is another.
        state = calendar.state_at(now) if calendar is not None else None
        final = quote is not None and state is not None and state.day is not None and is_final(quote, state.day, now)
        basis = (
            bars,
            state.phase if state else None,
            final and quote is not None and quote.last,
            quote.previous_close if quote else None,
            quote.time.date() if quote and quote.time else None,
        )
        known = self._sound.get(symbol)
        if known is not None and known[0] == basis:
            return known[1].bars
        sound = sound_bars(bars, quote, calendar, now)
        self._sound[symbol] = (basis, sound)
        if sound.findings != self.findings.get(symbol, ()):
            before = self.findings.get(symbol, ())
            log_findings(symbol, [one for one in sound.findings if one not in before])
            self.findings[symbol] = sound.findings
        return sound.bars

    def _stored_valuations(self) -> Valuations:
        if self._valuations is None:
            self._valuations = self._read_valuations() if self._read_valuations is not None else ()
        return self._valuations

    def _keep(self, facts: Facts, board: Board) -> None:
        """Keep the valuation of a session that is over: one a day, the last of the day stands."""
        quote, day = facts.quotes.get(facts.index), self._ended(facts.index, facts.now)
        valuation = board.valuation
        if quote is None or day is None or valuation is None or valuation.forward_pe is None:
            return
        if not is_final(quote, day, facts.now) or not _of_session(facts, valuation.used, day):
            return
        kept = (day.date, valuation.forward_pe, valuation.coverage)
        if kept == self._kept_valuation:
            return
        self._kept_valuation = kept
        earlier = dict(self._stored_valuations()) | {day.date: valuation.forward_pe}
        self._valuations = tuple(sorted(earlier.items()))
        if self._keep_valuation is not None:
            self._keep_valuation(*kept)


def keeping_storyteller(
    view: View, calendar: Callable[[str], Calendar | None], database: Database, writer: Writer
) -> Storyteller:
    """Return a storyteller that reads and keeps what only it sees in the database."""
    index = view.index
    return Storyteller(
        view,
        calendar,
        valuations=lambda: database.read_valuations(index),
        keep_valuation=lambda day, ratio, coverage: writer.put_valuation(index, day, ratio, coverage),
        keep_bar=writer.put_own_bar,
    )


def _bar_on(history: DailyHistory, day: date) -> DailyBar | None:
    """Return the bar of ``day``, which is one of the last if it is there."""
    return next((bar for bar in reversed(history.bars[-10:]) if bar.date == day), None)


def _of_session(facts: Facts, symbols: tuple[str, ...], day: SessionDay) -> bool:
    """Whether nearly all of the weight of ``symbols`` is priced in the session of ``day``; some shares do not trade."""
    total = current = 0.0
    for member in facts.universe.members:
        if member.symbol not in symbols or member.weight is None:
            continue
        quote = facts.quotes.get(member.symbol)
        total += member.weight
        if quote is not None and quote.time is not None and quote.time >= day.open:
            current += member.weight
    return total > 0.0 and current >= LEAST_CURRENT * total
