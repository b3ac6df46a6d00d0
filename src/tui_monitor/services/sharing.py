"""One monitor of many polls, the others follow it. Whose turn it is says a lock; see ``store.holding``.

Who finds the lock taken asks no network: it follows the database, tells its wishes there and looks for the lock again
every two seconds, so that it polls within five of the holder's end. It goes on where the holder was: waits and
back-off stand.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from tui_monitor.domain.errors import SourceError
from tui_monitor.engine.blocking import DaemonWorker
from tui_monitor.engine.clock import beat
from tui_monitor.services.second_prices import SecondPrices
from tui_monitor.services.shared_health import HealthBoard, understood_blocks
from tui_monitor.services.wishes import REPEAT, Joined, Wishing

if TYPE_CHECKING:
    from tui_monitor.engine.clock import Clock
    from tui_monitor.engine.scheduler import Scheduler
    from tui_monitor.services.following import Following
    from tui_monitor.services.wishes import Order
    from tui_monitor.store.database import Database
    from tui_monitor.store.writer import Writer

FOLLOWING = 0.4
"""Seconds between two looks at what the monitor that polls has written."""

HEARING = 1.5
"""Seconds between two looks of that one at what others want and have marked; its own writing stirs the file, too."""

LOOK = 2.0
"""Seconds between two looks for the lock."""

TIMEOUT = 5.0
"""Seconds that the lock or the wishes may take."""

BEAT = 4.0
"""Seconds between two beats of who holds the lock."""

SILENT = 12.0
"""Seconds without a beat after which the holder counts as stopped: what it stored last gets old."""

TELL = 4.0
"""Seconds between two looks at whether the sources fare differently."""

_log = logging.getLogger(__name__)


class Lock(Protocol):
    """What only one of many holds."""

    def acquire(self) -> bool:
        """Take it if it is free; return whether it is held now."""
        ...

    def release(self) -> None:
        """Let it go."""
        ...

    def holder(self) -> int | None:
        """Return the process that holds it, as far as it can be told."""
        ...

    def beat(self) -> bool:
        """Show that the holder lives; return whether it still is the holder."""
        ...

    def beaten(self) -> int | None:
        """Return what is another number after each beat of the holder."""
        ...


class Sharing:
    """The turns of one monitor. Belongs to the event loop."""

    def __init__(
        self,
        lock: Lock,
        following: Following,
        database: Database,
        writer: Writer,
        clock: Clock,
        rest: Callable[[], object],
    ) -> None:
        """``rest`` hears each time that this monitor begins to follow."""
        self.following = following
        self.wishing = Wishing(clock, writer.put_wish)
        self.polls = False
        """Whether it is this monitor's turn."""
        self.holder: int | None = None
        """The process that polls for this one, as far as it can be told."""
        self._lock = lock
        self._database = database
        self._clock = clock
        self._rest = rest
        self._writer = writer
        self._board = HealthBoard(clock, writer.put_polling)
        self._seconds = self._second_prices()
        self._beaten: int | None = None
        self._quiet = 0.0
        self._looked = float("-inf")
        self._tell: Callable[[], object] = bool
        self._goes_on = False
        """Whether its next turn follows another one, so that nothing is asked anew."""
        self._laid_down = asyncio.Event()
        self._thread = DaemonWorker("sharing")

    def whose(self) -> tuple[bool, int | None]:
        """Return whether another monitor polls for this one, and its process as far as it can be told."""
        return not self.polls and bool(self.following.health), self.holder

    def pause(self) -> float:
        """Return the seconds between two looks at what others wrote: values come by the file to those who follow."""
        return HEARING if self.polls else FOLLOWING

    def silence(self) -> float | None:
        """Return the seconds for which the monitor that polls has not moved, ``None`` while it lives."""
        return None if self.polls or self._quiet < SILENT else self._quiet

    async def run(self, poll: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Poll when it is this monitor's turn, follow until then. ``poll`` runs until it is cancelled."""
        try:
            while True:
                await self._wait_for_turn()
                self._laid_down.clear()
                self.polls = True
                self.wishing.take_back()
                tasks = (
                    asyncio.create_task(poll(), name="polling"),
                    asyncio.create_task(self._laid_down.wait()),
                    asyncio.create_task(self._beat(), name="beat"),
                )
                try:
                    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                    if tasks[0].done():
                        tasks[0].result()
                finally:
                    self.polls = False
                    self._goes_on = True
                    for task in tasks:
                        task.cancel()
                    await asyncio.gather(*tasks, return_exceptions=True)
        finally:
            self.wishing.take_back()
            self._lock.release()
            self._thread.close()

    def lay_down(self) -> None:
        """Let another monitor poll: this one is about to be stopped for who knows how long."""
        if self.polls:
            self._lock.release()
            self._laid_down.set()

    async def _wait_for_turn(self) -> None:
        following = await self._try() is False
        if not following:
            return
        _log.info("another monitor polls; this one follows it")
        self._goes_on = True
        await self._read_health()
        self.holder = self._lock.holder()
        self._rest()
        while not await self._try():
            self.holder = self._lock.holder()
            self._listen()
            await self._clock.sleep(LOOK)
        self.holder = None
        self._quiet = 0.0
        _log.info("the other monitor has ended; this one polls now")

    def _listen(self) -> None:
        """Note whether the holder has moved since the last look; a look that comes late says nothing of the holder."""
        now, beaten = self._clock.monotonic(), self._lock.beaten()
        if beaten != self._beaten:
            self._beaten, self._quiet = beaten, 0.0
        else:
            self._quiet += min(now - self._looked, 2.0 * LOOK)
        self._looked = now

    async def _beat(self) -> None:
        """Show that this monitor lives, until it holds the lock no more."""
        while True:
            with suppress(SourceError):
                if not await self._thread.call(self._lock.beat, timeout=TIMEOUT):
                    _log.info("another monitor holds the lock; this one follows it")
                    return
            await beat(BEAT)

    async def _try(self) -> bool:
        try:
            return await self._thread.call(self._lock.acquire, timeout=TIMEOUT)
        except SourceError:
            return False

    async def _read_health(self) -> dict[str, bytes]:
        try:
            return await self.following.read_health()
        except SourceError as error:
            _log.warning("how the sources fare could not be read: %s", error)
            return {}

    def renewed(self) -> None:
        """The database is another file: how the sources fare and what is wanted was told to nobody yet."""
        self._tells_anew()
        if self.polls:
            # At once: who takes over now goes by it.
            self._tell()
        else:
            self.wishing.say_again()

    def _tells_anew(self) -> None:
        self._board = HealthBoard(self._clock, self._writer.put_polling)
        self._seconds = self._second_prices()

    def _second_prices(self) -> SecondPrices:
        return SecondPrices(self.following.store, self._writer.put_polling)

    # While it polls

    async def take_up(self, scheduler: Scheduler) -> None:
        """Let ``scheduler``, which has just been told what is wanted, go on where the last holder was."""
        words = await self._read_health()
        blocks = understood_blocks(words, self._clock)
        if self._goes_on:
            scheduler.take_up(self.following.health.values(), blocks)
        else:
            # Begun anew by the person, who wants to see prices: only who asked to be left alone is.
            scheduler.block(blocks)
            scheduler.count_on(self.following.health.values())
        # Another turn has other sources: all of them are told anew.
        self._tells_anew()
        self._board.forget(words, scheduler)

    def _tell_all(self, scheduler: Scheduler) -> None:
        self._board.tell(scheduler)
        self._seconds.tell()

    async def serve(self, scheduler: Scheduler, joined: Joined) -> None:
        """Tell the others how the sources fare and hear their wishes, until cancelled."""
        self._tell = lambda: self._tell_all(scheduler)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._listen_for_wishes(scheduler, joined), name="wishes-heard")
                group.create_task(self._tell_on(joined), name="health-told")
        finally:
            self._tell = bool

    async def _tell_on(self, joined: Joined) -> None:
        while True:
            joined.look()
            self._tell()
            await beat(TELL)

    async def _listen_for_wishes(self, scheduler: Scheduler, joined: Joined) -> None:
        wished = asyncio.Event()
        self.following.wished = wished.set
        while True:
            wished.clear()
            await self._hear(scheduler, joined)
            await wished.wait()

    async def _hear(self, scheduler: Scheduler, joined: Joined) -> None:
        try:
            wishes = await self._thread.call(self._database.read_wishes, timeout=TIMEOUT)
        except SourceError:
            return
        for order in joined.hear(wishes):
            follow_order(order, scheduler)

    # While it follows

    async def say(self) -> None:
        """Keep saying what is wanted here while another one polls, until cancelled."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(REPEAT):
                    await self.wishing.unsaid.wait()
            if not self.polls:
                self.wishing.say()
            else:
                self.wishing.unsaid.clear()


def follow_order(order: Order, scheduler: Scheduler) -> None:
    """Do what another monitor wants, as far as it can be done."""
    if order.do == "refresh":
        scheduler.refresh(order.topic, order.source)
    elif order.source in scheduler.health:
        assert order.source is not None
        toggle(scheduler, order.source)


def toggle(scheduler: Scheduler, name: str) -> None:
    """Pause a source, or let it go on. Unknown names raise ``KeyError``."""
    paused = scheduler.health[name].state == "paused"
    (scheduler.resume if paused else scheduler.pause)(name)
