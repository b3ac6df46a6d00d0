"""The latest values, in memory, each with a revision: the one place that the screen reads from.

Every change gets the next revision number. ``changes_since(revision)`` answers what is newer, newest first; what is
asked of the answer is what it costs. One event loop writes and reads; no locks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from tui_monitor.analysis.history_checks import merge
from tui_monitor.domain.calendar_event import CalendarEvent
from tui_monitor.domain.headline import Headline
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.rating import RatingChange, RatingTable
from tui_monitor.domain.series import OWN, DailyHistory, Intraday
from tui_monitor.store.keys import ChangedKeys, Family, Key

if TYPE_CHECKING:
    from tui_monitor.sources.api import Batch

MAX_HEADLINES = 5_000
"""Headlines kept in memory; the database keeps more."""

HEADLINE_SLACK = 500
"""Headlines by which the store may grow beyond that before the oldest go: sorting them for each new one takes long."""

MAX_RATINGS = 5_000
"""Rating changes kept in memory."""

MAX_EVENTS = 5_000
"""Events of the calendar kept in memory."""

EARNINGS_FIELDS = ("forward_pe", "forward_eps", "earnings_currency")
"""What belongs together: taken from one answer, never a ratio of one and a currency of another."""

EXTENDED_FIELDS = ("pre_market", "pre_market_time", "post_market", "post_market_time")
"""Prices outside the session; each is set with its time, which tells whether it is still of any worth."""

REPORT_FIELDS = ("earnings_from", "earnings_to", "earnings_estimated")
"""When earnings come next; all are set or none."""

SLOW_FIELDS = (
    "market_cap", "trailing_pe", *EARNINGS_FIELDS, "currency", "name", "year_high", "year_low",
    *EXTENDED_FIELDS, *REPORT_FIELDS,
)  # fmt: skip
"""What changes slowly: carried over from an earlier quote to a newer one that does not say it."""

IN_CURRENCY = ("market_cap", "year_high", "year_low", *EXTENDED_FIELDS)
"""Amounts in the quote's currency: never beside a price in another one."""

_slow = attrgetter(*SLOW_FIELDS)

_moving = attrgetter("last", "time", "volume")
"""What nearly every change is seen by: a quick look before all is compared."""

SILENT = 60.0
"""Seconds after which the source of a price that has not moved gives its place up to another one that still answers."""

AHEAD = 35.0
"""Seconds by which another source's price must be newer to take the place of one whose source still answers: longer
than the longest pause between two polls of the slowest source of quotes."""

IMPOSSIBLE = timedelta(minutes=31)
"""How far ahead of a new answer's receipt a held price may be dated: a little more than sources let through. Beyond it
one of the two clocks was wrong, and the price gives way."""


class Applied(msgspec.Struct, frozen=True):
    """What a batch changed."""

    quotes: tuple[Quote, ...] = ()
    """As they are shown now: with what an earlier or another source's answer adds."""
    paths: tuple[Intraday, ...] = ()
    histories: tuple[DailyHistory, ...] = ()
    """What has to be written: the answer's own bars, or all of them after a rescaling."""
    ratings: tuple[RatingChange, ...] = ()
    headlines: tuple[Headline, ...] = ()
    tables: tuple[RatingTable, ...] = ()
    events: tuple[CalendarEvent, ...] = ()
    heard: tuple[tuple[str, datetime], ...] = ()
    """Symbols whose shown price was confirmed without a change, and when: no change, but worth keeping."""

    def __bool__(self) -> bool:
        """Whether anything changed."""
        texts = self.ratings or self.headlines or self.tables or self.events
        return bool(self.quotes or self.paths or self.histories or texts)


