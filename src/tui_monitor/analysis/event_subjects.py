"""Which well-known event a title means, whatever its source calls it: by its subject reports of several sources meet.

Words only; ``None`` is the normal answer. A speech about a decision is none, nor are the minutes of one.
"""

from __future__ import annotations

import re
from functools import cache

from tui_monitor.domain.calendar_event import CalendarEvent, EventKind
from tui_monitor.domain.patterns import lazy

DECISIONS = frozenset(
    {"fed-decision", "ecb-decision", "boe-decision", "boj-decision", "boc-decision", "rba-decision", "pboc-lpr"}
)
"""Subjects that are decisions on interest rates."""

FIGURES = frozenset(
    {
        "us-jobs", "us-cpi", "us-ppi", "us-gdp", "us-pce", "us-retail-sales", "us-jolts", "us-jobless-claims",
        "cn-cpi", "cn-ppi", "cn-gdp", "cn-pmi", "cn-trade", "cn-retail-sales", "cn-industry", "hk-gdp", "hk-cpi",
    }
)  # fmt: skip
"""Subjects that are figures."""

SUBJECTS = DECISIONS | FIGURES | {"fed-minutes", "hk-policy-address"}
"""Every subject; each has its words in the catalogues (``event.SUBJECT``)."""

_NO_DECISION = lazy(r"minutes|speech|speaks|testif|press conf|member|blackout|紀要|纪要|講話|讲话", re.I)
_DECIDES = r"(?:decision|rate|statement|meeting|announcement|議息|议息|利率|決議|决议)"

_BANKS = (
    ("fed-decision", r"\bfomc\b|\bfed(?:eral reserve)?(?:'s)?\b|\bfed funds\b|聯儲|联储"),
    ("ecb-decision", r"\becb\b|european central bank|歐洲央行|欧洲央行"),
    ("boe-decision", r"\bboe\b|\bbank of england|英倫銀行|英伦银行|英國央行|英国央行"),
    ("boj-decision", r"\bboj\b|\bbank of japan|日本央行|日本銀行|日本银行"),
    ("boc-decision", r"\bboc\b|\bbank of canada|加拿大央行"),
    ("rba-decision", r"\brba\b|reserve bank of australia|澳洲央行|澳洲聯儲|澳洲联储"),
)

_FIGURES = (
    # Of which economy: stated by the source, or by the title.
    ("us-jobs", "US", r"employment situation|non-?farm payrolls?|nonfarm|非農|非农"),
    ("us-cpi", "US", r"consumer price index|\bcpi\b"),
    ("us-ppi", "US", r"producer price index|\bppi\b"),
    ("us-gdp", "US", r"gross domestic product|\bgdp\b"),
    ("us-pce", "US", r"personal income and outlays|\bpce price|\bpce\b"),
    ("us-retail-sales", "US", r"retail sales|retail trade"),
    ("us-jolts", "US", r"job openings|\bjolts\b"),
    ("us-jobless-claims", "US", r"jobless claims|unemployment insurance weekly"),
    ("cn-cpi", "CN", r"consumer price index|\bcpi\b"),
    ("cn-ppi", "CN", r"producer price index|\bppi\b"),
    ("cn-gdp", "CN", r"gross domestic product|\bgdp\b"),
    ("cn-pmi", "CN", r"(?:nbs|official).*\bpmi\b|manufacturing pmi|採購經理|采购经理"),
    ("cn-trade", "CN", r"trade balance|\bexports\b"),
    ("cn-retail-sales", "CN", r"retail sales"),
    ("cn-industry", "CN", r"industrial (?:production|output)"),
    ("hk-gdp", "HK", r"gross domestic product|\bgdp\b"),
    ("hk-cpi", "HK", r"consumer price index|\bcpi\b"),
)

_NO_HEADLINE_FIGURE = lazy(
    r"state |county|metropolitan|regional|real earnings|\bcore\b|ex[- ]|deflator|\bindex, (?:sa|nsa)|expectations", re.I
)
"""What only sounds like the figure itself: kept under its own title."""

_COUNTRY_WORDS = (
    ("US", lazy(r"\bU\.?S\.?\b|united states|美國|美国")),
    ("CN", lazy(r"\bchina\b|chinese|中國|中国|內地|内地", re.I)),
    ("HK", lazy(r"hong kong|香港", re.I)),
)


@cache
def _patterns() -> tuple[tuple[tuple[str, re.Pattern[str]], ...], tuple[tuple[str, str, re.Pattern[str]], ...]]:
    banks = tuple((name, re.compile(words, re.I)) for name, words in _BANKS)
    figures = tuple((name, region, re.compile(words, re.I)) for name, region, words in _FIGURES)
    return banks, figures


_DECIDES_PATTERN = lazy(_DECIDES, re.I)
_PRIME_RATE = lazy(r"loan prime rate|\blpr\b|貸款市場報價|贷款市场报价", re.I)
_MINUTES = lazy(r"(?:fomc|\bfed\b).*minutes|(?:聯儲|联储).*(?:紀要|纪要)", re.I)
_ADDRESS = lazy(
    r"(?:hong kong|香港).*(?:policy address|施政報告|施政报告)|^(?:policy address|施政報告|施政报告)$", re.I
)


def subject_of(title: str, region: str | None = None) -> str | None:
    """Return the subject that ``title`` means; ``region`` is the economy as its source states it."""
    banks, figures = _patterns()
    if _PRIME_RATE.search(title):
        return "pboc-lpr"
    if _MINUTES.search(title):
        return "fed-minutes"
    if _ADDRESS.search(title):
        return "hk-policy-address"
    if not _NO_DECISION.search(title) and _DECIDES_PATTERN.search(title):
        for name, pattern in banks:
            if pattern.search(title):
                return name
    country = region or next((code for code, pattern in _COUNTRY_WORDS if pattern.search(title)), None)
    if country is None and "非農" not in title and "非农" not in title:
        return None
    if _NO_HEADLINE_FIGURE.search(title):
        return None
    for name, wanted, pattern in figures:
        if (country or "US") == wanted and pattern.search(title):
            return name
    return None


def kind_of(subject: str | None) -> EventKind:
    """Return the kind of an event about an economy by its subject."""
    bank = subject in DECISIONS or subject == "fed-minutes"
    return EventKind.CENTRAL_BANK if bank else EventKind.ECONOMIC


def weight(event: CalendarEvent, own: frozenset[str]) -> int:
    """Return how much an event matters, from 0 to 4. ``own`` are the symbols of the person's lists."""
    if event.kind is EventKind.OWN or event.subject == "fed-decision":
        return 4
    if event.kind is EventKind.EARNINGS:
        return 3 if not own.isdisjoint(event.symbols) else 2
    if event.kind is EventKind.CENTRAL_BANK:
        return 3 if event.subject in {"boj-decision", "ecb-decision", "pboc-lpr"} else 2
    if event.subject in {"us-jobs", "us-cpi"}:
        return 3
    if event.kind in {EventKind.EX_DIVIDEND, EventKind.DIVIDEND}:
        return 2 if event.kind is EventKind.EX_DIVIDEND and not own.isdisjoint(event.symbols) else 1
    if event.kind in {EventKind.HOLIDAY, EventKind.HALF_DAY}:
        return 2 if event.region == "XHKG" else 1
    return 2 if event.subject is not None else 0
