"""Headlines as records with documented, stable field names, and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tui_monitor.cli.tables import Column, Value, records_text, table, terminal_width
from tui_monitor.present import numbers
from tui_monitor.present.quote_cells import code

if TYPE_CHECKING:
    from tui_monitor.domain.headline import Headline
    from tui_monitor.present.words import Words

NAMES = (
    "id", "published", "title", "url", "source", "author", "summary", "lang", "symbols", "topics", "also",
)  # fmt: skip
"""Fields of a record, in their order."""


def record(one: Headline) -> dict[str, Any]:
    """Return the documented fields; what the feed does not say is ``None``, never a guess."""
    return {
        "id": one.id,
        "published": None if one.published is None else one.published.isoformat().replace("+00:00", "Z"),
        "title": one.title,
        "url": one.url,
        "source": one.source,
        "author": one.author,
        "summary": one.summary,
        "lang": one.language,
        "symbols": list(one.symbols),
        "topics": list(one.topics),
        "also": list(one.also),
    }


def render(headlines: Sequence[Headline], form: str, words: Words, now: datetime) -> str:
    """Return the headlines in a form of ``--format``, line breaks included."""
    if form != "table":
        return records_text(form, NAMES, [record(one) for one in headlines])
    columns = (
        Column(words("column.age"), right=True),
        Column(words("column.source"), rank=2, cut=True),
        Column("", rank=1),
        Column(words("column.topic"), rank=4),
        Column(words("column.headline"), cut=True),
        Column(words("column.symbol"), rank=3),
    )
    rows: list[list[Value]] = []
    for one in headlines:
        age = numbers.age((now - one.published).total_seconds(), words.language) if one.published else numbers.UNKNOWN
        topic = words(f"topic.{one.topics[0]}").removeprefix("topic.") if one.topics else ""
        also = f"+{len(one.also)}" if one.also else ""
        rows.append([age, one.source, also, topic, one.title, " ".join(code(symbol) for symbol in one.symbols[:3])])
    return table(columns, rows, width=terminal_width())
