"""Filters that are named while the program runs. ``config.toml`` stays the person's; see ``filters_file``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tui_monitor.domain.errors import ConfigError
from tui_monitor.engine.blocking import in_thread

DISK_SECONDS = 5.0
"""Seconds that reading or writing the file may take."""


class FilterDesk:
    """The named filters of ``filters.toml``, and what can be done with them."""

    def __init__(self, path: Path) -> None:
        self.held: Mapping[str, str] = {}
        """Texts of the filters by name; another mapping after each change."""
        self.problem: str | None = None
        """Why the file is not read, in a sentence."""
        self._path = path
        self._stamp = self._look()
        if self._stamp is not None:
            try:
                self.held = self._read()
            except ConfigError as error:
                self.problem = f"{error} The filters in it are not used."

    async def save(self, name: str, text: str) -> None:
        """Give the filter ``text`` a name. Raises ``ConfigError`` or ``SourceError`` where that cannot be kept."""
        from tui_monitor.config.filters_file import FiltersFile

        await self._edit(lambda: FiltersFile(self._path).save(name, text))

    async def remove(self, name: str) -> None:
        """Forget the filter ``name``. Raises as ``save`` does."""
        from tui_monitor.config.filters_file import FiltersFile

        await self._edit(lambda: FiltersFile(self._path).remove(name))

    async def look_outside(self) -> None:
        """Take over what another monitor has named or deleted; a file that cannot be read changes nothing."""
        if (stamp := self._look()) == self._stamp:
            return
        self._stamp = stamp
        try:
            self.held = await in_thread(self._read, timeout=DISK_SECONDS, name="filters.toml")
        except ConfigError as error:
            self.problem = f"{error} The named filters stay as they were."
        else:
            self.problem = None

    async def _edit(self, change: Callable[[], Mapping[str, str]]) -> None:
        self.held = await in_thread(change, timeout=DISK_SECONDS, name="filters.toml")

    def _read(self) -> Mapping[str, str]:
        from tui_monitor.config.filters_file import FiltersFile

        return FiltersFile(self._path).read()

    def _look(self) -> tuple[int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino
