"""What the polling monitor hears of ratings and headlines rings in the others too; it is logged and passed on once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.engine.test_sharing import Follower, Pair, pair
from tests.tui.stage import Stage, at, quote

from tui_monitor.config.paths import Paths
from tui_monitor.config.settings import AlertEntry, Alerts, Settings
from tui_monitor.domain.alert import AlertEvent, Channel, Wording
from tui_monitor.domain.headline import Headline
from tui_monitor.domain.rating import Action, RatingChange
from tui_monitor.present.upgrade_bell import UpgradeBell
from tui_monitor.services.alert_keeper import AlertKeeper
from tui_monitor.sources.api import Batch
from tui_monitor.store.alert_log import read_events

__all__ = ["pair"]

RULES = (
    AlertEntry(name="upgrades", kind="rating", actions=("upgrade",), deliver=("bell", "hook")),
    AlertEntry(name="deals", kind="headline", filter="回購", deliver=("bell", "hook")),
    AlertEntry(name="price", kind="price", symbols=("0101.HK",), above=110.0, deliver=("bell", "hook")),
)


@dataclass
class Monitor:
    """One monitor's view with its alerts."""

    folder: Path
    leads: bool
    stage: Stage = field(default_factory=Stage)
    written: list[str] = field(default_factory=list)
    passed_on: list[str] = field(default_factory=list)

    async def begin(self) -> None:
        view = self.stage.view
        view.settings = Settings(alerts=Alerts(ring_on_upgrade=True, rules=RULES))
        paths = Paths(self.folder / "config", self.folder / "state")
        paths.ensure()
        wording = Wording(name=view.name, rating=lambda event: f"{event.change.firm}")
        self.keeper = AlertKeeper(
            view, paths, wording, lambda event: event.text, {}, live=True, leads=lambda: self.leads
        )
        self.keeper.delivery.terminal = self.written.append
        offer = self.keeper.delivery.offer

        def offered(event: AlertEvent, *, everywhere: bool = True) -> None:
            if everywhere and Channel.HOOK in event.channels:
                self.passed_on.append(event.rule)
            offer(event, everywhere=everywhere)

        self.keeper.delivery.offer = offered  # type: ignore[method-assign]
        self.bell = UpgradeBell(view.clock.now() - timedelta(seconds=60))
        await self.keeper._begin()
        await self.look()

    async def look(self) -> set[str]:
        """Look as the program does twice a second; return the rules that fired by now."""
        self.stage.clock.pass_by(60.0)
        await self.keeper.step()
        return {event.rule for event in self.keeper.desk.events}


def news(now: datetime) -> Batch:
    upgrade = RatingChange(
        key="u1", time=now, symbol="0101.HK", company="Alder", firm="Harbour", action=Action.UPGRADE,
        actions=(Action.UPGRADE,), to_grade="buy", source="yahoo-ratings", received=now,
    )  # fmt: skip
    item = Headline(id="h1", title="Alder to 回購 shares", source="Wire", received=now, published=now)
    price = quote("0101.HK", 115.0, 100.0, now)
    return Batch(source="yahoo", received=now, quotes=(price,), ratings=(upgrade,), headlines=(item,))


@pytest.mark.parametrize("followers", [1, 2])
async def test_followers_hear_of_ratings_headlines_and_prices(followers: int, pair: Pair, tmp_path: Path) -> None:
    leading = Monitor(tmp_path, leads=True)
    others = [Monitor(tmp_path, leads=False) for _ in range(followers)]
    follows = [Follower(pair.theirs, one.stage.store) for one in others]
    everybody = (leading, *others)
    for one in everybody:
        one.stage.store.apply(
            Batch(source="y", received=at(10, 0), quotes=(quote("0101.HK", 100.0, 100.0, at(10, 0)),))
        )
        await one.begin()
    assert not any(one.keeper.desk.events for one in everybody)

    now = leading.stage.clock.now()
    before = [one.stage.store.revision for one in others]
    pair.writer.put_applied(leading.stage.store.apply(news(now)))
    assert await pair.writer.flush()
    for follow in follows:
        await follow.following.look()
    for one, revision in zip(others, before, strict=True):
        heard = one.bell.hears(one.stage.view, one.stage.store.changes_since(revision))
        assert heard is not None
        assert heard.change.firm == "Harbour", "the bell for an upgrade of one's own symbol"
    for one in everybody:
        assert await one.look() == {"upgrades", "deals", "price"}
        assert len(one.written) == 3, "each rings on its own terminal"
        assert await one.look() == {"upgrades", "deals", "price"}
        assert len(one.written) == 3, "and once"
    assert sorted(leading.passed_on) == ["deals", "price", "upgrades"]
    assert not any(one.passed_on for one in others), "programs are called by one of them"
    logged = read_events(leading.keeper._paths.alerts_log, 100)
    assert sorted(event.rule for event in logged) == ["deals", "price", "upgrades"], "logged by one of them"
    for one in everybody:
        one.keeper.close()
