"""From a rule as it is written, in ``config.toml`` or in ``alerts.toml``, to the rule that is followed."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from tui_monitor.analysis.claims import ClaimId
from tui_monitor.config.expected import got
from tui_monitor.config.settings import AlertEntry
from tui_monitor.domain.alert import AlertKind, AlertRule, Channel, Span
from tui_monitor.domain.headline_filter import FilterError, parse_filter
from tui_monitor.domain.instrument import normalise_symbol

STALE_AFTER = 900.0
"""Seconds after which a source counts as silent where a rule does not say."""

# Keys that every kind uses, and those that each kind uses besides.
_COMMON = {"name", "kind", "cooldown", "deliver", "enabled"}
_USED = {
    **{key: {"symbols", "above", "below", "hysteresis"} for key in ("price", "percent", "points", "volume")},
    **{key: {"symbols", "span", "hysteresis"} for key in ("high", "low")},
    "rating": {"symbols", "actions"},
    "headline": {"symbols", "filter"},
    "claim": {"claim", "above"},
    "stale": {"source", "above"},
}


class ListedRule(msgspec.Struct, frozen=True):
    """A rule with where it comes from."""

    rule: AlertRule
    entry: AlertEntry
    """As it is written."""
    own: bool
    """It stands in ``config.toml``, which is the person's; else it was made in the program."""


def problem_of(entry: AlertEntry) -> tuple[str, str] | None:
    """Return the key that is wrong and what was expected, ``None`` where all is right."""
    used = _COMMON | _USED[entry.kind]
    default = AlertEntry(name=entry.name, kind=entry.kind)
    for key in entry.__struct_fields__:
        if key not in used and getattr(entry, key) != getattr(default, key):
            return key, f"not used by the kind {entry.kind}; it uses {', '.join(sorted(_USED[entry.kind]))}"
    for symbol in entry.symbols:
        if normalise_symbol(symbol) is None:
            return "symbols", f"expected symbols such as 0700.HK, got {got(symbol)}"
    thresholds = [one for one in (entry.above, entry.below) if one is not None]
    if any(not abs(one) < float("inf") for one in thresholds):
        return "above" if entry.below is None else "below", "expected a finite number"
    if entry.kind in {"price", "percent", "points", "volume"} and not thresholds:
        return "above", "expected above or below, or both"
    if entry.kind == "price" and not entry.symbols:
        return "symbols", "expected the symbols that the price is for"
    if entry.kind in {"price", "volume", "stale"} and any(one <= 0 for one in thresholds):
        return "above" if entry.above is not None and entry.above <= 0 else "below", "expected a positive number"
    if entry.above is not None and entry.below is not None and entry.below >= entry.above:
        return "below", f"expected less than above ({entry.above:g}), got {got(entry.below)}"
    if entry.claim and entry.claim not in set(ClaimId):
        return "claim", f"expected one of {', '.join(ClaimId)}, got {got(entry.claim)}"
    if entry.kind == "headline":
        return _problem_of_filter(entry.filter)
    return None


def _problem_of_filter(text: str) -> tuple[str, str] | None:
    if not text.strip():
        return "filter", "expected a filter such as 'topic:deals' or '\"share buyback\"'"
    try:
        parse_filter(text)
    except FilterError as error:
        return "filter", f"expected a filter; character {error.position + 1}: {error.expected}"
    return None


def rule_of(entry: AlertEntry) -> AlertRule:
    """Return the rule of an entry without a problem."""
    above = entry.above
    if entry.kind == "stale" and above is None:
        above = STALE_AFTER
    if entry.kind == "claim" and above is None:
        above = 0.0
    symbols = tuple(dict.fromkeys(normalise_symbol(one) or one for one in entry.symbols))
    return AlertRule(
        name=entry.name,
        kind=AlertKind(entry.kind),
        symbols=symbols,
        above=above,
        below=entry.below,
        span=Span(entry.span),
        actions=frozenset(entry.actions),
        filter=entry.filter,
        claim=entry.claim,
        source=entry.source,
        hysteresis=entry.hysteresis,
        cooldown=entry.cooldown,
        deliver=None if entry.deliver is None else tuple(Channel(one) for one in entry.deliver),
        enabled=entry.enabled,
    )


def listed_rules(
    own: Iterable[AlertEntry], added: Iterable[AlertEntry], off: Iterable[str] = ()
) -> tuple[ListedRule, ...]:
    """Return all rules, the person's first; an added one whose name the person uses too is left out.

    ``off`` are names of the person's rules that were turned off within the program.
    """
    still = {name.casefold() for name in off}
    listed: dict[str, ListedRule] = {}
    for entry in own:
        key = entry.name.casefold()
        rule = rule_of(entry)
        listed[key] = ListedRule(msgspec.structs.replace(rule, enabled=False) if key in still else rule, entry, True)
    for entry in added:
        listed.setdefault(entry.name.casefold(), ListedRule(rule_of(entry), entry, False))
    return tuple(listed.values())
