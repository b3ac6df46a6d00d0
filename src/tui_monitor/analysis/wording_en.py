"""Claims in English, by rules: direction, plural, ordinal, rounding, and "would be" while the session runs."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from tui_monitor.analysis.claims import ClaimId, Fact
from tui_monitor.analysis.wording_numbers import level_text, number, percent_text, ratio_text, text, whole

if TYPE_CHECKING:
    from tui_monitor.analysis.claims import Claim

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

_UNITS = {ClaimId.WEEKLY_STREAK: "weekly", ClaimId.DAILY_STREAK: "daily", ClaimId.MONTHLY_STREAK: "monthly"}


def say(claim: Claim) -> tuple[str, str]:
    """Return the claim as a sentence and as a short phrase."""
    match claim.id:
        case ClaimId.MOVE:
            return _move(claim)
        case ClaimId.HIGHEST_CLOSE | ClaimId.LOWEST_CLOSE:
            return _span(claim)
        case ClaimId.WEEKLY_STREAK | ClaimId.DAILY_STREAK | ClaimId.MONTHLY_STREAK:
            return _streak(claim)
        case ClaimId.YEAR_TO_DATE | ClaimId.MONTH_TO_DATE | ClaimId.SINCE_DATE:
            return _period(claim)
        case ClaimId.RECORD_DISTANCE:
            return _record(claim)
        case ClaimId.PEER_RANK:
            return _peers(claim)
        case ClaimId.BREADTH:
            return _breadth(claim)
        case ClaimId.TOP_THREE:
            return _top_three(claim)
        case ClaimId.VALUATION:
            return _valuation(claim)


def ordinal(value: int) -> str:
    """Return 1st, 2nd, 3rd, 4th, 11th, 21st."""
    ending = "th" if value % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{ending}"


def with_article(value: int) -> str:
    """Return the ordinal with its article as it is spoken: a 7th, an 8th, an 11th, an 80th."""
    spoken_with_vowel = value in {8, 11, 18} or 80 <= value <= 89 or 800 <= value <= 899
    return f"{'an' if spoken_with_vowel else 'a'} {ordinal(value)}"


def date_text(value: Fact) -> str:
    """Return an ISO date as 25 November 2021."""
    day = date.fromisoformat(text(value))
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _capital(phrase: str) -> str:
    return phrase[:1].upper() + phrase[1:]


def _direction(percent: float) -> str:
    if percent == 0.0:
        return "unchanged"
    return f"{'up' if percent > 0 else 'down'} {percent_text(percent)}"


def _move(claim: Claim) -> tuple[str, str]:
    level, way = level_text(claim.inputs["level"]), _direction(number(claim.inputs["change_pct"]))
    start = "Stands at" if claim.provisional else "Closed at"
    return f"{start} {level}, {way} on the day.", f"{way} {'at' if way == 'unchanged' else 'to'} {level}"


def _span(claim: Claim) -> tuple[str, str]:
    high = claim.id is ClaimId.HIGHEST_CLOSE
    since = text(claim.inputs["since"])
    if since == "record":
        begins = date_text(claim.inputs["history_from"])
        what = "a record close" if high else "a record low close"
        phrase = f"would be {what}" if claim.provisional else what
        return f"{_capital(phrase)} (daily history from {begins}).", phrase
    what = "strongest" if high else "weakest"
    told = f"the {what} close since {date_text(since)} ({level_text(claim.inputs['since_level'])} that day)."
    if claim.provisional:
        return f"Would be {told}", f"would be {what} since {since}"
    return _capital(told), f"{what} close since {since}"


def _streak(claim: Claim) -> tuple[str, str]:
    count = whole(claim.inputs["count"])
    unit = _UNITS[claim.id]
    kind = "gain" if count > 0 else "loss"
    long = f"{with_article(abs(count))} straight {unit} {kind}"
    short = f"{ordinal(abs(count))} {unit} {kind}"
    if not claim.inputs["running"]:
        return f"{_capital(long)}.", f"{ordinal(abs(count))} straight {unit} {kind}"
    if claim.id is ClaimId.DAILY_STREAK:
        return f"Would be {long}.", f"would be {short}"
    return f"On course for {long}.", f"on course for {short}"


def _period(claim: Claim) -> tuple[str, str]:
    percent = number(claim.inputs["percent"])
    way = _direction(percent)
    base = f"({level_text(claim.inputs['base_level'])} on {date_text(claim.inputs['base_date'])})"
    if claim.id is ClaimId.YEAR_TO_DATE:
        return f"{_capital(way)} for the year {base}.", f"{way} for the year"
    if claim.id is ClaimId.MONTH_TO_DATE:
        return f"{_capital(way)} for the month {base}.", f"{way} for the month"
    day = text(claim.inputs["base_date"])
    level = level_text(claim.inputs["base_level"])
    return f"{_capital(way)} since {date_text(day)} ({level} that day).", f"{way} since {day}"


def _record(claim: Claim) -> tuple[str, str]:
    facts = claim.inputs
    below, to_go = number(facts["below_record_pct"]), number(facts["to_record_pct"])
    day = text(facts["record_date"])
    record = f"the record close of {level_text(facts['record_level'])} of {date_text(day)}"
    if below == 0.0:
        return f"Level with {record}.", f"level with the record of {day}"
    return (
        f"{_capital(percent_text(below))} below {record}; it would have to rise {percent_text(to_go)} to regain it.",
        f"record {day}, {percent_text(to_go)} to go",
    )


def _peers(claim: Claim) -> tuple[str, str]:
    facts = claim.inputs
    place, count = whole(facts["place"]), whole(facts["count"])
    state = "that are trading" if claim.provisional else "that have closed"
    where = {1: "First", count: "Last"}.get(place, ordinal(place))
    other = ""
    if place in {1, count} and facts.get("other") is not None:
        percent = number(facts["other_percent"])
        signed = "unchanged" if percent == 0.0 else f"{'+' if percent > 0 else '-'}{percent_text(percent)}"
        other = f", {'ahead of' if place == 1 else 'behind'} {text(facts['other'])} ({signed})"
    return f"{where} of {count} gauges {state}{other}.", f"{ordinal(place)} of {count} gauges"


def _breadth(claim: Claim) -> tuple[str, str]:
    up, down, flat = (whole(claim.inputs[key]) for key in ("advancers", "decliners", "unchanged"))
    unknown = whole(claim.inputs["unknown"])
    tail = f"; {unknown} without a price" if unknown else ""
    if claim.provisional:
        long = f"{up} {'is' if up == 1 else 'are'} up, {down} down, {flat} unchanged{tail}."
    else:
        long = f"{up} rose, {down} fell, {flat} {'was' if flat == 1 else 'were'} unchanged{tail}."
    return long, f"{up} up, {down} down, {flat} unchanged"


def _top_three(claim: Claim) -> tuple[str, str]:
    facts = claim.inputs
    share = f"{number(facts['share']) * 100.0:.0f}%"
    names = [text(facts[key]) for key in ("first", "second", "third") if facts.get(key) is not None]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    verb = "makes" if len(names) == 1 else "make"
    estimated = ", by estimated weights" if facts["estimated"] else ""
    points = f"{number(facts['points']):+,.1f} of {number(facts['index_points']):+,.1f} points"
    count = {1: "one", 2: "two", 3: "three"}[len(names)]
    return f"{listed} {verb} {share} of the move ({points}{estimated}).", f"top {count} {verb} {share} of the move"


def _valuation(claim: Claim) -> tuple[str, str]:
    facts = claim.inputs
    own = ratio_text(facts["forward_pe"])
    comparisons: list[tuple[str, str]] = []
    brackets: list[str] = []
    if facts.get("average") is not None:
        average = ratio_text(facts["average"])
        comparisons.append((_against(own, average), f"its five-year average of {average}"))
        brackets.append(f"5y {average}")
    if facts.get("other") is not None:
        other = ratio_text(facts["other"])
        name = text(facts["other_name"])
        comparisons.append((_against(own, other), f"the {name}'s {other}"))
        brackets.append(f"{text(facts['other_short'])} {other}")
    told = ""
    for index, (way, what) in enumerate(comparisons):
        if index == 0:
            told = f", {way} {what}"
        elif way == comparisons[0][0]:
            told += f" and {what}"
        else:
            told += f" but {way} {what}"
    coverage = number(facts["coverage"])
    covered = "" if coverage >= 0.995 else f" ({coverage * 100.0:.0f}% of its weight)"
    short = f"fwd P/E {own}" + (f" ({', '.join(brackets)})" if brackets else "")
    return f"Trades at {own} times projected earnings{covered}{told}.", short


def _against(own: str, other: str) -> str:
    if own == other:
        return "in line with"
    return "below" if float(own) < float(other) else "above"
