"""The program's entry: the live screen at once, everything else by the command line.

``tui-monitor`` without arguments is what is started all day, and has nothing to parse: click would take 8 ms of the
time to its first paint.
"""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run the program; end with a documented exit code."""
    # The script of a shell asks for completions by this variable, without arguments.
    if len(sys.argv) > 1 or "_TUI_MONITOR_COMPLETE" in os.environ:
        from tui_monitor.cli.main import main as command_line

        command_line()
    else:
        from tui_monitor.put_off import put_off

        put_off()
        from tui_monitor.cli.screen import open_live

        try:
            sys.exit(open_live(slow=False, lang=None))
        except KeyboardInterrupt:
            sys.exit(130)


if __name__ == "__main__":
    main()
