"""Headlines on their way into the store: tied once, one story from two feeds."""

from __future__ import annotations

from datetime import UTC, datetime

from tui_monitor.domain.headline import Headline
from tui_monitor.services.intake import Intake
from tui_monitor.sources.api import Batch
from tui_monitor.store.latest import LatestStore

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def headline(source: str, **more: object) -> Headline:
    return Headline(id="x", title="Norvane to buy", source=source, received=NOW, **more)  # type: ignore[arg-type]


def intake(store: LatestStore, searched: list[str]) -> Intake:
    def find(title: str) -> tuple[str, ...]:
        searched.append(title)
        return ("7101.HK",)

    return Intake(store, written=lambda _: None, home_lines={}, find_symbols=find)


def batch(one: Headline, *, tied: bool = False) -> Batch:
    return Batch(source=one.source, received=NOW, headlines=(one,), tied=tied)


def test_the_first_feed_of_a_story_stands_and_the_others_are_named() -> None:
    store, searched = LatestStore(), []  # type: ignore[var-annotated]
    door = intake(store, searched)
    for source in ("A", "B", "C", "A", "B"):
        door.take(batch(headline(source)))
    (told,) = store.headlines()
    assert (told.source, told.also, told.symbols) == ("A", ("B", "C"), ("7101.HK",))
    before = store.revision
    for source in ("A", "B", "C"):
        assert not door.take(batch(headline(source)))
    assert store.revision == before
    assert searched == ["Norvane to buy"]


def test_what_comes_tied_is_not_searched_again() -> None:
    store, searched = LatestStore(), []  # type: ignore[var-annotated]
    intake(store, searched).take(batch(headline("A"), tied=True))
    assert searched == []
    assert store.headlines()[0].symbols == ()
