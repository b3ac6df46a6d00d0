"""Put the recorded day together: ``python scripts/make_recorded_day.py [--output FILE]``.

The day is 17 September 2025 in Hong Kong. Known numbers stand in ``recorded_day_facts``; between them the paths
are drawn with a fixed seed, so that the same bytes come out each time. At every minute the constituents' changes,
times their weights, make the index's change: the index's path is chosen, each constituent gets a path of its own,
and what is missing to the index is spread over all of them evenly.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec.structs import replace

import recorded_day_calendar as to_come
import recorded_day_facts as facts
import recorded_day_texts as texts
from tui_monitor.config.seeds import load_universe, recorded_day
from tui_monitor.domain.headline import Headline
from tui_monitor.domain.instrument import Kind
from tui_monitor.domain.quote import Quote
from tui_monitor.domain.rating import Action, RatingChange
from tui_monitor.domain.series import DailyBar, DailyHistory, Intraday
from tui_monitor.sources.api import Batch
from tui_monitor.store.recordings import Header, RecordingKind, RecordingWriter

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
DAY = date(2025, 9, 17)
EVE = date(2025, 9, 16)
SOURCE = "recorded"
MINUTE = timedelta(minutes=1)
PATH_EVERY = 15
"""Minutes between two deliveries of all paths; the index's own comes each minute."""


def at(text: str, day: date = DAY) -> datetime:
    """Return a Hong Kong time of the day as UTC."""
    return datetime.combine(day, time.fromisoformat(text), HONG_KONG).astimezone(UTC)


def minutes(first: str, last: str) -> list[datetime]:
    """Return every minute from ``first`` to ``last``, both included."""
    moment, end = at(first), at(last)
    found = []
    while moment <= end:
        found.append(moment)
        moment += MINUTE
    return found


HK_MINUTES = [at("09:20"), *minutes("09:30", "12:00"), *minutes("13:00", "16:00"), at("16:09")]
"""The opening auction's price, continuous trading, the closing auction's price."""


def own_random(*name: object) -> random.Random:
    """Return a generator whose numbers depend on ``name`` only, so that one series never shifts another."""
    return random.Random("2025-09-17 " + " ".join(map(str, name)))


def tick(price: float) -> float:
    """Return the price step of the Stock Exchange of Hong Kong (from 2025-08-04) at ``price``."""
    for limit, step in ((0.25, 0.001), (0.5, 0.005), (20, 0.01), (50, 0.02), (100, 0.05), (200, 0.1), (500, 0.2)):
        if price < limit:
            return step
    return 0.5 if price < 1000 else 1.0


def on_tick(price: float) -> float:
    """Return ``price`` rounded to its step."""
    step = tick(price)
    return round(round(price / step) * step, 3)


def bridge(rng: random.Random, count: int, size: float) -> list[float]:
    """Return ``count`` numbers of a random walk that begins and ends at zero; ``size`` is its middle's deviation."""
    walk, total = [], 0.0
    for _ in range(count):
        walk.append(total)
        total += rng.gauss(0.0, 1.0)
    last = max(count - 1, 1)
    scale = size / math.sqrt(max(count, 2) / 4)
    return [(value - walk[-1] * number / last) * scale for number, value in enumerate(walk)]


def along(anchors: Sequence[tuple[datetime, float]], moment: datetime) -> float:
    """Return the value at ``moment`` on straight lines between ``anchors``."""
    if moment <= anchors[0][0]:
        return anchors[0][1]
    for (start, low), (end, high) in pairwise(anchors):
        if moment <= end:
            return low + (high - low) * ((moment - start) / (end - start))
    return anchors[-1][1]


