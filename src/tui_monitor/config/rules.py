"""What the types of the settings cannot say: dates, zones, addresses, names that must differ, keys, secrets."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from tui_monitor.analysis.quiet_hours import read_quiet_hours
from tui_monitor.config.expected import got
from tui_monitor.config.settings import CLOSED, Alerts, Settings
from tui_monitor.config.toml_lines import KeyPath
from tui_monitor.domain.instrument import normalise_symbol
from tui_monitor.domain.patterns import lazy
from tui_monitor.domain.text import safe_url

_COMMAND = lazy(r"[a-z][a-z0-9_-]*(?:\.[a-z0-9_-]+)+")
_MIC = lazy(r"[A-Z0-9]{4}")
_KEY = lazy(
    r"(?:(?:ctrl|shift|alt|super|meta|hyper)\+)*"
    r"(?:[^\s,+]|f(?:[1-9]|1\d|2[0-4])|up|down|left|right|home|end|pageup|pagedown|insert|delete|backspace|enter|"
    r"tab|space|escape|comma|plus|minus|slash|backslash|question_mark|exclamation_mark|full_stop|colon|semicolon|"
    r"apostrophe|quotation_mark|grave_accent|tilde|at|number_sign|dollar_sign|percent_sign|ampersand|asterisk|"
    r"circumflex_accent|underscore|equals_sign|vertical_line|less_than_sign|greater_than_sign|left_parenthesis|"
    r"right_parenthesis|left_square_bracket|right_square_bracket|left_curly_bracket|right_curly_bracket)"
)
_HOURS = lazy(r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)", re.ASCII)
_TIME = lazy(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)
_SECRET = lazy(r"(?:^|_)(?:key|token|secret|password)$", re.IGNORECASE)

Problems = list[tuple[KeyPath, str]]


def check_rules(settings: Settings, mode: int, problems: Problems) -> None:
    """Add to ``problems`` what breaks a rule. ``mode`` is the file's permission bits."""
    _check_market(settings, problems)
    _check_zone(settings.display.timezone, problems)
    _check_keys(settings.keys.bind, problems)
    _check_feeds(settings, problems)
    _check_filters(settings, problems)
    _check_sessions(settings.sessions, problems)
    _check_events(settings, problems)
    _check_alerts(settings.alerts, mode, problems)
    for name, table in settings.sources.items():
        _check_source(table, ("sources", name), mode, problems)


def _check_market(settings: Settings, problems: Problems) -> None:
    since = settings.market.since
    if since is not None and _date(since) is None:
        problems.append((("market", "since"), f"expected a date such as 2024-10-02, got {got(since)}"))


def _check_zone(zone: str, problems: Problems) -> None:
    if zone != "exchange" and not _is_zone(zone):
        reason = f'expected "exchange" or a time zone such as "Asia/Hong_Kong", got {got(zone)}'
        problems.append((("display", "timezone"), reason))


def _is_zone(name: str) -> bool:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _check_keys(bind: dict[str, str], problems: Problems) -> None:
    for command, keys in bind.items():
        place: KeyPath = ("keys", "bind", command)
        if not _COMMAND.fullmatch(command):
            problems.append((place, 'expected the id of a command such as "watch.remove" on the left'))
        for key in keys.split(","):
            if not _KEY.fullmatch(key.strip()):
                problems.append((place, f'expected keys such as "x,delete" or "ctrl+r", got {got(keys)}'))
                break


def _check_feeds(settings: Settings, problems: Problems) -> None:
    seen: set[str] = set()
    for index, feed in enumerate(settings.feeds):
        if safe_url(feed.url) is None:
            problems.append((("feeds", index, "url"), f"expected an http or https address, got {got(feed.url)}"))
        if feed.name.casefold() in seen:
            problems.append((("feeds", index, "name"), f"expected a name of its own, got {got(feed.name)} again"))
        seen.add(feed.name.casefold())


