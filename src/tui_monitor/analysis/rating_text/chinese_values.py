"""Actions, grades and target prices of a Chinese headline."""

from __future__ import annotations

import re
from functools import cache

import msgspec

from tui_monitor.analysis.rating_text.chinese_words import (
    DOWN,
    INIT,
    MOVE,
    RATING,
    SPLIT,
    TARGET,
    UP,
    grade_pattern,
)
from tui_monitor.analysis.rating_text.money import Money, chinese_money
from tui_monitor.domain.rating import Action

_FROM = re.compile(r"(?:从|由|原|自|之前的?评级为|此前的?评级为|此前为|之前为|前为|原先的?|前评级|前值|较)[\s\"「]*$")
_TO = re.compile(
    r"(?:至|为|到|成|评级|评等|评|予|给予|予以|吁|呼|重申|维持|续予|列为|建议|籲|首予|籲|持|续|推荐|保持|投资评级|评级持|股票|籲|的|入|看|给出|获|授予|仍|首选)[\s:\"「]*$"
)
_RATED = re.compile(r"[\"」]?(?:的)?(?:初始|首次|投资|股票|最新|原有|长期)?(?:评级|评等|投资评级)|[\"」](?:级)?")
_NO_GRADE = re.compile(r"机会|时机|良机|点(?!评)|信号|金额|力|盘|量|价|观点|看法|立场|预期")
"""What makes a word such as 買入 none: 買入機會."""
_QUOTED = re.compile(r"[\"「]\s*$")
_PRIOR = re.compile(
    r"(?:从|由|原|自|之前为|此前为|此前的|前值|较此前的?|原先的?|原来的?|前为|原为|之前的|此前)(?:每股)?\s*$"
)
_INIT = re.compile(
    "|".join(sorted(map(re.escape, INIT), key=lambda word: (-len(word), word))) + "|初始评级|首次评级|首次买入|首次增持"
)


_HOLDING = re.compile(r"[\d约近逾超]|[^\s,。]{0,6}股|至\d|了")
_SEES = re.compile(r"(?:看|上看|下看|见)(?=[\d$hu])")
_BOTH = re.compile(r"(?:评级[和及与、]目标价|目标价[和及与、](?:投资)?评级)")
_LEVEL = re.compile(r"(?P<v>升|降)级")


class ChineseValues(msgspec.Struct):
    """What the words of one headline add up to; grades are spans of the text."""

    actions: set[Action] = msgspec.field(default_factory=set)
    from_grade: tuple[int, int] | None = None
    to_grade: tuple[int, int] | None = None
    target: Money | None = None
    prior: Money | None = None


def _grades(low: str, start: int, values: ChineseValues, company: tuple[int, int] | None) -> None:
    for match in grade_pattern().finditer(low, start):
        if company is not None and match.start() < company[1] and match.end() > company[0]:
            continue
        if _NO_GRADE.match(low, match.end()):
            continue
        before = low[max(0, match.start() - 12) : match.start()]
        quoted = _QUOTED.search(before) is not None
        rated = _RATED.match(low, match.end()) is not None
        if _FROM.search(before):
            values.from_grade = values.from_grade or (match.start(), match.end())
            continue
        at_end = match.end() >= len(low.rstrip("。.! ")) and before[-1:] in (" ", ",", ":", "")
        split_before = before[-1:] in SPLIT and match.end() < len(low) and low[match.end()] in SPLIT
        moved = before.endswith(("上调至", "下调至", "升至", "降至", "调至", "调升至", "调降至"))
        if not (quoted or rated or at_end or moved or split_before or _TO.search(before)):
            continue
        if not quoted and not rated and match[0] in ("增持", "减持") and _HOLDING.match(low, match.end()):
            continue
        if values.to_grade is None:
            values.to_grade = (match.start(), match.end())


