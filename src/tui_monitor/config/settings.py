"""The settings model: every key of ``config.toml`` with its default and its unit.

``loading`` reads the file into these structs; ``config.example.toml`` documents each key and is tested to be
complete. Nothing here reads a file.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

CLOSED = "closed"
"""Stands in place of a day's hours for a day without a session."""

Symbol = Annotated[str, Meta(min_length=1, max_length=24)]
Seconds = Annotated[float, Meta(ge=1, le=86_400)]
ShortText = Annotated[str, Meta(max_length=80)]
Hours = Annotated[str, Meta(min_length=1, max_length=20)]
Rule = Annotated[str, Meta(min_length=1, max_length=300)]
Channel = Literal["bell", "osc9", "osc777", "tmux", "desktop", "hook", "apprise"]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every table: unknown keys are refused."""


class Market(Section, frozen=True):
    """``[market]``: which market the screen is about."""

    index: Symbol = "HSTECH.HK"
    """Symbol of the index of the first panel."""
    universe: str = "hstech"
    """Name of a universe in ``seeds/universes``, or the path of a file of the same shape."""
    peers: tuple[Symbol, ...] = (
        "^HSI", "^HSCE", "000300.SS", "^N225", "^KS11", "^TWII", "^NDX", "^GSPC", "AAXJ",
    )  # fmt: skip
    """Indices and funds that the index is ranked against."""
    macro: tuple[Symbol, ...] = ("GC=F", "BTC-USD", "DX-Y.NYB", "USDJPY=X", "USDCNH=X", "^TNX")
    """The macro strip."""
    since: str | None = None
    """A date of the person's (ISO 8601): the index panel also tells the change since its close."""
    history: str | None = None
    """A CSV file with the index's daily closes, used before any source's."""


class Display(Section, frozen=True):
    """``[display]``: how things look."""

    language: Literal["auto", "en", "zh-Hant", "zh-Hans"] = "auto"
    theme: Literal["dark", "light", "terminal"] = "dark"
    colours: Literal["green-up", "red-up", "blue-orange", "mono"] = "green-up"
    """Which colour means up."""
    glyphs: Literal["auto", "unicode", "ascii"] = "auto"
    timezone: str = "exchange"
    """An IANA zone for the clock and for times, or ``exchange`` for the index's own."""
    flash: bool = True
    """A changed number lights up for a moment."""
    slow: bool = False
    """For slow links: one frame a second, no flash, no mouse."""
    unfocused: Literal["slow", "stop"] = "slow"
    """While the terminal has not the focus: one frame a second for who looks at it all the same, or none."""
    mouse: bool = True


class Keys(Section, frozen=True):
    """``[keys]``: the keyboard."""

    bind: dict[str, str] = msgspec.field(default_factory=dict)
    """``[keys.bind]``: other keys for commands: ``"watch.remove" = "x,delete"``."""


class FeedEntry(Section, frozen=True):
    """``[[feeds]]``: one feed."""

    name: Annotated[str, Meta(min_length=1, max_length=24)]
    url: Annotated[str, Meta(min_length=8, max_length=2000)]
    title: ShortText = ""
    language: Annotated[str, Meta(max_length=12)] | None = None
    category: ShortText = ""
    period: Annotated[float, Meta(ge=300, le=86_400)] = 600.0
    """Seconds between two polls; at least five minutes."""


class EventEntry(Section, frozen=True):
    """``[[events]]``: one event of the person's own."""

    name: Annotated[str, Meta(min_length=1, max_length=80)]
    date: Annotated[str, Meta(min_length=1, max_length=10)]
    """ISO 8601, at the place that ``zone`` names."""
    time: Annotated[str, Meta(max_length=5)] | None = None
    """``14:00``; without it the event is the whole day's."""
    zone: Annotated[str, Meta(max_length=64)] | None = None
    """IANA zone of date and time, by default that of the index's exchange."""
    symbols: tuple[Symbol, ...] = ()
    note: Annotated[str, Meta(max_length=300)] = ""


class News(Section, frozen=True):
    """``[news]``: the headline feed."""

    use_default_feeds: bool = True
    """Begin with the feeds of ``seeds/feeds.json``."""
    languages: tuple[str, ...] = ("en", "zh")
    """Default feeds of these languages are used."""
    without: tuple[str, ...] = ()
    """Names of default feeds to leave out."""
    highlight: tuple[Rule, ...] = ()
    """Filter expressions; headlines that match one stand out."""
    ignore: tuple[Rule, ...] = ()
    """Filter expressions; headlines that match one are not shown."""
    filters: dict[str, str] = msgspec.field(default_factory=dict)
    """``[news.filters]``: filters with a name, to be called by it."""


