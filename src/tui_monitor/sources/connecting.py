"""How connections come to be: names looked up in daemon threads, private addresses refused where they must be.

Imported by ``transport`` on first use only, since httpcore takes a tenth of a second.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from pathlib import Path
from typing import Any

import certifi
import httpcore

from tui_monitor.sources.addresses import is_private_address
from tui_monitor.sources.daemon_thread import in_daemon_thread

ADDRESS_PATIENCE = 3.0
"""Seconds for one address of a host that has others left to try."""

public_host: ContextVar[str | None] = ContextVar("public_host", default=None)
"""The host of the running request that must not lie at a private address, ``None`` when any may."""

_CA_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE")


class PrivateAddressError(Exception):
    """A host that must be public turned out to lie at a private address."""


async def look_up(host: str, port: int) -> list[str]:
    """Return the addresses of ``host`` in the system's order of preference. Raises ``socket.gaierror``."""
    found = await in_daemon_thread(
        lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), name=f"look-up {host}"
    )
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class CarefulBackend(httpcore.AsyncNetworkBackend):
    """Opens connections; remembers which hosts lie at private addresses."""

    def __init__(self) -> None:
        self._inner = httpcore.AnyIOBackend()
        self.private_hosts: set[str] = set()
        """Hosts that were found at a private address so far, as they were written."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first address of ``host`` that answers."""
        deadline = asyncio.get_running_loop().time() + (timeout or 60.0)
        try:
            async with asyncio.timeout_at(deadline):
                addresses = await look_up(host, port)
        except TimeoutError:
            raise httpcore.ConnectTimeout(f"looking up {host} took too long") from None
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        if any(is_private_address(address) for address in addresses):
            self.private_hosts.add(host)
            if public_host.get() == host:
                raise PrivateAddressError(host)
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for position, address in enumerate(addresses):
            left = deadline - asyncio.get_running_loop().time()
            patience = left if position == len(addresses) - 1 else min(left, ADDRESS_PATIENCE)
            if patience <= 0:
                break
            try:
                return await self._inner.connect_tcp(
                    address, port, timeout=patience, local_address=local_address, socket_options=socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        """Wait between httpcore's own tries."""
        await self._inner.sleep(seconds)


def trust(environment: Mapping[str, str] | None = None) -> tuple[ssl.SSLContext, list[str]]:
    """Return a verifying TLS context and a sentence for each variable that could not be used.

    Trusted are the system's certificates, certifi's, and what ``SSL_CERT_FILE``, ``SSL_CERT_DIR``,
    ``CURL_CA_BUNDLE`` and ``REQUESTS_CA_BUNDLE`` name: people behind a company's proxy set one of them, and
    which one depends on the program that they set it for.
    """
    environment = os.environ if environment is None else environment
    context = ssl.create_default_context()
    context.load_verify_locations(cafile=certifi.where())
    problems: list[str] = []
    named: dict[str, list[str]] = {}
    for variable in _CA_VARIABLES:
        value = environment.get(variable, "")
        for place in value.split(os.pathsep) if variable == "SSL_CERT_DIR" else [value]:
            if place:
                named.setdefault(place, []).append(variable)
    for place, variables in named.items():
        try:
            if Path(place).is_dir():
                context.load_verify_locations(capath=place)
            else:
                context.load_verify_locations(cafile=place)
        except (OSError, ValueError):
            problems.append(f"{' and '.join(variables)} names {place}, which holds no readable certificates")
    return context, problems
