"""What mentions grades and targets but reports no broker's action on a company.

Round-ups and tables, sector and index calls, commodity and currency forecasts, credit ratings, opinion columns and
short sellers. Each pattern is tried only on headlines that hold its hint: a search for a literal costs a
hundredth of a search for sixty alternatives, and most rating changes hold none of them.
"""

from __future__ import annotations

import re

_NONE: tuple[tuple[str, str], ...] = (
    ("(table", ""), ("(part ", ""), ("benzinga's top", ""), ("biggest price", r"\d+ biggest price"),
    ("grades", r"top (?:analyst )?(?:up|down)grades|^\W*(?:up|down)grades(?: \d|:| and | & )|upgrades(?:,| and| &|/) downgrades"),
    ("grades", r"top \d+ (?:up|down)grades|upgrades? (?:of|its|their|the|your)\b|completes upgrade|day traders"),
    ("initiations", r"top (?:analyst )?initiations"),
    ("changes", r"(?:price target|pt|target|rating) changes"), ("moves", "price target moves"),
    ("analyst blog", ""), ("zacks", ""), ("motley", ""), ("seeking", r"seeking ?alpha"), ("cramer", ""), ("lightning round", ""),
    ("hedge funds", ""), ("latest", r"latest (?:ratings|tps|views|list)"), ("brokers'", r"brokers' (?:latest )?(?:ratings|tps|views)"),
    ("tps", r"ratings(?:,| &| and) tps|tps(?:,| &| and) ratings"), ("ratings", r"ratings(?:,| &| and) (?:target|price)|analyst ratings|ratings for"),
    ("analysts ", r"analysts? (?:just|have|were|are already|revise|offer|issue|set|assigned|(?:raise|cut|boost|slash|lower|lift|trim|hike) (?:their|price))"),
    ("analysts ", r"most accurate analysts|\d+ analysts|multiple analysts|how analysts|what analysts"),
    ("just reported", ""), ("earnings update", ""), ("accurate analysts", ""), ("unanimous", ""),
    ("consensus", r"consensus (?:rating|price|recommendation)"), ("average", r"average (?:rating|recommendation|price target)"),
    ("multiple bro", ""), ("multiple upg", ""), ("multiple downg", ""), ("phase ", r"initiat\w+ (?:a |its |the )?(?:pivotal )?phase"), ("analysts", r"\b(?:\d+|two|three|four|five|several|top) (?:[a-z]+ )?analysts"),
    ("s&p", r"(?:^|[^a-z&])s&p(?: global ratings)? (?:upgrades?|downgrades?|cuts?|raises?|affirms?|lowers?|revises?|says|puts|places)|s&p global ratings"),
    ("moody", r"\bmoody'?s(?: investors service| ratings)? (?!stock|price|corp|shares|target|upgraded|downgraded|pt\b|\()|\bmoody's:"),
    ("fitch", r"\bfitch\b"), ("dbrs", ""), ("best ", r"\ba\.?m\.? best\b"), ("credit rating", ""), ("egan-jones", ""), ("kbra", ""),
    ("bb", r"\bb{2,3}[+-]"), ("ccc", r"\bccc[+-]?\b"), ("aaa", r"\baaa\b"), ("outlook", r"outlook (?:stable|negative|positive|to)\b"),
    ("debt downgrade", ""), ("sovereign", ""), ("citron", ""), ("muddy waters", ""), ("hindenburg", ""), ("short", r"short[- ](?:seller|report|idea)"),
    ("vetr", r"\bvetr\b"), ("valuengine", ""), ("wall street zen", ""), ("weiss ratings", ""), ("thestreet", ""), ("stocknews", ""),
    ("market", r"stock market (?:update|today|news)|market (?:wrap|update|movers)"), ("midday movers", ""), ("gapping", ""),
    ("stocks", r"stocks? (?:to watch|moving|making)"), ("news:", ""), ("most active", ""),
    ("target", r"(?:hsi|s&p 500|nasdaq|index|nikkei|stoxx|ftse|csi ?300|msci china) (?:\S+ )?target|year-?end target|m&a target"),
    ("price ", r"(?:^|\b(?:on|for|the|its|spot) )(?:gold|oil|brent|copper|crude|wti|natural gas|iron ore|bitcoin|silver) price (?:target|forecast)"),
    ("/", r"(?:eur|usd|gbp|aud|jpy|chf|nzd|cad)\s?/\s?(?:usd|jpy|chf|eur|cad|gbp)"),
    ("usd", r"(?:eur|gbp|aud|nzd)usd|usd(?:jpy|cad|chf|cny)"), ("eur", r"\beur(?:jpy|chf|gbp)\b"), ("gbp", r"gbp ?outlook|cable"),
    ("boj", r"\bboj\b"), ("boe", r"\bboe\b"), ("ecb", r"\becb\b"), ("rba", r"\brba"), ("economist", ""), ("central bank", ""), ("forex", ""),
    ("bias on", ""), ("bank trade ideas", ""), ("option traders", ""), ("outperformer list", ""), ("focus list (", ""), ("picks (", ""), ("conviction", r"conviction .{0,20}(?:\(table|names|cn stocks)"),
    ("upgrade", r"(?:pipeline|software|system|network|platform|hvdc|technology|fleet|service|product|hardware|security|infrastructure|plant|grid|kitchen|firmware|cloud) upgrade|to upgraded to"),
    ("upgraded", r"upgraded (?:[a-z-]{1,12} )?(?:platform|version|system|model|cloud|software|facility|product|network|unit)\b"),
)  # fmt: skip

