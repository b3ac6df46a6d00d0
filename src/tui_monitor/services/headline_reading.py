"""What headlines are read with: the index of names, the topic rules, the rating extraction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.analysis.rating_merge import to_rating_change
from tui_monitor.analysis.rating_text import extract

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui_monitor.domain.headline import Headline
    from tui_monitor.domain.instrument import Instrument
    from tui_monitor.domain.rating import RatingChange
    from tui_monitor.services.intake import FindSymbols, FindTopics, ReadRating


def headline_readers(instruments: Mapping[str, Instrument]) -> tuple[FindSymbols, FindTopics, ReadRating]:
    """Return the three readers over what is known of instruments."""
    from tui_monitor.analysis.mentions import MentionIndex
    from tui_monitor.analysis.topics import TopicRules
    from tui_monitor.config.feeds_list import load_topic_rules

    index = MentionIndex(instruments.values())
    rules = TopicRules.load(load_topic_rules())

    def read_rating(headline: Headline) -> RatingChange | None:
        found = extract(headline.title)
        return to_rating_change(found, headline, index.find) if found.is_rating else None

    return index.find, rules.topics_of, read_rating
