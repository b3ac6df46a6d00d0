"""An index story as a table, JSON, JSON lines or CSV. The JSON field names are stable and documented."""

from __future__ import annotations

from typing import Any

from tui_monitor.analysis.board import Board
from tui_monitor.analysis.breadth import Breadth
from tui_monitor.analysis.claims import Claim
from tui_monitor.analysis.peers import PeerRanking
from tui_monitor.analysis.records import PeriodChange, Since
from tui_monitor.analysis.story import Story
from tui_monitor.cli.tables import csv_text, json_lines, json_text, padded
from tui_monitor.present.width import cells

_LABELS = {
    "en": (
        "close", "change", "highest close since", "lowest close since", "weekly streak", "daily streak",
        "monthly streak", "year to date", "month to date", "record close", "to record", "record", "on course",
    ),
    "zh-Hant": (
        "收市", "變動", "最高收市自", "最低收市自", "連續週數", "連續日數", "連續月數", "年初至今", "本月至今",
        "收市紀錄", "距紀錄", "紀錄", "未完",
    ),
    "zh-Hans": (
        "收盘", "变动", "最高收盘自", "最低收盘自", "连续周数", "连续日数", "连续月数", "年初至今", "本月至今",
        "收盘纪录", "距纪录", "纪录", "未完",
    ),
}  # fmt: skip

_RUNNING = {"en": "level", "zh-Hant": "現報", "zh-Hans": "现报"}
"""Stands for the close while the session runs: nothing has closed yet."""

_UNKNOWN = "–"


def render(story: Story, form: str, language: str) -> str:
    """Return ``story`` as a table, ``json``, ``jsonl`` or ``csv``, line breaks included."""
    return _render(story, story.claims, fields(story, language), form, language)


def render_board(board: Board, form: str, language: str) -> str:
    """Return a board that has a story in the same forms: its claims are those of the whole board."""
    assert board.story is not None
    return _render(board.story, board.claims, board_fields(board, language), form, language)


def _render(story: Story, claims: tuple[Claim, ...], found: dict[str, Any], form: str, language: str) -> str:
    if form == "json":
        return json_text(found)
    if form == "jsonl":
        return json_lines([found])
    return _csv(found) if form == "csv" else _table(story, claims, language)


def fields(story: Story, language: str) -> dict[str, Any]:
    """Return the documented JSON fields: dates as ISO 8601, percentages in percent units, unrounded."""
    record = story.record_close
    found: dict[str, Any] = {
        "symbol": story.symbol,
        "as_of": story.as_of.isoformat(),
        "level": story.level,
        "previous_close": story.previous_close,
        "change": story.change,
        "change_pct": story.change_pct,
        "highest_close_since": _since(story.highest_close_since),
        "lowest_close_since": _since(story.lowest_close_since),
        "weekly_streak": story.weekly.count,
        "weekly_streak_running": story.weekly.running,
        "daily_streak": story.daily.count,
        "monthly_streak": story.monthly.count,
        "ytd_pct": _percent(story.ytd),
        "mtd_pct": _percent(story.mtd),
        "record_close": None if record is None else {"date": record.date.isoformat(), "level": record.level},
        "below_record_pct": story.below_record_pct,
        "to_record_pct": story.to_record_pct,
    }
    if story.since is not None:
        found["since"] = {
            "date": story.since.base_date.isoformat(),
            "level": story.since.base_level,
            "pct": story.since.percent,
        }
    found["claims"] = _claims(story.claims, language)
    return found


def board_fields(board: Board, language: str) -> dict[str, Any]:
    """Return the fields of a board's story, and what its quotes tell beside it; ``null`` is not known."""
    assert board.story is not None
    found = fields(board.story, language)
    del found["claims"]
    found["provisional"] = board.story.provisional
    found["breadth"] = _breadth(board.breadth)
    found["peers"] = _peers(board.ranking)
    found["valuation"] = _valuation(board)
    found["claims"] = _claims(board.claims, language)
    return found


def _claims(claims: tuple[Claim, ...], language: str) -> list[dict[str, Any]]:
    return [{"id": claim.id.value, "text": claim.text(language), "inputs": dict(claim.inputs)} for claim in claims]


