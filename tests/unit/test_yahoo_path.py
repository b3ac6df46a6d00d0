"""The path of a session out of Yahoo's columns: its holes, its lies, and that equal values are kept once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tui_monitor.sources.numbers import moment, positive_price, second_until
from tui_monitor.sources.yahoo_meta import CLOCK_SKEW, path_from

NOW = datetime(2025, 9, 17, 7, 0, tzinfo=UTC)
OPEN = int(datetime(2025, 9, 17, 1, 30, tzinfo=UTC).timestamp())

STAMPS = st.one_of(
    st.integers(OPEN, OPEN + 90), st.integers(), st.floats(), st.none(), st.booleans(), st.text(max_size=3),
    st.just(10**400), st.lists(st.integers(), max_size=1),
)  # fmt: skip
PRICES = st.one_of(
    st.sampled_from((404.0, 404.2, 478.79998779296875, 402)), st.floats(), st.integers(), st.none(), st.booleans(),
    st.text(max_size=3), st.just(-(10**400)), st.lists(st.floats(), max_size=1), st.dictionaries(st.text(), st.none()),
)  # fmt: skip


@given(st.lists(st.tuples(STAMPS, PRICES), max_size=30))
def test_a_path_is_what_each_pair_says_by_itself(pairs: list[tuple[object, object]]) -> None:
    expected: dict[int, float] = {}
    for stamp, close in pairs:
        when, price = moment(stamp, NOW, ahead=CLOCK_SKEW), positive_price(close)
        if price is not None and when is not None:
            expected[int(stamp)] = price  # type: ignore[call-overload]
    path = path_from([one for one, _ in pairs], [one for _, one in pairs], "0700.HK", NOW, "yahoo")
    if not expected:
        assert path is None
    else:
        assert path is not None
        assert dict(zip(path.times, path.closes, strict=True)) == expected
        assert list(path.times) == sorted(expected)


def test_a_time_ahead_of_the_clock_is_no_point_of_the_path() -> None:
    latest = int((NOW + CLOCK_SKEW).timestamp())
    path = path_from([latest, latest + 1], [404.0, 405.0], "0700.HK", NOW, "yahoo")
    assert path is not None
    assert path.times == (latest,)


@given(st.one_of(st.integers(-3_000_000_000, 40_000_000_000), st.just(True), st.none(), st.just("1")))
def test_seconds_are_taken_as_moments_are(value: object) -> None:
    latest = NOW + timedelta(minutes=5)
    when = moment(value, NOW, ahead=timedelta(minutes=5))
    assert second_until(value, latest.timestamp()) == (None if when is None else int(when.timestamp()))


def test_equal_seconds_and_prices_are_one_object() -> None:
    """Five hundred paths go by the same minutes: kept apart they were a third of what paths take."""
    stamps = [str(OPEN + 300 * step) for step in range(66)]
    prices = ["404.2", "404.4", "404.6"] * 22
    one, other = (
        path_from([int(stamp) for stamp in stamps], [float(price) for price in prices], symbol, NOW, "yahoo")
        for symbol in ("0700.HK", "9988.HK")
    )
    assert one is not None
    assert other is not None
    assert all(first is second for first, second in zip(one.times, other.times, strict=True))
    assert len({id(price) for price in one.closes}) == 3