class LatestStore:
    """Latest values by key, newer wins, a revision for every change."""

    def __init__(self) -> None:
        self.revision = 0
        """The number of the last change."""
        self.stirred: Callable[[], object] | None = None
        """Hears of the next change, once; who wants to hear of another one has to say so again."""
        self._changed: dict[Key, int] = {}
        self._quotes: dict[str, Quote] = {}
        self._others: dict[str, dict[str, Quote]] = {}
        self._paths: dict[str, Intraday] = {}
        self._histories: dict[str, DailyHistory] = {}
        self._ratings: dict[str, RatingChange] = {}
        self._headlines: dict[str, Headline] = {}
        self._tables: dict[str, RatingTable] = {}
        self._events: dict[str, CalendarEvent] = {}
        self._family_revisions: dict[Family, int] = dict.fromkeys(Family, 0)
        self._sorted_ratings: list[RatingChange] | None = None
        self._sorted_headlines: list[Headline] | None = None
        self._floor: tuple[datetime, str] | None = None
        """Time and id of the oldest headline that is kept, once others had to go for it."""

    # Reading

    def quote(self, symbol: str) -> Quote | None:
        """Return the newest quote of ``symbol``."""
        return self._quotes.get(symbol)

    def names(self) -> dict[str, str | None]:
        """Return every symbol that has a quote, with the name that its source gives. The dictionary is the caller's."""
        return {symbol: quote.name for symbol, quote in self._quotes.items()}

    def quotes_by_source(self, symbol: str) -> dict[str, Quote]:
        """Return the last quote of ``symbol`` from each source that gave one."""
        return dict(self._others.get(symbol, {}))

    def second_quotes(self) -> Iterator[tuple[str, tuple[Quote, ...]]]:
        """Yield each symbol that several sources gave a quote of, with the last one of each."""
        for symbol, by_source in self._others.items():
            if len(by_source) > 1:
                yield symbol, tuple(by_source.values())

    def put_second(self, quote: Quote) -> None:
        """Take in another source's quote of a symbol, as who asked both told it: what is shown stays."""
        held = self._quotes.get(quote.symbol)
        if held is not None and held.source != quote.source:
            self._others.setdefault(quote.symbol, {})[quote.source] = quote

    def drop_second(self, symbol: str, source: str) -> None:
        """Forget another source's quote of a symbol; what is shown stays."""
        held = self._quotes.get(symbol)
        if held is not None and held.source != source:
            self._others.get(symbol, {}).pop(source, None)

    def path(self, symbol: str) -> Intraday | None:
        """Return the path of ``symbol``'s current or last session."""
        return self._paths.get(symbol)

    def history(self, symbol: str) -> DailyHistory | None:
        """Return the daily bars of ``symbol``."""
        return self._histories.get(symbol)

    def ratings(self) -> list[RatingChange]:
        """Return all rating changes, newest first. The list is the caller's own."""
        if self._sorted_ratings is None:
            self._sorted_ratings = sorted(self._ratings.values(), key=lambda one: (one.time, one.key), reverse=True)
        return list(self._sorted_ratings)

    def headlines(self) -> list[Headline]:
        """Return the newest headlines, the newest first. The list is the caller's own."""
        if self._sorted_headlines is None:
            newest = sorted(self._headlines.values(), key=_newest_headline, reverse=True)
            self._sorted_headlines = newest[:MAX_HEADLINES]
        return list(self._sorted_headlines)

    def headline(self, identity: str) -> Headline | None:
        """Return one headline by its id."""
        return self._headlines.get(identity)

    def rating(self, key: str) -> RatingChange | None:
        """Return one rating change by its key."""
        return self._ratings.get(key)

    def rating_table(self, symbol: str) -> RatingTable | None:
        """Return what the provider's table of ``symbol`` was like at its last answer."""
        return self._tables.get(symbol)

    def rating_tables(self) -> list[RatingTable]:
        """Return the last answer for each line whose table was asked for."""
        return list(self._tables.values())

    def events(self) -> list[CalendarEvent]:
        """Return the events of the calendar as their sources told them. The list is the caller's own."""
        return list(self._events.values())

    def everything(self) -> Applied:
        """Return all that is shown, to be stored where nothing of it is any more."""
        return Applied(
            quotes=tuple(self._quotes.values()),
            paths=tuple(self._paths.values()),
            histories=tuple(self._histories.values()),
            ratings=tuple(self._ratings.values()),
            headlines=tuple(self._headlines.values()),
            tables=tuple(self._tables.values()),
            events=tuple(self._events.values()),
            heard=tuple((symbol, quote.received) for symbol, quote in self._quotes.items()),
        )

    def revision_of(self, family: Family, name: str) -> int:
        """Return the revision of the last change of one value, 0 if there is none."""
        return self._changed.get((family, name), 0)

    def family_revision(self, family: Family) -> int:
        """Return the revision of the last change within a family: what is derived from it may be kept until then."""
        return self._family_revisions[family]

    def changes_since(self, revision: int) -> ChangedKeys:
        """Return the keys that changed after ``revision``, newest first, as they are until the next change."""
        return ChangedKeys(self._changed, revision)

    # Writing

    def apply(self, batch: Batch) -> Applied:
        """Take in a batch; return what changed. An older quote never replaces a newer one."""
        heard: dict[str, datetime] = {}
        return Applied(
            quotes=tuple(now for one in batch.quotes if (now := self._put_quote(one, heard)) is not None),
            paths=tuple(path for path in batch.paths if self._put_path(path)),
            histories=tuple(put for one in batch.histories if (put := self._put_history(one)) is not None),
            ratings=self._put_ratings(batch.ratings),
            headlines=self._put_headlines(batch.headlines),
            tables=tuple(table for table in batch.tables if self._put_table(table)),
            events=self._put_events(batch.events),
            heard=tuple(heard.items()),
        )

    def hear(self, heard: Iterable[tuple[str, datetime]]) -> None:
        """Take in that prices were confirmed without a change, as ``Applied.heard`` tells it."""
        for symbol, received in heard:
            held = self._quotes.get(symbol)
            if held is not None and received > held.received:
                self._quotes[symbol] = replace(held, received=received)

    def _mark(self, family: Family, name: str) -> None:
        self.revision += 1
        key = (family, name)
        # Put in anew, so that the dictionary's own order is that of the changes.
        self._changed.pop(key, None)
        self._changed[key] = self.revision
        self._family_revisions[family] = self.revision
        if self.stirred is not None:
            heard, self.stirred = self.stirred, None
            heard()
        if family is Family.RATING:
            self._sorted_ratings = None
        elif family is Family.HEADLINE:
            self._sorted_headlines = None

    def _put_quote(self, quote: Quote, heard: dict[str, datetime]) -> Quote | None:
        """Return the quote as it is shown now, ``None`` if nothing changed; a mere receipt goes into ``heard``."""
        by_source = self._others.setdefault(quote.symbol, {})
        by_source[quote.source] = quote
        held = self._quotes.get(quote.symbol)
        if held is None:
            merged = quote
        elif _supersedes(quote, held):
            merged = _keep_slow_fields(quote, held)
        else:
            merged = _with_slow_fields(held, quote)
        self._quotes[quote.symbol] = merged
        # A poll that brings the same numbers is no change: its receipt alone moves nothing on the screen.
        if held is not None and _moving(merged) == _moving(held) and replace(merged, received=held.received) == held:
            if merged.received != held.received:
                heard[quote.symbol] = merged.received
            return None
        self._mark(Family.QUOTE, quote.symbol)
        return merged

    def _put_path(self, path: Intraday) -> bool:
        held = self._paths.get(path.symbol)
        if held is not None:
            if path.times and held.times and path.times[-1] < held.times[-1]:
                return False
            if len(path.times) <= 1 < len(held.times) and _same_day(path, held):
                return False
            if path.times == held.times and path.closes == held.closes:
                return False
        self._paths[path.symbol] = path
        self._mark(Family.PATH, path.symbol)
        return True

    def _put_history(self, history: DailyHistory) -> DailyHistory | None:
        """Work a history into the held one; return what has to be written, ``None`` if nothing changed.

        Sessions that the answer does not have stay, as they do in the database: the answer of one source may be
        shorter than another's, and our own closes are in none.
        """
        held = self._histories.get(history.symbol)
        if held is None:
            self._histories[history.symbol] = written = history
        else:
            merged = merge(held.bars, history.bars)
            if merged.bars == held.bars:
                return None
            whole = replace(history, bars=merged.bars)
            own = history.source == OWN
            self._histories[history.symbol] = replace(whole, source=held.source) if own else whole
            # After a split the stored bars before the answer's first one have changed as well.
            written = history if merged.scale is None else whole
        self._mark(Family.HISTORY, history.symbol)
        return written

    def _put_ratings(self, ratings: Iterable[RatingChange]) -> tuple[RatingChange, ...]:
        fresh: list[RatingChange] = []
        for rating in ratings:
            held = self._ratings.get(rating.key)
            if held is not None and replace(rating, received=held.received) == held:
                continue
            self._ratings[rating.key] = rating
            self._mark(Family.RATING, rating.key)
            fresh.append(rating)
        if len(self._ratings) > MAX_RATINGS:
            for old in self.ratings()[MAX_RATINGS:]:
                del self._ratings[old.key]
                self._changed.pop((Family.RATING, old.key), None)
            self._sorted_ratings = None
        return tuple(fresh)

    def _put_table(self, table: RatingTable) -> bool:
        held = self._tables.get(table.symbol)
        if held is not None and held.asked >= table.asked:
            return False
        self._tables[table.symbol] = table
        return True

    def _put_events(self, events: Iterable[CalendarEvent]) -> tuple[CalendarEvent, ...]:
        fresh: list[CalendarEvent] = []
        for event in events:
            held = self._events.get(event.key)
            if held is not None and replace(event, received=held.received) == held:
                continue
            self._events[event.key] = event
            self._mark(Family.EVENT, event.key)
            fresh.append(event)
        if len(self._events) > MAX_EVENTS:
            # What is past goes first.
            oldest = sorted(self._events.values(), key=lambda one: (one.end_day, one.key))
            for old in oldest[: len(self._events) - MAX_EVENTS]:
                del self._events[old.key]
                self._changed.pop((Family.EVENT, old.key), None)
        return tuple(fresh)

    def _put_headlines(self, headlines: Iterable[Headline]) -> tuple[Headline, ...]:
        fresh: list[Headline] = []
        for headline in headlines:
            held = self._headlines.get(headline.id)
            if held is not None and replace(headline, received=held.received) == held:
                continue
            if held is not None:
                # Seen before: the first receipt stands, so that an undated item does not rise with each poll.
                headline = replace(headline, received=held.received)
            fresh.append(headline)
            if held is None and self._floor is not None and _newest_headline(headline) < self._floor:
                # Older than all that is kept: it is for the archive only, and costs no sorting here.
                continue
            self._headlines[headline.id] = headline
            self._mark(Family.HEADLINE, headline.id)
        if len(self._headlines) > MAX_HEADLINES + HEADLINE_SLACK:
            newest = sorted(self._headlines.values(), key=_newest_headline, reverse=True)
            for old in newest[MAX_HEADLINES:]:
                del self._headlines[old.id]
                self._changed.pop((Family.HEADLINE, old.id), None)
            self._sorted_headlines = newest[:MAX_HEADLINES]
            self._floor = _newest_headline(newest[MAX_HEADLINES - 1])
        return tuple(fresh)


