"""A rating event in words and signs: action, grades, targets, upside, where it was read. Used by tape and detail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.analysis.market_terms import firm_in, grade_in
from tui_monitor.domain.rating import Action, MergedRating, Origin
from tui_monitor.present import numbers
from tui_monitor.present.rating_values import upside
from tui_monitor.present.rows import Cell
from tui_monitor.present.tone import Tone, direction_tone
from tui_monitor.present.width import cells

if TYPE_CHECKING:
    from tui_monitor.domain.rating import RatingChange
    from tui_monitor.present.view import View

_UP = frozenset({Action.UPGRADE, Action.RAISE_TARGET})
_DOWN = frozenset({Action.DOWNGRADE, Action.CUT_TARGET})
_GRADES = frozenset({Action.UPGRADE, Action.DOWNGRADE})

NEUTRAL = 3
"""The middle of the five steps: hold."""

FAR = 2
"""Steps from which a change of grade is a big one and gets its sign twice: sell to buy."""


def steps_moved(view: View, one: RatingChange) -> int | None:
    """Return by how many of the five steps the grade rose; ``None`` where one of the two is not known."""
    old, new = view.tape.step(one.from_grade), view.tape.step(one.to_grade)
    return None if old is None or new is None else new - old


def tone(view: View, one: RatingChange) -> Tone:
    """Return what a change means: by the steps between the grades, else by the action, a first grade by its step."""
    moved = steps_moved(view, one)
    if moved:
        return direction_tone(moved)
    if one.action in _UP:
        return Tone.UP
    if one.action in _DOWN:
        return Tone.DOWN
    if one.action is Action.INITIATE:
        step = view.tape.step(one.to_grade)
        return Tone.ACCENT if step is None else direction_tone(step - NEUTRAL)
    return Tone.MUTED


def sign(view: View, one: RatingChange) -> str:
    """Return the glyph of the action; an up- or downgrade over two steps or more has it twice."""
    glyphs = view.glyphs
    glyph = {
        Action.UPGRADE: glyphs.up,
        Action.DOWNGRADE: glyphs.down,
        Action.RAISE_TARGET: glyphs.target_up,
        Action.CUT_TARGET: glyphs.target_down,
        Action.INITIATE: "+",
        Action.REITERATE: glyphs.flat,
    }[one.action]
    return glyph * 2 if one.action in _GRADES and abs(steps_moved(view, one) or 0) >= FAR else glyph


def grades(view: View, one: RatingChange) -> str:
    """Return the grades: ``sell → buy``, ``buy`` where it stays or is the first; in Chinese where they are usual."""
    if one.to_grade is None:
        return ""
    old, new = one.from_grade, grade_in(one.to_grade, view.language)
    if old is not None and old.casefold() != one.to_grade.casefold():
        return f"{grade_in(old, view.language)} {view.glyphs.arrow} {new}"
    return f"{view.glyphs.arrow} {new}" if one.action in _GRADES else new


def firm(view: View, one: RatingChange) -> str:
    """Return the research house, in Chinese where it has a usual name; nothing where none is told."""
    return firm_in(one.firm, view.language) if one.firm else ""


def targets(view: View, one: RatingChange, *, currency: bool = True) -> str:
    """Return the target prices, ``163 → 179 USD``; nothing where none is told."""
    if one.target is None:
        return ""
    new = amount(one.target)
    moved = one.prior_target is not None and one.prior_target != one.target
    text = f"{amount(one.prior_target)} {view.glyphs.arrow} {new}" if moved else new
    return f"{text} {one.currency}" if currency and one.currency else text


def amount(value: float | None) -> str:
    """Return a target price: without decimals where it has none."""
    if value is None:
        return numbers.UNKNOWN
    return f"{value:,.0f}" if value == int(value) else f"{value:,.2f}"


def what(view: View, one: RatingChange) -> str:
    """Return what was changed in few words: ``▲ sell → buy``, ``△ target 163 → 179``."""
    parts: list[str] = []
    graded = grades(view, one)
    if one.action in _GRADES and graded:
        parts.append(graded)
    elif one.action in {Action.INITIATE, Action.REITERATE} or one.target is None:
        parts.append(f"{view.words(f'action.{one.action}')} {graded}".rstrip())
    if one.target is not None:
        parts.append(f"{view.words('ratings.target')} {targets(view, one)}")
    return f"{sign(view, one)} {', '.join(parts)}"


def compact(view: View, one: RatingChange, room: int) -> str:
    """Return what was changed in ``room`` cells: the fullest of several wordings that fits, the shortest cut by others.

    The sign tells the action: ``▲▲ sell → buy 150 → 180 USD``, then without what was before.
    """
    graded, moved = grades(view, one), targets(view, one)
    to_grade = grade_in(one.to_grade, view.language) if one.to_grade else ""
    new = f"{amount(one.target)} {one.currency or ''}".rstrip() if one.target is not None else ""
    if not graded and not moved:
        to_grade = graded = view.words(f"action.{one.action}")
    wordings = (
        (graded, moved), (graded, new), (to_grade, moved), (to_grade, new), (to_grade, new.partition(" ")[0]),
        (to_grade or new, ""),
    )  # fmt: skip
    texts = [" ".join(part for part in (sign(view, one), *wording) if part) for wording in wordings]
    return next((text for text in texts if cells(text) <= room), texts[-1])


def upside_cell(view: View, one: RatingChange) -> Cell:
    """Return the implied upside, ``+11.2%``; nothing where it is unknown."""
    value = upside(view, one)
    if value is None:
        return Cell("", Tone.MUTED)
    return Cell(percent_text(value), direction_tone(round(value, 1)))


def percent_text(value: float) -> str:
    """Return a percentage with its sign in six cells at most, up to 9999 %."""
    return numbers.signed_percent(value, decimals=1 if abs(value) < 99.95 else 0)


def origins(view: View, event: MergedRating) -> str:
    """Return where an event was read: ``tab``, ``hdl``, or both with the table first."""
    found = event.origins
    return "+".join(view.words(f"origin.{origin}") for origin in Origin if origin in found)


def company(view: View, one: RatingChange) -> str:
    """Return the company in the person's language where it is known, else as the origin writes it."""
    for symbol in (one.home_symbol, one.symbol):
        if symbol and symbol in view.instruments:
            return view.name(symbol)
    return one.company or one.symbol or view.glyphs.dash
