"""``tui-monitor movers``: who moves the index."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import click

from tui_monitor.analysis import breadth
from tui_monitor.cli.data_command import ask_sources, end, read_settings
from tui_monitor.cli.data_request import DataRequest, data_options
from tui_monitor.cli.exits import ExitCode
from tui_monitor.cli.headings import heading
from tui_monitor.cli.quotes_output import fresh_word, iso
from tui_monitor.cli.situation_view import view_of
from tui_monitor.cli.tables import (
    Column,
    Field,
    Value,
    coloured,
    direction,
    records_text,
    table,
    terminal_width,
)
from tui_monitor.config.paths import Paths
from tui_monitor.present import numbers
from tui_monitor.present.movers import MoversModel, MoverSort

if TYPE_CHECKING:
    from tui_monitor.domain.quote import Quote
    from tui_monitor.domain.universe import Member
    from tui_monitor.services.situation import Situation

NAMES = (
    "place", "symbol", "name", "last", "change", "percent", "points", "weight", "weight_estimated", "turnover",
    "currency", "time", "age_seconds", "freshness", "source", "delay_seconds", "origin",
)  # fmt: skip
"""Fields of a row, in their order."""


@click.command("movers", short_help="The constituents of the index by percent, points or turnover.")
@click.option(
    "--by",
    type=click.Choice([one.value for one in MoverSort]),
    default=MoverSort.PERCENT.value,
    show_default=True,
    help="What they are ordered by.",
)
@click.option("--ascending", is_flag=True, help="The weakest first.")
@click.option("--limit", type=click.IntRange(1, 10_000), metavar="N", help="Print so many at most.")
@data_options()
def command(
    by: str,
    ascending: bool,
    limit: int | None,
    request: DataRequest,
) -> None:
    """Print the constituents of the index of the settings with their part in its move.

    Points are weight times change times the index's previous close; estimated weights are marked. Ends with 4 if a
    constituent has no price, with 3 if none has.

    Example: tui-monitor movers --by points --limit 5
    """
    settings = read_settings(Paths.from_environment())
    told, known = request.open(settings)
    live: set[str] = set()
    complete = True
    if known is not None:
        from tui_monitor.sources.api import Topic

        wanted = (told.index, *told.universe.symbols)
        outcome = ask_sources(known, settings, {Topic.QUOTES: wanted}, timeout=request.timeout)[Topic.QUOTES]
        live = set(wanted) - set(outcome.missing)
        complete = not outcome.missing
    rows = movers_of(told, MoverSort(by), ascending=ascending, live=live, origin=request.origin)
    if not rows:
        end(f"No price of any constituent of {told.universe.title()} is known.", ExitCode.NO_DATA)
    complete = complete and len(rows) == len(told.universe.members)
    rows = rows[:limit]
    click.echo(_render(rows, request.form, told.language, settings.display.colours), nl=False)
    if not complete:
        click.echo("Some constituents have no price, or only a stored one.", err=True)
        raise click.exceptions.Exit(ExitCode.PARTIAL)


def movers_of(
    told: Situation, sort: MoverSort, *, ascending: bool = False, live: Collection[str] = (), origin: str = "stored"
) -> list[dict[str, Any]]:
    """Return the documented fields of each constituent that has a price, in the screen's own order."""
    model = MoversModel()
    model.sort, model.descending = sort, not ascending
    index = told.store.quote(told.index)
    # The weights are those of the universe's own index.
    previous = index.previous_close if index is not None and told.universe.index == told.index else None
    members = {member.symbol: member for member in told.universe.members}
    rows: list[dict[str, Any]] = []
    for symbol in model.order(view_of(told)):
        quote = told.store.quote(symbol)
        if quote is not None and quote.last is not None:
            place = len(rows) + 1
            where = "live" if symbol in live else origin
            rows.append({"place": place, **_fields(told, members[symbol], quote, previous), "origin": where})
    return rows


def _fields(told: Situation, member: Member, quote: Quote, previous: float | None) -> dict[str, Any]:
    points = None
    if member.weight is not None and quote.percent is not None and previous is not None:
        points = breadth.points(quote.percent, member.weight, previous)
    return {
        "symbol": member.symbol,
        "name": told.name(member.symbol),
        "last": quote.last,
        "change": quote.change,
        "percent": quote.percent,
        "points": points,
        "weight": member.weight,
        "weight_estimated": member.estimated,
        "turnover": quote.estimated_turnover,
        "currency": quote.currency,
        "time": iso(quote.time),
        "age_seconds": round(max(0.0, (told.now - (quote.time or quote.received)).total_seconds()), 3),
        "freshness": fresh_word(told, quote),
        "source": quote.source,
        "delay_seconds": quote.delay,
    }


def _render(rows: list[dict[str, Any]], form: str, language: str, colours: str) -> str:
    if form != "table":
        return records_text(form, NAMES, rows)
    columns = (
        Column(heading("symbol", language)),
        Column(heading("name", language), cut=True),
        Column(heading("last", language), right=True),
        Column(heading("percent", language), right=True),
        Column(heading("points", language), right=True),
        Column(heading("weight", language), right=True, rank=2),
        Column(heading("turnover", language), right=True),
        Column(heading("age", language), right=True, rank=1),
        Column(heading("source", language), rank=3),
    )
    return table(
        columns,
        [_cells(row, language) for row in rows],
        width=terminal_width(),
        colours=colours if coloured() else None,
    )


def _cells(row: dict[str, Any], language: str) -> list[Value]:
    way = direction(row["change"])
    age = numbers.age(row["age_seconds"], language)
    if row["freshness"] == "stale":
        age = f"{heading('stale', language)} {age}"
    weight = "" if row["weight"] is None else f"{'~' if row['weight_estimated'] else ''}{row['weight'] * 100:.2f}%"
    return [
        row["symbol"],
        row["name"],
        numbers.price(row["last"]),
        Field(numbers.signed_percent(row["percent"], decimals=2), way),
        Field(numbers.points(row["points"]), way),
        weight,
        numbers.compact(row["turnover"], language),
        age,
        row["source"],
    ]
