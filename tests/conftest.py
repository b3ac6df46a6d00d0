"""Fixtures of every test: a home of its own, a fixed zone and locale, no network but loopback."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says something of the machine, not of the program: its own tests of speed count work.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
"""Recorded bodies that are no part of the project; tests that read them are skipped where they are absent."""

_LEFT_OUT = ("PROXY", "CA_BUNDLE", "SSL_CERT", "TUI_MONITOR", "XDG_", "NO_COLOR", "COLORFGBG")


@pytest.fixture(autouse=True)
def own_world(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give the test an empty home, UTC, a fixed locale and none of the developer's proxies and certificates."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if any(part in name.upper() for part in _LEFT_OUT):
            monkeypatch.delenv(name)
    for name, value in {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_STATE_HOME": str(home / ".local" / "state"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
        "TZ": "UTC",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
    }.items():
        monkeypatch.setenv(name, value)
    time.tzset()
    yield home
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(autouse=True)
def only_loopback(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse connections to and look-ups of anything but this machine."""
    if request.node.get_closest_marker("online") is not None:
        return
    connect, getaddrinfo = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not _is_loopback(str(address[0])):
            raise ConnectionRefusedError(f"no network in tests: {address!r}")
        connect(self, address)

    def guarded_getaddrinfo(host: Any, *rest: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and not _is_loopback(str(name)):
            raise socket.gaierror(socket.EAI_NONAME, f"no network in tests: {name!r}")
        return getaddrinfo(host, *rest, **options)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)


def _is_loopback(host: str) -> bool:
    return host in {"", "localhost", "::1", "0.0.0.0"} or host.startswith("127.") or host.endswith(".localhost")


@pytest.fixture
def shared_data() -> Path:
    """Return the folder of recorded bodies; skip the test where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"recorded bodies are not here: {SHARED_DATA}")
    return SHARED_DATA
