"""What mentions grades and targets but reports no broker's action on a company.

Round-ups and tables, sector and index calls, commodity forecasts, credit ratings, holdings, opinion columns and
short sellers: see the cases of ``tests/unit/test_rating_negatives.py``.
"""

from __future__ import annotations

import re

ENGLISH_NONE = re.compile(
    r"\(tables?\)|\(part \d\)|benzinga's top|top (?:analyst )?(?:upgrades|downgrades|initiations|ratings)|top \d+ (?:up|down)grades|"
    r"^\W*(?:up|down)grades(?: \d|:| and | & )|\d+ biggest price|price target (?:changes|moves)|(?:pt|target) changes|"
    r"analyst blog|\bzacks\b|motley|seeking ?alpha|\bcramer|lightning round|hedge funds|"
    r"(?:latest|brokers'?|research'?s?|sachs'|stanley'?s?|citi'?s?|jpm'?s?|ubs'?|bofas'?|suisse'?s?|cicc'?s?|daiwa'?s?) (?:latest )?(?:ratings|tps|views)|"
    r"ratings(?:,| &| and) (?:tps|target|price)|tps(?:,| &| and) ratings|analyst ratings|latest list|ratings for|analysts? (?:just|have been|were|are already|revise|raise their|cut their|boost their|slash their|lower their)|"
    r"just reported|earnings update|analysts (?:assigned|have|offer|issue|set)|most accurate analysts|unanimous|consensus (?:rating|price)|average (?:rating|recommendation|price target)|multiple (?:brokerages|analysts|brokers)|\d+ analysts|"
    r"(?:^|[^a-z&])s&p(?: global ratings)? (?:upgrades?|downgrades?|cuts?|raises?|affirms?|lowers?|revises?|says|puts|places)|s&p global ratings|moody'?s?\b|\bfitch\b|\bdbrs\b|a\.?m\.? best|credit rating|egan-jones|kbra|"
    r"\b(?:bbb|bb|ccc|aaa)[+-]|outlook (?:stable|negative|positive|to)|debt downgrade|sovereign|"
    r"citron|muddy waters|hindenburg|short[- ]seller|short report|vetr\b|valuengine|wall street zen|weiss ratings|thestreet\b|"
    r"stock market (?:update|today|news)|market (?:wrap|update|movers)|midday movers|gapping|stocks? (?:to watch|moving|making)|news:|most active|"
    r"(?:hsi|s&p 500|nasdaq|index|nikkei|hang seng index|stoxx|ftse|csi ?300|msci china) (?:1-yr )?target|year-?end target|"
    r"(?:^|\b(?:on|for|the|its|spot) )(?:gold|oil|brent|copper|crude|wti|natural gas|iron ore) price (?:target|forecast)|"
    r"(?:eur|usd|gbp|aud|jpy|chf)\s?/\s?(?:usd|jpy|chf|eur)|(?:eur|gbp|aud|nzd)usd|usd(?:jpy|cad|chf)|"
    r"outperformer list|focus list \(|top[- ]picks \(|conviction .{0,20}(?:\(table|names)"
)
"""English headlines that are none, whatever else they say."""

SECTOR = re.compile(
    r"(?:^|\b)(?:(?:cn|hk|prc|china|chinese|us|u\.s\.|local|macau|european|asian|global|asia|specialty|key|some|most|broad\w*|several|selected|various) .{0,40})?"
    r"(?:stocks|sector|sectors|banks|reits|insurers|miners|developers|retailers|brokers|brokerages|telecoms|telcos|makers|landlords|casinos|"
    r"producers|names|suppliers|utilities|carriers|automakers|dealers|managers|oils|gears|universe|industry|homebuilders|airlines sector|peers|"
    r"stocks broadly|tps|estimates|earnings|forecasts?|eps|view|semis|chipmakers|refiners|drillers|steelmakers|shippers|equities|majors|indices|index)"
    r"(?: broadly)?$"
    r"|^(?:cn|hk|prc|chinese|european|asian|us|u\.s\.|\d+|three|two|four|five|3 key) .{0,30}(?:airlines|banks|insurance|property|autos?|gaming|internet|techs?|pharma|stocks|names|dealers)\b"
    r"|^(?:gold|silver|oil|copper|brent|crude|china|hong kong|india|japan|europe|emerging markets|equities|u\.?s\.? (?:stocks|equities)|macau gaming|hsi|s&p 500|debt|ratings?|stocks?|shares?|analysts?|it|its|the company|this stock)$"
)
"""Lower-case company slots that name a group, a market or a thing instead of a company."""
