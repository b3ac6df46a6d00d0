"""Opening a link in the person's browser: http and https only, by the system's opener, never through a shell."""

from __future__ import annotations

import logging
import shutil
import subprocess
import sys

from tui_monitor.domain.text import safe_url

_log = logging.getLogger(__name__)

_OPENERS = ("xdg-open", "open", "wslview", "www-browser")
"""Programs that hand an address to the browser, in the order of preference."""


def opener() -> str | None:
    """Return the path of the system's opener, ``None`` where there is none (a bare server)."""
    names = ("open", *_OPENERS) if sys.platform == "darwin" else _OPENERS
    return next((path for path in map(shutil.which, names) if path), None)


def open_link(url: str) -> bool:
    """Hand ``url`` to the browser and return at once; return whether it could be handed over."""
    checked = safe_url(url)
    program = opener()
    if checked is None or program is None:
        return False
    try:
        subprocess.Popen(  # noqa: S603 - a fixed program, one checked argument, no shell
            [program, checked],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        _log.warning("the link could not be opened", exc_info=True)
        return False
    return True