def _check_filters(settings: Settings, problems: Problems) -> None:
    from tui_monitor.domain.headline_filter import FilterError, parse_filter

    news = settings.news
    written: list[tuple[KeyPath, str]] = [(("news", "filters", name), text) for name, text in news.filters.items()]
    for key in ("highlight", "ignore"):
        written += [(("news", key, index), text) for index, text in enumerate(getattr(news, key))]
    for place, text in written:
        try:
            parse_filter(text)
        except FilterError as error:
            problems.append((place, f"expected a filter; character {error.position + 1}: {error.expected}"))


def _check_alerts(alerts: Alerts, mode: int, problems: Problems) -> None:
    if alerts.quiet and read_quiet_hours(alerts.quiet) is None:
        problems.append((("alerts", "quiet"), f'expected hours such as "22:30-07:00", got {got(alerts.quiet)}'))
    if alerts.apprise and mode & 0o077:
        problems.append((("alerts", "apprise"), "a secret, so the file must be yours alone: chmod 600 it"))
    if not alerts.rules:
        return
    from tui_monitor.config.alert_rules import problem_of
    from tui_monitor.domain.alert import MAX_RULES

    if len(alerts.rules) > MAX_RULES:
        problems.append((("alerts", "rules"), f"expected at most {MAX_RULES} rules, got {len(alerts.rules)}"))
    seen: set[str] = set()
    for index, entry in enumerate(alerts.rules):
        problem = problem_of(entry)
        if problem is not None:
            problems.append((("alerts", "rules", index, problem[0]), problem[1]))
        if entry.name.casefold() in seen:
            reason = f"expected a name of its own, got {got(entry.name)} again"
            problems.append((("alerts", "rules", index, "name"), reason))
        seen.add(entry.name.casefold())


def _check_sessions(sessions: dict[str, Any], problems: Problems) -> None:
    for mic, days in sessions.items():
        if not _MIC.fullmatch(mic):
            problems.append((("sessions", mic), f"expected a market code such as XHKG, got {got(mic)}"))
        for day, hours in days.items():
            if _date(day) is None:
                problems.append(
                    (("sessions", mic, day), f"expected a date such as 2025-09-08 on the left, got {got(day)}")
                )
            elif not _are_hours(hours):
                problems.append(
                    (("sessions", mic, day), f'expected "closed" or hours such as "09:30-12:00", got {got(hours)}')
                )


def _check_events(settings: Settings, problems: Problems) -> None:
    for number, event in enumerate(settings.events):
        place = ("events", number)
        if _date(event.date) is None:
            problems.append(((*place, "date"), f"expected a date such as 2025-09-17, got {got(event.date)}"))
        if event.time is not None and not _TIME.fullmatch(event.time):
            problems.append(((*place, "time"), f"expected a time such as 14:00, got {got(event.time)}"))
        if event.zone is not None and not _is_zone(event.zone):
            problems.append(
                ((*place, "zone"), f'expected a time zone such as "America/New_York", got {got(event.zone)}')
            )
        for index, symbol in enumerate(event.symbols):
            if normalise_symbol(symbol) is None:
                problems.append(((*place, "symbols", index), f"expected a symbol such as 0700.HK, got {got(symbol)}"))


def _are_hours(text: str) -> bool:
    """Whether ``text`` is ``closed`` or two times of day, the first before the second."""
    if text == CLOSED:
        return True
    found = _HOURS.fullmatch(text)
    return found is not None and found[1] < found[2]


def _check_source(table: dict[str, Any], path: KeyPath, mode: int, problems: Problems) -> None:
    for key, value in table.items():
        place = (*path, key)
        if isinstance(value, dict):
            _check_source(value, place, mode, problems)
        elif key == "enabled" and not isinstance(value, bool):
            problems.append((place, f"expected true or false, got {got(value)}"))
        elif isinstance(value, str) and value and (key.endswith("url") or "://" in value) and safe_url(value) is None:
            problems.append((place, f"expected an http or https address, got {got(value)}"))
        elif _SECRET.search(key) and isinstance(value, str) and mode & 0o077:
            problems.append((place, "a secret, so the file must be yours alone: chmod 600 it"))


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
