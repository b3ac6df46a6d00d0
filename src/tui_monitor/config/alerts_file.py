"""``alerts.toml``: the alert rules that were made within the program.

The person's own ``[[alerts.rules]]`` of ``config.toml`` have the same shape and are never touched; this file is the
program's. It is read whole and written atomically under a lock, so that two programs lose no edit of each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from tui_monitor.config.alert_rules import problem_of
from tui_monitor.config.settings import AlertEntry, Section
from tui_monitor.config.toml_file import TomlError, parse_toml
from tui_monitor.config.watchlist_file import WatchlistFile
from tui_monitor.domain.alert import MAX_NAME, MAX_RULES
from tui_monitor.domain.errors import ConfigError, WatchlistError
from tui_monitor.domain.text import clean_text, is_plain

MAX_FILE = 1024 * 1024
"""Bytes of the largest file that is read."""

_HEAD = "# Alert rules that were made in tui-monitor. It rewrites this file; your own belong to config.toml.\n\n"


class AddedAlerts(Section, frozen=True):
    """What the file holds."""

    rules: tuple[AlertEntry, ...] = ()


class AlertsFile:
    """The file. All failures are ``ConfigError`` with one sentence."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = WatchlistFile(path)

    def trace(self) -> object:
        """Return what tells at a glance that the file changed."""
        return self._file.trace()

    def read(self) -> AddedAlerts:
        """Return what the file holds; nothing where there is none. What cannot be read is left as it is."""
        try:
            content = self._file.read()
        except WatchlistError as error:
            raise ConfigError(str(error)) from error
        return AddedAlerts() if content is None else self._read(content.data)

    def add(self, entry: AlertEntry, *, taken: Iterable[str] = ()) -> AddedAlerts:
        """Add a rule. One without sense, or whose name is ``taken`` or there already, is refused."""
        problem = problem_of(entry)
        if problem is not None:
            raise ConfigError(f"the rule's {problem[0]}: {problem[1]}.")
        if not is_plain(entry.name):
            raise ConfigError("a rule's name has no control characters.")
        elsewhere = {name.casefold() for name in taken}

        def change(held: AddedAlerts) -> AddedAlerts:
            if entry.name.casefold() in elsewhere | {one.name.casefold() for one in held.rules}:
                raise ConfigError(f"a rule called {entry.name} is there already; each needs a name of its own.")
            if len(held.rules) >= MAX_RULES:
                raise ConfigError(f"at most {MAX_RULES} rules can be added.")
            return AddedAlerts(rules=(*held.rules, entry))

        return self._edit(change)

    def remove(self, name: str) -> bool:
        """Remove the rule ``name``; return whether it was there."""
        found = False

        def change(held: AddedAlerts) -> AddedAlerts:
            nonlocal found
            kept = tuple(one for one in held.rules if one.name.casefold() != name.casefold())
            found = len(kept) < len(held.rules)
            return AddedAlerts(rules=kept)

        self._edit(change)
        return found

    def _edit(self, change: Callable[[AddedAlerts], AddedAlerts]) -> AddedAlerts:
        try:
            with self._file.locked():
                before = self.read()
                after = change(before)
                if after != before:
                    self._file.write(_written(after))
        except WatchlistError as error:
            cause = error.__cause__
            reason = (cause.strerror or str(cause)).lower() if isinstance(cause, OSError) else "it is held by another"
            raise ConfigError(f"{self.path} cannot be written: {reason}; nothing was changed.") from error
        return after

    def _read(self, data: bytes) -> AddedAlerts:
        try:
            document, _ = parse_toml(data, limit=MAX_FILE)
            held = msgspec.convert(document, AddedAlerts)
        except TomlError as error:
            raise ConfigError(f"{self.path}, line {error.line}: {error.reason}.") from error
        except msgspec.ValidationError as error:
            raise ConfigError(f"{self.path}: {str(error)[:1].lower()}{str(error)[1:]}.") from error
        if len({entry.name.casefold() for entry in held.rules}) < len(held.rules):
            raise ConfigError(f"{self.path}: two rules have the same name; each needs one of its own.")
        for entry in held.rules:
            problem = problem_of(entry)
            if problem is not None or not is_plain(f"{entry.name}{entry.filter}{entry.source}"):
                key, reason = problem or ("name", "control characters")
                raise ConfigError(f"{self.path}: the rule {_shown_name(entry)}: {key}: {reason}.")
        return held


def _shown_name(entry: AlertEntry) -> str:
    return clean_text(entry.name, MAX_NAME)


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """Return ``wanted``, or with a number where it is taken: a rule that is made by a key needs no typed name."""
    used = {name.casefold() for name in taken}
    base = wanted[:MAX_NAME].strip() or "rule"
    name, number = base, 2
    while name.casefold() in used:
        tail = f" {number}"
        name, number = f"{base[: MAX_NAME - len(tail)]}{tail}", number + 1
    return name


def _written(held: AddedAlerts) -> bytes:
    import tomli_w

    rules = []
    for entry in held.rules:
        default = AlertEntry(name="", kind="price")
        # TOML has no null, and what is at its default need not be written.
        rules.append(
            {key: value for key, value in msgspec.to_builtins(entry).items()
             if key in {"name", "kind"} or getattr(entry, key) != getattr(default, key)}
        )  # fmt: skip
    return (_HEAD + (tomli_w.dumps({"rules": rules}) if rules else "")).encode()
