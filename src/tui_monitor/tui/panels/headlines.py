"""The headline panel: the live table, with the archive behind its last row and behind a search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_monitor.domain.errors import SourceError
from tui_monitor.present.headlines import HeadlinesModel
from tui_monitor.tui.layout import PanelId
from tui_monitor.tui.panels.table import TablePanel

if TYPE_CHECKING:
    from collections.abc import Callable, Set

    from tui_monitor.domain.headline import Headline
    from tui_monitor.present.view import View
    from tui_monitor.services.archive import Archive
    from tui_monitor.store.keys import Key
    from tui_monitor.tui.palette import Palette

PAGES_AT_ONCE = 10
"""Pages of the archive that one step beyond the end looks through where a filter lets little pass."""


class HeadlinesPanel(TablePanel):
    """Shows the newest headlines; what is older comes from the archive, off the event loop."""

    model: HeadlinesModel

    def __init__(self, palette: Palette, view: View, archive: Archive | None, say: Callable[[str], None]) -> None:
        super().__init__(PanelId.HEADLINES, palette, view, HeadlinesModel())
        self._archive = archive
        self._say = say
        self._last: Headline | None = None
        self._loading = False
        self._ended = False
        self._marks = view.marks_revision

    def frame(self, changed: Set[Key], *, second: bool) -> None:
        """Take in changed headlines, and marks that were found in the archive."""
        if self._marks != self.view.marks_revision:
            self._marks = self.view.marks_revision
            self._order_stale = self._due = True
            self._rows.clear()
            self._lines.clear()
        super().frame(changed, second=second)

    # Beyond the last row

    def move_cursor(self, to: int) -> None:
        """Put the cursor on a row; a step near or beyond the last one brings older headlines."""
        before = self.cursor_at
        super().move_cursor(to)
        down = to > before or to >= len(self.keys) > 0
        if down and to >= len(self.keys) - self.page:
            self.load_older()
        elif to <= 0 < before and self.model.pages and not self.model.narrowed:
            # Back at the newest: what was read of the archive need not stay in memory.
            self.forget_older()

    def load_older(self) -> None:
        """Read the next headlines of the archive, unless that is being done or nothing is left."""
        model = self.model
        if self._archive is None or self._loading or self._ended or model.found is not None or model.saved_only:
            return
        self._loading = True
        self.run_worker(self._load(self._archive), group="older", exit_on_error=False)

    def forget_older(self) -> None:
        """Show what memory keeps, as at the start."""
        self.model.pages = {}
        self._last, self._ended = None, False
        self.reload()

    async def _load(self, archive: Archive) -> None:
        model = self.model
        try:
            if not model.pages:
                held = self.view.store.headlines()
                # Kept as it is now: what memory drops later must not leave a hole in the list.
                model.pages = {one.id: one for one in held}
                self._last = held[-1] if held else None
            rows = len(self.keys)
            for _ in range(PAGES_AT_ONCE):
                page = await archive.older(self._last)
                if page.headlines:
                    self._last = page.headlines[-1]
                    self._take(page.headlines, page.read)
                    model.pages.update((one.id, one) for one in page.headlines if one.id not in model.pages)
                    self.reload()
                else:
                    self._ended = True
                if self._ended or len(self.keys) >= rows + self.page:
                    break
            if self._ended and len(self.keys) == rows:
                self._say(self.view.words("headlines.end"))
        except SourceError:
            self._say(self.view.words("headlines.unreadable"))
        finally:
            self._loading = False

    # The whole archive

    def search(self, text: str) -> None:
        """Look for ``text`` in the whole archive and show what is found until the person goes back."""
        if self._archive is not None and text.strip():
            self._say(self.view.words("headlines.searching", words=text.strip()[:40]))
            self.run_worker(self._search(self._archive, text.strip()), group="search", exclusive=True)

    async def _search(self, archive: Archive, text: str) -> None:
        try:
            page = await archive.search(text)
        except SourceError:
            self._say(self.view.words("headlines.unreadable"))
            return
        if self.model.query != text:
            # Gone back, or looking for something else by now.
            return
        at_hand = {key: one for key in self.keys if (one := self.view.headline(key)) is not None}
        found = {**{one.id: one for one in page.headlines}, **at_hand}
        items = sorted(found.values(), key=lambda one: (one.sort_time, one.id), reverse=True)
        self._take(page.headlines, page.read)
        self.model.found = {one.id: one for one in items}
        self.view.saying = None
        self.reload()
        super().move_cursor(0)

    def show_saved(self) -> None:
        """Read the saved headlines, of which memory may lack the old ones."""
        if self._archive is not None:
            self.run_worker(self._show_saved(self._archive), group="saved", exclusive=True)

    async def _show_saved(self, archive: Archive) -> None:
        try:
            page = await archive.saved()
        except SourceError:
            self._say(self.view.words("headlines.unreadable"))
            return
        self._take(page.headlines, page.read)
        self.model.kept = {one.id: one for one in page.headlines}
        self.reload()

    def _take(self, headlines: tuple[Headline, ...], read: frozenset[str]) -> None:
        self.view.read.update(read)
        self.view.older.update((one.id, one) for one in headlines)