@dataclass
class Track:
    """One instrument's day."""

    symbol: str
    kind: Kind
    currency: str | None
    previous: float
    times: list[datetime]
    prices: list[float]
    volumes: list[float] = field(default_factory=list)
    """Traded within each step."""
    turnovers: list[float] = field(default_factory=list)
    year_low: float | None = None
    year_high: float | None = None
    earnings: float | None = None
    """Expected for a share: gives the forward P/E."""
    trailing_factor: float = 1.2
    shares: float | None = None
    quiet: float | None = None
    """Close of 2025-09-15, for the quote of the eve."""
    rolling: bool = False
    """Percent is reported over 24 hours."""

    def quote(self, index: int, received: datetime, *, full: bool) -> Quote:
        """Return the quote after step ``index``; only a full one has what changes slowly."""
        seen = self.prices[: index + 1]
        last = seen[-1]
        quote = Quote(
            symbol=self.symbol,
            last=last,
            previous_close=self.previous,
            open=seen[0],
            high=max(seen),
            low=min(seen),
            volume=round(sum(self.volumes[: index + 1])) if self.volumes else None,
            turnover=round(sum(self.turnovers[: index + 1])) if self.turnovers else None,
            kind=self.kind,
            time=self.times[index],
            received=received,
            source=SOURCE,
            delay=0.0,
            reported_percent=round((last / self.previous - 1) * 100, 4) if self.rolling else None,
        )
        return self._full(quote) if full else quote

    def eve(self, received: datetime) -> Quote:
        """Return the quote as the session before ended, at the same time of day as this one."""
        quote = Quote(
            symbol=self.symbol,
            last=self.previous,
            previous_close=self.quiet,
            kind=self.kind,
            time=self.times[-1] - timedelta(days=1),
            received=received,
            source=SOURCE,
            delay=0.0,
        )
        return self._full(quote)

    def path(self, index: int, received: datetime) -> Intraday:
        """Return the path up to step ``index``."""
        return Intraday(
            symbol=self.symbol,
            times=tuple(int(moment.timestamp()) for moment in self.times[: index + 1]),
            closes=tuple(self.prices[: index + 1]),
            volumes=tuple(self.volumes[: index + 1]) if self.kind is Kind.INDEX else (),
            received=received,
            source=SOURCE,
        )

    def _full(self, quote: Quote) -> Quote:
        last = quote.last or self.previous
        forward = None if self.earnings is None else last / self.earnings
        return replace(
            quote,
            currency=self.currency,
            year_low=None if self.year_low is None else min(self.year_low, quote.low or last),
            year_high=None if self.year_high is None else max(self.year_high, quote.high or last),
            market_cap=None if self.shares is None else float(f"{self.shares * last:.4g}"),
            forward_pe=None if forward is None else round(forward, 2),
            earnings_currency=None if forward is None else self.currency,
            trailing_pe=None if forward is None else round(forward * self.trailing_factor, 2),
        )


def index_points() -> list[float]:
    """Return the index's points above its previous close at each minute: the shape with a tremble of its own."""
    anchors = [(at(text), points) for text, points in facts.SHAPE]
    rng = own_random("index")
    noon, reopened = HK_MINUTES.index(at("12:00")), HK_MINUTES.index(at("13:00"))
    tremble = [
        *bridge(rng, noon + 1, 5.0),
        *bridge(rng, len(HK_MINUTES) - reopened, 4.0),
    ]
    drawn = [along(anchors, moment) + extra for moment, extra in zip(HK_MINUTES, tremble, strict=True)]
    drawn[noon] = facts.MIDDAY - facts.PREVIOUS_CLOSE
    drawn[-1] = facts.CLOSE - facts.PREVIOUS_CLOSE
    return [round(points, 2) for points in drawn]


def closes_of_members(weights: dict[str, float]) -> dict[str, float]:
    """Return the constituents' closes: known ones as they are, the others shifted until the index comes out."""
    target = facts.CLOSE / facts.PREVIOUS_CLOSE - 1

    def closes(shift: float) -> dict[str, float]:
        return {
            symbol: known if known is not None else previous * (1 + facts.PERCENTS[symbol] / 100 + shift)
            for symbol, (previous, known, *_) in facts.MEMBERS.items()
        }

    def missing(shift: float) -> float:
        found = closes(shift)
        return target - sum(weights[one] * (found[one] / facts.MEMBERS[one][0] - 1) for one in found)

    free = sum(weights[symbol] for symbol in facts.PERCENTS)
    return {symbol: on_tick(price) for symbol, price in closes(missing(0.0) / free).items()}