def _breadth(found: Breadth | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "advancers": found.advancers,
        "decliners": found.decliners,
        "unchanged": found.unchanged,
        "unknown": found.unknown,
        "index_points": found.index_points,
        "explained_points": found.explained_points,
        "residual_points": found.residual_points,
        "estimated": found.estimated,
        "top_three_share": found.top_three_share,
        "contributions": [
            {"symbol": one.symbol, "name": one.name, "points": one.points, "percent": one.percent, "weight": one.weight}
            for one in found.contributions
        ],
    }


def _peers(ranking: PeerRanking | None) -> dict[str, Any] | None:
    if ranking is None:
        return None
    return {
        "place": ranking.place,
        "count": ranking.count,
        "ytd_place": ranking.ytd_place,
        "ytd_count": ranking.ytd_count,
        "gauges": [
            {
                "symbol": row.reading.symbol,
                "name": row.reading.name,
                "percent": row.reading.percent,
                "ytd_percent": row.reading.ytd_percent,
                "standing": row.standing.value,
                "place": row.place,
            }
            for row in ranking.rows
        ],
    }


def _valuation(board: Board) -> dict[str, Any] | None:
    if board.valuation is None:
        return None
    average = board.average
    return {
        "forward_pe": board.valuation.forward_pe,
        "coverage": board.valuation.coverage,
        "average": average.value if average else None,
        "average_as_of": average.as_of.isoformat() if average else None,
        "average_origin": average.origin if average else None,
        "nasdaq_100": board.other_pe,
    }


def _since(since: Since | None) -> str | None:
    if since is None:
        return None
    return "record" if since.date is None else since.date.isoformat()


def _percent(change: PeriodChange | None) -> float | None:
    return None if change is None else change.percent


def _csv(found: dict[str, Any]) -> str:
    """Return a header and one row: the record in two columns, the claims' texts in one, parted by `` | ``.

    What is a list in JSON has no column.
    """
    flat: dict[str, Any] = {}
    for key, value in found.items():
        if key == "claims":
            flat[key] = " | ".join(claim["text"] for claim in value)
        elif isinstance(value, dict):
            flat.update({f"{key}_{part}": one for part, one in value.items() if not isinstance(one, list)})
        elif key == "record_close":
            flat.update({"record_close_date": None, "record_close_level": None})
        else:
            flat[key] = value
    return csv_text(list(flat), [list(flat.values())])


def _table(story: Story, claims: tuple[Claim, ...], language: str) -> str:
    labels = _LABELS.get(language, _LABELS["en"])
    record_word, running_word = labels[-2:]
    if story.provisional:
        labels = (_RUNNING.get(language, _RUNNING["en"]), *labels[1:])

    def signed(value: float | None, mark: str = "%") -> str:
        return _UNKNOWN if value is None else f"{value:+,.2f}{mark}"

    def since(value: Since | None) -> str:
        if value is None:
            return _UNKNOWN
        return record_word if value.date is None else value.date.isoformat()

    def streak(count: int, *, running: bool) -> str:
        return "0" if count == 0 else f"{count:+d}" + (f" ({running_word})" if running else "")

    record = story.record_close
    values = (
        f"{story.level:,.2f}",
        _UNKNOWN if story.change is None else f"{story.change:+,.2f}  {signed(story.change_pct)}",
        since(story.highest_close_since),
        since(story.lowest_close_since),
        streak(story.weekly.count, running=story.weekly.running),
        streak(story.daily.count, running=story.provisional),
        streak(story.monthly.count, running=story.monthly.running),
        signed(_percent(story.ytd)),
        signed(_percent(story.mtd)),
        _UNKNOWN if record is None else f"{record.level:,.2f}  {record.date.isoformat()}",
        signed(story.to_record_pct),
    )
    width = max(cells(label) for label in labels[: len(values)])
    lines = [f"{story.symbol}  {story.as_of.isoformat()}", ""]
    lines += [f"{padded(label, width)}  {value}" for label, value in zip(labels, values, strict=False)]
    if claims:
        lines += ["", *(f"{claim.rank}. {claim.text(language)}" for claim in claims)]
    return "\n".join(lines) + "\n"
