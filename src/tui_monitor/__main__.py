"""``python -m tui_monitor`` is the same program as the ``tui-monitor`` command."""

from __future__ import annotations

from tui_monitor.cli.main import main

if __name__ == "__main__":
    main()
