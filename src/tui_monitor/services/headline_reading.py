"""What headlines are read with: the index of names, the topic rules, the rating extraction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from tui_monitor.domain.headline import Headline
    from tui_monitor.domain.instrument import Instrument
    from tui_monitor.domain.rating import RatingChange
    from tui_monitor.services.intake import FindSymbols, FindTopics, Intake, ReadRating
    from tui_monitor.services.rating_reading import RatingReading


def headline_readers(instruments: Mapping[str, Instrument]) -> tuple[FindSymbols, FindTopics, ReadRating]:
    """Return the three readers over what is known of instruments."""
    from tui_monitor.analysis.mentions import MentionIndex
    from tui_monitor.analysis.topics import TopicRules
    from tui_monitor.config.feeds_list import load_topic_rules

    index = MentionIndex(instruments.values())
    rules = TopicRules.load(load_topic_rules())
    return index.find, rules.topics_of, rating_reader(index.find)


def rating_reader(find_symbols: FindSymbols) -> ReadRating:
    """Return what reads a headline's rating change; its word lists are loaded with the first headline."""

    def read(headline: Headline) -> RatingChange | None:
        from tui_monitor.analysis.rating_text import extract, to_rating_change

        change = to_rating_change(extract(headline.title), headline, find_symbols)
        if change is not None and change.symbol is None and change.company is None and len(headline.symbols) == 1:
            # The words name no company that was understood, but the feed or the title names one instrument.
            return replace(change, symbol=headline.symbols[0])
        return change

    return read


def reading_for(
    intake: Intake,
    instruments: Mapping[str, Instrument],
    now: Callable[[], datetime],
    *,
    on_ready: Callable[[], object],
) -> RatingReading:
    """Give ``intake`` what it reads headlines with; return what reads them for rating changes.

    Off the start-up path: the indices take a moment. ``on_ready`` is called once the word lists are loaded.
    """
    from tui_monitor.services.rating_reading import RatingReading

    intake.find_symbols, intake.find_topics, read_rating = headline_readers(instruments)
    return RatingReading(read_rating, intake.take, now, on_ready=on_ready)
