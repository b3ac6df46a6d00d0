"""The headline panel: items of all feeds, newest first, unread ones marked, the person's own symbols set off."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tui_monitor.present import numbers
from tui_monitor.present.quote_cells import code
from tui_monitor.present.rows import Align, Cell, Column, Line, Row, Span
from tui_monitor.present.tone import Tone
from tui_monitor.store.latest import Family

if TYPE_CHECKING:
    from tui_monitor.domain.headline import Headline
    from tui_monitor.present.view import View
    from tui_monitor.store.latest import Key


class HeadlinesModel:
    """Rows are headlines; keys are their ids."""

    flashing: frozenset[int] = frozenset()

    def __init__(self) -> None:
        self.query = ""
        self.unread_only = False
        self.mine = False
        self._unread: tuple[int, int, int] = (-1, -1, 0)

    def columns(self, view: View) -> tuple[Column, ...]:
        """Return mark, age, source, topic, title and symbols."""
        words = view.words
        return (
            Column("unread", "", 1, Align.LEFT),
            Column("age", words("column.age"), 4, Align.LEFT),
            Column("source", words("column.source"), 7, Align.LEFT, rank=4, stretch=1, maximum=12),
            Column("topic", words("column.topic"), 8, Align.LEFT, rank=5, stretch=1, maximum=10),
            Column("title", words("column.headline"), 44, Align.LEFT, stretch=30),
            Column("symbols", "", 9, Align.LEFT, rank=6, stretch=1, maximum=14),
        )

    def order(self, view: View) -> list[str]:
        """Return the headlines to be shown, newest first."""
        items: Iterable[Headline] = view.store.headlines()
        if self.unread_only:
            items = (one for one in items if one.id not in view.read)
        if self.mine:
            own = view.own_symbols
            items = (one for one in items if own.intersection(one.symbols))
        if self.query:
            words = self.query.casefold().split()
            items = (one for one in items if all(word in _haystack(one) for word in words))
        return [one.id for one in items]

    def row(self, view: View, key: str) -> Row:
        """Return one headline."""
        one = view.store.headline(key)
        if one is None:
            return Row(key, ())
        unread = key not in view.read
        own = not view.own_symbols.isdisjoint(one.symbols)
        moment = one.published
        age = numbers.age((view.now() - moment).total_seconds(), view.language) if moment else view.glyphs.dash
        topic = view.words(f"topic.{one.topics[0]}") if one.topics else ""
        more = f" +{len(one.also)}" if one.also else ""
        return Row(
            key,
            (
                Cell(view.glyphs.unread if unread else "", Tone.MARK),
                Cell(age, Tone.MUTED),
                Cell(one.source, Tone.MUTED),
                Cell(topic, Tone.MUTED),
                Cell(one.title + more, Tone.ACCENT if own else Tone.PLAIN if unread else Tone.MUTED),
                Cell(" ".join(code(symbol) for symbol in one.symbols[:3]), Tone.MUTED),
            ),
        )

    def affected(self, changed: Iterable[Key]) -> Iterable[str]:
        """Return the headlines that are new or changed."""
        return (name for family, name in changed if family is Family.HEADLINE)

    def title(self, view: View) -> Line:
        """Return the panel's name, the unread count and what is filtered."""
        dot = f" {view.glyphs.dot} "
        unread = self._count_unread(view)
        spans = [Span(view.words("panel.headlines"), Tone.TITLE)]
        if unread:
            spans.append(Span(dot + view.words("headlines.unread", count=unread), Tone.MUTED))
        if self.unread_only:
            spans.append(Span(dot + view.words("headlines.only-unread"), Tone.ACCENT))
        if self.mine:
            spans.append(Span(dot + view.words("ratings.mine"), Tone.ACCENT))
        if self.query:
            spans.append(Span(f"{dot}/{self.query}", Tone.ACCENT))
        return tuple(spans)

    def _count_unread(self, view: View) -> int:
        revision = view.store.family_revision(Family.HEADLINE)
        if self._unread[:2] != (revision, len(view.read)):
            count = sum(1 for one in view.store.headlines() if one.id not in view.read)
            self._unread = (revision, len(view.read), count)
        return self._unread[2]

    def note(self, view: View) -> Line:  # noqa: ARG002 - the table model's signature
        """Return nothing: the rows carry their age."""
        return ()

    def foot(self, view: View) -> Line:  # noqa: ARG002 - the table model's signature
        """Leave it to the table."""
        return ()

    def empty(self, view: View) -> list[Line]:
        """Return why there are no headlines."""
        filtered = self.query or self.unread_only or self.mine
        return [(Span(view.words("headlines.none-found" if filtered else "headlines.empty"), Tone.MUTED),)]


def _haystack(one: Headline) -> str:
    return f"{one.title} {one.source} {' '.join(one.symbols)} {' '.join(one.topics)}".casefold()