def _newest_headline(one: Headline) -> tuple[datetime, str]:
    return one.sort_time, one.id


def _supersedes(new: Quote, held: Quote) -> bool:
    if new.last is None and held.last is not None:
        return False
    # The answers of one source come in order; a clock that was set back must not make the later one the older.
    same = new.source == held.source
    if new.time is None or held.time is None:
        return same or new.received >= held.received
    if held.time - new.received > IMPOSSIBLE:
        return True
    if same:
        return new.time >= held.time
    # From another source: while the one that is shown keeps answering it stays, or the two would take turns.
    ahead = (new.time - held.time).total_seconds()
    silent = (new.received - held.received).total_seconds() > SILENT
    return ahead > AHEAD or (ahead >= 0 and silent)


def _keep_slow_fields(new: Quote, held: Quote) -> Quote:
    """Carry over what changes slowly and the newer answer does not say (another source, or a thinner one)."""
    now, before = _slow(new), _slow(held)
    if now == before:
        return new
    carried = {
        name: old
        for name, young, old in zip(SLOW_FIELDS, now, before, strict=True)
        if young is None and old is not None
    }
    if _speaks_of_earnings(new):
        # It tells of a loss by saying no ratio: the held one is over.
        for name in EARNINGS_FIELDS:
            carried.pop(name, None)
    if _other_currency(new, held):
        for name in IN_CURRENCY:
            carried.pop(name, None)
    return replace(new, **carried) if carried else new


