"""The day written up: which sentences a short market wrap has, and from which numbers each is said.

Nothing is invented: a sentence is a statement of claims and inputs, and ``brief_en`` and ``brief_zh`` only word it.
The most important come first; what would pass ``MOST_WORDS`` is left out whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

from tui_monitor.analysis.brief_next import next_inputs
from tui_monitor.analysis.claims import Claim, ClaimId
from tui_monitor.domain.rating import Action

if TYPE_CHECKING:
    from tui_monitor.analysis.board import Board
    from tui_monitor.analysis.breadth import Contribution
    from tui_monitor.domain.calendar_event import CalendarEvent
    from tui_monitor.domain.headline import Headline
    from tui_monitor.domain.rating import MergedRating

MOST_WORDS = 200
"""Words of a brief at the most."""

CHARACTERS_A_WORD = 1.6
"""Chinese characters that count as one word: about the mean length of a word in a newspaper."""

LEADERS = 5
"""Constituents that are named with their points."""

RATINGS = 4
"""Rating changes that are told."""

FLAT = 0.1
"""Percent below which a gauge is called nearly flat."""

COVERED = 0.9
"""Part of the weight behind a valuation from which the text does not mention the rest; JSON always has it."""

HEADLINE_WINDOW = timedelta(hours=24)
"""How old a headline may be."""

LONGEST_TITLE = 120
"""Characters of a headline that is quoted; a longer one is passed over, not cut."""

AHEAD = "events"
"""The topic of headlines on what is to come."""

TOPICS = ("events", "deals", "central-banks", "chips-ai", "policy", "earnings", "macro")
"""Topics of the headlines in the order in which they are told."""

_LEADS = (
    ClaimId.HIGHEST_CLOSE, ClaimId.LOWEST_CLOSE, ClaimId.WEEKLY_STREAK, ClaimId.DAILY_STREAK, ClaimId.MONTHLY_STREAK,
    ClaimId.YEAR_TO_DATE, ClaimId.RECORD_DISTANCE, ClaimId.PEER_RANK, ClaimId.BREADTH,
)  # fmt: skip
_STREAKS = (ClaimId.WEEKLY_STREAK, ClaimId.MONTHLY_STREAK, ClaimId.DAILY_STREAK)
_TOLD = (Action.UPGRADE, Action.DOWNGRADE, Action.INITIATE, Action.RAISE_TARGET, Action.CUT_TARGET)

_LATIN_WORD = re.compile(r"[0-9A-Za-z\u00c0-\u024f][^\s\u3000-\u9fff\uff00-\uffef]*")
_RELATIVE = re.compile(
    r"\b(?:today|tonight|tomorrow|yesterday|overnight|this (?:morning|afternoon|evening))\b"
    r"|[今明昨](?:日|天|晚|早|晨)", re.IGNORECASE,
)  # fmt: skip
"""Words that mean another day when they are quoted on the next one."""

_WIDE = re.compile(r"[\u3400-\u9fff]")


class Part(StrEnum):
    """What a sentence is about, in the order of the text."""

    LEAD = "lead"
    RUN = "run"
    """How long it has gone on, and how far it is from the record."""
    LEADERS = "leaders"
    PEERS = "peers"
    VALUATION = "valuation"
    RATINGS = "ratings"
    HEADLINE = "headline"
    NEXT = "next"
    """What comes next in the calendar."""


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence before it is worded."""

    part: Part
    claims: tuple[Claim, ...] = ()
    """The claims that it states, in their order."""
    inputs: Mapping[str, Any] = msgspec.field(default_factory=dict)
    """Everything else that it states."""

    def claim(self, *ids: ClaimId) -> Claim | None:
        """Return the first claim of one of these kinds."""
        return next((claim for claim in self.claims if claim.id in ids), None)


class Sentence(msgspec.Struct, frozen=True):
    """A statement and its words."""

    statement: Statement
    text: str


WEEKDAYS = 6
"""Days for which the day of the week says which session is meant; an earlier one is told by its date."""


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What a brief is written from."""

    board: Board
    """Must have a story."""
    index: str
    """The index's name in the language of the brief."""
    moment: datetime
    """When it is told, in the zone of the exchange."""
    members: int
    """Constituents of the index."""
    ratings: Sequence[MergedRating] = ()
    headlines: Sequence[Headline] = ()
    events: Sequence[CalendarEvent] = ()
    """What is to come after the moment."""
    company: Callable[[str], str | None] = lambda _: None
    """Gives the name of a symbol in the language of the brief."""
    weight: Callable[[str], float | None] = lambda _: None
    """Gives the weight of a constituent."""
    funds: tuple[str, ...] = ()
    """Peers that are funds over a region: barometers."""
    fund_name: Callable[[str], str] = str


