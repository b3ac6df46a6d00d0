"""Takes over changes of ``config.toml`` while the program runs, as far as they can be taken over."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tui_monitor.config.loading import load_settings
from tui_monitor.engine.lookout import stamp_of

if TYPE_CHECKING:
    from tui_monitor.config.settings import Settings

AT_ONCE = {
    "display": ("language", "theme", "colours", "flash", "timezone", "unfocused"),
    "market": ("peers", "macro", "since"),
    "news": ("highlight", "ignore", "filters"),
    "keys": ("bind",),
}
"""What takes effect at once, by table; everything else waits for the next start, and that is said."""


WHOLE = frozenset({"events"})
"""Tables that take effect at once as a whole."""


class ConfigWatch:
    """Looks at the file and reads it when it has changed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = stamp_of(path)

    def poll(self) -> Settings | None:
        """Return the new settings if the file has changed since the last look, else ``None``.

        Raises ``ConfigError`` for a file that is wrong, once a change; the settings in force stay.
        """
        stamp = stamp_of(self._path)
        if stamp == self._stamp:
            return None
        self._stamp = stamp
        return load_settings(self._path)


def taken_over(old: Settings, new: Settings) -> tuple[Settings, tuple[str, ...]]:
    """Return ``old`` with what can change at once, and the keys whose change waits for the next start."""
    sections = {}
    waiting: list[str] = []
    for name in old.__struct_fields__:
        before, after = getattr(old, name), getattr(new, name)
        if before == after:
            continue
        fields = AT_ONCE.get(name, ())
        if name in WHOLE:
            sections[name] = after
        elif fields:
            sections[name] = msgspec.structs.replace(before, **{field: getattr(after, field) for field in fields})
            waiting += [
                f"{name}.{field}"
                for field in before.__struct_fields__
                if field not in fields and getattr(before, field) != getattr(after, field)
            ]
        else:
            waiting.append(name)
    return msgspec.structs.replace(old, **sections), tuple(waiting)
