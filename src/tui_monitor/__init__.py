"""tui-monitor: a terminal market monitor that is right, fast and calm."""

from __future__ import annotations

__version__ = "0.1.0"