_COMPILED = tuple((hint, re.compile(pattern) if pattern else None) for hint, pattern in _NONE)


def english_none(low: str) -> bool:
    """Tell whether a folded lower-case English headline is none, whatever else it says."""
    for hint, pattern in _COMPILED:
        if hint in low and (pattern is None or pattern.search(low) is not None):  # noqa: SIM110 (a generator is slower)
            return True
    return False


_LAST = frozenset(
    "stocks sector sectors banks reits insurers miners developers retailers brokers brokerages telecoms telcos maker"
    "s landlords "
    "casinos producers names suppliers utilities carriers automakers dealers managers oils gears universe industry h"
    "omebuilders "
    "peers tps estimates earnings forecast forecasts eps view views semis chipmakers refiners drillers steelmakers s"
    "hippers "
    "equities majors indices index outlook coverage guidance expectations goal goals stake rates".split()
)
"""Last words of slots that name a group or a thing."""
_FIRST = frozenset("cn prc most some several many various selected broadly".split())
_WHOLE = frozenset(
    "gold silver oil copper brent crude china japan india europe equities debt rating ratings stock stocks share sha"
    "res analyst analysts "
    "it its hsi bitcoin metals banks u.s. us her his their a an the this they we".split()
)
_PHRASES = frozenset(
    (
        "hong kong",
        "emerging markets",
        "s&p 500",
        "the company",
        "this stock",
        "macau gaming",
        "u.s. stocks",
        "us stocks",
    )
)
_LEADING = re.compile(
    r"hk (?:developers|banks|landlords|telecoms|stocks|property|reits)|\d+ (?:\S+ ){0,4}\S+s$|china (?:banks|"
    r"property|developers|internet|stocks)"
)


def is_sector(slot: str) -> bool:
    """Tell whether a lower-case company slot names a group, a market or a thing instead of a company."""
    words = slot.split()
    if not words:
        return True
    if words[-1] == "broadly":
        words.pop()
    if not words or slot in _PHRASES or (len(words) == 1 and words[0] in _WHOLE):
        return True
    if words[-1].rstrip("'") in _LAST and (len(words) > 1 or words[0] in _LAST):
        return True
    if words[0] in _FIRST and len(words) > 1 and words[1] != "rail":
        return True
    return _LEADING.match(slot) is not None
