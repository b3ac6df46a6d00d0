"""What headlines are read with: the index of names, the topic rules, the rating extraction."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui_monitor.domain.instrument import Instrument
    from tui_monitor.services.intake import FindSymbols, FindTopics, ReadRating


def headline_readers(instruments: Mapping[str, Instrument]) -> tuple[FindSymbols, FindTopics, ReadRating | None]:
    """Return the three readers over what is known of instruments."""
    from tui_monitor.analysis.mentions import MentionIndex
    from tui_monitor.analysis.topics import TopicRules
    from tui_monitor.config.feeds_list import load_topic_rules

    index = MentionIndex(instruments.values())
    rules = TopicRules.load(load_topic_rules())

    return index.find, rules.topics_of, None