def member_tracks(points: list[float]) -> list[Track]:
    """Return the constituents' days, which together make the index's."""
    universe = load_universe()
    weights = {member.symbol: member.weight or 0.0 for member in universe.members}
    if set(weights) != set(facts.MEMBERS):
        raise SystemExit("the universe and the table of constituents differ")
    closes = closes_of_members(weights)
    returns: dict[str, list[float]] = {}
    for symbol, (previous, *_) in facts.MEMBERS.items():
        final = closes[symbol] / previous - 1
        own = bridge(own_random("member", symbol), len(HK_MINUTES), 0.0035 + abs(final) / 30)
        shape = [(value / points[-1]) for value in points]
        if symbol == "9888.HK":
            # The one that led: a strong opening, a jump on the upgrade of 10:42, the rest over the day.
            leader = [
                (at("09:20"), 0.36),
                (at("10:40"), 0.50),
                (at("10:48"), 0.64),
                (at("13:30"), 0.78),
                (at("16:09"), 1.0),
            ]
            shape = [along(leader, moment) for moment in HK_MINUTES]
        returns[symbol] = [final * part + tremble for part, tremble in zip(shape, own, strict=True)]
    for number, wanted in enumerate(points[:-1]):
        gap = wanted / facts.PREVIOUS_CLOSE - sum(weights[one] * returns[one][number] for one in weights)
        for symbol in weights:
            returns[symbol][number] += gap
    tracks = [
        hong_kong_track(symbol, row, [row[0] * (1 + value) for value in returns[symbol][:-1]] + [closes[symbol]])
        for symbol, row in facts.MEMBERS.items()
    ]
    scale_earnings(tracks, weights)
    return tracks


HongKongRow = tuple[float, float | None, float, float, float, float | None]


def hong_kong_track(symbol: str, row: HongKongRow, prices: list[float]) -> Track:
    """Return the day of a Hong Kong share: prices on their steps, volumes high at both ends of the day."""
    previous, _, turnover, low, high, forward = row
    rng = own_random("volume", symbol)
    busy = [1.0 + 2.2 * math.exp(-n / 25) + 1.2 * math.exp(-(len(prices) - n) / 20) for n in range(len(prices))]
    busy = [part * rng.gammavariate(4.0, 0.25) for part in busy]
    busy[0], busy[-1] = sum(busy) * 0.02, sum(busy) * 0.07
    on_steps = [on_tick(price) for price in prices]
    shares = [part / sum(busy) * turnover * 1e9 / price for part, price in zip(busy, on_steps, strict=True)]
    lot = 100 if previous > 5 else 1000
    volumes = [float(max(round(one / lot), 1) * lot) for one in shares]
    drift = own_random("eve", symbol).gauss(0.004, 0.012)
    return Track(
        symbol=symbol,
        kind=Kind.EQUITY,
        currency="HKD",
        previous=previous,
        times=HK_MINUTES,
        prices=on_steps,
        volumes=volumes,
        turnovers=[volume * price for volume, price in zip(volumes, on_steps, strict=True)],
        year_low=low,
        year_high=high,
        earnings=None if forward is None else on_steps[-1] / forward,
        trailing_factor=own_random("trailing", symbol).uniform(1.05, 1.35),
        quiet=on_tick(previous / (1 + drift)),
    )


def scale_earnings(tracks: list[Track], weights: dict[str, float]) -> None:
    """Scale the expected earnings so that the weighted harmonic mean of the ratios is the known one by the close."""
    known = [track for track in tracks if track.earnings is not None]
    covered = sum(weights[track.symbol] for track in known)
    mean = covered / sum(weights[track.symbol] * (track.earnings or 0) / track.prices[-1] for track in known)
    for track in known:
        track.earnings = (track.earnings or 0) * mean / facts.FORWARD_PE


def market_values(tracks: list[Track]) -> None:
    """Give each constituent the number of shares behind its market value of the universe's file."""
    import json

    from tui_monitor.config.seeds import seeds_dir

    whole = json.loads((seeds_dir() / "universes" / "hstech.json").read_text(encoding="utf-8"))
    values = {one["symbol"]: one["market_value"] for one in whole["members"]}
    for track in tracks:
        track.shares = values[track.symbol] * 1e9 / track.previous


