"""The panel of the rating tape: the live table, its model told how much room there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.present.ratings import RatingsModel
from tui_monitor.tui.layout import PanelId
from tui_monitor.tui.panels.table import TablePanel

if TYPE_CHECKING:
    from tui_monitor.present.view import View
    from tui_monitor.tui.palette import Palette


class RatingsPanel(TablePanel):
    """Shows rating events; wide ones in more columns."""

    model: RatingsModel

    def __init__(self, palette: Palette, view: View) -> None:
        super().__init__(PanelId.RATINGS, palette, view, RatingsModel())

    def prepare(self) -> None:
        """Tell the model its room before the columns are placed."""
        self.model.room = max(0, self.inner_width - 2)
        super().prepare()
