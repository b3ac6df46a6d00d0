"""Yahoo's two equal hosts: when the one cannot be reached or fails, the other is asked."""

from __future__ import annotations

from collections.abc import Mapping

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.sources.transport import Response, Transport, host_of

PATIENCE = 7.0
"""Seconds for one of the hosts, so that the other has a chance within the source's time-out."""

_WORTH_ANOTHER_HOST = frozenset({FailureKind.REFUSED, FailureKind.TIMEOUT, FailureKind.SERVER})


class YahooHost:
    """Asks the host that answered last, then the other one."""

    def __init__(self, transport: Transport, base_url: str, fallback_url: str = "") -> None:
        self._transport = transport
        self._bases = [base.rstrip("/") for base in dict.fromkeys((base_url, fallback_url)) if base]

    async def get(
        self, path: str, params: Mapping[str, str], *, max_bytes: int, allow_status: frozenset[int] = frozenset()
    ) -> tuple[Response, int]:
        """Return the answer to ``path`` and how many requests it took. Raises ``SourceError``."""
        spent = 0
        failures: list[SourceError] = []
        for base in tuple(self._bases):
            try:
                answer = await self._transport.get(
                    base + path,
                    params=params,
                    timeout=PATIENCE,
                    max_bytes=max_bytes,
                    accept="application/json",
                    allow_status=allow_status,
                )
            except SourceError as error:
                spent += 1
                failures.append(error)
                if error.kind not in _WORTH_ANOTHER_HOST:
                    break
                continue
            # What answered is asked first from now on; the other one moves behind it.
            self._bases.sort(key=lambda one: one != base)
            return answer, spent + answer.requests
        last = failures[-1]
        if len(failures) > 1:
            others = " and ".join(host_of(base) for base in self._bases[1:])
            first = failures[0]
            raise SourceError(
                first.kind,
                f"{str(first).rstrip('.')}; {others} fails too ({last.kind.value}).",
                retry_after=first.retry_after or last.retry_after,
                status=first.status,
            ) from last
        raise last