def index_track(points: list[float], members: list[Track], history: DailyHistory) -> Track:
    """Return the index's day; it trades what its constituents trade."""
    year = [bar for bar in history.bars if bar.date > date(2024, 9, 17)]
    return Track(
        symbol="HSTECH.HK",
        kind=Kind.INDEX,
        currency="HKD",
        previous=facts.PREVIOUS_CLOSE,
        times=HK_MINUTES,
        prices=[round(facts.PREVIOUS_CLOSE + one, 2) for one in points],
        volumes=[sum(track.volumes[n] for track in members) for n in range(len(points))],
        turnovers=[sum(track.turnovers[n] for track in members) for n in range(len(points))],
        year_low=min(bar.close for bar in year),
        year_high=max(bar.close for bar in year),
        quiet=next(bar.close for bar in reversed(history.bars) if bar.date < EVE),
    )


def broad_tracks(points: list[float]) -> list[Track]:
    """Return Hong Kong's other indices, which follow the tech index with a tremble of their own."""
    tracks = []
    for symbol, (quiet, previous, close, noise) in facts.BROAD.items():
        own = bridge(own_random("broad", symbol), len(points), noise / 100 * previous)
        prices = [
            round(previous + (close - previous) * value / points[-1] + extra, 2)
            for value, extra in zip(points, own, strict=True)
        ]
        tracks.append(Track(symbol, Kind.INDEX, "HKD", previous, HK_MINUTES, prices, quiet=quiet))
    return tracks


def asia_tracks() -> list[Track]:
    """Return the neighbours, each in its own session."""
    tracks = []
    for symbol, (quiet, previous, close, sessions, noise, currency) in facts.ASIA.items():
        times = [moment for first, last in sessions for moment in minutes(first, last)]
        own = bridge(own_random("asia", symbol), len(times), noise / 100 * previous)
        opening = previous + (close - previous) * 0.3
        prices = [
            round(opening + (close - opening) * min(1.0, n / (len(times) * 0.6)) + extra, 2)
            for n, extra in enumerate(own)
        ]
        tracks.append(Track(symbol, Kind.INDEX, currency, previous, times, prices, quiet=quiet))
    return tracks


def macro_tracks() -> list[Track]:
    """Return what trades around the clock, from 08:00 to 16:30."""
    tracks = []
    times = minutes("08:00", "16:30")
    for symbol, (reference, first, last, noise, kind, currency) in facts.MACRO.items():
        digits = 4 if reference < 20 else 2
        own = bridge(own_random("macro", symbol), len(times), noise / 100 * reference)
        prices = [round(first + (last - first) * n / (len(times) - 1) + extra, digits) for n, extra in enumerate(own)]
        rolling = kind == "crypto"
        tracks.append(Track(symbol, Kind(kind), currency, reference, times, prices, rolling=rolling))
    return tracks


def us_quotes(received: datetime) -> list[Quote]:
    """Return the United States' quotes as they closed."""
    closed = datetime(2025, 9, 16, 20, 0, tzinfo=UTC)
    return [
        Quote(
            symbol=symbol,
            last=last,
            previous_close=previous,
            kind=Kind(kind),
            currency=currency,
            time=closed,
            received=received,
            source=SOURCE,
            delay=0.0,
        )
        for symbol, (previous, last, kind, currency) in facts.UNITED_STATES.items()
    ]


def sessions(mic: str, first: str, last: str) -> list[date]:
    """Return the trading days of an exchange."""
    import exchange_calendars

    calendar = exchange_calendars.get_calendar(mic, start="2020-01-01", end="2025-12-31")
    shut = {date.fromisoformat(text) for text in facts.CLOSED_BY_WEATHER} if mic == "XHKG" else set()
    return [stamp.date() for stamp in calendar.sessions_in_range(first, last) if stamp.date() not in shut]


