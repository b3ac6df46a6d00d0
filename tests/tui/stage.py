"""A stage for the screen: an invented market in memory, the real panels, commands and frame clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from tui_monitor.config.settings import Settings
from tui_monitor.domain.headline import Headline
from tui_monitor.domain.instrument import Instrument, Kind
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.rating import Action, RatingChange
from tui_monitor.domain.reference import Reference
from tui_monitor.domain.series import Intraday
from tui_monitor.domain.session import Calendar, SessionDay, SessionState
from tui_monitor.domain.universe import Member, Universe
from tui_monitor.domain.watchlist import Entry, Watchlist, Watchlists
from tui_monitor.domain.watchlist_edits import Edit, apply
from tui_monitor.present.glyphs import ASCII, UNICODE
from tui_monitor.present.view import View
from tui_monitor.present.words import Words
from tui_monitor.services.archive import Archive
from tui_monitor.services.feed_desk import FeedDesk
from tui_monitor.services.finding import Finder
from tui_monitor.sources.api import Batch
from tui_monitor.store.latest import LatestStore
from tui_monitor.tui.app import MonitorApp
from tui_monitor.tui.services import Services

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
DAY = date(2026, 3, 4)
"""A Wednesday."""


def at(hour: int, minute: int, day: date = DAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=HONG_KONG).astimezone(UTC)


def session_day(day: date) -> SessionDay:
    return SessionDay(
        day, at(9, 30, day), at(16, 0, day), at(12, 0, day), at(13, 0, day), at(9, 0, day), at(16, 10, day)
    )


CALENDAR = Calendar(
    "XHKG",
    "Asia/Hong_Kong",
    tuple(session_day(DAY + timedelta(n)) for n in range(-20, 20) if (DAY + timedelta(n)).weekday() < 5),
)


class HandClock:
    """A clock that stands until a test moves it."""

    def __init__(self, start: datetime) -> None:
        self.moment = start
        self.seconds = 1000.0

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.pass_by(seconds)

    def pass_by(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)
        self.seconds += seconds


NAMES = (
    ("0101.HK", "Alder", "榿木", "桤木", 0.5),
    ("0102.HK", "Birch", "樺木", "桦木", 0.3),
    ("0103.HK", "Cedar", "雪松", "雪松", 0.2),
)


def universe() -> Universe:
    members = tuple(
        Member(
            Instrument(
                symbol=s, name_en=f"{en} Holdings", short_en=en, short_hant=hant, short_hans=hans, currency="HKD"
            ),
            weight,
            estimated=True,
        )
        for s, en, hant, hans, weight in NAMES
    )
    return Universe(
        name="wood",
        titles={"en": "Wood", "zh-Hant": "木材"},
        index="WOOD.HK",
        members=members,
        as_of=DAY,
        origin="invented",
    )


def quote(symbol: str, last: float | None, previous: float | None, moment: datetime, **more: Any) -> Quote:
    return Quote(
        symbol=symbol, last=last, previous_close=previous, time=moment, received=moment, source="yahoo", currency="HKD",
        kind=Kind.EQUITY, **more,
    )  # fmt: skip


@dataclass
class Stage:
    """The invented market with its screen."""

    moment: datetime = field(default_factory=lambda: at(11, 0))
    language: str = "en"
    theme: str = "dark"
    ascii_only: bool = False
    lists: Watchlists = field(
        default_factory=lambda: Watchlists(
            (
                Watchlist(
                    name="mine", entries=tuple(Entry(symbol=s) for s in ("0101.HK", "0102.HK", "0103.HK", "BABA"))
                ),
                Watchlist(name="other", entries=(Entry(symbol="0103.HK"),)),
            )
        )
    )
    settings: Settings = field(default_factory=Settings)
    archive: Archive | None = None
    desk: FeedDesk | None = None

    def __post_init__(self) -> None:
        self.clock = HandClock(self.moment)
        self.store = LatestStore()
        self.universe = universe()
        self.settings = msgspec.structs.replace(
            self.settings,
            market=msgspec.structs.replace(
                self.settings.market, index="WOOD.HK", universe="wood", peers=("^HSI", "^NDX"), macro=("GC=F",)
            ),
        )
        instruments = {member.symbol: member.instrument for member in self.universe.members}
        instruments["WOOD.HK"] = Instrument(symbol="WOOD.HK", name_en="Wood Index", kind=Kind.INDEX)
        instruments["BABA"] = Instrument(symbol="BABA", name_en="Alibaba", short_en="Alibaba", short_hant="阿里")
        self.opened: list[str] = []
        self.asked: list[str | None] = []
        self.glanced: list[Sequence[str]] = []
        self.undone: list[Edit] = []
        self.redone: list[Edit] = []
        self.marked: list[tuple[tuple[str, ...], bool]] = []
        self.seen: list[tuple[tuple[str, ...], bool]] = []
        self.view = View(
            store=self.store,
            clock=self.clock,
            settings=self.settings,
            universe=self.universe,
            instruments=instruments,
            reference=Reference(),
            words=Words(self.language),
            glyphs=ASCII if self.ascii_only else UNICODE,
            zone=HONG_KONG,
            session=self.session,
            lists=lambda: self.lists,
        )
        finder = Finder(instruments)
        self.services = Services(
            edit=self.edit,
            undo=self.undo,
            redo=self.redo,
            conflict=lambda: None,
            settle=lambda choice: None,
            finder=lambda: finder,
            search=None,
            glance=self.glanced.append,
            keep_columns=lambda columns: None,
            refresh=self.refresh,
            mark_read=lambda ids, read: self.marked.append((tuple(ids), read)),
            mark_seen=lambda keys, seen: self.seen.append((tuple(keys), seen)),
            open_link=self.opened.append,
            pause_source=lambda name: None,
            refresh_source=lambda name: None,
            interest_changed=lambda: None,
            archive=self.archive,
            feeds=lambda: self.desk,
            problem=lambda: None,
        )

    def session(self, mic: str | None) -> SessionState | None:
        return CALENDAR.state_at(self.clock.now()) if mic == "XHKG" else None

    def edit(self, edit: Edit) -> None:
        self.lists, inverse = apply(self.lists, edit)
        self.undone.append(inverse)
        self.redone.clear()

    def undo(self) -> Edit | None:
        return self._step(self.undone, self.redone)

    def redo(self) -> Edit | None:
        return self._step(self.redone, self.undone)

    def _step(self, taken: list[Edit], kept: list[Edit]) -> Edit | None:
        if not taken:
            return None
        edit = taken.pop()
        self.lists, inverse = apply(self.lists, edit)
        kept.append(inverse)
        return edit

    def refresh(self, topic: str | None) -> tuple[str, ...]:
        self.asked.append(topic)
        return ("yahoo",)

    def fill(self) -> Stage:
        """Put a first picture of the market into the store."""
        now = self.clock.now()
        day_open = at(9, 30)
        times = tuple(int((day_open + timedelta(minutes=n)).timestamp()) for n in range(90))
        quotes = [
            quote(
                "WOOD.HK", 1050.0, 1000.0, now, open=1004.0, high=1060.0, low=1001.0, year_high=1100.0, year_low=700.0
            ),
            quote("0101.HK", 110.0, 100.0, now, volume=1e6, high=112.0, low=99.0),
            quote("0102.HK", 19.0, 20.0, now, volume=2e6),
            quote("0103.HK", 5.0, 5.0, now, volume=3e6),
            replace(quote("BABA", 150.0, 140.0, now), currency="USD"),
            quote("^HSI", 25500.0, 25000.0, now),
            quote("^NDX", 20000.0, 20100.0, now),
            quote("GC=F", 3700.0, 3690.0, now),
        ]
        paths = [
            Intraday(
                symbol=s, times=times, closes=tuple(base + n / 10 for n in range(90)), received=now, source="yahoo"
            )
            for s, base in (("WOOD.HK", 1001.0), ("0101.HK", 100.0), ("0102.HK", 10.0))
        ]
        ratings = [
            RatingChange(
                key="r1", time=at(10, 42), symbol="BABA", company="Alibaba", firm="Harbour", action=Action.UPGRADE,
                actions=(Action.UPGRADE,), from_grade="sell", to_grade="buy", target=180.0, prior_target=150.0,
                currency="USD", url="https://example.com/r1",
            ),
            RatingChange(
                key="r2", time=at(9, 5), symbol="0101.HK", company="Alder", firm="Peak", action=Action.CUT_TARGET,
                actions=(Action.CUT_TARGET,), target=90.0, prior_target=110.0, currency="HKD",
            ),
        ]  # fmt: skip
        headlines = [
            Headline(
                id="h1", title="Alder [/red] tries a new mill", source="Wire", published=at(10, 54), received=now,
                symbols=("0101.HK",), topics=("chips-ai",), url="https://example.com/h1", summary="A longer text.",
            ),
            Headline(
                id="h2", title="樺木公布全年業績 純利升一成", source="Desk", published=at(9, 0), received=now
            ),
            Headline(id="h3", title="No date is known for this one", source="Wire", received=at(8, 0)),
        ]  # fmt: skip
        self.store.apply(
            Batch(
                source="test", received=now, quotes=tuple(quotes), paths=tuple(paths), ratings=tuple(ratings),
                headlines=tuple(headlines),
            )
        )  # fmt: skip
        return self

    def app(self) -> MonitorApp:
        app = MonitorApp(self.view, self.services, theme=self.theme)
        app.main.frame_clock.contain = False
        # Frames come when a test asks for one.
        app.main.frame_clock.interval = 3600.0
        return app


def frame_text(app: MonitorApp) -> list[str]:
    """Return what the terminal shows, line by line."""
    return [strip.text for strip in app.screen._compositor.render_strips()]
