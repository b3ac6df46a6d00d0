"""``tui-monitor feeds``: the list of feeds, what each brings, and its exchange with other feed readers."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui_monitor.cli import completing
from tui_monitor.cli.commands.feeds_muting import mute, unmute
from tui_monitor.cli.data_command import end, format_option, read_settings
from tui_monitor.cli.exits import ExitCode
from tui_monitor.cli.tables import Column, Value, records_text, table, terminal_width
from tui_monitor.config.feeds_file import AddedFeeds, FeedsFile
from tui_monitor.config.paths import Paths
from tui_monitor.config.settings import FeedEntry
from tui_monitor.domain.errors import ConfigError, MonitorError

if TYPE_CHECKING:
    from tui_monitor.config.settings import Settings
    from tui_monitor.services.feed_desk import FeedPreview

MAX_OPML = 5 * 1024 * 1024
"""Bytes of the largest list that is imported."""

LISTED = ("name", "url", "title", "language", "category", "period", "origin", "muted")
"""Fields of ``feeds list``, in their order."""

CHECKED = ("name", "url", "ok", "items", "language", "newest", "reason", "notes")
"""Fields of ``feeds check``, in their order."""

_timeout_option = click.option(
    "--timeout", type=click.FloatRange(0.5, 120), default=15.0, show_default=True, help="Seconds a feed."
)


@click.group("feeds", short_help="The list of feeds: show, add, remove, mute, check, import, export.")
def command() -> None:
    """Show and change the list of feeds, and see what each brings.

    Feeds that are added here go to feeds.toml beside config.toml, which is never written.

    Example: tui-monitor feeds add https://example.com/rss
    """


@command.command("list")
@format_option
def list_command(form: str) -> None:
    """List every feed that is read: yours of config.toml, added ones, shipped ones.

    Example: tui-monitor feeds list --format json
    """
    paths = Paths.from_environment()
    settings = read_settings(paths)
    rows = _listed(settings, _added(paths))
    if form != "table":
        click.echo(records_text(form, LISTED, rows), nl=False)
        return
    columns = (
        Column("name"), Column("origin", rank=3), Column("lang", rank=2), Column("category", rank=4),
        Column("", rank=5), Column("url", cut=True),
    )  # fmt: skip
    cells: list[list[Value]] = [
        [
            row["name"], row["origin"], row["language"] or "", row["category"], "muted" if row["muted"] else "",
            row["url"],
        ]
        for row in rows
    ]  # fmt: skip
    click.echo(table(columns, cells, width=terminal_width()), nl=False)


@command.command("add")
@click.argument("address", metavar="URL")
@click.option("--name", metavar="NAME", help="A short name; by default the beginning of the feed's title.")
@click.option("--language", metavar="TAG", help="Such as en or zh; by default that of the items.")
@click.option("--category", metavar="WORDS", default="")
@click.option("--period", type=click.FloatRange(300, 86_400), default=600.0, show_default=True, help="Seconds.")
@click.option("--no-check", is_flag=True, help="Add it without asking it first.")
@_timeout_option
def add(
    address: str, name: str | None, language: str | None, category: str, period: float, no_check: bool, timeout: float
) -> None:
    """Ask a feed, show what it brings, and add it to the list.

    Example: tui-monitor feeds add https://example.com/rss --name example
    """
    import msgspec

    from tui_monitor.domain.text import safe_url
    from tui_monitor.services.feed_desk import short_name

    paths = Paths.from_environment()
    settings = read_settings(paths)
    taken = [row["name"] for row in _listed(settings, _added(paths))]
    # Where it is asked, an address without its beginning is tried with https.
    if (no_check or "://" in address) and safe_url(address) is None:
        raise click.BadParameter(f"{address!r} is no http or https address", param_hint="URL")
    if no_check:
        entry = FeedEntry(name=short_name("", address, taken), url=address)
    else:
        (found,) = asyncio.run(_previews(settings, paths, [address], taken, timeout))
        if isinstance(found, str):
            end(f"{address}: {found}", ExitCode.NO_DATA)
        _tell(found)
        entry = found.entry
    changes: dict[str, Any] = {"category": category, "period": period}
    if name is not None:
        changes["name"] = name
    if language is not None:
        changes["language"] = language
    try:
        entry = msgspec.convert(msgspec.to_builtins(msgspec.structs.replace(entry, **changes)), FeedEntry)
    except msgspec.ValidationError as error:
        raise click.UsageError(str(error)) from None
    if entry.name.casefold() in {one.casefold() for one in taken}:
        raise click.UsageError(f"a feed called {entry.name} is there already; choose another --name.")
    _change(paths, lambda file: file.add(entry))
    click.echo(f"Added {entry.name} to {paths.feeds_file}.", err=True)


@command.command("remove")
@click.argument("name", shell_complete=completing.added_feed_names)
def remove(name: str) -> None:
    """Remove a feed that was added; what it brought stays.

    Example: tui-monitor feeds remove example
    """
    paths = Paths.from_environment()
    settings = read_settings(paths)
    if _change(paths, lambda file: file.remove(name)):
        click.echo(f"Removed {name}.", err=True)
        return
    row = next((one for one in _listed(settings, _added(paths)) if one["name"].casefold() == name.casefold()), None)
    if row is None:
        raise click.BadParameter(f"there is no feed called {name!r}", param_hint="NAME")
    if row["origin"] == "config":
        end(f"{row['name']} stands in {paths.config_file}, which is yours: take it out there.", ExitCode.USAGE)
    end(
        f'{row["name"]} comes with the program: leave it out by [news] without = ["{row["name"]}"] '
        f"in {paths.config_file}.",
        ExitCode.USAGE,
    )


command.add_command(mute)
command.add_command(unmute)


@command.command("check")
@click.argument("wanted", nargs=-1, metavar="[NAME|URL]...", shell_complete=completing.feed_names)
@format_option
@_timeout_option
def check(wanted: tuple[str, ...], form: str, timeout: float) -> None:
    """Ask feeds once and tell what each brings or why it fails; without a name all of the list.

    Example: tui-monitor feeds check RTHK
    """
    paths = Paths.from_environment()
    settings = read_settings(paths)
    listed = {row["name"].casefold(): row for row in _listed(settings, _added(paths))}
    asked: list[tuple[str, str]] = []
    for one in wanted or tuple(listed):
        row = listed.get(one.casefold())
        if row is None and "." not in one:
            raise click.BadParameter(f"there is no feed called {one!r}", param_hint="NAME")
        asked.append((row["name"], row["url"]) if row is not None else ("", one))
    found = asyncio.run(_previews(settings, paths, [url for _, url in asked], (), timeout))
    rows = [_checked(name, url, one) for (name, url), one in zip(asked, found, strict=True)]
    if form == "table":
        columns = (
            Column("name"), Column("ok"), Column("items", right=True), Column("lang", rank=3),
            Column("newest", rank=2), Column("what", cut=True),
        )  # fmt: skip
        cells: list[list[Value]] = [
            [
                row["name"], "yes" if row["ok"] else "NO", "" if row["items"] is None else str(row["items"]),
                row["language"] or "", row["newest"] or "", row["reason"] or "; ".join(row["notes"]),
            ]
            for row in rows
        ]  # fmt: skip
        click.echo(table(columns, cells, width=terminal_width()), nl=False)
    else:
        click.echo(records_text(form, CHECKED, rows), nl=False)
    failed = sum(not row["ok"] for row in rows)
    if failed:
        sys.exit(ExitCode.NO_DATA if failed == len(rows) else ExitCode.PARTIAL)


@command.command("import")
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path), metavar="FILE|-")
@click.option("--dry-run", is_flag=True, help="Only tell what would be added.")
def import_command(file: Path, dry_run: bool) -> None:
    """Add the feeds of an OPML list, as other feed readers export it. Those that are read already are passed over.

    Example: tui-monitor feeds import feeds.opml --dry-run
    """
    from tui_monitor.config.opml import read_opml
    from tui_monitor.services.feed_desk import unread_feeds

    paths = Paths.from_environment()
    settings = read_settings(paths)
    held = [FeedEntry(name=row["name"], url=row["url"]) for row in _listed(settings, _added(paths))]
    try:
        feeds, notes = read_opml(_read(file))
        new, passed_over = unread_feeds(feeds, held)
    except ConfigError as error:
        end(str(error), ExitCode.CONFIG)
    for note in (*notes, *passed_over):
        click.echo(note, err=True)
    if new and not dry_run:
        _change(paths, lambda changed: changed.add(*new))
    for entry in new:
        click.echo(f"{entry.name}\t{entry.url}")
    click.echo(f"{len(new)} feeds {'would be ' if dry_run else ''}added.", err=True)


@command.command("export")
@click.argument("file", required=False, type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
def export(file: Path | None) -> None:
    """Write the list of feeds as OPML, to FILE or to stdout.

    Example: tui-monitor feeds export feeds.opml
    """
    from tui_monitor.config.opml import write_opml
    from tui_monitor.services.source_setup import feeds_to_read

    paths = Paths.from_environment()
    settings = read_settings(paths)
    try:
        body = write_opml(feeds_to_read(settings, _added(paths)), datetime.now(UTC))
        if file is None or str(file) == "-":
            click.echo(body, nl=False)
        else:
            file.write_bytes(body)
    except ConfigError as error:
        end(str(error), ExitCode.CONFIG)
    except OSError as error:
        end(f"{file} cannot be written: {(error.strerror or str(error)).lower()}.", ExitCode.CONFIG)


def _added(paths: Paths) -> AddedFeeds:
    try:
        return FeedsFile(paths.feeds_file).read()
    except ConfigError as error:
        end(str(error), ExitCode.CONFIG)


def _change(paths: Paths, change: Any) -> Any:
    try:
        paths.ensure()
        return change(FeedsFile(paths.feeds_file))
    except ConfigError as error:
        end(str(error), ExitCode.CONFIG)


def _listed(settings: Settings, added: AddedFeeds) -> list[dict[str, Any]]:
    from tui_monitor.services.source_setup import feeds_to_read

    try:
        feeds = feeds_to_read(settings, added)
    except ConfigError as error:
        end(str(error), ExitCode.CONFIG)
    own = {entry.name for entry in settings.feeds}
    program = {entry.name for entry in added.feeds}
    muted = {name.casefold() for name in added.muted}
    return [
        {
            "name": feed.name,
            "url": feed.url,
            "title": feed.title,
            "language": feed.language,
            "category": feed.category,
            "period": feed.period,
            "origin": "config" if feed.name in own else "added" if feed.name in program else "shipped",
            "muted": feed.name.casefold() in muted,
        }
        for feed in feeds
    ]


async def _previews(
    settings: Settings, paths: Paths, addresses: Sequence[str], taken: Sequence[str], timeout: float
) -> list[FeedPreview | str]:
    """Return what each address would bring, or why it brings nothing; four are asked at a time."""
    from tui_monitor.services.feed_desk import check_feed
    from tui_monitor.services.reading_feeds import AT_ONCE, FeedsOnce

    gate = asyncio.Semaphore(AT_ONCE)

    async with FeedsOnce(settings, paths, {}) as feeds:

        async def one_of(address: str) -> FeedPreview | str:
            try:
                async with gate, asyncio.timeout(timeout):
                    return await check_feed(feeds.shelf, address, taken)
            except TimeoutError:
                return f"no answer within {timeout:g} s"
            except MonitorError as error:
                return str(error)

        return list(await asyncio.gather(*map(one_of, addresses)))


def _checked(name: str, url: str, found: FeedPreview | str) -> dict[str, Any]:
    if isinstance(found, str):
        return {
            "name": name or url, "url": url, "ok": False, "items": None, "language": None, "newest": None,
            "reason": found, "notes": [],
        }  # fmt: skip
    moments = [one.published for one in found.headlines if one.published is not None]
    return {
        "name": name or found.entry.name,
        "url": found.entry.url,
        "ok": True,
        "items": len(found.headlines),
        "language": found.entry.language,
        "newest": max(moments).isoformat().replace("+00:00", "Z") if moments else None,
        "reason": None,
        "notes": list(found.notes),
    }


def _tell(found: FeedPreview) -> None:
    language = found.entry.language or "language unknown"
    click.echo(f"{found.entry.title or found.entry.name}: {len(found.headlines)} items, {language}", err=True)
    for one in found.headlines[:3]:
        click.echo(f"  {one.title}", err=True)
    for note in found.notes:
        click.echo(f"  ({note})", err=True)


def _read(file: Path) -> bytes:
    try:
        if str(file) == "-":
            return sys.stdin.buffer.read(MAX_OPML + 1)
        with file.expanduser().open("rb") as source:
            return source.read(MAX_OPML + 1)
    except OSError as error:
        end(f"{file} cannot be read: {(error.strerror or str(error)).lower()}.", ExitCode.CONFIG)
