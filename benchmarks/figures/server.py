"""The loopback server that the program takes for the internet, on a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.servers.loopback import LoopbackServer
from tests.servers.market import Market as Prices


class Market:
    """Answers as Yahoo and Tencent do; every price moves with each request."""

    def __init__(self, folder: Path) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        folder.mkdir(parents=True, exist_ok=True)
        self.server = LoopbackServer(ca_dir=folder)
        Prices().install(self.server)

    def __enter__(self) -> Self:
        self._thread.start()
        self._call(self.server.start())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._call(self.server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)
        self._loop.close()

    def _call(self, coroutine: Any) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(20)

    @property
    def environment(self) -> dict[str, str]:
        """What makes a program ask it instead of the internet."""
        ca = str(self.server.ca_file)
        return {"HTTPS_PROXY": self.server.url, "CURL_CA_BUNDLE": ca, "REQUESTS_CA_BUNDLE": ca}