def statements(subject: Subject, *, prefers: Callable[[Headline], float]) -> list[Statement]:
    """Return what can be said, the most important first. ``prefers`` is how well a headline suits the language."""
    claims = {claim.id: claim for claim in reversed(subject.board.claims)}
    found: list[Statement] = []
    lead = _lead(subject, claims)
    if lead is not None:
        found.append(lead)
    used = {claim.id for one in found for claim in one.claims}
    others = (_run(claims, used), _leaders(subject, claims, used), _peers(subject, claims, used))
    found += [one for one in others if one is not None]
    if ClaimId.VALUATION in claims:
        found.append(Statement(part=Part.VALUATION, claims=(claims[ClaimId.VALUATION],)))
    ratings = _ratings(subject)
    if ratings is not None:
        found.append(ratings)
    coming = next_inputs(subject.events, subject.moment, subject.company)
    if coming is not None:
        # It ends the text, and yet no headline may take its room.
        found.append(Statement(part=Part.NEXT, inputs=coming))
    # What lies ahead is then said by the calendar, and better: as a fact.
    topics = TOPICS if coming is None else tuple(one for one in TOPICS if one != AHEAD)
    found.extend(_headlines(subject, prefers, topics))
    return found


def write(found: Iterable[Statement], say: Callable[[Statement], str]) -> list[Sentence]:
    """Word the statements, in the order of the text; what would make it longer than ``MOST_WORDS`` is left out."""
    kept: list[Sentence] = []
    words = 0
    for statement in found:
        text = say(statement)
        size = count_words(text)
        if text and words + size <= MOST_WORDS:
            kept.append(Sentence(statement, text))
            words += size
    order = list(Part)
    return sorted(kept, key=lambda one: order.index(one.statement.part))


def count_words(text: str) -> int:
    """Return the words of ``text``; Chinese ones by the number of characters."""
    return len(_LATIN_WORD.findall(text)) + round(len(_WIDE.findall(text)) / CHARACTERS_A_WORD)


def _lead(subject: Subject, claims: Mapping[ClaimId, Claim]) -> Statement | None:
    move = claims.get(ClaimId.MOVE)
    if move is None:
        return None
    notable = min((claims[one] for one in _LEADS if one in claims), key=lambda one: one.rank, default=None)
    inputs = {"index": subject.index, "members": subject.members, "today": _is_today(subject)}
    if move.provisional:
        inputs["clock"] = f"{subject.moment:%H:%M}"
    story = subject.board.story
    if story is not None and (subject.moment.date() - story.as_of).days > WEEKDAYS:
        inputs["dated"] = True
    return Statement(part=Part.LEAD, claims=(move, notable) if notable is not None else (move,), inputs=inputs)


def _run(claims: Mapping[ClaimId, Claim], used: set[ClaimId]) -> Statement | None:
    wanted = [one for one in _STREAKS if one in claims and one not in used][:1]
    wanted += [one for one in (ClaimId.YEAR_TO_DATE, ClaimId.RECORD_DISTANCE) if one in claims and one not in used]
    return Statement(part=Part.RUN, claims=tuple(claims[one] for one in wanted)) if wanted else None


def _leaders(subject: Subject, claims: Mapping[ClaimId, Claim], used: set[ClaimId]) -> Statement | None:
    found = subject.board.breadth
    if found is None:
        return None
    breadth = claims.get(ClaimId.BREADTH)
    sign = -1.0 if (found.index_points or 0.0) < 0.0 else 1.0
    led = sorted((one for one in found.contributions if one.points * sign > 0.0), key=lambda one: -one.points * sign)
    known = [one for one in found.contributions if one.percent * sign > 0.0]
    furthest = max(known, key=lambda one: one.percent * sign, default=None)
    inputs: dict[str, Any] = {
        "members": subject.members,
        "leaders": [_part_of(one) for one in led[:LEADERS]],
        "estimated": any(one.estimated for one in led[:LEADERS]),
        "falling": sign < 0.0,
    }
    if furthest is not None and led and furthest.symbol != led[0].symbol:
        inputs["furthest"] = _part_of(furthest)
    told = (breadth,) if breadth is not None and ClaimId.BREADTH not in used else ()
    return Statement(part=Part.LEADERS, claims=told, inputs=inputs) if told or led else None


def _part_of(one: Contribution) -> dict[str, Any]:
    return {"symbol": one.symbol, "name": one.name, "percent": one.percent, "points": one.points}


