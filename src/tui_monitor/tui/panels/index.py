"""The index panel: paints the lines that ``present.index_panel`` gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.present import index_panel
from tui_monitor.store.keys import Family
from tui_monitor.tui.panels.base import AROUND, Panel, Segments

if TYPE_CHECKING:
    from collections.abc import Set

    from tui_monitor.present.rows import Line
    from tui_monitor.present.view import View
    from tui_monitor.store.keys import Key
    from tui_monitor.tui.layout import PanelId
    from tui_monitor.tui.palette import Palette


class IndexPanel(Panel):
    """Level, path, claims, peers and macro strip of the index."""

    def __init__(self, panel_id: PanelId, palette: Palette, view: View) -> None:
        super().__init__(panel_id, palette, view)
        self._board = view.board
        self._looked: tuple[object, ...] = ()
        self._market: object = None
        self._keys: Set[Key] = frozenset()

    def title(self) -> Line:
        """Return the panel's title."""
        return index_panel.title(self.view)

    def note(self) -> Line:
        """Return where the level comes from."""
        return index_panel.note(self.view)

    @property
    def _shown(self) -> Set[Key]:
        """What it tells of beside the board, which comes with the constituents."""
        market = self.view.settings.market
        if self._market is not market:
            told = (self.view.index, *market.peers, *market.macro)
            self._market = market
            self._keys = frozenset({(Family.PATH, self.view.index), *((Family.QUOTE, one) for one in told)})
        return self._keys

    def _look(self) -> tuple[object, ...]:
        """Return what changes when the panel looks older: at once where a number fades, else every ten seconds."""
        view = self.view
        quotes = (view.store.quote(name) for family, name in self._shown if family is Family.QUOTE)
        return int(view.now().timestamp() / AROUND), *(view.freshness(one) for one in quotes if one is not None)

    def frame(self, changed: Set[Key], *, second: bool) -> None:
        """Paint again when the board, a quote told here or the index's path changed; now and then for what ages."""
        board, self._board = self._board, self.view.board
        looked, self._looked = self._looked, self._look() if second else self._looked
        if looked != self._looked or board is not self._board or any(key in changed for key in self._shown):
            self.repaint()

    def body(self) -> list[Segments]:
        """Return the lines within the frame."""
        width, height = self.inner_width, self.inner_height
        lines = index_panel.lines(self.view, width, height)
        body = [self.segments(line, width) for line in lines[:height]]
        body.extend(self.segments((), width) for _ in range(height - len(body)))
        return body
