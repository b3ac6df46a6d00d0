"""The lists in ``.ticker.yaml`` of ticker: ``watchlist``, ``lots`` (or ``holdings``) and ``groups`` of both.

That file is simple YAML, and lists are all that is wanted of it: mappings and sequences by indentation, flow
sequences on one line, quoted and plain scalars, comments. Everything else is passed over. No YAML library is worth
its weight for that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from tui_monitor.domain.watchlist import Watchlist
from tui_monitor.services.portable_csv import Gatherer

_ITEM = re.compile(r"( *)((?:- +|-$)*)(.*)")
_PAIR = re.compile(r"([A-Za-z_][\w-]*) *:(?: +(.*)|$)")
_COMMENT = re.compile(r"""((?:[^'"#]|"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|(?<=\S)#)*?)(?:(?:^|(?<=\s))#.*)?$""")
_FLOW_ITEM = re.compile(r"""\s*("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^,\[\]]*)\s*(?:,|$)""")

_LOTS = {"lots", "holdings"}

MAX_LINE = 10_000
"""Characters of the longest line that is looked at."""


class _Reader:
    def __init__(self, gathering: Gatherer) -> None:
        self._gathering = gathering
        self._name = gathering.default
        self._section = ""
        self._section_indent = -1
        self._grouped = False
        self._lot: dict[str, str] = {}
        self._lot_line = 0
        self._named = False
        # Lines of a group may stand before its name: they wait for it.
        self._waiting: list[tuple[str, int, dict[str, str]]] = []

    def read(self, text: str) -> None:
        for number, raw in enumerate(text.splitlines(), 1):
            if len(raw) > MAX_LINE:
                self._gathering.refuse(number, "the line is too long")
                continue
            match = _COMMENT.match(raw.replace("\t", "  "))
            line = (match[1] if match else raw).rstrip()
            if line and line.strip() not in {"---", "..."}:
                self._line(line, number)
        self._end_group()

    def _line(self, line: str, number: int) -> None:
        item = _ITEM.match(line)
        assert item is not None
        indent, dashes, content = len(item[1]), item[2], item[3].strip()
        pair = _PAIR.fullmatch(content)
        if indent == 0 and not dashes:
            self._end_group()
            self._grouped = pair is not None and pair[1] == "groups"
            self._section = ""
        if self._grouped and dashes and (self._section == "" or indent <= self._group_indent):
            # A new group begins.
            self._end_group()
            self._grouped = True
            self._group_indent = indent
            self._section = "group"
            dashes = ""
            indent += 2
        if pair is not None and not dashes and not (self._section in _LOTS and indent > self._section_indent):
            self._key(pair[1], pair[2] or "", indent, number)
        elif self._section == "watchlist" and dashes:
            self._waiting.append((_scalar(content), number, {}))
        elif self._section in _LOTS:
            if dashes:
                self._end_lot()
                self._lot_line = number
            if pair is not None and self._lot_line:
                self._lot[pair[1]] = _scalar(pair[2] or "")

    def _key(self, key: str, value: str, indent: int, number: int) -> None:
        self._end_lot()
        if key == "name" and self._grouped:
            self._name = _scalar(value) or self._gathering.default
            self._named = True
        elif key == "watchlist" or key in _LOTS:
            self._section, self._section_indent = key, indent
            if key == "watchlist" and value.startswith("["):
                inner = value.strip().removeprefix("[").removesuffix("]")
                codes = (_scalar(found[1]) for found in _FLOW_ITEM.finditer(inner))
                self._waiting += [(code, number, {}) for code in codes if code]
        elif key != "groups":
            self._section = "group" if self._grouped else "other"

    def _end_lot(self) -> None:
        if self._lot:
            symbol = self._lot.get("symbol", "")
            facts = {"quantity": self._lot.get("quantity", ""), "cost": self._lot.get("unit_cost", "")}
            self._waiting.append((symbol, self._lot_line, facts))
        self._lot, self._lot_line = {}, 0

    def _end_group(self) -> None:
        self._end_lot()
        if self._named:
            self._gathering.begin(self._name)
        # The watchlist comes first; a lot of one of its symbols is its position.
        seen: set[str] = set()
        for code, line, facts in self._waiting:
            if facts or code not in seen:
                self._gathering.add(self._name, code, line, **facts)
            seen.add(code)
        self._waiting = []
        self._name, self._named, self._grouped = self._gathering.default, False, False

    _group_indent = 0


def read_ticker(text: str, gathering: Gatherer) -> None:
    """Read the lists of ticker's file: its own one, and one for each group."""
    _Reader(gathering).read(text)


def write_ticker(lists: Iterable[Watchlist]) -> str:
    """Return ticker's file with a group for each list, positions as lots."""
    lines = ["groups:"]
    for one in lists:
        lines.append(f"  - name: {_quoted(one.name)}")
        lots = [entry for entry in one.entries if entry.quantity is not None]
        lines += ["    watchlist:", *(f"      - {_quoted(entry.symbol)}" for entry in one.entries)]
        if lots:
            lines.append("    lots:")
            for entry in lots:
                lines.append(f"      - symbol: {_quoted(entry.symbol)}")
                lines.append(f"        quantity: {entry.quantity!r}")
                # ticker wants a cost for each lot.
                lines.append(f"        unit_cost: {entry.cost or 0.0!r}")
    return "\n".join(lines) + "\n"


def _scalar(text: str) -> str:
    text = text.strip()
    if len(text) >= 2 and text[0] == text[-1] == '"':
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    if len(text) >= 2 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    return text


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
