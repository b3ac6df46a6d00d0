"""The headline panel: items of all feeds, newest first, unread ones marked, the person's own symbols set off."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from tui_monitor.present import numbers
from tui_monitor.present.headline_rules import HeadlineRules, passes
from tui_monitor.present.quote_cells import code
from tui_monitor.present.rows import Align, Cell, Column, Line, Row, Span
from tui_monitor.present.tone import Tone
from tui_monitor.store.keys import Family

if TYPE_CHECKING:
    from datetime import datetime

    from tui_monitor.domain.headline import Headline
    from tui_monitor.domain.headline_filter import HeadlineFilter
    from tui_monitor.present.view import View
    from tui_monitor.store.keys import Key


class HeadlinesModel:
    """Rows are headlines; keys are their ids."""

    flashing: frozenset[int] = frozenset()
    by_symbol = False

    def __init__(self) -> None:
        self.query = ""
        """Words that are looked for in what is at hand."""
        self.unread_only = False
        self.mine = False
        self.saved_only = False
        self.filter: HeadlineFilter | None = None
        self.filter_name: str | None = None
        """The filter's name, ``None`` for one that was typed."""
        self.only: frozenset[str] | None = None
        """Ids of what came while the person was away, when that is listed."""
        self.found: dict[str, Headline] | None = None
        """What a search of the archive gave, by id; ``None`` while the list is shown."""
        self.pages: dict[str, Headline] = {}
        """The list as far as it was scrolled into the archive, by id; empty while the newest are enough."""
        self.kept: dict[str, Headline] = {}
        """Saved headlines that were read from the archive, by id."""
        self._rules: HeadlineRules | None = None
        self._visible: list[Headline] = []
        self._unread: tuple[int, int] = (-1, 0)
        self._order = 0

    def rules(self, view: View) -> HeadlineRules:
        """Return the person's standing rules."""
        news, saved = view.settings.news, view.saved_filters()
        if self._rules is None or self._rules.news is not news or self._rules.saved != saved:
            self._rules = HeadlineRules(news, saved)
        return self._rules

    # What is to be seen

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out by what the person chose for now."""
        chosen = (self.query, self.unread_only, self.mine, self.saved_only, self.filter, self.only, self.found)
        return any(one is not None and one is not False and one != "" for one in chosen)

    def step_back(self) -> bool:
        """Take back one of the things that narrow the list; return whether there was one."""
        if self.found is not None or self.query:
            self.found, self.query = None, ""
        elif self.only is not None:
            self.only = None
        elif self.filter is not None:
            self.filter, self.filter_name = None, None
        elif self.saved_only:
            self.saved_only = False
        else:
            return False
        return True

    def order(self, view: View) -> list[str]:
        """Return the headlines to be shown, newest first."""
        now = view.now()
        rules = self.rules(view)
        view.older = {**self.kept, **self.pages, **(self.found or {})}
        self._visible = [one for one in self._base(view) if not rules.hidden(view, one, now)]
        self._order += 1
        return [one.id for one in self._chosen(view, now)]

    def _base(self, view: View) -> list[Headline]:
        if self.found is not None:
            return list(self.found.values())
        items = view.store.headlines()
        wanted = self.saved_only or (self.filter is not None and self.filter.asks_saved)
        more = {**self.pages, **(self.kept if wanted else {})}
        if more:
            items += [one for one in more.values() if view.store.headline(one.id) is None]
            items.sort(key=lambda one: (one.sort_time, one.id), reverse=True)
        return items

    def _chosen(self, view: View, now: datetime) -> Iterable[Headline]:
        items: Iterable[Headline] = self._visible
        if self.only is not None:
            items = (one for one in items if one.id in (self.only or ()))
        if self.unread_only:
            items = (one for one in items if one.id not in view.read)
        if self.saved_only:
            items = (one for one in items if one.id in view.saved)
        if self.mine:
            own = view.own_symbols
            items = (one for one in items if own.intersection(one.symbols))
        chosen = self.filter
        if chosen is not None:
            items = (one for one in items if passes(chosen, view, one, now))
        if self.query and self.found is None:
            words = self.query.casefold().split()
            items = (one for one in items if all(word in _haystack(one) for word in words))
        return items

    # Rows

    def columns(self, view: View) -> tuple[Column, ...]:
        """Return marks, age, source, how many others carry it, topic, title and symbols."""
        words = view.words
        return (
            Column("unread", "", 2, Align.LEFT),
            Column("age", words("column.age"), 4, Align.LEFT),
            Column("source", words("column.source"), 7, Align.LEFT, rank=4, stretch=1, maximum=12),
            Column("also", "", 2, Align.LEFT, rank=3),
            Column("topic", words("column.topic"), 8, Align.LEFT, rank=5, stretch=1, maximum=12),
            Column("title", words("column.headline"), 34, Align.LEFT, stretch=30),
            Column("symbols", "", 9, Align.LEFT, rank=6, stretch=1, maximum=14),
        )

    def row(self, view: View, key: str) -> Row:
        """Return one headline."""
        one = view.headline(key)
        if one is None:
            return Row(key, ())
        glyphs = view.glyphs
        now = view.now()
        unread = key not in view.read
        own = not view.own_symbols.isdisjoint(one.symbols)
        loud = self.rules(view).stands_out(view, one, now)
        sign = glyphs.saved if key in view.saved else glyphs.alert if loud else glyphs.own if own else ""
        tone = Tone.MARK if loud else Tone.MUTED if not unread else Tone.ACCENT if own else Tone.PLAIN
        return Row(
            key,
            (
                Cell((glyphs.unread if unread else " ") + sign, Tone.MARK if unread or loud else Tone.ACCENT),
                Cell(
                    age_words(view, one, now, numbers.calm_age if view.after_hours else numbers.coarse_age), Tone.MUTED
                ),
                Cell(one.source, Tone.MUTED),
                Cell(f"+{len(one.also)}" if one.also else "", Tone.MUTED),
                Cell(topic_words(view, one.topics[0]) if one.topics else "", Tone.MUTED),
                Cell(one.title, tone),
                Cell(" ".join(code(symbol) for symbol in one.symbols[:3]), Tone.ACCENT if own else Tone.MUTED),
            ),
        )

    def age(self, view: View, key: str) -> Cell | None:  # noqa: ARG002 - the protocol's
        """Return nothing: ages go by the minute here."""
        return None

    def affected(self, changed: Iterable[Key]) -> Iterable[str]:
        """Return the headlines that are new or changed."""
        return (name for family, name in changed if family is Family.HEADLINE)

    # The frame

    def title(self, view: View) -> Line:
        """Return the panel's name, the unread count and what is filtered."""
        dot = f" {view.glyphs.dot} "
        words = view.words
        spans = [Span(words("panel.headlines"), Tone.TITLE)]
        if self.found is not None:
            found = words("headlines.found", count=len(self.found), words=self.query)
            spans.append(Span(dot + found, Tone.ACCENT))
        elif unread := self._count_unread(view):
            spans.append(Span(dot + words("headlines.unread", count=unread), Tone.MUTED))
        if self.only is not None:
            spans.append(Span(dot + words("headlines.while-away"), Tone.ACCENT))
        if self.saved_only:
            spans.append(Span(dot + words("headlines.only-saved"), Tone.ACCENT))
        if self.unread_only:
            spans.append(Span(dot + words("headlines.only-unread"), Tone.ACCENT))
        if self.mine:
            spans.append(Span(dot + words("ratings.mine"), Tone.ACCENT))
        if self.filter is not None:
            spans.append(Span(f"{dot}{self.filter_name or self.filter.text}", Tone.ACCENT))
        if self.query and self.found is None:
            spans.append(Span(f"{dot}/{self.query}", Tone.ACCENT))
        return tuple(spans)

    def _count_unread(self, view: View) -> int:
        if not self._order:
            # The frame is composed before the rows.
            self.order(view)
        state = hash((self._order, len(view.read), view.marks_revision))
        if self._unread[0] != state:
            self._unread = (state, sum(1 for one in self._visible if one.id not in view.read))
        return self._unread[1]

    def note(self, view: View) -> Line:  # noqa: ARG002 - the table model's signature
        """Return nothing: the rows carry their age."""
        return ()

    def foot(self, view: View) -> Line:  # noqa: ARG002 - the table model's signature
        """Leave it to the table."""
        return ()

    def empty(self, view: View) -> list[Line]:
        """Return why there are no headlines."""
        if self.saved_only and not view.saved:
            key = "headlines.none-saved"
        else:
            key = "headlines.none-found" if self.narrowed else "headlines.empty"
        return [(Span(view.words(key), Tone.MUTED),)]


def age_words(
    view: View, one: Headline, now: datetime, in_words: Callable[[float, str], str] = numbers.coarse_age
) -> str:
    """Return how long ago ``one`` was published: ``6m``; ``?`` marks a date that its feed put in the future."""
    if one.published is None:
        return view.glyphs.dash
    age = in_words((now - one.published).total_seconds(), view.language)
    return f"{age}?" if one.clamped else age


def topic_words(view: View, topic: str) -> str:
    """Return a topic in the person's language; one of the person's own rules goes by its name."""
    key = f"topic.{topic}"
    words = view.words(key)
    return topic if words == key else words


def _haystack(one: Headline) -> str:
    return f"{one.title} {one.source} {' '.join(one.symbols)} {' '.join(one.topics)}".casefold()
