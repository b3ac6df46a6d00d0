"""What Python, Rich and Textual import at the start and no first paint needs: read when somebody first asks for it.

A tenth of the time to the first paint. OpenSSL comes with asyncio, the grammar of Python's source with its tracebacks,
and nine widgets with Textual's command palette. While the rest is imported a stand-in is in each one's place, which
its importers keep; it reads the real module at the first use, by an ordinary import. Whoever imports one of them after
``let_in`` gets the real one at once.
"""

from __future__ import annotations

import sys
from abc import ABC
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType


class _StandIn(ModuleType):
    """A module that is read when it is first used."""

    def __getattr__(self, name: str) -> object:
        # Python itself asks every module for such names, and then wants none.
        if name.startswith("__"):
            raise AttributeError(name)
        _step_aside(self)
        return getattr(import_module(self.__name__), name)


class _Later:
    """A function or class that is only ever called, taken from a module that is read at the first call."""

    def __init__(self, module: str, name: str) -> None:
        self._module = module
        self._name = name

    def __call__(self, *arguments: object, **keywords: object) -> object:
        return getattr(import_module(self._module), self._name)(*arguments, **keywords)


class _Palette:
    """Textual's command palette, as far as it can be asked before it is read."""

    @staticmethod
    def is_open(_app: object) -> bool:
        return False


class _Provider(ABC):  # noqa: B024 - the real one comes in its place, and has to be of the same build
    """The base of what fills the palette: Textual makes one class of it at once."""


PALETTE = "textual.command"

_PALETTE_USERS = {
    "textual.app": ("CommandListItem", "CommandPalette", "Provider", "SimpleProvider"),
    "textual.theme": ("DiscoveryHit", "Hit", "Hits", "Provider"),
}
"""The modules that take names of the palette when they are imported, and use none before it is opened."""

_PALETTE_NAMES: Mapping[str, object] = {name: object for names in _PALETTE_USERS.values() for name in names} | {
    "CommandPalette": _Palette,
    "Provider": _Provider,
}

Table = Mapping[str, Mapping[str, object]]

START: Table = {
    "asyncio.sslproto": {},
    "bz2": {},
    "difflib": {"get_close_matches": _Later("difflib", "get_close_matches")},
    "ipaddress": {},
    "locale": {},
    "lzma": {},
    "mimetypes": {},
    "pickle": {"dumps": _Later("pickle", "dumps"), "loads": _Later("pickle", "loads")},
    "rich.table": {"Table": _Later("rich.table", "Table")},
    "ssl": {},
    PALETTE: _PALETTE_NAMES,
    "tokenize": {},
    "zlib": {},
}
"""The modules, each with what its importers take from it by name."""


_OF_THE_PALETTE: Table = {"textual.types": {"IgnoreReturnCallbackType": object}}
"""A type of an annotation, and four more widgets with it."""


def put_off(modules: Table = START) -> None:
    """Stand in for what was not imported yet: first of all, and of no use once asyncio or Textual are there."""
    for name, taken in modules.items():
        if name not in sys.modules:
            stand_in = _StandIn(name)
            vars(stand_in).update(taken)
            sys.modules[name] = stand_in


def let_in(modules: Table = START) -> None:
    """End it: what is imported from now on is the real thing."""
    for name in modules:
        if isinstance(module := sys.modules.get(name), _StandIn):
            _step_aside(module)
            package, _, own = name.rpartition(".")
            if package in sys.modules:
                # An import makes a module known to its package too; the real one's will put itself here.
                setattr(sys.modules[package], own, module)


@contextmanager
def putting_off(modules: Table) -> Iterator[None]:
    """Put ``modules`` off for the imports within."""
    put_off(modules)
    try:
        yield
    finally:
        let_in(modules)


def bring_in_palette() -> None:
    """Read Textual's palette and give it to those that were imported without it, before anybody can open it."""
    with putting_off(_OF_THE_PALETTE):
        palette = import_module(PALETTE)
    for user, names in _PALETTE_USERS.items():
        module = import_module(user)
        for name in names:
            setattr(module, name, getattr(palette, name))
    themes = import_module("textual.theme").ThemeProvider
    themes.__bases__ = tuple(palette.Provider if base is _Provider else base for base in themes.__bases__)


def _step_aside(stand_in: ModuleType) -> None:
    if sys.modules.get(stand_in.__name__) is stand_in:
        del sys.modules[stand_in.__name__]
