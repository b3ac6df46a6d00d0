"""The person's standing rules for headlines: what stands out, what is not shown, which filters have a name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.config.named_filters import named_filters

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from tui_monitor.config.settings import News
    from tui_monitor.domain.headline import Headline
    from tui_monitor.domain.headline_filter import HeadlineFilter
    from tui_monitor.present.view import View


class HeadlineRules:
    """The rules of ``[news]``, compiled. One that cannot be read is left out; ``config check`` names it."""

    def __init__(self, news: News, saved: Mapping[str, str]) -> None:
        """``saved`` are the filters that were named within the program; a name of the settings stands before them."""
        self.news = news
        self.saved = saved
        self.highlight = _compiled(news.highlight)
        self.ignore = _compiled(news.ignore)
        texts = named_filters(news, saved)
        self.named = {name: made[0] for name, text in texts.items() if (made := _compiled((text,)))}
        """Filters by the name that the person gave them: those of the settings, then those of the program."""

    def hidden(self, view: View, one: Headline, now: datetime) -> bool:
        """Whether ``one`` is not shown: every feed that carries it is muted, or a rule ignores it."""
        if view.muted and one.source.casefold() in view.muted:
            others = (source.casefold() for source in one.also)
            if all(source in view.muted for source in others):
                return True
        return any(passes(rule, view, one, now) for rule in self.ignore)

    def stands_out(self, view: View, one: Headline, now: datetime) -> bool:
        """Whether ``one`` is highlighted."""
        return any(passes(rule, view, one, now) for rule in self.highlight)


def passes(rule: HeadlineFilter, view: View, one: Headline, now: datetime) -> bool:
    """Whether ``one`` passes a filter, with its marks and the person's symbols."""
    return rule.matches(one, now=now, mine=view.own_symbols, unread=one.id not in view.read, saved=one.id in view.saved)


def _compiled(texts: Sequence[str]) -> tuple[HeadlineFilter, ...]:
    if not texts:
        return ()
    from tui_monitor.domain.headline_filter import FilterError, parse_filter

    made: list[HeadlineFilter] = []
    for text in texts:
        try:
            made.append(parse_filter(text))
        except FilterError:
            continue
    return tuple(made)
