"""An index story as a table, JSON, JSON lines or CSV. The JSON field names are stable and documented."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

from tui_monitor.analysis.records import PeriodChange, Since
from tui_monitor.analysis.story import Story

FORMATS = ("table", "json", "jsonl", "csv")
"""What ``--format`` takes."""

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

_UNKNOWN = "–"


def render(story: Story, form: str, language: str) -> str:
    """Return ``story`` in one of ``FORMATS``, line breaks included."""
    if form == "json":
        return json.dumps(fields(story, language), ensure_ascii=False, indent=2) + "\n"
    if form == "jsonl":
        return json.dumps(fields(story, language), ensure_ascii=False) + "\n"
    return _csv(story, language) if form == "csv" else _table(story, language)


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
    found["claims"] = [
        {"id": claim.id.value, "text": claim.text(language), "inputs": dict(claim.inputs)} for claim in story.claims
    ]
    return found


def _since(since: Since | None) -> str | None:
    if since is None:
        return None
    return "record" if since.date is None else since.date.isoformat()


def _percent(change: PeriodChange | None) -> float | None:
    return None if change is None else change.percent


def _csv(story: Story, language: str) -> str:
    """Return a header and one row: the record in two columns, the claims' texts in one, parted by `` | ``."""
    flat: dict[str, Any] = {}
    for key, value in fields(story, language).items():
        if key == "claims":
            flat[key] = " | ".join(claim["text"] for claim in value)
        elif isinstance(value, dict):
            flat.update({f"{key}_{part}": one for part, one in value.items()})
        elif key == "record_close":
            flat.update({"record_close_date": None, "record_close_level": None})
        else:
            flat[key] = str(value).lower() if isinstance(value, bool) else value
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(flat)
    writer.writerow("" if value is None else value for value in flat.values())
    return out.getvalue()


def _table(story: Story, language: str) -> str:
    labels = _LABELS.get(language, _LABELS["en"])
    record_word, running_word = labels[-2:]

    def signed(value: float | None, mark: str = "%") -> str:
        return _UNKNOWN if value is None else f"{value:+,.2f}{mark}"

    def since(value: Since | None) -> str:
        if value is None:
            return _UNKNOWN
        return record_word if value.date is None else value.date.isoformat()

    weekly = f"{story.weekly.count:+d}" + (f" ({running_word})" if story.weekly.running else "")
    monthly = f"{story.monthly.count:+d}" + (f" ({running_word})" if story.monthly.running else "")
    record = story.record_close
    values = (
        f"{story.level:,.2f}",
        _UNKNOWN if story.change is None else f"{story.change:+,.2f}  {signed(story.change_pct)}",
        since(story.highest_close_since),
        since(story.lowest_close_since),
        weekly,
        f"{story.daily.count:+d}",
        monthly,
        signed(_percent(story.ytd)),
        signed(_percent(story.mtd)),
        _UNKNOWN if record is None else f"{record.level:,.2f}  {record.date.isoformat()}",
        signed(story.to_record_pct),
    )
    width = max(_cells(label) for label in labels[: len(values)])
    lines = [f"{story.symbol}  {story.as_of.isoformat()}", ""]
    lines += [f"{label}{' ' * (width - _cells(label))}  {value}" for label, value in zip(labels, values, strict=False)]
    if story.claims:
        lines += ["", *(f"{claim.rank}. {claim.text(language)}" for claim in story.claims)]
    return "\n".join(lines) + "\n"


def _cells(text: str) -> int:
    """Return the width of a label: our Chinese ones are two cells a character."""
    return sum(1 if char.isascii() else 2 for char in text)
