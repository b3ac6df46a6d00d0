"""What mentions grades and targets but reports no broker's action on a company.

Round-ups and tables, sector and index calls, commodity and currency forecasts, credit ratings, opinion columns and
short sellers. Each pattern is tried only on headlines that hold its hint: a search for a literal costs a
hundredth of a search for sixty alternatives, and most rating changes hold none of them.
"""

from __future__ import annotations

import re

from tui_monitor.analysis.rating_text.lexicon import words

_PHRASES = (
    "(table", "(part ", "benzinga's top", "price target moves", "analyst blog", "zacks", "motley", "cramer",
    "lightning round", "hedge funds", "just reported", "earnings update", "accurate analysts", "unanimous",
    "multiple bro", "multiple upg", "multiple downg", "dbrs", "credit rating", "egan-jones", "kbra", "debt downgrade",
    "sovereign", "citron", "muddy waters", "hindenburg", "valuengine", "wall street zen", "weiss ratings", "thestreet",
    "stocknews", "midday movers", "gapping", "news:", "most active", "economist", "central bank", "forex", "bias on",
    "bank trade ideas", "option traders", "outperformer list", "focus list (", "picks (",
)  # fmt: skip
"""Whatever holds one of these is none."""

_SYSTEMS = (
    "pipeline|software|system|network|platform|hvdc|technology|fleet|service|product|hardware|security|"
    "infrastructure|plant|grid|kitchen|firmware|cloud"
)

_HINTED: tuple[tuple[str, str], ...] = (
    # Round-ups
    ("grades", r"top (?:analyst |\d+ )?(?:up|down)grades|^\W*(?:up|down)grades(?: \d|:| and | & )"),
    ("grades", r"upgrades(?:,| and| &|/) downgrades|day traders"),
    ("initiations", r"top (?:analyst )?initiations"),
    ("biggest price", r"\d+ biggest price"),
    ("changes", r"(?:price target|pt|target|rating) changes"),
    ("latest", r"latest (?:ratings|tps|views|list)"),
    ("brokers'", r"brokers' (?:latest )?(?:ratings|tps|views)"),
    ("tps", r"ratings(?:,| &| and) tps|tps(?:,| &| and) ratings"),
    ("ratings", r"ratings(?:,| &| and) (?:target|price)|analyst ratings|ratings for"),
    ("analysts ", r"analysts? (?:just|have|were|are already|revise|offer|issue|set|assigned)"),
    ("analysts ", r"analysts? (?:raise|cut|boost|slash|lower|lift|trim|hike) (?:their|price)"),
    ("analysts", r"\b(?:\d+|two|three|four|five|several|top|multiple) (?:[a-z]+ )?analysts|(?:how|what) analysts"),
    ("consensus", r"consensus (?:rating|price|recommendation)"),
    ("average", r"average (?:rating|recommendation|price target)"),
    ("stocks", r"stocks? (?:to watch|moving|making)"),
    ("market", r"stock market (?:update|today|news)|market (?:wrap|update|movers)"),
    ("conviction", r"conviction .{0,20}(?:\(table|names|cn stocks)"),
    # Credit ratings
    ("s&p", r"(?:^|[^a-z&])s&p (?:upgrades?|downgrades?|cuts?|raises?|affirms?|lowers?|revises?|says|puts|places)"),
    ("s&p global r", ""),
    ("moody", r"\bmoody'?s(?! (?:stock|price|corp|shares|target|upgraded|downgraded|pt\b|\())"),
    ("fitch", r"\bfitch\b"),
    ("best ", r"\ba\.?m\.? best\b"),
    ("bb", r"\bb{2,3}[+-]"),
    ("ccc", r"\bccc[+-]?\b"),
    ("aaa", r"\baaa\b"),
    ("outlook", r"outlook (?:stable|negative|positive|to)\b"),
    # Opinion and short sellers
    ("seeking", r"seeking ?alpha"),
    ("short", r"short[- ](?:seller|report|idea)"),
    ("vetr", r"\bvetr\b"),
    # Indices, commodities, currencies
    ("target", r"(?:hsi|s&p 500|nasdaq|index|nikkei|stoxx|ftse|csi ?300|msci china) (?:\S+ )?target"),
    ("target", r"year-?end target|m&a target"),
    (
        "price ",
        r"(?:^|\b(?:on|for|the|its|spot) )(?:gold|oil|brent|copper|crude|wti|natural gas|iron ore|bitcoin|silver) "
        r"price (?:target|forecast)",
    ),
    ("/", r"(?:eur|usd|gbp|aud|jpy|chf|nzd|cad)\s?/\s?(?:usd|jpy|chf|eur|cad|gbp)"),
    ("usd", r"(?:eur|gbp|aud|nzd)usd|usd(?:jpy|cad|chf|cny)"),
    ("eur", r"\beur(?:jpy|chf|gbp)\b"),
    ("gbp", r"gbp ?outlook|cable"),
    ("bo", r"\bbo[je]\b"),
    ("ecb", r"\becb\b"),
    ("rba", r"\brba"),
    # Upgrades of things
    ("upgrade", rf"(?:{_SYSTEMS}) upgrade|to upgraded to|upgrades? (?:of|its|their|your)\b|completes upgrade"),
    (
        "upgraded",
        r"upgraded (?:[a-z-]{1,12} )?(?:platform|version|system|model|cloud|software|facility|product|unit)\b",
    ),
    ("phase ", r"initiat\w{1,3} (?:a |its |the )?(?:pivotal )?phase"),
)
"""What is none where the pattern is found; it is looked for where the hint is."""

