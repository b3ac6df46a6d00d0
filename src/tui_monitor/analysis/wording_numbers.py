"""Numbers within a claim's sentence: the same in every language."""

from __future__ import annotations

from tui_monitor.analysis.claims import Fact


def number(value: Fact) -> float:
    """Return an input that is a number."""
    assert isinstance(value, int | float), value
    return float(value)


def whole(value: Fact) -> int:
    """Return an input that is a whole number."""
    assert isinstance(value, int), value
    return value


def text(value: Fact) -> str:
    """Return an input that is text."""
    assert isinstance(value, str), value
    return value


def level_text(value: Fact) -> str:
    """Return a level with thousands separators: 6,334.24; a whole number without decimals."""
    level = number(value)
    if abs(level) < 1.0:
        return f"{level:.4f}"
    return f"{level:,.2f}".removesuffix(".00")


def percent_text(value: Fact) -> str:
    """Return the size of a percentage, its direction being said in words: 4.2%, below one percent 0.35%.

    One decimal from 1 % on, two below, and never a zero for something that is not zero.
    """
    size = abs(number(value))
    if 0.0 < size < 0.005:
        return "<0.01%"
    # 0.996 would print as 1.00, one decimal more than its neighbour 1.0.
    return f"{size:.2f}%" if size < 0.995 else f"{size:,.1f}%"


def ratio_text(value: Fact) -> str:
    """Return a price-earnings ratio with one decimal: 21.0."""
    return f"{number(value):.1f}"
