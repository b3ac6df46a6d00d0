"""What monitors that do not poll want of the one that does: symbols to ask for, a refresh, a source's pause.

A wish is a row of the database with a time at which it ends. Who polls looks at them when one is noted, takes nothing
that is not of the right shape, and hears each refresh once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Literal, Protocol

import msgspec
from msgspec import Meta

from tui_monitor.domain.instrument import normalise_symbol
from tui_monitor.sources.api import Topic

if TYPE_CHECKING:
    from tui_monitor.engine.clock import Clock
    from tui_monitor.store.changes import Wish

MAX_SYMBOLS = 10_000
"""Symbols of one topic that a wish may name."""

WANTED_SECONDS = 150.0
"""Seconds for which symbols are asked for on another's behalf after it last said so."""

REPEAT = 60.0
"""Seconds after which a monitor says again what it wants."""

ORDER_SECONDS = 20.0
"""Seconds for which an order is worth following."""

WANTED = "wanted"
ORDER = "order"
"""Names of wishes: what is watched, and one thing to do. A later one takes the earlier one's place."""

_Symbols = Annotated[tuple[Annotated[str, Meta(max_length=24)], ...], Meta(max_length=MAX_SYMBOLS)]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """The symbols that a monitor shows."""

    topics: dict[Topic, _Symbols]
    """By topic, most important first."""
    watched: _Symbols = ()
    """What the person looks at: while none of it trades, all is asked for rarely."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do."""

    serial: Annotated[int, Meta(ge=1)]
    """Its number, so that it is followed once."""
    do: Literal["refresh", "pause"]
    topic: Topic | None = None
    source: Annotated[str, Meta(max_length=80)] | None = None


_wanted = msgspec.json.Decoder(Wanted)
_order = msgspec.json.Decoder(Order)


class Target(Protocol):
    """Who is told what is wanted: the scheduler, or what passes it on."""

    def set_interest(self, topic: Topic, symbols: Sequence[str]) -> None:
        """Say what is wanted of ``topic``, most important first."""
        ...

    def set_watched(self, symbols: Iterable[str]) -> None:
        """Say what the person looks at."""
        ...


class Wishing:
    """Passes on what this monitor wants while another one polls. ``put`` stores a wish: name, end, bytes."""

    def __init__(self, clock: Clock, put: Callable[[str, datetime, bytes], object]) -> None:
        self._clock = clock
        self._put = put
        self.unsaid = asyncio.Event()
        """Set while something may be wanted that was not said."""
        self._topics: dict[Topic, tuple[str, ...]] = {}
        self._watched: tuple[str, ...] = ()
        self._said: bytes | None = None
        self._said_at = float("-inf")
        self._serial = 0

    def set_interest(self, topic: Topic, symbols: Sequence[str]) -> None:
        """Want ``symbols`` of ``topic``."""
        self._topics[topic] = tuple(symbols)[:MAX_SYMBOLS]
        self.unsaid.set()

    def set_watched(self, symbols: Iterable[str]) -> None:
        """Note what the person looks at."""
        self._watched = tuple(dict.fromkeys(symbols))[:MAX_SYMBOLS]
        self.unsaid.set()

    def say(self) -> None:
        """Say what is wanted if that is news, or was said a while ago."""
        now = self._clock.monotonic()
        old = now - self._said_at >= REPEAT
        if not self.unsaid.is_set() and not old:
            return
        self.unsaid.clear()
        data = msgspec.json.encode(Wanted(topics=self._topics, watched=self._watched))
        if data == self._said and not old:
            return
        self._said, self._said_at = data, now
        self._put(WANTED, self._clock.now() + timedelta(seconds=WANTED_SECONDS), data)

    def say_again(self) -> None:
        """Say what is wanted once more: what was said is lost."""
        self._said, self._said_at = None, float("-inf")
        self.unsaid.set()

    def take_back(self) -> None:
        """Want nothing any more: the program ends, or polls for itself."""
        if self._said is not None:
            self._said, self._said_at = None, float("-inf")
            self._put(WANTED, self._clock.now(), msgspec.json.encode(Wanted(topics={})))

    def order(self, do: Literal["refresh", "pause"], *, topic: Topic | None = None, source: str | None = None) -> None:
        """Have something done."""
        self._serial += 1
        order = Order(serial=self._serial, do=do, topic=topic, source=source)
        self._put(ORDER, self._clock.now() + timedelta(seconds=ORDER_SECONDS), msgspec.json.encode(order))


class Joined:
    """What this monitor wants, joined with what the others want of it. Tells ``target`` both."""

    def __init__(self, target: Target, clock: Clock) -> None:
        self._target = target
        self._clock = clock
        self._topics: dict[Topic, tuple[str, ...]] = {}
        self._watched: tuple[str, ...] = ()
        self._others: dict[int, tuple[datetime, Wanted]] = {}
        self._followed: dict[int, int] = {}

    def set_interest(self, topic: Topic, symbols: Sequence[str]) -> None:
        """Want ``symbols`` of ``topic``; the others' come behind them."""
        self._topics[topic] = tuple(symbols)
        self._tell(topic)

    def set_watched(self, symbols: Iterable[str]) -> None:
        """Note what the person looks at here."""
        self._watched = tuple(symbols)
        self._tell_watched()

    def hear(self, wishes: Iterable[Wish]) -> list[Order]:
        """Take in the others' wishes as they are stored now; return the orders that were not heard before."""
        now = self._clock.now()
        others: dict[int, tuple[datetime, Wanted]] = {}
        orders: list[Order] = []
        for wish in wishes:
            if not now < wish.expires <= now + timedelta(seconds=2 * WANTED_SECONDS):
                continue
            try:
                if wish.name == WANTED:
                    others[wish.author] = (wish.expires, _wanted.decode(wish.data))
                elif wish.name == ORDER:
                    order = _order.decode(wish.data)
                    if order.serial > self._followed.get(wish.author, 0):
                        self._followed[wish.author] = order.serial
                        orders.append(order)
            except (msgspec.MsgspecError, RecursionError, ValueError):
                continue
        self._others = others
        self._tell_all()
        return orders

    def look(self) -> None:
        """Forget who has not said for a while what it wants."""
        now = self._clock.now()
        lasting = {author: one for author, one in self._others.items() if one[0] > now}
        if len(lasting) < len(self._others):
            self._others = lasting
            self._tell_all()

    def _tell_all(self) -> None:
        for topic in self._topics:
            self._tell(topic)
        self._tell_watched()

    def _tell(self, topic: Topic) -> None:
        found = dict.fromkeys(self._topics.get(topic, ()))
        for _, other in self._others.values():
            found.update(dict.fromkeys(_sound(other.topics, topic)))
        self._target.set_interest(topic, tuple(found))

    def _tell_watched(self) -> None:
        others = (symbol for _, other in self._others.values() for symbol in other.watched if _is_symbol(symbol))
        self._target.set_watched((*self._watched, *others))


def _sound(topics: Mapping[Topic, Sequence[str]], topic: Topic) -> list[str]:
    return [symbol for symbol in topics.get(topic, ()) if _is_symbol(symbol)]


def _is_symbol(symbol: str) -> bool:
    return normalise_symbol(symbol) == symbol
