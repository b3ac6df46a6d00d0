"""Numbers and moments from outside, each read or refused on its own. ``None`` is what cannot be believed."""

from __future__ import annotations

import math
import re
import struct
from datetime import UTC, datetime, timedelta

LARGEST = 1e18
"""No price, volume, turnover or market value in any currency is larger."""

LARGEST_PRICE = 1e12
"""No price is larger, in the smallest currencies."""

EARLIEST, LATEST = -2_208_988_800, 32_503_680_000
"""Seconds since the epoch of the years 1900 and 3000: what lies without is no time."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_NUMBER = re.compile(r"\s*[+-]?(?:\d{1,24}(?:\.\d{0,24})?|\.\d{1,24})(?:[eE][+-]?\d{1,2})?\s*", re.ASCII)

_FLOAT32 = struct.Struct("<f")

_PLAIN_DECIMALS = 3
"""Decimals up to which a price is taken as it is; an index of 46539.06 comes as 46539.0625."""


def finite(value: object) -> float | None:
    """Return a JSON number as a float, if it is finite and of a believable size."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    # Compared first: a whole number of a thousand digits has no float.
    if not -LARGEST <= value <= LARGEST:
        return None
    return float(value)


def known(value: object) -> float | None:
    """Return a positive number; zero stands for unknown with volumes, ranges and sizes, less makes no sense."""
    number = finite(value)
    return number if number is not None and number > 0 else None


def positive_price(value: object) -> float | None:
    """Return a price above zero, freed of binary noise."""
    number = known(value)
    return without_noise(number) if number is not None and number <= LARGEST_PRICE else None


def number_in(text: str) -> float | None:
    """Return the plain decimal number that ``text`` is: no commas, no words, no ``nan``."""
    return finite(float(text)) if len(text) <= 40 and _NUMBER.fullmatch(text) else None


def without_noise(price: float) -> float:
    """Return the decimal price that ``price`` stands for.

    Some prices were 32-bit floats once: 478.8 comes as 478.79998779296875. The shortest decimal that has the
    same 32-bit float is what was meant. Others carry the last bits of a calculation and are cut to 12 digits.
    Prices with few decimals are left alone.
    """
    if round(price, _PLAIN_DECIMALS) == price:
        return price
    try:
        narrow = _as_32_bit(price)
    except OverflowError:
        return price
    if narrow == price:
        for decimals in range(2, 8):
            shorter = round(price, decimals)
            if _as_32_bit(shorter) == narrow:
                return shorter
        for precision in range(6, 10):
            shorter = float(f"{price:.{precision}g}")
            if _as_32_bit(shorter) == narrow:
                return shorter
    return float(f"{price:.12g}")


def _as_32_bit(price: float) -> float:
    narrow: float = _FLOAT32.unpack(_FLOAT32.pack(price))[0]
    return narrow


def second_until(value: object, latest: float) -> int | None:
    """Return whole seconds since the epoch between 1900 and ``latest``: for paths, which have hundreds of points."""
    seconds = finite(value)
    return int(seconds) if seconds is not None and EARLIEST <= seconds <= latest else None


def moment(value: object, now: datetime, *, ahead: timedelta = timedelta(days=1)) -> datetime | None:
    """Return seconds since the epoch as aware UTC, if they lie between 1900 and ``now`` plus ``ahead``."""
    seconds = finite(value)
    if seconds is None or not EARLIEST <= seconds <= LATEST:
        return None
    found = _EPOCH + timedelta(seconds=seconds)
    return found if found <= now + ahead else None


def percent_of(value: object) -> float | None:
    """Return a percent change that a price above zero can have made."""
    number = finite(value)
    return number if number is not None and -100.0 < number <= 1e6 and math.isfinite(number) else None
