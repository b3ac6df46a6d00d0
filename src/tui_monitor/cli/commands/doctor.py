"""``tui-monitor doctor``: checks the settings, the folders, the terminal and each source, and says what to do."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from tui_monitor.cli.exits import ExitCode
from tui_monitor.cli.spoken import speaking
from tui_monitor.cli.tables import padded
from tui_monitor.config.loading import load_settings
from tui_monitor.config.paths import Paths
from tui_monitor.config.settings import Settings
from tui_monitor.domain.errors import ConfigError, FailureKind, MonitorError


class Finding(msgspec.Struct, frozen=True):
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
        findings += _network(settings, paths, timeout)
    say = speaking(settings)
    for one in findings:
        click.echo(f"{padded(say('ok' if one.right else 'BAD'), 4)} {padded(say(one.what), 16)} {say(one.words)}")
    colon = ": " if say("ok") == "ok" else "："
    advice = list(dict.fromkeys(f"{say(one.what)}{colon}{say(one.advice)}" for one in findings if one.advice))
    click.echo()
    if advice:
        click.echo(say("What to do:"))
        for line in advice:
            click.echo(f"  {line}")
    else:
        click.echo(say("All is well."))
    if settings is None:
        ctx.exit(ExitCode.CONFIG)
    if any(not one.right for one in findings):
        ctx.exit(ExitCode.PARTIAL)


OFF_BY = 10.0
"""Seconds by which the clock may be off without a word; an answer's own time is only told in seconds."""

WRONG_BY = 120.0
"""Seconds from which on ages and sessions are wrong enough to do something about it."""

_ADVICE = {
    FailureKind.REFUSED: "see that the network, its name server and HTTPS_PROXY (if set) let you through to {host}",
    FailureKind.TIMEOUT: "the network or {host} is slow: try again, with --timeout 30",
    FailureKind.TLS: "set SSL_CERT_FILE to the certificate of the proxy between you and {host}, if there is one",
    FailureKind.RATE_LIMITED: "leave {host} alone for {wait}; the program does so by itself",
    FailureKind.UNAUTHORISED: "{host} does not serve you: turn {name} off or give it another address in config.toml",
    FailureKind.NOT_FOUND: "the address at {host} is gone: correct it in config.toml, or remove the feed",
    FailureKind.SERVER: "{host} has trouble of its own: nothing to do, it is tried again",
    FailureKind.REDIRECT: "{host} sends us elsewhere: a login page of the network? Else correct the address",
    FailureKind.TOO_LARGE: "{host} sends too much to be right: correct the address or remove the feed",
    FailureKind.MALFORMED: "{host} answers with something else: a login page of the network? Open it in a browser",
    FailureKind.UNAVAILABLE: "it cannot work here: see the reason beside it",
    FailureKind.INTERNAL: "a defect of the source: the log has more",
}
"""What to do, by why a source gave no answer."""


def _network(settings: Settings, paths: Paths, timeout: float) -> Iterator[Finding]:
    """Ask each source once and tell of reach, TLS and clock."""
    from tui_monitor.services.reach import reach_of

    reach = asyncio.run(reach_of(settings, paths, timeout=timeout))
    failed = [one for one in reach.sources if one.failure is not None]
    nothing = bool(failed) and all(one.failure in {FailureKind.REFUSED, FailureKind.TIMEOUT} for one in reach.sources)
    for one in reach.sources:
        if one.failure is None:
            yield Finding(one.name, True, one.words)
            continue
        wait = f"{max(300.0, one.retry_after or 0.0) / 60:.0f} minutes"
        advice = "" if nothing else _ADVICE[one.failure].format(host=one.host or "it", name=one.name, wait=wait)
        yield Finding(one.name, False, one.words, advice)
    for warning in reach.warnings:
        yield Finding("plug-in", False, warning, "correct its table in config.toml, or remove the plug-in")
    if nothing:
        proxies = [name for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy") if os.environ.get(name)]
        through = f" and that the proxy of {proxies[0]} runs" if proxies else ""
        yield Finding("network", False, "no source can be reached", f"see that this machine is online{through}")
    bad = [one.host for one in failed if one.failure is FailureKind.TLS]
    if bad:
        yield Finding("TLS", False, f"certificates of {', '.join(dict.fromkeys(bad))} are not accepted")
    elif reach.secure_hosts:
        yield Finding("TLS", True, f"verified with {len(reach.secure_hosts)} hosts")
    yield _clock(reach.clock_ahead)


def _clock(ahead: float | None) -> Finding:
    if ahead is None:
        return Finding("clock", True, "not compared: no answer told the time")
    if abs(ahead) < OFF_BY:
        return Finding("clock", True, "right, compared with the sources'")
    words = f"{abs(ahead):,.0f} s {'ahead of' if ahead > 0 else 'behind'} the sources' clocks"
    if abs(ahead) < WRONG_BY:
        return Finding("clock", True, words)
    return Finding("clock", False, words, "set it (timedatectl set-ntp true): ages and sessions are wrong by as much")


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
            yield _folder(what, folder)
    yield _space(paths.state_dir)
    yield _database(paths)
    yield _terminal()


def _folder(what: str, folder: Path) -> Finding:
    if not os.access(folder, os.W_OK):
        return Finding(what, False, f"{folder} cannot be written", "make the folder writable")
    if folder.stat().st_mode & 0o077:
        return Finding(what, True, f"{folder} (open to others)", f"if that is not on purpose: chmod 700 {folder}")
    return Finding(what, True, str(folder))


LEAST_SPACE = 50_000_000
"""Bytes free on the disk of the state folder below which something should be done."""


def _space(folder: Path) -> Finding:
    import shutil

    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        return Finding(
            "disk", False, f"{folder}: {(error.strerror or str(error)).lower()}", "see that the folder exists"
        )
    advice = "" if free >= LEAST_SPACE else "make room: without it nothing is stored"
    return Finding("disk", not advice, f"{free / 1e6:,.0f} MB free", advice)


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
