"""A home for one run of the program: settings, watchlist, database, and the measuring plug-in where it is wanted."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.figures.plug_in import invented

ROOT = Path(__file__).resolve().parents[2]
REAL_SOURCES = ("yahoo-spark", "yahoo-chart", "yahoo-quote", "yahoo-research", "tencent", "calendar-files")
NO_NETWORK = {"HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
"""A proxy that refuses: no request leaves the machine."""


def codes(count: int) -> list[str]:
    """Return ``count`` invented symbols."""
    return [f"{4000 + one:04d}.HK" for one in range(count)]


@dataclass(slots=True)
class Home:
    """The folders of one run."""

    path: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("config", "state", "site"):
            (self.path / name).mkdir(parents=True, exist_ok=True)
        kept = {name: os.environ[name] for name in ("PATH", "VIRTUAL_ENV") if name in os.environ}
        self.environment = {
            **kept, "HOME": str(self.path), "LANG": "C.UTF-8", "TERM": "xterm-256color", "COLORTERM": "truecolor",
            "TUI_MONITOR_CONFIG_DIR": str(self.path / "config"), "TUI_MONITOR_STATE_DIR": str(self.path / "state"),
            "PYTHONPATH": f"{self.path / 'site'}{os.pathsep}{ROOT}", **NO_NETWORK, **self.environment,
        }  # fmt: skip

    def watchlist(self, symbols: Sequence[str]) -> None:
        """Write one list."""
        entries = "\n".join(f'[[lists.entries]]\nsymbol = "{symbol}"\n' for symbol in symbols)
        text = f'version = 1\n\n[[lists]]\nname = "Bench"\n{entries}'
        (self.path / "config" / "watchlists.toml").write_text(text, encoding="utf-8")

    def settings(self, own: Mapping[str, Mapping[str, Any]] | None = None, *, real: bool = False) -> None:
        """Write the settings; ``real`` leaves the program's own sources on."""
        tables: dict[str, Mapping[str, Any]] = dict(own or {})
        if not real:
            tables = {"news": {"use_default_feeds": False}, **tables}
            tables |= {f"sources.{name}": {"enabled": False} for name in REAL_SOURCES}
        lines: list[str] = []
        for name, table in tables.items():
            head = ".".join(f'"{part}"' for part in name.split("."))
            lines.append(f"[{head}]")
            lines += [f'"{key}" = {json.dumps(value)}' for key, value in table.items()]
        (self.path / "config" / "config.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def plug_in(self) -> None:
        """Install the measuring source for this home."""
        site = self.path / "site"
        shutil.copy(Path(__file__).with_name("plug_in.py"), site / "tui_monitor_bench.py")
        info = site / "tui_monitor_bench-1.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tui-monitor-bench\nVersion: 1\n")
        (info / "entry_points.txt").write_text("[tui_monitor.sources]\nbench = tui_monitor_bench:build\n")

    def database(self, symbols: Sequence[str]) -> None:
        """Store a quote of each symbol, as an earlier run would have."""
        import asyncio

        from tui_monitor.sources.api import Batch
        from tui_monitor.store.database import Database
        from tui_monitor.store.latest import LatestStore
        from tui_monitor.store.writer import Writer

        async def store() -> None:
            now = datetime.now(UTC)
            database = Database.open(self.path / "state" / "monitor.db", now=lambda: datetime.now(UTC))
            writer = Writer(database)
            quotes = tuple(invented(symbol, 0, "last", now) for symbol in symbols)
            writer.put_applied(LatestStore().apply(Batch(source="bench", received=now, quotes=quotes)))
            await writer.aclose()
            database.close()

        asyncio.run(store())


def monitor(*arguments: str) -> list[str]:
    """Return the command line of the program."""
    return [sys.executable, "-m", "tui_monitor", *arguments]


def script(name: str, *arguments: str) -> list[str]:
    """Return the command line of one of the floors."""
    return [sys.executable, str(Path(__file__).with_name(name)), *arguments]
