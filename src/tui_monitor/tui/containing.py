"""Defects of our own, kept where they happen: what failed is logged and said, and the screen goes on.

Who trusts the program until the close is better served by a key that did nothing than by an empty terminal.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.worker import Worker

    from tui_monitor.tui.app import MonitorApp


async def contained(app: MonitorApp, work: Awaitable[None]) -> None:
    """Await ``work``; a defect in it is logged and said."""
    try:
        await work
    except Exception:
        if not app.contains:
            raise
        app.tell_defect()


class ContainsWork:
    """Mixed into screens and panels: what they do beside the keys ends nothing but itself."""

    def run_worker(self, work: Any, *more: Any, **options: Any) -> Worker[Any]:
        """Run ``work`` as Textual does, a coroutine contained."""
        if inspect.iscoroutine(work):
            work = contained(self.app, work)  # type: ignore[attr-defined]
        worker: Worker[Any] = super().run_worker(work, *more, **options)  # type: ignore[misc]
        return worker
