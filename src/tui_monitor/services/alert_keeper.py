"""Keeps alerts going: rules from both files, looks twice a second, state and log on the disk, delivery.

The desk decides on the event loop; files are read and written in a thread. In a replayed day nothing is read, written
or delivered: alerts are only shown.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tui_monitor.config.alert_rules import ListedRule, listed_rules
from tui_monitor.config.alerts_file import AddedAlerts, AlertsFile, AlertsInMemory, free_name
from tui_monitor.domain.alert import AlertEvent, AlertKind, Channel
from tui_monitor.domain.errors import MonitorError
from tui_monitor.engine.blocking import DaemonWorker
from tui_monitor.engine.clock import beat
from tui_monitor.services.alert_check import Checked, check
from tui_monitor.services.alert_delivery import Delivery
from tui_monitor.services.alert_desk import MAX_EVENTS, AlertDesk
from tui_monitor.store.alert_log import AlertState, append_events, read_events, read_state, state_bytes, write_state

if TYPE_CHECKING:
    from tui_monitor.config.paths import Paths
    from tui_monitor.config.settings import AlertEntry, Alerts
    from tui_monitor.domain.alert import AlertRule, Wording
    from tui_monitor.engine.lookout import Lookout
    from tui_monitor.present.view import View

PERIOD = 0.5
"""Seconds between two looks at what changed."""

PERIOD_BEHIND = 0.05
"""The same while a flood of changes is looked at in parts."""

FILE_PERIOD = 4.0
"""Seconds between two looks at whether another program changed the rules."""

SAVE_PERIOD = 5.0
"""Seconds between two savings of the state while nothing fires."""

DISK_SECONDS = 5.0
"""Seconds that a read or a write may take."""

_log = logging.getLogger(__name__)


class AlertKeeper:
    """Everything about alerts that one run of the program has."""

    def __init__(
        self,
        view: View,
        paths: Paths,
        wording: Wording,
        sentence: Callable[[AlertEvent], str],
        environment: Mapping[str, str],
        *,
        live: bool,
        leads: Callable[[], bool] = lambda: True,
    ) -> None:
        """``leads`` tells whether this monitor polls for all: it alone writes the log and calls programs."""
        self._view = view
        self._paths = paths
        self._wording = wording
        self._live = live
        self._leads = leads
        self._file = AlertsFile(paths.alerts_file)
        self._thread = DaemonWorker("alerts-file")
        self._added = AddedAlerts()
        self._removed: list[AlertEntry] = []
        self._settings: Alerts | None = None
        self._trace: object = None
        self._revision = -1
        self._file_looked = self._saved = float("-inf")
        self._watched = self._stirred = False
        self._saved_changes = -1
        self._unwritten: list[AlertEvent] = []
        self._said = 0
        self.delivery = Delivery(lambda: view.settings.alerts, sentence, environment)
        """The ways to the person; the screen gives it a terminal."""
        self.desk = self._desk(AlertState())
        """The rules and where they stand; its state comes from the disk when ``run`` begins."""
        self.problem: str | None = None
        """What is wrong with the rules' file or the disk, in a sentence."""

    def _desk(self, state: AlertState) -> AlertDesk:
        return AlertDesk(self._view, self._wording, state=state, deliver=self._fired)

    def _fired(self, event: AlertEvent) -> None:
        if not self._live:
            return
        leads = self._leads()
        if leads:
            self._unwritten.append(event)
        self.delivery.offer(event, everywhere=leads)

    # Rules

    @property
    def rules(self) -> tuple[ListedRule, ...]:
        """All rules with their origin, the person's of ``config.toml`` first."""
        return listed_rules(self._view.settings.alerts.rules, self._added.rules, self._added.off)

    def free_name(self, wanted: str) -> str:
        """Return ``wanted``, or with a number where a rule is called so."""
        return free_name(wanted, (one.rule.name for one in self.rules))

    async def add(self, entry: AlertEntry) -> None:
        """Add a rule and keep it. Raises ``ConfigError`` where it cannot be, as the others do."""
        taken = tuple(one.name for one in self._view.settings.alerts.rules)
        await self._change(lambda file: file.add(entry, taken=taken))

    async def put(self, entry: AlertEntry) -> None:
        """Let ``entry`` take the place of the added rule of its name."""
        await self._change(lambda file: file.put(entry))

    async def turn(self, one: ListedRule, *, on: bool) -> None:
        """Turn a rule on or off; where it stands is kept meanwhile."""
        await self._change(lambda file: file.turn(one.rule.name, on=on, own=one.own))

    async def remove(self, one: ListedRule) -> None:
        """Remove a rule that was made in the program; ``restore`` brings it back."""

        def change(file: AlertsFile) -> AddedAlerts:
            file.remove(one.rule.name)
            return file.read()

        await self._change(change)
        self._removed.append(one.entry)

    async def restore(self) -> str | None:
        """Bring back what was removed last, under a free name; return that name, ``None`` where there is nothing."""
        if not self._removed:
            return None
        entry = replace(self._removed[-1], name=self.free_name(self._removed[-1].name))
        await self.add(entry)
        self._removed.pop()
        return entry.name

    async def _change(self, change: Callable[[AlertsFile], AddedAlerts]) -> None:
        """Change the rules' file in its thread and follow what is in it then."""
        file = self._file if self._live else AlertsInMemory(self._added)
        self._added = await self._thread.call(lambda: change(file), timeout=DISK_SECONDS)
        self._take_rules()

    def _take_rules(self) -> None:
        self._settings = self._view.settings.alerts
        self.desk.take_rules([one.rule for one in self.rules])

    # Trying

    def check(self, rule: AlertRule) -> list[Checked]:
        """Return what a rule sees now; nothing fires by it."""
        return check(self._view, [rule], self._wording)

    async def sample(self, rule: AlertRule) -> str:
        """Deliver a sample the ways that ``rule`` takes; return in a sentence what came of each."""
        words = self._view.words
        if not self._live:
            return words("alert.no-sample")
        channels = rule.deliver or tuple(Channel(one) for one in self._view.settings.alerts.deliver)
        event = AlertEvent(
            time=self._view.now(), rule=rule.name, kind=AlertKind.HEADLINE, text=words("alert.sample"),
            channels=channels,
        )  # fmt: skip

        async def one(channel: Channel) -> str:
            try:
                return f"{channel.value}: {words.told(await self.delivery.deliver(channel, event))}"
            except MonitorError as error:
                return f"{channel.value}: {words.of(error)}"

        told = await asyncio.gather(*map(one, dict.fromkeys(channels)))
        return words("alert.sampled", told="; ".join(told)) if told else words("alert.no-channel")

    # Showing

    def news(self) -> AlertEvent | None:
        """Return the last alert that was not asked for yet, once."""
        if self.desk.fired == self._said:
            return None
        self._said = self.desk.fired
        return self.desk.events[0]

    # Running

    async def run(self) -> None:
        """Look until cancelled."""
        await self._begin()
        async with asyncio.TaskGroup() as group:
            if self._live:
                group.create_task(self.delivery.run(), name="alerts-delivery")
            group.create_task(self._look_on(), name="alerts-looks")

    def stand(self, lookout: Lookout) -> None:
        """Have ``lookout`` tell when the file of rules changes, instead of looking now and then."""
        self._watched = True
        lookout.watch(self._paths.alerts_file, self._stir)

    def _stir(self) -> None:
        self._stirred = True

    async def _begin(self) -> None:
        if self._live:
            try:
                state = await self._thread.call(read_state, self._paths.alerts_state, timeout=DISK_SECONDS)
                before = await self._thread.call(read_events, self._paths.alerts_log, MAX_EVENTS, timeout=DISK_SECONDS)
            except MonitorError as error:
                self.problem = str(error)
            else:
                self.desk = self._desk(state)
                self.desk.events.extend(before)
            await self._read_file()
        self._take_rules()

    async def _look_on(self) -> None:
        while True:
            try:
                await self.step()
            except Exception:  # noqa: BLE001 - logged whole
                # A defect in one rule's way must not end the program, nor the other rules.
                _log.exception("alerts")
            await beat(PERIOD_BEHIND if self.desk.backlog else PERIOD if self.rules else FILE_PERIOD)

    async def step(self) -> None:
        """Look once at what changed, at the rules' files when it is time, and write what has to be."""
        now = self._view.monotonic()
        if self._live and (self._stirred or (not self._watched and now - self._file_looked >= FILE_PERIOD)):
            self._file_looked, self._stirred = now, False
            await self._read_file()
        if self._view.settings.alerts is not self._settings:
            self._take_rules()
        self.look()
        if self._live and self._leads():
            await self._save(now)

    def look(self) -> None:
        """Look at what changed since the last look."""
        store = self._view.store
        revision, self._revision = self._revision, store.revision
        self.desk.look(store.changes_since(revision) if revision != store.revision else ())

    async def _read_file(self) -> None:
        try:
            trace, added = await self._thread.call(self._look_at_file, timeout=DISK_SECONDS)
        except MonitorError as error:
            # The rules that were read last stay in force.
            self._say(str(error))
            return
        if added is None:
            return
        self._trace = trace
        self.problem = None
        if added != self._added:
            self._added = added
            self._take_rules()

    def _look_at_file(self) -> tuple[object, AddedAlerts | None]:
        trace = self._file.trace()
        return trace, None if trace == self._trace else self._file.read()

    def _say(self, problem: str) -> None:
        if problem != self.problem:
            _log.warning("alerts: %s", problem)
            self._view.notices.append(problem)
        self.problem = problem

    async def _save(self, now: float) -> None:
        events, self._unwritten = self._unwritten, []
        due = self.desk.changes != self._saved_changes and now - self._saved >= SAVE_PERIOD
        if not events and not due:
            return
        changes = self.desk.changes
        try:
            await self._thread.call(self._write, events, state_bytes(self.desk.state), timeout=DISK_SECONDS)
        except (OSError, MonitorError) as error:
            self._unwritten = (events + self._unwritten)[-MAX_EVENTS:]
            self._saved = now
            reason = getattr(error, "strerror", None) or str(error)
            self._say(f"alerts cannot be written to {self._paths.state_dir}: {reason.lower()}")
            return
        self._saved, self._saved_changes = now, changes

    def _write(self, events: list[AlertEvent], state: bytes) -> None:
        if events:
            append_events(self._paths.alerts_log, events)
        write_state(self._paths.alerts_state, state)

    def close(self) -> None:
        """Write what is not written yet, at the end of the program."""
        self._thread.close()
        if (
            not self._live
            or not self._leads()
            or (not self._unwritten and self.desk.changes in (self._saved_changes, 0))
        ):
            return
        try:
            self._write(self._unwritten, state_bytes(self.desk.state))
        except OSError as error:
            _log.warning("alerts: %s", error)
