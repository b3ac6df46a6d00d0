"""The container of the panels: asks ``layout`` for their places and hands them to Textual."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

from tui_monitor.tui.layout import Box, PanelId, arrange

if TYPE_CHECKING:
    from tui_monitor.tui.panels.base import Panel


class _DeskLayout(Layout):
    name = "desk"

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:  # noqa: ARG002 - Textual's signature
        self._desk.room = size
        boxes = self._desk.boxes
        placements: list[WidgetPlacement] = []
        for child in children:
            box = boxes.get(child.panel_id) if (child.id or "").startswith("panel-") else None  # type: ignore[attr-defined]
            if box is not None:
                region = Region(box.x, box.y, box.width, box.height)
                placements.append(WidgetPlacement(region, NULL_OFFSET, NULL_SPACING, child))
        return placements


class Desk(Widget):
    """Holds the five panels and decides which of them are to be seen."""

    DEFAULT_CSS = "Desk { width: 1fr; height: 1fr; }"

    def __init__(self, panels: list[Panel]) -> None:
        super().__init__(*panels)
        self.panels: dict[PanelId, Panel] = {panel.panel_id: panel for panel in panels}
        self.focused_panel = PanelId.WATCHLIST
        self.companion = PanelId.WATCHLIST
        self.zoomed = False
        self.room = Size(0, 0)
        """The cells that the panels were placed in. Textual's ``size`` asks the screen anew each time it is read."""
        self._boxes: tuple[object, dict[PanelId, Box]] = (None, {})
        self._layout_object = _DeskLayout(self)

    @property
    def layout(self) -> Layout:
        """The geometry of ``tui.layout``."""
        return self._layout_object

    def boxes_for(self, width: int, height: int) -> dict[PanelId, Box]:
        """Return the place of each panel that is to be seen in a room of this size."""
        return arrange(width, height, self.focused_panel, companion=self.companion, zoomed=self.zoomed)

    @property
    def boxes(self) -> dict[PanelId, Box]:
        """The places of the panels to be seen now."""
        asked = (self.room, self.focused_panel, self.companion, self.zoomed)
        if self._boxes[0] != asked:
            self._boxes = (asked, self.boxes_for(self.room.width, self.room.height))
        return self._boxes[1]

    def visible_panels(self) -> list[Panel]:
        """Return the panels that are to be seen, in the order of their keys."""
        boxes = self.boxes
        return [self.panels[one] for one in PanelId if one in boxes]

    def show(self, panel_id: PanelId, *, zoomed: bool | None = None) -> None:
        """Give ``panel_id`` the focus and make it visible."""
        before = self.boxes
        self.focused_panel = panel_id
        if panel_id is not PanelId.INDEX:
            self.companion = panel_id
        if zoomed is not None:
            self.zoomed = zoomed
        panel = self.panels[panel_id]
        if self.boxes != before:
            # A child's request for a layout is what empties the arrangement that Textual keeps of us.
            panel.refresh(layout=True)
        # Not panel.focus(): that repaints the whole panel before it asks the screen for this.
        self.screen.set_focus(panel, scroll_visible=False)
