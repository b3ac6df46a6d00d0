"""What the start puts off: it is not read before the first paint, and whoever needs it has it."""

from __future__ import annotations

import ast
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tui_monitor.put_off import PALETTE, START

PROGRAM = """
import json, sys
from tui_monitor.put_off import bring_in_palette, let_in, put_off
put_off()
import asyncio, inspect, linecache, shutil, urllib.parse
import tui_monitor.cli.screen, tui_monitor.launch, tui_monitor.compose
import textual.app, textual.theme
let_in()
import tui_monitor.tui.app, tui_monitor.tui.services
read = [name for name in {names!r} if name in sys.modules]
"""


def _after_start(code: str) -> object:
    """Run ``code`` in a process whose modules were put off and let in again; return its ``answer``."""
    program = PROGRAM.format(names=sorted(START)) + code + "\nprint(json.dumps(answer))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_none_of_them_is_read_by_the_start() -> None:
    """Later versions of Python ask some of the small ones for something at once; the dear ones wait with each."""
    read = _after_start("answer = read")
    assert isinstance(read, list)
    assert not {"ssl", "asyncio.sslproto", PALETTE, "rich.table"} & {*read}
    assert sys.version_info >= (3, 12) or read == []


@pytest.mark.parametrize("name", sorted(START))
def test_each_is_the_real_one_for_whoever_imports_it_later(name: str) -> None:
    real = _after_start(f"import {name}; answer = sys.modules[{name!r}].__spec__.origin is not None")
    assert real is True


def test_those_who_kept_a_stand_in_find_everything_through_it() -> None:
    found = _after_start(
        """
import ssl, asyncio.sslproto, tokenize, ipaddress, pickle, difflib, io
from rich.style import Style
from textual.suggestions import get_suggestion
from textual.design import Table
base = asyncio.base_events
answer = [
    base.ssl.SSLContext is ssl.SSLContext,
    base.sslproto.SSLProtocol is asyncio.sslproto.SSLProtocol,
    inspect.tokenize.open is tokenize.open,
    urllib.parse.urlsplit("http://[::1]:80/").hostname,
    Style(meta={"a": 1}).meta,
    get_suggestion("heigth", ["height", "width"]),
    type(Table("a")).__module__,
]
"""
    )
    assert found == [True, True, True, "::1", {"a": 1}, "height", "rich.table"]


def test_a_stand_in_reads_the_real_module_before_it_is_let_in_as_well() -> None:
    program = """
from tui_monitor.put_off import put_off
put_off()
import ssl, ipaddress
from tokenize import NAME
import token, sys
print(ssl.SSLContext.__module__, ipaddress.ip_address("127.0.0.1"), NAME == token.NAME)
print(type(sys.modules["ssl"]).__name__)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "ssl 127.0.0.1 True\nmodule\n", done.stderr


def test_a_module_that_lacks_a_name_says_so_as_ever() -> None:
    assert (
        _after_start(
            """
try:
    asyncio.base_events.ssl.no_such_name
except AttributeError as error:
    answer = str(error)
"""
        )
        == "module 'ssl' has no attribute 'no_such_name'"
    )


def test_what_is_imported_already_stays() -> None:
    program = (
        "import ssl; from tui_monitor.put_off import put_off; put_off(); import sys; print(sys.modules['ssl'] is ssl)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "True\n", done.stderr


def test_the_palette_is_brought_in_for_those_that_were_imported_without_it() -> None:
    assert _after_start(
        """
before = textual.app.CommandPalette.__module__
bring_in_palette()
from textual.command import CommandPalette, Provider, SimpleProvider, DiscoveryHit
answer = [
    before, textual.app.CommandPalette is CommandPalette, textual.app.SimpleProvider is SimpleProvider,
    textual.theme.DiscoveryHit is DiscoveryHit, issubclass(textual.theme.ThemeProvider, Provider),
    [kind.__name__ for kind in textual.theme.ThemeProvider.__mro__],
]
"""
    ) == ["tui_monitor.put_off", True, True, True, True, ["ThemeProvider", "Provider", "ABC", "object"]]


def test_it_gives_textual_every_name_that_it_takes_of_the_palette() -> None:
    """By the source of the Textual that is installed: its app and its themes, and no other module of the start."""
    taken: dict[str, set[str]] = {}
    spec = importlib.util.find_spec("textual")
    assert spec is not None
    assert spec.origin is not None
    for module in ("app", "theme"):
        tree = ast.parse((Path(spec.origin).parent / f"{module}.py").read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, ast.ImportFrom) and node.module == PALETTE:
                taken[module] = {one.name for one in node.names}
    assert taken.keys() == {"app", "theme"}
    assert set().union(*taken.values()) == set(START[PALETTE])


def test_what_the_palette_itself_brings_is_put_off_with_it() -> None:
    """Four widgets come with the type of an annotation; whoever asks for that type later gets it."""
    assert _after_start(
        """
bring_in_palette()
unread = [name for name in ("textual.types", "textual.widgets._tree", "textual.widgets._select") if name in sys.modules]
from textual.types import IgnoreReturnCallbackType, DirEntry
answer = [unread, DirEntry.__module__, IgnoreReturnCallbackType is not object]
"""
    ) == [[], "textual.widgets._directory_tree", True]
