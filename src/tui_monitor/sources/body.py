"""Reading a body piece by piece, within a limit that counts after decompression."""

from __future__ import annotations

import zlib

from tui_monitor.domain.errors import FailureKind, SourceError

_GZIP_OR_ZLIB = 47
"""zlib's window bits for: either header, found by itself."""


class BodyReader:
    """Takes the bytes of one body as they were sent and gives them decompressed, never more than ``limit``.

    A kilobyte of gzip can stand for a megabyte of zeros, so each piece is decompressed only as far as the
    limit allows. Raises ``SourceError``: ``TOO_LARGE`` past the limit, ``MALFORMED`` for a broken compression.
    """

    def __init__(self, *, host: str, encoding: str, limit: int) -> None:
        self._host = host
        self._limit = limit
        self._pieces: list[bytes] = []
        self._size = 0
        self._inflater = None
        self.octets = 0
        """Bytes taken in so far, as sent."""
        names = [
            name for name in (part.strip().lower() for part in encoding.split(",")) if name not in {"", "identity"}
        ]
        if names and (len(names) > 1 or names[0] not in {"gzip", "x-gzip", "deflate"}):
            raise SourceError(FailureKind.MALFORMED, f"{host} sent a compression that was not asked for.")
        if names:
            self._inflater = zlib.decompressobj(_GZIP_OR_ZLIB)

    def feed(self, piece: bytes) -> None:
        """Take in the next bytes."""
        self.octets += len(piece)
        if self._inflater is None:
            self._keep(piece)
        else:
            self._inflate(piece)
        if self.octets > self._limit:
            raise self._too_large()

    def finish(self) -> bytes:
        """Return the whole body; refuse a compressed one that ends too early."""
        if self._inflater is not None and self.octets and not self._inflater.eof:
            raise SourceError(FailureKind.MALFORMED, f"{self._host} sent a compressed body that ends too early.")
        return b"".join(self._pieces)

    def so_far(self) -> bytes:
        """Return what came in until now."""
        return b"".join(self._pieces)

    def _inflate(self, piece: bytes) -> None:
        pending = piece
        while pending:
            assert self._inflater is not None
            if self._inflater.eof:
                # Another member of a gzip file follows; anything else behind the end is padding.
                if not pending.startswith(b"\x1f\x8b"):
                    return
                self._inflater = zlib.decompressobj(_GZIP_OR_ZLIB)
            try:
                self._keep(self._inflater.decompress(pending, self._limit - self._size + 1))
            except zlib.error:
                raise SourceError(FailureKind.MALFORMED, f"{self._host} sent a broken compression.") from None
            pending = self._inflater.unconsumed_tail or self._inflater.unused_data

    def _keep(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > self._limit:
            raise self._too_large()
        if piece:
            self._pieces.append(piece)

    def _too_large(self) -> SourceError:
        return SourceError(FailureKind.TOO_LARGE, f"{self._host} sent more than {self._limit:,} bytes.")
