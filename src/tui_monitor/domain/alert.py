"""Alerts: what a rule watches for, what is remembered of it, and what it tells when it fires."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

import msgspec

from tui_monitor.domain.rating import MergedRating

MAX_NAME = 40
"""Characters of a rule's name."""

MAX_RULES = 500
"""Rules in one place: the settings, or the program's own file."""


class AlertKind(StrEnum):
    """What a rule watches."""

    PRICE = "price"
    PERCENT = "percent"
    """Change against the previous close, in percent."""
    POINTS = "points"
    """Index points that a constituent contributes."""
    VOLUME = "volume"
    """Volume as a multiple of the average of the last sessions."""
    HIGH = "high"
    LOW = "low"
    RATING = "rating"
    HEADLINE = "headline"
    CLAIM = "claim"
    """Something can be said of the index; measured in bits of surprise."""
    STALE = "stale"
    """Seconds since a source answered."""


class Span(StrEnum):
    """What a new high or low is new for."""

    DAY = "day"
    YEAR = "year"
    """52 weeks, as the source states them."""
    RECORD = "record"
    """All daily bars that are known."""


class Channel(StrEnum):
    """How an alert reaches the person."""

    BELL = "bell"
    OSC9 = "osc9"
    OSC777 = "osc777"
    TMUX = "tmux"
    DESKTOP = "desktop"
    HOOK = "hook"
    APPRISE = "apprise"


LEVELS = frozenset(
    {
        AlertKind.PRICE, AlertKind.PERCENT, AlertKind.POINTS, AlertKind.VOLUME,
        AlertKind.CLAIM, AlertKind.STALE,
    }
)  # fmt: skip
"""Kinds that compare a number with a threshold."""

EXTREMES = frozenset({AlertKind.HIGH, AlertKind.LOW})
"""Kinds that compare a price with the highest or lowest one so far."""

EVENTS = frozenset({AlertKind.RATING, AlertKind.HEADLINE})
"""Kinds that tell of something published."""

QUOTED = frozenset({AlertKind.PRICE, AlertKind.PERCENT, AlertKind.POINTS, AlertKind.VOLUME}) | EXTREMES
"""Kinds that are looked at when a quote of one of their symbols changed."""


class AlertRule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule. What its kind does not use is at its default."""

    name: str
    """Its own among all rules; state and log go by it."""
    kind: AlertKind
    symbols: tuple[str, ...] = ()
    """Whom it is about; none is every symbol of the person's lists (for headlines: any headline)."""
    above: float | None = None
    """Fires when the value reaches it from below."""
    below: float | None = None
    """Fires when the value reaches it from above."""
    span: Span = Span.DAY
    actions: frozenset[str] = frozenset()
    """Kinds of rating changes (``domain.rating.Action``); none is any."""
    filter: str = ""
    """A headline filter: keywords, ``topic:``."""
    claim: str = ""
    """A kind of claim (``analysis.claims.ClaimId``); empty is any."""
    source: str = ""
    """A source's name; empty is any."""
    hysteresis: float | None = None
    """How far the value must go back behind its threshold before it can fire again, in the value's unit; for highs
    and lows the percent beyond the one that was told last. ``None`` is the kind's own."""
    cooldown: float | None = None
    """Seconds after firing in which it does not fire again for the same symbol; ``None`` is the kind's own."""
    deliver: tuple[Channel, ...] | None = None
    """Its channels; ``None`` are those of the settings."""
    enabled: bool = True

    @property
    def band(self) -> float:
        """The hysteresis in force, for thresholds in the value's unit."""
        if self.hysteresis is not None:
            return self.hysteresis
        if self.kind is AlertKind.PRICE:
            # A quarter of a percent: two or three ticks of a Hong Kong share.
            return 0.0025 * abs(self.above if self.above is not None else self.below or 0.0)
        return _BANDS.get(self.kind, 0.0)

    @property
    def rest(self) -> float:
        """The cool-down in force, in seconds."""
        return _RESTS.get(self.kind, 300.0) if self.cooldown is None else self.cooldown


_BANDS = {
    AlertKind.PERCENT: 0.25,
    AlertKind.POINTS: 0.5,
    AlertKind.VOLUME: 0.05,
    AlertKind.HIGH: 0.1,
    AlertKind.LOW: 0.1,
}

_RESTS = {AlertKind.HIGH: 900.0, AlertKind.LOW: 900.0, AlertKind.RATING: 0.0, AlertKind.HEADLINE: 0.0,
          AlertKind.CLAIM: 3_600.0, AlertKind.STALE: 900.0}  # fmt: skip


class Phase(StrEnum):
    """Where a rule stands with one symbol."""

    ARMED = "armed"
    """It fires when it comes true."""
    FIRED = "fired"
    """It is true; it must become untrue by more than its hysteresis first."""
    COOLING = "cooling"
    """Untrue again, but fired so lately that it keeps quiet."""


class Mark(msgspec.Struct, frozen=True):
    """What is remembered of one rule and one symbol, also over a restart."""

    fired: bool = False
    """It was true when last looked at, and has not gone back by more than its hysteresis since."""
    last: datetime | None = None
    """When it fired last, aware UTC."""
    extreme: float | None = None
    """The highest (lowest) price so far, for new highs and lows."""
    told: float | None = None
    """The extreme that was told last."""
    day: str | None = None
    """The session that ``extreme`` belongs to, an ISO date."""

    def phase(self, rule: AlertRule, now: datetime) -> Phase:
        """Return where it stands at ``now`` (aware)."""
        if self.fired:
            return Phase.FIRED
        return Phase.COOLING if is_resting(rule, self, now) else Phase.ARMED


def is_resting(rule: AlertRule, mark: Mark, now: datetime) -> bool:
    """Whether the cool-down runs. A clock that was set back ends it: it would last for ever."""
    return mark.last is not None and 0.0 <= (now - mark.last).total_seconds() < rule.rest


class AlertEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What fired, with its numbers. All text is sanitised."""

    time: datetime
    """Aware UTC."""
    rule: str
    kind: AlertKind
    symbol: str | None = None
    name: str = ""
    """The instrument's name in the person's language."""
    side: str = ""
    """``above`` or ``below`` for thresholds, the span for highs and lows."""
    value: float | None = None
    threshold: float | None = None
    """The threshold, or the extreme before."""
    text: str = ""
    """A headline's title, a rating change's words, a claim's sentence, a source's name."""
    url: str | None = None
    quiet: bool = False
    """Fired within quiet hours: logged and not delivered."""
    channels: tuple[Channel, ...] = ()
    """Where it is delivered to."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where a rule stands with one symbol."""

    symbol: str
    side: str
    phase: Phase
    last: datetime | None


class Wording(msgspec.Struct, frozen=True, kw_only=True):
    """How an event's parts are said, in the language of the moment."""

    name: Callable[[str], str]
    """Of a symbol."""
    rating: Callable[[MergedRating], str]