def _targets(low: str, start: int, values: ChineseValues) -> None:
    spans = [match.end() for match in TARGET.finditer(low, start)]
    look = _SEES.search(low, start)
    if look is not None:
        spans.append(look.end())
    if not spans:
        return
    for amount in chinese_money(low, min(spans), len(low)):
        near = max((end for end in spans if end <= amount.start), default=None)
        if near is None or amount.start - near > 34 or re.search(r"[。;]", low[near : amount.start]):
            continue
        before = low[max(near, amount.start - 8) : amount.start]
        if re.search(r"盈利|股息|每股盈|市值|派息|营收|收入", low[near : amount.start]):
            continue
        if _PRIOR.search(before):
            values.prior = values.prior or amount
        elif values.target is None:
            values.target = amount
        elif values.prior is None and re.search(r"之前|此前|原", before):
            values.prior = amount


def _direction(word: str) -> int:
    return 1 if word in UP else -1 if word in DOWN else 0


_AHEAD = re.compile(
    r"(?:位|的)?[\"」]?\s?(?:(?:从|由|自)[^,;。]{1,16}?)?(?:同时|亦|也|均|被|获|遭|则|大幅|小幅|轻微|再|相应|进一步|一并|分别|略|大|微|双双|一次)?"
    + f"(?P<move>{MOVE.pattern})"
)


_APART = re.compile(r"[,;:。!?|\s「\"]|^至|%|目标价(?![和及与、]|$)|评级(?![和及与、])|维持|重申")
"""What may not stand between a verb and the noun it moves."""


def _moves(low: str, start: int, noun: re.Match[str], company: tuple[int, int] | None) -> int:
    """Return the direction in which the noun, a target or a rating, is moved: by the verb behind or before it."""
    ahead = _AHEAD.match(low, noun.end())
    if ahead is not None and (low[noun.end()] != " " or low.startswith(("至", "到"), ahead.end())):
        return _direction(ahead["move"])
    best = 0
    begin = max(start, noun.start() - 34)
    for verb in MOVE.finditer(low, begin, noun.start()):
        if company is not None and company[0] <= verb.start() < company[1]:
            continue
        gap = low[verb.end() : noun.start()]
        if company is not None and verb.end() <= company[0] < company[1] <= noun.start():
            gap = low[verb.end() : company[0]] + low[company[1] : noun.start()]
        if _APART.search(gap):
            continue
        best = _direction(verb[0])
    return best


@cache
def _jump() -> re.Pattern[str]:
    return re.compile(
        rf"(?P<v>升|降|上调|下调|调升|调低|调降|调高)[^\s,;。:目评]{{0,16}}?(?:级)?至[\s\"「]*(?=(?:{grade_pattern().pattern}))"
    )


def read_chinese_values(low: str, start: int, company: tuple[int, int] | None) -> ChineseValues:
    """Return the actions, grades and target prices that a folded lower-case headline states."""
    values = ChineseValues()
    _grades(low, start, values, company)
    _targets(low, start, values)
    target_move = rating_move = 0
    for noun in TARGET.finditer(low, start):
        target_move = target_move or _moves(low, start, noun, company)
    for noun in RATING.finditer(low, start):
        rating_move = rating_move or _moves(low, start, noun, company)
    both = _BOTH.search(low, start)
    if both is not None:
        rating_move = rating_move or target_move
        target_move = target_move or rating_move
    elif rating_move and target_move == 0:
        pass
    if rating_move == 0:
        jump = _jump().search(low, start)
        if jump is not None:
            rating_move = _direction(jump["v"])
        elif (level := _LEVEL.search(low, start)) is not None and values.to_grade is not None:
            rating_move = _direction(level["v"])
    _numbers_decide(values)
    if rating_move:
        values.actions.add(Action.UPGRADE if rating_move > 0 else Action.DOWNGRADE)
    if target_move and not values.actions & {Action.RAISE_TARGET, Action.CUT_TARGET}:
        values.actions.add(Action.RAISE_TARGET if target_move > 0 else Action.CUT_TARGET)
    if not rating_move and _INIT.search(low, start) and (values.to_grade is not None or values.target is not None):
        values.actions.add(Action.INITIATE)
    if not values.actions and (values.to_grade is not None or values.target is not None):
        values.actions.add(Action.REITERATE)
    return values


def _numbers_decide(values: ChineseValues) -> None:
    if values.target is None or values.prior is None:
        return
    if values.target.value > values.prior.value:
        values.actions.add(Action.RAISE_TARGET)
    elif values.target.value < values.prior.value:
        values.actions.add(Action.CUT_TARGET)