def drawn_history(
    symbol: str, days: list[date], known: dict[str, float], noise: float, ceiling: Callable[[date], float]
) -> list[DailyBar]:
    """Return closes for ``days``: known ones as they are, between them a bridge of ``noise`` (daily deviation)."""
    rng = own_random("history", symbol)
    anchors = sorted((date.fromisoformat(text), close) for text, close in known.items())
    strangers = [day for day, _ in anchors if day not in set(days)]
    if strangers:
        raise SystemExit(f"{symbol}: no trading days: {strangers}")
    closes = dict(anchors)
    for (start, low), (end, high) in pairwise(anchors):
        between = [day for day in days if start <= day <= end]
        count = len(between)
        own = bridge(rng, count, noise * math.sqrt(count) / 2)
        for number, day in enumerate(between[1:-1], 1):
            part = number / (count - 1)
            close = math.exp(math.log(low) * (1 - part) + math.log(high) * part + own[number])
            # Just below the ceiling, never twice the same level.
            limit = ceiling(day)
            closes[day] = round(close if close < limit else limit * (1 - rng.uniform(0.001, 0.02)), 2)
    return [DailyBar(day, closes[day]) for day in days]


def index_history(received: datetime) -> DailyHistory:
    """Return the index's daily closes from its launch to the eve."""
    fence = date(2021, 11, 25)

    def ceiling(day: date) -> float:
        # The record stays one, and after 2021-11-25 nothing reaches the level of the recorded day.
        return 6090.0 if day > fence else 10_600.0

    days = sessions("XHKG", "2020-07-27", EVE.isoformat())
    known = facts.HISTORY_FACTS | facts.HISTORY_DRAWN
    if set(facts.HISTORY_FACTS) & set(facts.HISTORY_DRAWN):
        raise SystemExit("a close is both a fact and drawn")
    bars = drawn_history("HSTECH.HK", days, known, 0.014, ceiling)
    day, high = date.fromisoformat(facts.RECORD_HIGH[0]), facts.RECORD_HIGH[1]
    bars = [replace(bar, high=high) if bar.date == day else bar for bar in bars]
    return DailyHistory(symbol="HSTECH.HK", bars=tuple(bars), received=received, source=SOURCE)


def peer_histories(received: datetime) -> list[DailyHistory]:
    """Return the peers' daily closes of 2025."""
    found = []
    for symbol, (mic, anchors) in facts.PEER_HISTORIES.items():
        row = facts.BROAD.get(symbol) or facts.ASIA.get(symbol) or facts.UNITED_STATES[symbol]
        days = sessions(mic, min(anchors), EVE.isoformat())
        known = {**anchors, EVE.isoformat(): row[1]}
        if date(2025, 9, 15) in days:
            known["2025-09-15"] = row[0]
        bars = drawn_history(symbol, days, known, 0.009, lambda _: math.inf)
        found.append(DailyHistory(symbol=symbol, bars=tuple(bars), received=received, source=SOURCE))
    return found


def identity(*parts: object) -> str:
    """Return a short stable id."""
    return blake2b("\x1f".join(map(str, parts)).encode(), digest_size=8).hexdigest()