def _peers(subject: Subject, claims: Mapping[ClaimId, Claim], used: set[ClaimId]) -> Statement | None:
    ranking = subject.board.ranking
    claim = claims.get(ClaimId.PEER_RANK)
    if ranking is None:
        return None
    inputs: dict[str, Any] = {"today": _is_today(subject)}
    told: tuple[Claim, ...] = ()
    if claim is not None and ClaimId.PEER_RANK not in used:
        told = (claim,)
        # Whom it is ahead of or, when it is last, behind: the two next to it.
        # A fund has a sentence of its own.
        others = [
            row.reading
            for row in ranking.rows
            if row.place is not None and not row.own and row.reading.symbol not in subject.funds
        ]
        near = others[:2] if claim.inputs["place"] == 1 else others[-2:] if _is_last(claim) else others[:1]
        inputs["gauges"] = [{"symbol": one.symbol, "name": one.name, "percent": one.percent} for one in near]
    barometer = next(
        (
            row.reading
            for row in ranking.rows
            if row.reading.symbol in subject.funds and row.reading.percent is not None
        ),
        None,
    )
    if barometer is not None:
        name = subject.fund_name(barometer.symbol)
        inputs["barometer"] = {"symbol": barometer.symbol, "name": name, "percent": barometer.percent}
    return Statement(part=Part.PEERS, claims=told, inputs=inputs) if told or barometer is not None else None


def _is_today(subject: Subject) -> bool:
    """Whether the session is that of the moment's own day: of an earlier one nothing is "today's"."""
    story = subject.board.story
    return story is not None and story.as_of == subject.moment.date()


def _is_last(claim: Claim) -> bool:
    return claim.inputs["place"] == claim.inputs["count"]


def _ratings(subject: Subject) -> Statement | None:
    midnight = _midnight(subject)
    end = _end(subject)
    day = [one.change for one in subject.ratings if midnight <= one.change.time <= end and one.change.action in _TOLD]
    if not day:
        return None

    def order(place: int) -> tuple[int, float, float]:
        change = day[place]
        weight = subject.weight(change.home_symbol or change.symbol or "") or 0.0
        step = abs(change.target / change.prior_target - 1.0) if change.target and change.prior_target else 0.0
        return (_kind(change.action), -weight, -step)

    told = [day[place] for place in sorted(range(len(day)), key=order)[:RATINGS]]
    rows = []
    for change in told:
        home = change.home_symbol or change.symbol
        rows.append(
            {
                "firm": change.firm,
                "company": (home and subject.company(home)) or change.company or change.symbol,
                "symbol": change.symbol,
                "other_line": change.home_symbol is not None and change.home_symbol != change.symbol,
                "action": change.action.value,
                "from_grade": change.from_grade,
                "to_grade": change.to_grade,
                "target": change.target,
                "prior_target": change.prior_target,
                "currency": change.currency,
            }
        )
    return Statement(part=Part.RATINGS, inputs={"count": len(day), "changes": rows, "today": _is_today(subject)})


def _kind(action: Action) -> int:
    return {Action.UPGRADE: 0, Action.DOWNGRADE: 0, Action.INITIATE: 2}.get(action, 1)


def _headlines(subject: Subject, prefers: Callable[[Headline], float], topics: Sequence[str]) -> list[Statement]:
    end = _end(subject)
    fitting = [
        one
        for one in subject.headlines
        if end - HEADLINE_WINDOW <= one.sort_time <= end
        and prefers(one) > 0.0
        and len(one.title) <= LONGEST_TITLE
        and not _is_of_another_day(subject, one)
        # What only repeats the index's own move has been said.
        and not (set(one.topics) <= {"macro"} and subject.board.story and subject.board.story.symbol in one.symbols)
    ]
    found: list[Statement] = []
    taken: set[str] = set()
    for topic in topics:
        mine = [one for one in fitting if topic in one.topics and one.id not in taken and "ratings" not in one.topics]
        best = max(mine, key=lambda one: (prefers(one), len(one.also), one.sort_time, one.id), default=None)
        if best is not None:
            taken.add(best.id)
            found.append(
                Statement(
                    part=Part.HEADLINE,
                    inputs={"topic": topic, "title": best.title, "source": best.source, "id": best.id},
                )
            )
    return found


def _is_of_another_day(subject: Subject, one: Headline) -> bool:
    """Whether a headline speaks of days as seen from another one than that of the brief."""
    if not _RELATIVE.search(one.title):
        return False
    zone = subject.moment.tzinfo
    last = _end(subject) - timedelta(microseconds=1)
    return one.sort_time.astimezone(zone).date() != last.astimezone(zone).date()


def _midnight(subject: Subject) -> datetime:
    story = subject.board.story
    assert story is not None
    day = story.as_of
    return subject.moment.replace(
        year=day.year, month=day.month, day=day.day, hour=0, minute=0, second=0, microsecond=0
    )


def _end(subject: Subject) -> datetime:
    """Return the moment up to which news belongs to the day."""
    return min(subject.moment, _midnight(subject) + timedelta(days=1))