def _with_slow_fields(held: Quote, other: Quote) -> Quote:
    """Return ``held`` with what changes slowly from an answer whose price it does not give way to.

    The name and the currency of a price are those of its own source; they are only filled in where it says none. An
    answer that is older than the held one by its receipt only fills in.
    """
    changes = {
        name: getattr(other, name)
        for name in SLOW_FIELDS
        if getattr(other, name) is not None
        and (getattr(held, name) is None or (name not in {"currency", "name"} and other.received >= held.received))
    }
    if _speaks_of_earnings(other):
        whole = other.received >= held.received or not _speaks_of_earnings(held)
        changes |= {name: getattr(other if whole else held, name) for name in EARNINGS_FIELDS}
    if _other_currency(other, held):
        for name in IN_CURRENCY:
            changes.pop(name, None)
    return replace(held, **changes) if changes else held


def _speaks_of_earnings(quote: Quote) -> bool:
    return quote.forward_pe is not None or quote.forward_eps is not None


def _other_currency(one: Quote, other: Quote) -> bool:
    return one.currency is not None and other.currency is not None and one.currency != other.currency


def _same_day(one: Intraday, other: Intraday) -> bool:
    return bool(one.times and other.times) and abs(one.times[-1] - other.times[-1]) < 12 * 3600


def moment_of(value: Quote) -> datetime:
    """Return the time that a quote's age is measured from: the source's own, else the receipt."""
    return value.time if value.time is not None else value.received