def local(text: str) -> datetime:
    """Return a Hong Kong date and time as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=HONG_KONG).astimezone(UTC)


def ratings() -> list[RatingChange]:
    """Return the rating changes, oldest first."""
    found = []
    for when, symbol, home, company, firm, action, before, after, prior, target, currency in texts.RATINGS:
        main = Action(action)
        more: tuple[Action, ...] = ()
        if main in {Action.UPGRADE, Action.DOWNGRADE} and prior is not None and target is not None:
            more = (Action.RAISE_TARGET if target > prior else Action.CUT_TARGET,)
        found.append(
            RatingChange(
                key=f"recorded:{identity(when, symbol, firm)}",
                time=local(when),
                symbol=symbol,
                company=company,
                firm=firm,
                action=main,
                actions=(main, *more),
                from_grade=before,
                to_grade=after,
                target=target,
                prior_target=prior,
                currency=currency,
                source=SOURCE,
                received=local(when),
                home_symbol=home,
            )
        )
    return sorted(found, key=lambda one: one.time)


def headlines() -> list[Headline]:
    """Return the headlines, oldest first. Each was seen a little after it was published."""
    found = []
    for when, source, language, topics, symbols, title in texts.HEADLINES:
        seen = own_random("headline", title).randrange(20, 200)
        found.append(
            Headline(
                id=f"recorded:{identity(when, title)}",
                title=title,
                source=source,
                published=local(when),
                received=local(when) + timedelta(seconds=seen),
                language=language,
                symbols=tuple(symbols.split()),
                topics=tuple(topics.split()),
            )
        )
    return sorted(found, key=lambda one: one.received)


def day() -> tuple[Header, list[Batch]]:
    """Return the header and all batches in order."""
    start, end = at("09:00"), at("16:30")
    morning = at("08:00")
    points = index_points()
    members = member_tracks(points)
    market_values(members)
    history = index_history(morning)
    index = index_track(points, members, history)
    others = [
        hong_kong_track(symbol, row, [row[0] + ((row[1] or row[0]) - row[0]) * value / points[-1] for value in points])
        for symbol, row in facts.OTHER_HK.items()
    ]
    broad = broad_tracks(points)
    asia, macro = asia_tracks(), macro_tracks()
    home = [index, *broad, *members, *others]
    eve_close = at("16:09", EVE)
    us_close = datetime(2025, 9, 16, 20, 5, tzinfo=UTC)
    batches = [
        Batch(source=SOURCE, received=eve_close, quotes=tuple(track.eve(eve_close) for track in [*home, *asia])),
        Batch(source=SOURCE, received=us_close, quotes=tuple(us_quotes(us_close))),
        Batch(source=SOURCE, received=morning, histories=(history, *peer_histories(morning))),
    ]
    moment = morning
    while moment <= end:
        full = int((moment - morning) / MINUTE) % PATH_EVERY == 0
        batches += [
            minute_batch(home, moment, moment, full=full or moment in {HK_MINUTES[0], HK_MINUTES[-1]}, line=index),
            # Other places and markets are asked half a minute later.
            minute_batch([*asia, *macro], moment, moment + MINUTE / 2, full=full, line=None),
        ]
        moment += MINUTE
    batches += [Batch(source=SOURCE, received=one.received or one.time, ratings=(one,)) for one in ratings()]
    batches.append(Batch(source=SOURCE, received=morning, events=to_come.events(morning)))
    batches += [Batch(source=one.source, received=one.received, headlines=(one,)) for one in headlines()]
    # Sorting is stable: what came at the same moment stays in the order above.
    batches = sorted((batch for batch in batches if batch.received <= end), key=lambda batch: batch.received)
    title = "17 September 2025: the Hang Seng TECH index at its strongest close since November 2021"
    header = Header(
        title=title, start=start, end=end, kind=RecordingKind.RECONSTRUCTED, zone="Asia/Hong_Kong", speed_hint=60.0,
        cue=at("11:00"),
    )  # fmt: skip
    return header, batches


def minute_batch(tracks: list[Track], moment: datetime, received: datetime, *, full: bool, line: Track | None) -> Batch:
    """Return the quotes of the tracks that traded at ``moment``; with ``full`` their slow fields and paths too."""
    quotes, paths = [], []
    for track in tracks:
        index = {one: number for number, one in enumerate(track.times)}.get(moment)
        if index is None:
            continue
        everything = full or index == 0 or index == len(track.times) - 1
        quotes.append(track.quote(index, received, full=everything))
        if everything or track is line:
            paths.append(track.path(index, received))
    return Batch(source=SOURCE, received=received, quotes=tuple(quotes), paths=tuple(paths))


def main(arguments: Sequence[str]) -> None:
    """Write the recording."""
    parser = argparse.ArgumentParser(description="Put the recorded day together.")
    parser.add_argument("--output", type=Path, default=None, help="where to write it; the shipped file if left out")
    output: Path = parser.parse_args(arguments).output or recorded_day()
    header, batches = day()
    with RecordingWriter(output, header, overwrite=True, flush_every=None) as writer:
        for batch in batches:
            writer.append(batch)
    print(f"{output}: {writer.lines} batches, {output.stat().st_size:,} bytes")


if __name__ == "__main__":
    main(sys.argv[1:])
