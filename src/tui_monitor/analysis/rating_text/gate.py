"""The cheap first look: most headlines hold none of these words and leave at once."""

from __future__ import annotations

import re

ENGLISH = re.compile(
    r"upgrad|downgrad|overweight|underweight|outperform|underperform|equal[- ]?weight|initiat|reiterat|"
    r"reinstat|coverage|\bneutral\b|\b(?:market|sector|peer) (?:out)?perform|\b(?:assum|resum)e[sd] |"
    r"target|\bpts?\b|\btps?\b|\bpo\b|\brat(?:ed|ing)\b|\bkept\b|\brestated\b|\bmaintain|\b(?:starts?|ups|cuts?|"
    r"raised|lowered|cut|assumed|resumed|reinstated|assumes|resumes|reinstates|started) (?:\w+ ){0,4}?(?:at|to|with|"
    r"as) |"
    r"fair value|conviction|\b(?:cuts|lift)(?:,| citing|$)|"
    r"\b(?:at|to) (?:buy|hold|sell|accumulate|reduce|positive|strong[- ]buy|perform|in[- ]line|"
    r"top pick)\b|\btop pick\b|transferred with|recommends (?:buy|hold|sell|acc|red)|\ban? (?:buy|hold|sell)\b"
)
"""What a lower-case English headline must contain to be looked at more closely."""

CHINESE = re.compile(
    r"评级|评等|目标价|目标股价|股价目标|目标至|目标\d|[首续重予吁评维呼荐维]?.{0,12}(?:买入|买进|跑赢|跑输|沽售)|首予|首评|初评|覆盖|增持$|推荐$|中性$|优于大市|强于大市|"
    r"[「\"](?:增持|减持|中性|持有|推荐|超配|低配|卖出)|降级|合理价|rating"
)
"""What a folded, lower-case Chinese headline must contain to be looked at more closely."""
