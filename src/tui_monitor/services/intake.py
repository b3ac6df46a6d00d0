"""Where every batch enters: tied to instruments and topics, read for rating changes, stored, written behind.

The scheduler hands each batch to ``Intake.take``; nothing here waits, paints or asks.

A headline that tells what another source's tells already becomes a name in that one's ``also``.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from tui_monitor.analysis.likeness import StoryIndex
    from tui_monitor.domain.headline import Headline
    from tui_monitor.domain.rating import RatingChange
    from tui_monitor.sources.api import Batch
    from tui_monitor.store.latest import Applied, LatestStore

FindSymbols = Callable[[str], tuple[str, ...]]
"""Finds the symbols that a text is about."""

FindTopics = Callable[[str, str, str | None], tuple[str, ...]]
"""Finds the topics of a title, a summary and a language."""

ReadRating = Callable[["Headline"], "RatingChange | None"]
"""Reads a rating change out of a headline."""

AT_ONCE = 50
"""Headlines taken in one go at the most, some 2 ms; what a feed brings beyond that waits for the loop's next turns."""

QUOTES_AT_ONCE = 1_000
"""Quotes taken in one go at the most, some 4 ms; the rest of a batch follows in the loop's next turns."""

FEWEST = 5
"""Headlines taken in one go however long they take."""

TURN = 0.004
"""Seconds that a part may take of a turn: after one that took longer the next is smaller, also on a busy machine."""

PATIENCE = 0.1
"""Seconds before the next look where the disk is behind."""

MAX_TWINS = 20_000
"""Ids of headlines that are remembered as another's story."""


