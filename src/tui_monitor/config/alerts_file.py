"""``alerts.toml``: the alert rules that were made within the program.

The person's own ``[[alerts.rules]]`` of ``config.toml`` have the same shape and are never touched; this file is the
program's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from tui_monitor.config.alert_rules import problem_of
from tui_monitor.config.program_file import ProgramFile
from tui_monitor.config.settings import AlertEntry, Section
from tui_monitor.domain.alert import MAX_NAME, MAX_RULES
from tui_monitor.domain.errors import ConfigError
from tui_monitor.domain.text import clean_text, is_plain


class AddedAlerts(Section, frozen=True):
    """What the file holds."""

    off: Annotated[tuple[Annotated[str, Meta(max_length=MAX_NAME)], ...], Meta(max_length=MAX_RULES)] = ()
    """Names of rules in ``config.toml`` that were turned off within the program."""
    rules: tuple[AlertEntry, ...] = ()


class AlertsFile(ProgramFile[AddedAlerts]):
    """The file."""

    HEAD = "# Alert rules that were made in tui-monitor. It rewrites this file; your own belong to config.toml."

    def empty(self) -> AddedAlerts:
        """Return no rules."""
        return AddedAlerts()

    def decoded(self, document: Mapping[str, Any]) -> AddedAlerts:
        """Return the rules of a document; each has sense and a name of its own."""
        held = msgspec.convert(document, AddedAlerts)
        if len({entry.name.casefold() for entry in held.rules}) < len(held.rules):
            raise ConfigError(f"{self.path}: two rules have the same name; each needs one of its own.")
        for entry in held.rules:
            problem = problem_of(entry)
            if problem is not None or not is_plain(f"{entry.name}{entry.filter}{entry.source}"):
                key, reason = problem or ("name", "control characters")
                raise ConfigError(f"{self.path}: the rule {_shown_name(entry)}: {key}: {reason}.")
        return held

    def document(self, held: AddedAlerts) -> dict[str, Any]:
        """Return what is written of each rule: its name, its kind, and what is not at its default."""
        default = AlertEntry(name="", kind="price")
        return {
            "off": list(held.off),
            "rules": [
                {key: value for key, value in msgspec.to_builtins(entry).items()
                 if key in {"name", "kind"} or getattr(entry, key) != getattr(default, key)}
                for entry in held.rules
            ]
        }  # fmt: skip

    def add(self, entry: AlertEntry, *, taken: Iterable[str] = ()) -> AddedAlerts:
        """Add a rule. One without sense, or whose name is ``taken`` or there already, is refused."""
        _check(entry)
        elsewhere = {name.casefold() for name in taken}

        def change(held: AddedAlerts) -> AddedAlerts:
            if entry.name.casefold() in elsewhere | {one.name.casefold() for one in held.rules}:
                raise ConfigError(f"a rule called {entry.name} is there already; each needs a name of its own.")
            if len(held.rules) >= MAX_RULES:
                raise ConfigError(f"at most {MAX_RULES} rules can be added.")
            return replace(held, rules=(*held.rules, entry))

        return self.edit(change)

    def put(self, entry: AlertEntry) -> AddedAlerts:
        """Let ``entry`` take the place of the rule of its name; refused where that is gone or it has no sense."""
        _check(entry)

        def change(held: AddedAlerts) -> AddedAlerts:
            after = tuple(entry if one.name.casefold() == entry.name.casefold() else one for one in held.rules)
            if entry not in after:
                raise ConfigError(f"the rule {entry.name} is no longer there.")
            return replace(held, rules=after)

        return self.edit(change)

    def turn(self, name: str, *, on: bool, own: bool) -> AddedAlerts:
        """Turn the rule ``name`` on or off. Of an ``own`` one of the person's only that it is off is kept here."""

        def change(held: AddedAlerts) -> AddedAlerts:
            if own:
                others = tuple(one for one in held.off if one.casefold() != name.casefold())
                return replace(held, off=others if on else (*others, name))
            if all(one.name.casefold() != name.casefold() for one in held.rules):
                raise ConfigError(f"the rule {name} is no longer there.")
            return replace(
                held,
                rules=tuple(
                    replace(one, enabled=on) if one.name.casefold() == name.casefold() else one for one in held.rules
                ),
            )

        return self.edit(change)

    def remove(self, name: str) -> bool:
        """Remove the rule ``name``; return whether it was there."""
        found = False

        def change(held: AddedAlerts) -> AddedAlerts:
            nonlocal found
            kept = tuple(one for one in held.rules if one.name.casefold() != name.casefold())
            found = len(kept) < len(held.rules)
            return replace(held, rules=kept)

        self.edit(change)
        return found


class AlertsInMemory(AlertsFile):
    """Rules of a replayed day: changed as those of the file, and never written."""

    def __init__(self, held: AddedAlerts) -> None:
        super().__init__(Path("alerts.toml"))
        self._held = held

    def read(self) -> AddedAlerts:
        """Return the rules."""
        return self._held

    def edit(self, change: Callable[[AddedAlerts], AddedAlerts]) -> AddedAlerts:
        """Change them."""
        self._held = change(self._held)
        return self._held


def _check(entry: AlertEntry) -> None:
    """Raise ``ConfigError`` for a rule without sense."""
    problem = problem_of(entry)
    if problem is not None:
        raise ConfigError(f"the rule's {problem[0]}: {problem[1]}.")
    if not is_plain(entry.name):
        raise ConfigError("a rule's name has no control characters.")


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