class AlertEntry(Section, frozen=True):
    """``[[alerts.rules]]``: one rule; ``domain.alert`` tells what each key means. A kind refuses keys of others."""

    name: Annotated[str, Meta(min_length=1, max_length=40)]
    kind: Literal["price", "percent", "points", "volume", "high", "low", "rating", "headline", "claim", "stale"]
    symbols: Annotated[tuple[Symbol, ...], Meta(max_length=200)] = ()
    above: float | None = None
    below: float | None = None
    span: Literal["day", "year", "record"] = "day"
    actions: tuple[
        Literal["upgrade", "downgrade", "initiate", "reiterate", "raise-target", "cut-target"], ...
    ] = ()  # fmt: skip
    filter: Annotated[str, Meta(max_length=300)] = ""
    claim: Annotated[str, Meta(max_length=40)] = ""
    source: Annotated[str, Meta(max_length=40)] = ""
    hysteresis: Annotated[float, Meta(ge=0)] | None = None
    cooldown: Annotated[float, Meta(ge=0, le=604_800)] | None = None
    """Seconds."""
    deliver: tuple[Channel, ...] | None = None
    enabled: bool = True


class Alerts(Section, frozen=True):
    """``[alerts]``: what makes itself heard."""

    ring_on_upgrade: bool = False
    """The terminal rings once for each new upgrade of a symbol in the person's lists."""
    deliver: tuple[Channel, ...] = ("bell",)
    """How alerts reach the person, unless a rule says otherwise."""
    quiet: str = ""
    """Hours such as ``22:30-07:00``, in the zone of ``display.timezone``, in which alerts are only logged."""
    hook: tuple[Annotated[str, Meta(min_length=1, max_length=1_000)], ...] = ()
    """Program and arguments, run without a shell for each alert, which comes as JSON on its stdin."""
    hook_timeout: Annotated[float, Meta(ge=0.5, le=300)] = 10.0
    """Seconds after which the hook is ended."""
    apprise: tuple[Annotated[str, Meta(min_length=4, max_length=1_000)], ...] = ()
    """Addresses of apprise (the extra ``notify``). They hold secrets, so the file must be yours alone."""
    rules: tuple[AlertEntry, ...] = ()


class Network(Section, frozen=True):
    """``[network]``: how requests go out."""

    user_agent: Annotated[str, Meta(max_length=200)] = "Mozilla/5.0 (compatible; tui-monitor)"
    requests_per_minute: Annotated[int, Meta(ge=1, le=600)] = 30
    """Budget of one host."""
    allow_private_hosts: bool = False
    """Let sources and feeds ask loopback and private addresses (a proxy of your own, tests)."""
    share: bool = True
    """Of several monitors on a machine one polls and the others read what it stores."""


class Log(Section, frozen=True):
    """``[log]``: the rotating file in the state folder."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """The least that is written."""


class Settings(Section, frozen=True):
    """The whole of ``config.toml``."""

    market: Market = Market()
    display: Display = Display()
    keys: Keys = Keys()
    news: News = News()
    feeds: tuple[FeedEntry, ...] = ()
    events: tuple[EventEntry, ...] = ()
    alerts: Alerts = Alerts()
    network: Network = Network()
    log: Log = Log()
    sessions: dict[str, dict[str, Hours]] = msgspec.field(default_factory=dict)
    """``[sessions.MIC]``: days on which an exchange did not keep to its calendar: ``"2025-09-08" = "closed"``, or its
    hours of that day, local: ``"2025-09-08" = "13:30-16:00"``."""
    sources: dict[str, dict[str, Any]] = msgspec.field(default_factory=dict)
    """``[sources.NAME]``: a plug-in's own table, checked by the plug-in; ``enabled = false`` turns it off."""

    def closed_days(self) -> dict[str, tuple[date, ...]]:
        """Return the days on which an exchange had no session at all, by market identifier code."""
        return {
            mic: tuple(date.fromisoformat(day) for day, hours in days.items() if hours == CLOSED)
            for mic, days in self.sessions.items()
        }
