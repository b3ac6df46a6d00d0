"""The floor of start, memory and idle: a Textual app that shows one line and waits."""

from textual.app import App, ComposeResult
from textual.widgets import Static


class Empty(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("the floor is ready", markup=False)


if __name__ == "__main__":
    Empty().run()