_COMPILED = tuple((hint, re.compile(pattern) if pattern else None) for hint, pattern in _HINTED)


def english_none(low: str) -> bool:
    """Tell whether a folded lower-case English headline is none, whatever else it says."""
    # Plain loops: this runs for every headline behind the gate, and a generator doubles its cost.
    for phrase in _PHRASES:
        if phrase in low:
            return True
    for hint, pattern in _COMPILED:
        if hint not in low:
            continue
        if pattern is None or pattern.search(low) is not None:
            return True
    return False


_LAST = words(
    "stocks sector sectors banks reits insurers miners developers retailers brokers brokerages telecoms "
    "telcos makers landlords casinos producers names suppliers utilities carriers automakers dealers managers "
    "oils gears universe industry homebuilders peers tps estimates earnings forecast forecasts eps view views "
    "semis chipmakers refiners drillers steelmakers shippers equities majors indices index outlook coverage "
    "guidance expectations goal goals stake rates"
)
"""Last words of slots that name a group or a thing."""
_FIRST = words("cn prc most some several many various selected broadly")
_WHOLE = words(
    "gold silver oil copper brent crude china japan india europe equities debt rating ratings stock stocks "
    "share shares analyst analysts it its hsi bitcoin metals banks u.s. us her his their a an the this they "
    "we"
)
_GROUPS = frozenset(
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
    r"hk (?:developers|banks|landlords|telecoms|stocks|property|reits)|\d+ (?:\S+ ){0,4}\S+s$|"
    r"china (?:banks|property|developers|internet|stocks)"
)


def is_sector(slot: str) -> bool:
    """Tell whether a lower-case company slot names a group, a market or a thing instead of a company."""
    parts = slot.split()
    if parts and parts[-1] == "broadly":
        parts.pop()
    if not parts or slot in _GROUPS or (len(parts) == 1 and parts[0] in _WHOLE):
        return True
    if parts[-1].rstrip("'") in _LAST and (len(parts) > 1 or parts[0] in _LAST):
        return True
    if parts[0] in _FIRST and parts[1:2] != ["rail"] and slot not in ("cn", "prc"):
        return True
    return _LEADING.match(slot) is not None
