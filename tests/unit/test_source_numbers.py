"""Reading numbers and moments that cannot be trusted."""

from __future__ import annotations

import math
import struct
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_monitor.sources.numbers import (
    finite,
    known,
    moment,
    number_in,
    percent_of,
    positive_price,
    without_noise,
)

NOW = datetime(2025, 9, 17, 3, 20, tzinfo=UTC)

NO_NUMBERS: tuple[Any, ...] = (
    None,
    True,
    False,
    "1",
    "",
    [1],
    {"raw": 1},
    math.nan,
    math.inf,
    -math.inf,
    10**400,
    1e19,
)


@pytest.mark.parametrize("value", NO_NUMBERS, ids=repr)
def test_no_number(value: Any) -> None:
    for reader in (finite, known, positive_price, percent_of):
        assert reader(value) is None
    assert moment(value, NOW) is None


def test_zero_and_less() -> None:
    assert finite(0) == 0.0
    assert finite(-3.5) == -3.5
    for value in (0, 0.0, -0.0, -1, -37.63):
        assert known(value) is None
        assert positive_price(value) is None
    assert positive_price(1e13) is None
    assert known(1e13) == 1e13


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        (478.79998779296875, 478.8), (25092.740234375, 25092.74), (494.79998779296875, 494.8), (0.5, 0.5),
        (46539.140625, 46539.14), (1.0462000370025635, 1.0462), (46110.399999999994, 46110.4),
        (1234567.125, 1234567.125), (46539.05859375, 46539.06), (1234567.5, 1234567.5), (12.015625, 12.015625),
        (1.0625, 1.0625),
        (226.52000000000001, 226.52), (0.12459999, 0.12459999), (0.00001234, 0.00001234), (110429.42, 110429.42),
        (123456792.0, 123456792.0),
    ],
)  # fmt: skip
def test_binary_noise(sent: float, meant: float) -> None:
    assert positive_price(sent) == meant


@given(st.integers(min_value=1, max_value=9_999_999), st.integers(min_value=0, max_value=4))
def test_any_price_of_seven_digits_survives_a_32_bit_float(digits: int, decimals: int) -> None:
    price = digits / 10**decimals
    narrow = struct.unpack("f", struct.pack("f", price))[0]
    # Seven digits are just past what 32 bits hold for sure; six always come back.
    assert without_noise(narrow) == pytest.approx(price, rel=2e-7)
    if digits < 1_000_000:
        assert without_noise(narrow) == price


@given(st.floats(min_value=1e-8, max_value=1e12))
def test_no_price_is_moved(price: float) -> None:
    assert without_noise(price) == pytest.approx(price, rel=1e-7)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("478.800", 478.8), (" -0.08 ", -0.08), ("+5", 5.0), (".5", 0.5), ("1e3", 1000.0), ("", None), ("-", None),
        ("nan", None), ("inf", None), ("1,000", None), ("0x10", None), ("1_000", None), ("９", None), ("1e99", None),
        ("9" * 41, None), ("1.2.3", None), ("腾讯", None),
    ],
)  # fmt: skip
def test_number_in_text(text: str, number: float | None) -> None:
    assert number_in(text) == number


def test_moments() -> None:
    stamp = NOW.timestamp()
    assert moment(stamp, NOW) == NOW
    assert moment(int(stamp) + 3600, NOW) == NOW + timedelta(hours=1)
    assert moment(stamp + 90_000, NOW) is None
    assert moment(stamp + 3600, NOW, ahead=timedelta(minutes=30)) is None
    assert moment(-252_326_400, NOW) == datetime(1962, 1, 2, 13, 20, tzinfo=UTC)
    assert moment(-3e9, NOW) is None
    assert moment(stamp * 1000, NOW) is None


@given(st.integers() | st.floats())
def test_moments_never_raise(value: float) -> None:
    found = moment(value, NOW)
    assert found is None or found <= NOW + timedelta(days=1)


def test_percents() -> None:
    assert percent_of(-4.2) == -4.2
    assert percent_of(-100) is None
    assert percent_of(-250.0) is None
    assert percent_of(1e7) is None
