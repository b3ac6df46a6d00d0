"""Where every batch enters: tied to instruments and topics, read for rating changes, stored, written behind.

The scheduler hands each batch to ``Intake.take``; nothing here waits, paints or asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
    ) -> None:
        """``home_lines`` gives the home line of a United States line: ``BABA`` to ``9988.HK``.

        ``read_rating`` reads each new headline at once; ``read_later`` gets it instead, to have it read by and by.
        """
        self._store = store
        self._written = written
        self._home_lines = home_lines
        self.find_symbols = find_symbols
        self.find_topics = find_topics
        self.read_rating = read_rating
        self.read_later = read_later

    def take(self, batch: Batch) -> Applied:
        """Take in a batch; return what it changed."""
        if batch.headlines or batch.ratings:
            headlines = tuple(self._tied(one, search=not batch.tied) for one in batch.headlines)
            ratings = [self._at_home(one) for one in batch.ratings]
            for headline in headlines:
                held = self._store.headline(headline.id)
                if held is None or held.title != headline.title:
                    ratings += self._read(headline)
            batch = replace(batch, headlines=headlines, ratings=tuple(ratings))
        applied = self._store.apply(batch)
        if applied:
            self._written(applied)
        return applied

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
                headline, symbols=held.symbols or headline.symbols, topics=held.topics or headline.topics, also=also
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
