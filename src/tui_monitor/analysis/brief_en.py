"""The brief in English: a market wrap as an editor would pass it, by rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from tui_monitor.analysis.brief import COVERED, FLAT, Part, Statement
from tui_monitor.analysis.brief_next_words import english
from tui_monitor.analysis.claims import Claim, ClaimId
from tui_monitor.analysis.wording_en import date_text, ordinal, with_article
from tui_monitor.analysis.wording_numbers import level_text, number, percent_text, ratio_text, text, whole

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_TOPICS = {
    "events": "Ahead", "deals": "Deals", "central-banks": "Central banks", "chips-ai": "Chips and AI",
    "policy": "Policy", "earnings": "Earnings", "macro": "Macro",
}  # fmt: skip

_UNITS = {ClaimId.WEEKLY_STREAK: "weekly", ClaimId.MONTHLY_STREAK: "monthly", ClaimId.DAILY_STREAK: "daily"}

_MONEY = {"USD": "$", "HKD": "HK$", "EUR": "€", "GBP": "£", "JPY": "¥"}


def say(statement: Statement) -> str:
    """Return the statement as one sentence."""
    match statement.part:
        case Part.LEAD:
            return _lead(statement)
        case Part.RUN:
            return _run(statement.claims)
        case Part.LEADERS:
            return _leaders(statement)
        case Part.PEERS:
            return _peers(statement)
        case Part.VALUATION:
            return _valuation(statement.claims[0])
        case Part.RATINGS:
            return _ratings(statement.inputs)
        case Part.HEADLINE:
            one = statement.inputs
            return f"{_TOPICS[one['topic']]}: “{one['title']}” ({one['source']})."
        case Part.NEXT:
            return english(statement.inputs)


def _lead(statement: Statement) -> str:
    move = statement.claims[0]
    percent, level = number(move.inputs["change_pct"]), level_text(move.inputs["level"])
    name = statement.inputs["index"]
    subject = name if name.startswith("^") or "." in name else f"The {name}"
    as_of = text(move.inputs["as_of"])
    when = f"on {date_text(as_of) if statement.inputs.get('dated') else _DAYS[date.fromisoformat(as_of).weekday()]}"
    if move.provisional:
        way = "unchanged" if percent == 0.0 else f"{'up' if percent > 0 else 'down'} {percent_text(percent)}"
        told = f"{subject} was {way} at {level} by {statement.inputs['clock']} {when}"
    elif percent == 0.0:
        told = f"{subject} closed unchanged at {level} {when}"
    else:
        told = f"{subject} {'rose' if percent > 0 else 'fell'} {percent_text(percent)} to {level} {when}"
    return told + (_notable(statement.claims[1], percent, statement) if len(statement.claims) > 1 else "") + "."


def _notable(claim: Claim, move: float, statement: Statement) -> str:
    """Return the most unusual claim as the end of the first sentence."""
    facts = claim.inputs
    match claim.id:
        case ClaimId.HIGHEST_CLOSE | ClaimId.LOWEST_CLOSE:
            what = "strongest" if claim.id is ClaimId.HIGHEST_CLOSE else "weakest"
            if facts["since"] == "record":
                kind = "a record close" if claim.id is ClaimId.HIGHEST_CLOSE else "a record low close"
                begins = f"(daily history from {date_text(facts['history_from'])})"
                return f"; held, that would be {kind} {begins}" if claim.provisional else f", {kind} {begins}"
            told = f"its {what} close since {date_text(facts['since'])}"
            return f"; held, that would be {told}" if claim.provisional else f", {told}"
        case ClaimId.DAILY_STREAK:
            count = whole(facts["count"])
            told = f"{ordinal(abs(count))} straight daily {'gain' if count > 0 else 'loss'}"
            return f"; held, that would be its {told}" if claim.provisional else f", its {told}"
        case ClaimId.WEEKLY_STREAK | ClaimId.MONTHLY_STREAK:
            against = (whole(facts["count"]) > 0) != (move > 0.0)
            told = _streak(claim)
            if facts["running"]:
                return f"{', still' if against else ','} on course for {told}"
            return f" but still posted {told}" if against else f", for {told}"
        case ClaimId.YEAR_TO_DATE:
            return f", leaving it {_direction(number(facts['percent']))} for the year"
        case ClaimId.RECORD_DISTANCE:
            record = f"its record close of {date_text(facts['record_date'])}"
            below = number(facts["below_record_pct"])
            return f", level with {record}" if below == 0.0 else f", {percent_text(below)} below {record}"
        case ClaimId.PEER_RANK:
            return f", {_rank(claim, statement)}"
        case ClaimId.BREADTH:
            up, down = whole(facts["advancers"]), whole(facts["decliners"])
            members = statement.inputs["members"]
            return f", with {up} of its {members} members up" if up >= down else f", with {down} of {members} down"
    return ""


def _run(claims: Sequence[Claim]) -> str:
    parts: list[str] = []
    ways: list[bool] = []
    record = ""
    for claim in claims:
        facts = claim.inputs
        if claim.id in _UNITS:
            count = whole(facts["count"])
            ways.append(count > 0)
            if claim.id is ClaimId.DAILY_STREAK:
                way = "risen" if count > 0 else "fallen"
                ending = " if it holds" if claim.provisional else ""
                parts.append(f"has {way} for {abs(count)} sessions in a row{ending}")
            elif facts["running"]:
                parts.append(f"is on course for {_streak(claim)}")
            else:
                parts.append(f"has posted {_streak(claim)}")
        elif claim.id is ClaimId.YEAR_TO_DATE:
            percent = number(facts["percent"])
            ways.append(percent > 0.0)
            parts.append(f"is {_direction(percent)} for the year")
        elif claim.id is ClaimId.RECORD_DISTANCE:
            peak = f"its record close of {date_text(facts['record_date'])}"
            if number(facts["below_record_pct"]) == 0.0:
                record = f"is level with {peak}"
            else:
                record = f"would have to rise {percent_text(facts['to_record_pct'])} to regain {peak}"
    mixed = len(set(ways)) > 1
    if record and ways and not any(ways):
        # Everything points down: one list.
        return f"It {_listed([*parts, record])}."
    told = (" but " if mixed else " and ").join(parts)
    if record:
        told = f"{told}{', and' if mixed else ', but'} {record}" if told else record
    return f"It {told}."


def _leaders(statement: Statement) -> str:
    facts = statement.inputs
    claim = statement.claim(ClaimId.BREADTH)
    counted = ""
    if claim is not None:
        up, down, flat = (whole(claim.inputs[key]) for key in ("advancers", "decliners", "unchanged"))
        verbs = ("is up" if up == 1 else "are up", "down") if claim.provisional else ("rose", "fell")
        counted = f"Of {facts['members']} members, {up} {verbs[0]} and {down} {verbs[1]}"
        if not up and not down:
            counted = f"All of its {flat} members with a price are unchanged"
    led = facts["leaders"]
    if not led:
        return f"{counted}."
    first, others = led[0], led[1:]
    worth = f"{_points(first)} points{' by estimated weights' if facts['estimated'] else ''}"
    far = facts.get("furthest")
    if facts["falling"]:
        told = f"{first['name']} weighed most, down {percent_text(first['percent'])} and costing {worth}"
    elif far is None:
        told = f"{first['name']} led with a gain of {percent_text(first['percent'])}, worth {worth}"
    else:
        told = f"{first['name']} added most, {worth} with a gain of {percent_text(first['percent'])}"
    if others:
        shown = _listed([f"{one['name']} ({percent_text(one['percent'])}, {_points(one)})" for one in others])
        told += f", followed by {shown}"
    if far is not None:
        told += f"; {far['name']} {'fell' if facts['falling'] else 'gained'} most"
        if far["symbol"] not in {one["symbol"] for one in led}:
            told += f", {percent_text(far['percent'])}"
    return f"{counted}; {told}." if counted else f"{told}."


def _peers(statement: Statement) -> str:
    claim = statement.claim(ClaimId.PEER_RANK)
    told = ""
    if claim is not None:
        gauges = _listed([f"{one['name']} ({_signed(one['percent'])})" for one in statement.inputs["gauges"]])
        place, count = whole(claim.inputs["place"]), whole(claim.inputs["count"])
        side = "ahead of" if place == 1 else "behind"
        # "It" would be the company that the sentence before it ended with.
        told = f"The index {'stands' if claim.provisional else 'finished'} {_rank(claim, statement)}, "
        told += f"with {gauges} in front" if 2 < place < count else f"{side} {gauges}"
    other = statement.inputs.get("barometer")
    if other is None:
        return f"{told}."
    percent = other["percent"]
    way = "was nearly flat" if abs(percent) < FLAT else f"was {_direction(percent)}"
    brackets = f" ({_signed(percent)})" if abs(percent) < FLAT else ""
    tail = f"{other['name']} {way}{brackets} in its latest session"
    return f"{told}; {tail}." if told else f"{tail[:1].upper()}{tail[1:]}."


def _rank(claim: Claim, statement: Statement) -> str:
    place, count = whole(claim.inputs["place"]), whole(claim.inputs["count"])
    where = {1: "first", count: "last"}.get(place, ordinal(place))
    closed = "that closed today" if statement.inputs["today"] else "that closed that day"
    return f"{where} of {count} gauges {'that are trading' if claim.provisional else closed}"


def _valuation(claim: Claim) -> str:
    facts = claim.inputs
    own = ratio_text(facts["forward_pe"])
    parts = []
    if facts.get("average") is not None:
        average = ratio_text(facts["average"])
        parts.append((_against(own, average), f"its five-year average of {average}"))
    if facts.get("other") is not None:
        other = ratio_text(facts["other"])
        parts.append((_against(own, other), f"the {text(facts['other_name'])}'s {other}"))
    coverage = number(facts["coverage"])
    covered = "" if coverage >= COVERED else f" for {coverage * 100.0:.0f}% of its weight"
    told = f"The index trades at {own} times projected earnings{covered}"
    if len(parts) == 2 and parts[0][0] == parts[1][0]:
        return f"{told}, {parts[0][0]} {parts[0][1]} and {parts[1][1]}."
    return (
        told + "".join(f"{',' if not place else ' but'} {way} {what}" for place, (way, what) in enumerate(parts)) + "."
    )


def _against(own: str, other: str) -> str:
    if own == other:
        return "in line with"
    return "below" if float(own) < float(other) else "above"


def _ratings(facts: Mapping[str, Any]) -> str:
    told = _listed([_rating(one) for one in facts["changes"]])
    count = facts["count"]
    if count > len(facts["changes"]):
        day = "today" if facts["today"] else "that day"
        return f"Of {count} rating changes {day}, {told}."
    return f"{told[:1].upper()}{told[1:]}."


def _rating(one: Mapping[str, Any]) -> str:
    firm, company, action = one["firm"], one["company"], one["action"]
    whose = f"{company}'s US line" if one["other_line"] and "target" not in action else company
    grades = f" to {one['to_grade']}" if one["to_grade"] else ""
    grades += f" from {one['from_grade']}" if grades and one["from_grade"] else ""
    if action in {"upgrade", "downgrade"}:
        if firm is None:
            return f"{whose} was {action}d{grades}"
        return f"{firm} {'raised' if action == 'upgrade' else 'cut'} {whose}{grades}"
    if action == "initiate":
        at = f" at {one['to_grade']}" if one["to_grade"] else ""
        return f"{firm or 'a broker'} started covering {whose}{at}"
    verb = "raised" if action == "raise-target" else "cut"
    target = f" to {_money(one['target'], one['currency'])}" if one["target"] is not None else ""
    if target and one["prior_target"] is not None:
        target += f" from {_money(one['prior_target'], one['currency'])}"
    if firm is None:
        return f"a target for {company} was {verb}{target}"
    return f"{firm} {verb} its {company} target{target}"


def _money(value: float, currency: str | None) -> str:
    amount = f"{value:,.2f}".removesuffix(".00")
    if currency is None:
        return amount
    return f"{_MONEY[currency]}{amount}" if currency in _MONEY else f"{currency} {amount}"


def _streak(claim: Claim) -> str:
    count = whole(claim.inputs["count"])
    return f"{with_article(abs(count))} straight {_UNITS[claim.id]} {'gain' if count > 0 else 'loss'}"


def _direction(percent: float) -> str:
    if percent == 0.0:
        return "unchanged"
    return f"{'up' if percent > 0 else 'down'} {percent_text(percent)}"


def _signed(percent: float) -> str:
    return "unchanged" if percent == 0.0 else f"{'+' if percent > 0 else '-'}{percent_text(percent)}"


def _points(one: Mapping[str, Any]) -> str:
    return f"{abs(one['points']):,.1f}"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
