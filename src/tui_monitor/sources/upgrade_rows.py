"""Yahoo's table of upgrades and downgrades, row by row, as rating changes. Pure.

A row as Yahoo gives it: ``epochGradeDate`` (seconds), ``firm``, ``toGrade``, ``fromGrade`` (``""`` for none),
``action`` (``up``, ``down``, ``init``, ``main``, ``reit``) and, since 2025, ``priceTargetAction`` (``Raises``,
``Lowers``, ``Maintains``, ``Announces``, ``Adjusts``, ``""``), ``currentPriceTarget`` and ``priorPriceTarget``
(0 for none), in the currency of the line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from tui_monitor.domain.instrument import mic_of
from tui_monitor.domain.rating import Action, Origin, RatingChange
from tui_monitor.domain.text import clean_text
from tui_monitor.sources.numbers import moment, positive_price

MAX_ROWS = 200
"""Newest rows that are kept of a line."""

MAX_AGE = timedelta(days=400)
"""Rows that are older are left out."""

_LOOKED_AT = 5_000
"""Rows that are looked at; the longest table seen has 968."""

_AHEAD = timedelta(minutes=10)
"""How far in the future a row may lie: clocks differ."""

_WORDS = 60
"""Characters kept of a firm's name or a grade."""

_BY_ACTION = {
    "up": Action.UPGRADE,
    "down": Action.DOWNGRADE,
    "init": Action.INITIATE,
    "main": Action.REITERATE,
    "reit": Action.REITERATE,
}

_BY_TARGET_ACTION = {"Raises": Action.RAISE_TARGET, "Lowers": Action.CUT_TARGET}


def rating_changes(
    rows: Iterable[object], symbol: str, *, now: datetime, source: str, home_symbol: str | None = None
) -> tuple[tuple[RatingChange, ...], int]:
    """Return the rating changes of ``symbol`` newest first, and how many rows could not be read.

    At most ``MAX_ROWS`` within ``MAX_AGE`` before ``now``; older ones are left out and not counted.
    """
    found: dict[str, RatingChange] = {}
    refused = 0
    for number, row in enumerate(rows):
        if number >= _LOOKED_AT:
            break
        change = _change(row, symbol, now=now, source=source, home_symbol=home_symbol)
        if change is None:
            refused += 1
        elif change.time >= now - MAX_AGE:
            found.setdefault(change.key, change)
    ordered = sorted(found.values(), key=lambda one: (one.time, one.key), reverse=True)
    return tuple(ordered[:MAX_ROWS]), refused


def newest_row(rows: Iterable[object], now: datetime) -> datetime | None:
    """Return the time of the newest row, however old; ``None`` where no row has one."""
    times = (
        moment(row.get("epochGradeDate"), now, ahead=_AHEAD)
        for row in islice(rows, _LOOKED_AT)
        if isinstance(row, Mapping)
    )
    return max((time for time in times if time is not None), default=None)


def _change(row: object, symbol: str, *, now: datetime, source: str, home_symbol: str | None) -> RatingChange | None:
    if not isinstance(row, Mapping):
        return None
    time = moment(row.get("epochGradeDate"), now, ahead=_AHEAD)
    firm = clean_text(row.get("firm"), _WORDS)
    if time is None or not firm:
        return None
    target, prior = positive_price(row.get("currentPriceTarget")), positive_price(row.get("priorPriceTarget"))
    actions = _actions(row, target, prior)
    if not actions:
        return None
    return RatingChange(
        key=f"table:{symbol}:{int(time.timestamp())}:{firm.casefold()}",
        time=time,
        symbol=symbol,
        company=None,
        firm=firm,
        action=actions[0],
        actions=actions,
        from_grade=clean_text(row.get("fromGrade"), _WORDS) or None,
        to_grade=clean_text(row.get("toGrade"), _WORDS) or None,
        target=target,
        prior_target=prior,
        currency="USD" if mic_of(symbol) == "XNYS" else None,
        origin=Origin.TABLE,
        source=source,
        received=now,
        home_symbol=home_symbol,
    )


def _actions(row: Mapping[str, Any], target: float | None, prior: float | None) -> tuple[Action, ...]:
    """Return what was done, the primary one first: a change of grade, then of target, then the grade that stays."""
    word, target_word = row.get("action"), row.get("priceTargetAction")
    grade = _BY_ACTION.get(word) if isinstance(word, str) else None
    moved = _BY_TARGET_ACTION.get(target_word) if isinstance(target_word, str) else None
    if (
        moved is None
        and (target_word is None or target_word == "" or target_word == "Adjusts")
        and target is not None
        and prior is not None
    ):
        # "Adjusts" does not say which way, some rows say nothing: the two targets do.
        moved = Action.RAISE_TARGET if target > prior else Action.CUT_TARGET if target < prior else None
    if grade is Action.REITERATE and moved is not None:
        return (moved, grade)
    return tuple(action for action in (grade, moved) if action is not None)