class Intake:
    """Takes batches into the store and passes on what changed."""

    def __init__(
        self,
        store: LatestStore,
        *,
        written: Callable[[Applied], object],
        home_lines: Mapping[str, str],
        find_symbols: FindSymbols | None = None,
        find_topics: FindTopics | None = None,
        read_rating: ReadRating | None = None,
        read_later: Callable[[Headline], None] | None = None,
        seconds: Callable[[], float] = time.perf_counter,
    ) -> None:
        """``home_lines`` gives the home line of a United States line: ``BABA`` to ``9988.HK``.

        ``read_rating`` reads each new headline at once; ``read_later`` gets it instead, to have it read by and by.
        ``seconds`` measures how long a part takes.
        """
        self._store = store
        self._written = written
        self._home_lines = home_lines
        self.find_symbols = find_symbols
        self.find_topics = find_topics
        self.read_rating = read_rating
        self.read_later = read_later
        self.stories: StoryIndex | None = None
        """The stories that are known by now; ``None`` merges none."""
        self.arrived: Callable[[tuple[Headline, ...]], object] | None = None
        """Hears of headlines that were not in the store before."""
        self.crowded: Callable[[], bool] | None = None
        """Whether what was taken in is not yet written: the rest of a long batch waits rather than be lost."""
        self._twins: dict[str, str] = {}
        self._waiting: deque[Batch] = deque()
        self._prices: deque[Batch] = deque()
        self._seconds = seconds
        self._size = AT_ONCE
        """Headlines of the next part."""

    def take(self, batch: Batch) -> Applied:
        """Take in a batch; return what it changed by now: a long one is taken in parts, without holding the loop."""
        if batch.quotes:
            # What is left of an earlier batch is older than this one.
            self._flush_prices()
        size = self._size
        if len(batch.headlines) <= size and len(batch.quotes) <= QUOTES_AT_ONCE:
            return self._take(batch)
        steps: list[Callable[[asyncio.AbstractEventLoop], None]] = []
        if len(batch.quotes) > QUOTES_AT_ONCE:
            self._prices.extend(_in_parts(batch))
            batch = replace(batch, quotes=batch.quotes[:QUOTES_AT_ONCE])
            steps.append(self._go_on_with_prices)
        if len(batch.headlines) > size:
            if not self._waiting:
                steps.append(self._go_on)
            self._waiting.append(replace(_bare(batch), headlines=batch.headlines[size:]))
            batch = replace(batch, headlines=batch.headlines[:size])
        applied = self._take(batch)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.flush()
        else:
            for step in steps:
                loop.call_soon(step, loop)
        return applied

    @property
    def busy(self) -> bool:
        """Whether parts of a long batch still wait."""
        return bool(self._waiting or self._prices)

    def flush(self) -> None:
        """Take in everything that waits: the program ends, or there is no loop to hold."""
        self._flush_prices()
        while self._waiting:
            self._take(self._waiting.popleft())

    def _flush_prices(self) -> None:
        while self._prices:
            self._take(self._prices.popleft())

    def _go_on_with_prices(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._prices:
            self._take(self._prices.popleft())
        if self._prices:
            loop.call_soon(self._go_on_with_prices, loop)

    def _go_on(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._waiting and self.crowded is not None and self.crowded():
            loop.call_later(PATIENCE, self._go_on, loop)
            return
        if self._waiting:
            self._take_part()
        if self._waiting:
            loop.call_soon(self._go_on, loop)

    def _take_part(self) -> None:
        """Take as many headlines of what waits as the last part says that a turn has time for."""
        batch, size = self._waiting.popleft(), self._size
        if len(batch.headlines) > size:
            self._waiting.appendleft(replace(batch, headlines=batch.headlines[size:]))
            batch = replace(batch, headlines=batch.headlines[:size])
        begun = self._seconds()
        self._take(batch)
        took = self._seconds() - begun
        fits = int(len(batch.headlines) * TURN / took) if took > 0 else AT_ONCE
        # Grows slowly again: one quick part does not mean that the machine is free.
        self._size = max(FEWEST, min(fits, 2 * size, AT_ONCE))

    def _take(self, batch: Batch) -> Applied:
        fresh: list[Headline] = []
        if batch.headlines or batch.ratings:
            # Imported with the first headlines: prices alone need none of it.
            from tui_monitor.analysis.announcements import event_of

            # Before stories meet: what another feed also carries is announced by the bank all the same.
            announced = tuple(event for one in batch.headlines if (event := event_of(one)) is not None)
            headlines = tuple(self._once(self._tied(one, search=not batch.tied)) for one in batch.headlines)
            ratings = [self._at_home(one) for one in batch.ratings]
            for headline in headlines:
                held = self._store.headline(headline.id)
                if held is None:
                    fresh.append(headline)
                if held is None or held.title != headline.title:
                    ratings += self._read(headline)
            batch = replace(batch, headlines=headlines, ratings=tuple(ratings), events=(*batch.events, *announced))
        applied = self._store.apply(batch)
        if applied or applied.heard:
            self._written(applied)
        if fresh and self.arrived is not None:
            self.arrived(tuple(fresh))
        return applied

    def _once(self, headline: Headline) -> Headline:
        """Return ``headline``, or the held one that tells the same story, with this one's source named in it."""
        if self.stories is None or self._store.headline(headline.id) is not None:
            return headline
        twin = self._twins.get(headline.id) or self.stories.find_or_add(headline)
        held = self._store.headline(twin) if twin is not None else None
        if twin is None or held is None:
            return headline
        self._twins[headline.id] = twin
        while len(self._twins) > MAX_TWINS:
            del self._twins[next(iter(self._twins))]
        also = dict.fromkeys((*held.also, headline.source, *headline.also))
        also.pop(held.source, None)
        return replace(
            held,
            also=tuple(also),
            symbols=tuple(dict.fromkeys((*held.symbols, *headline.symbols))),
            topics=tuple(dict.fromkeys((*held.topics, *headline.topics))),
            summary=held.summary or headline.summary,
        )

    def _tied(self, headline: Headline, *, search: bool) -> Headline:
        held = self._store.headline(headline.id)
        if held is not None and held.source != headline.source:
            # Another feed carries the story too: who had it first stands, or the two would take turns at each poll.
            others = dict.fromkeys((*held.also, headline.source, *headline.also))
            others.pop(held.source, None)
            return replace(held, also=tuple(others))
        if held is not None and held.title == headline.title:
            # Read once: the finding is the dearest step and its answer does not change with another poll.
            also = tuple(dict.fromkeys((*held.also, *headline.also)))
            return replace(
                headline,
                symbols=held.symbols or headline.symbols,
                topics=held.topics or headline.topics,
                # Another source may have lent its summary; the two must not take turns.
                summary=headline.summary or held.summary,
                also=also,
            )
        if not search:
            return headline
        symbols, topics = headline.symbols, headline.topics
        if not symbols and self.find_symbols is not None:
            symbols = self.find_symbols(headline.title)
        if not topics and self.find_topics is not None:
            topics = self.find_topics(headline.title, headline.summary, headline.language)
        if symbols == headline.symbols and topics == headline.topics:
            return headline
        return replace(headline, symbols=symbols, topics=topics)

    def _read(self, headline: Headline) -> tuple[RatingChange, ...]:
        if self.read_later is not None:
            self.read_later(headline)
            return ()
        found = self.read_rating(headline) if self.read_rating is not None else None
        return () if found is None else (self._at_home(found),)

    def _at_home(self, rating: RatingChange) -> RatingChange:
        if rating.home_symbol is not None or rating.symbol is None:
            return rating
        home = self._home_lines.get(rating.symbol)
        return replace(rating, home_symbol=home) if home else rating


def _bare(batch: Batch) -> Batch:
    """Return ``batch`` without what it brings."""
    return replace(batch, quotes=(), paths=(), histories=(), ratings=(), headlines=(), tables=(), events=())


def _in_parts(batch: Batch) -> list[Batch]:
    """Return the quotes of ``batch`` beyond the first part, by parts."""
    bare = _bare(batch)
    starts = range(QUOTES_AT_ONCE, len(batch.quotes), QUOTES_AT_ONCE)
    return [replace(bare, quotes=batch.quotes[at : at + QUOTES_AT_ONCE]) for at in starts]
