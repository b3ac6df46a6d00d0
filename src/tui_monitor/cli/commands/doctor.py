"""``tui-monitor doctor``: checks the settings, the folders, the terminal and each source, and says what to do."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import click

from tui_monitor.cli.exits import ExitCode
from tui_monitor.cli.tables import padded
from tui_monitor.config.loading import load_settings
from tui_monitor.config.paths import Paths
from tui_monitor.config.settings import Settings
from tui_monitor.domain.errors import ConfigError, MonitorError


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    right: bool
    words: str
    advice: str = ""
    """What to do about it, where there is something to do."""


@click.command("doctor", short_help="Check settings, folders, terminal and the reach of each source.")
@click.option("--offline", is_flag=True, help="Ask no network.")
@click.option("--timeout", type=click.FloatRange(1, 120), default=10.0, show_default=True, help="Seconds a source.")
@click.pass_context
def command(ctx: click.Context, offline: bool, timeout: float) -> None:
    """Check settings, folders, terminal and sources, and end with what to do. Example: tui-monitor doctor --offline"""
    paths = Paths.from_environment()
    findings = list(_local(paths))
    settings = _settings(paths)
    if not offline and settings is not None:
        from tui_monitor.services.reach import reach_of

        findings += [
            Finding(name, error is None, error or words, "" if error is None else "see the reason; it tries again")
            for name, words, error in asyncio.run(reach_of(settings, paths, timeout=timeout))
        ]
    for one in findings:
        click.echo(f"{'ok  ' if one.right else 'BAD '} {padded(one.what, 16)} {one.words}")
    advice = [f"{one.what}: {one.advice}" for one in findings if one.advice]
    click.echo()
    if advice:
        click.echo("What to do:")
        for line in advice:
            click.echo(f"  {line}")
    else:
        click.echo("All is well.")
    if settings is None:
        ctx.exit(ExitCode.CONFIG)
    if any(not one.right for one in findings):
        ctx.exit(ExitCode.PARTIAL)


def _settings(paths: Paths) -> Settings | None:
    try:
        return load_settings(paths.config_file)
    except ConfigError:
        return None


def _local(paths: Paths) -> Iterator[Finding]:
    version = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    yield Finding("python", sys.version_info >= (3, 11), version)
    try:
        load_settings(paths.config_file)
        there = paths.config_file.exists()
        yield Finding("settings", True, f"{paths.config_file}{'' if there else ' (not there: defaults)'}")
    except ConfigError as error:
        yield Finding("settings", False, str(error), "correct the lines that are named")
    try:
        from tui_monitor.config.seeds import load_instruments, load_universe

        settings = _settings(paths)
        universe = load_universe(settings.market.universe) if settings is not None else load_universe()
        known = load_instruments(universe)
        yield Finding("seeds", True, f"{len(universe.members)} constituents, {len(known)} instruments")
    except MonitorError as error:
        yield Finding("seeds", False, str(error), "correct market.universe, or install tui-monitor again")
    for problem in paths.ensure():
        yield Finding("folders", False, problem, "make the folder writable or set TUI_MONITOR_STATE_DIR")
    for what, folder in (("config folder", paths.config_dir), ("state folder", paths.state_dir)):
        if folder.is_dir():
            writable = os.access(folder, os.W_OK)
            yield Finding(what, writable, str(folder), "" if writable else "make the folder writable")
    yield _database(paths)
    yield _terminal()


def _database(paths: Paths) -> Finding:
    if not paths.database.exists():
        return Finding("database", True, f"{paths.database} (begun at the first start)")
    import sqlite3

    try:
        with sqlite3.connect(f"file:{paths.database}?mode=ro", uri=True, timeout=2.0) as connection:
            answer = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        return Finding("database", False, f"{paths.database}: {error}", "it is set aside at the next start")
    right = bool(answer) and answer[0] == "ok"
    return Finding("database", right, str(paths.database), "" if right else "it is set aside at the next start")


def _terminal() -> Finding:
    name = os.environ.get("TERM", "")
    colours = os.environ.get("COLORTERM") or ("256" if "256" in name else "16")
    locale = os.environ.get("LC_ALL") or os.environ.get("LANG") or "C"
    words = f"TERM={name or '(unset)'}, colours: {colours}, locale: {locale}"
    if not sys.stdout.isatty():
        return Finding("terminal", True, f"{words} (not a terminal here)")
    usable = name not in {"", "dumb"}
    return Finding("terminal", usable, words, "" if usable else "use a terminal that can be painted on, or a command")
