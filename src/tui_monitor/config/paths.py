"""Where the program keeps things: one folder that is the person's, one that is the program's.

The folders follow the platform (``platformdirs``: the XDG folders on Linux). ``TUI_MONITOR_CONFIG_DIR`` and
``TUI_MONITOR_STATE_DIR`` override them. Nothing is read or created when this module is imported.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from tui_monitor.config.privacy import APP_NAME, close_to_others

CONFIG_VARIABLE = "TUI_MONITOR_CONFIG_DIR"
"""Environment variable that names the folder of ``config.toml`` and ``watchlists.toml``."""

STATE_VARIABLE = "TUI_MONITOR_STATE_DIR"
"""Environment variable that names the folder of the database, the log and the undo history."""


class Paths(msgspec.Struct, frozen=True):
    """The program's two folders and the files within them."""

    config_dir: Path
    """What the person may write: settings and watchlists."""
    state_dir: Path
    """What the program keeps for itself."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Paths:
        """Return the folders that the environment and the platform say; an empty variable counts as unset."""
        variables = os.environ if environ is None else environ
        config, state = variables.get(CONFIG_VARIABLE), variables.get(STATE_VARIABLE)
        if config and state:
            return cls(_absolute(config), _absolute(state))
        from platformdirs import user_config_path, user_state_path

        return cls(
            _absolute(config) if config else user_config_path(APP_NAME),
            _absolute(state) if state else user_state_path(APP_NAME),
        )

    @property
    def config_file(self) -> Path:
        """``config.toml``: the person's, never written by the program."""
        return self.config_dir / "config.toml"

    @property
    def watchlists_file(self) -> Path:
        """``watchlists.toml``: the program's, open to edits from outside."""
        return self.config_dir / "watchlists.toml"

    @property
    def feeds_file(self) -> Path:
        """``feeds.toml``: the program's, the feeds that were added in it."""
        return self.config_dir / "feeds.toml"

    @property
    def filters_file(self) -> Path:
        """``filters.toml``: the program's, the headline filters that were named in it."""
        return self.config_dir / "filters.toml"

    @property
    def alerts_file(self) -> Path:
        """``alerts.toml``: the program's, the alert rules that were made in it."""
        return self.config_dir / "alerts.toml"

    @property
    def alerts_log(self) -> Path:
        """``alerts.jsonl``: what fired, one line an alert."""
        return self.state_dir / "alerts.jsonl"

    @property
    def alerts_state(self) -> Path:
        """``alerts.json``: where each rule stands, kept over restarts."""
        return self.state_dir / "alerts.json"

    @property
    def database(self) -> Path:
        """``monitor.db``: last values, histories, headlines."""
        return self.state_dir / "monitor.db"

    @property
    def polling_lock(self) -> Path:
        """``polling.lock``: held by the one monitor that polls."""
        return self.state_dir / "polling.lock"

    @property
    def log_file(self) -> Path:
        """``monitor.log``: one line an event."""
        return self.state_dir / "monitor.log"

    @property
    def undo_file(self) -> Path:
        """``undo.jsonl``: the steps that undo and redo go by."""
        return self.state_dir / "undo.jsonl"

    @property
    def columns_file(self) -> Path:
        """``columns.json``: how the watchlist's columns are set."""
        return self.state_dir / "columns.json"

    @property
    def recordings(self) -> Path:
        """The folder that ``record`` writes to."""
        return self.state_dir / "recordings"

    def ensure(self) -> tuple[str, ...]:
        """Create the missing folders for the owner alone (0700); return a sentence for each that cannot be.

        What stands open in those that are there already is closed, by the rules of ``privacy``.
        """
        problems: list[str] = []
        for folder in dict.fromkeys((self.config_dir, self.state_dir, self.recordings)):
            if folder.is_dir():
                if folder != self.recordings:
                    close_to_others(folder)
                continue
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                problems.append(f"{folder} cannot be created: {(error.strerror or str(error)).lower()}.")
        return tuple(problems)


def make_private(folder: Path) -> None:
    """Make ``folder`` and what is missing above it, all for the owner alone (0700). Raises ``OSError``.

    ``Path.mkdir`` gives its mode to the last folder only.
    """
    if folder.is_dir():
        return
    make_private(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)


def _absolute(text: str) -> Path:
    return Path(text).expanduser().absolute()
