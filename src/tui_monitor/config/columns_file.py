"""How the person set the watchlist's columns: a small file of the program's own in the state folder.

Losing it costs the arrangement and nothing else: a file that cannot be read counts as absent.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from tui_monitor.domain.errors import StorageError

MAX_OCTETS = 64_000
"""Size of the largest file that is read."""

WIDTHS = (3, 60)
"""Least and most cells that a column can be given."""


class ColumnSetting(msgspec.Struct, frozen=True):
    """One column as the person set it."""

    id: str
    shown: bool = True
    width: int | None = None
    """Cells; ``None``: what the column needs."""


class _Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: Annotated[str, Meta(min_length=1, max_length=24)]
    shown: bool = True
    width: Annotated[int, Meta(ge=WIDTHS[0], le=WIDTHS[1])] | None = None


class _FileShape(msgspec.Struct, frozen=True):
    columns: Annotated[list[_Shape], Meta(max_length=100)]


def read_columns(path: Path) -> tuple[ColumnSetting, ...] | None:
    """Return the columns in the person's order; ``None`` where none were set or the file is not to be used."""
    try:
        if path.stat().st_size > MAX_OCTETS:
            return None
        shape = msgspec.json.decode(path.read_bytes(), type=_FileShape)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    return tuple(ColumnSetting(one.id, one.shown, one.width) for one in shape.columns)


def write_columns(path: Path, columns: tuple[ColumnSetting, ...] | None) -> None:
    """Make ``columns`` the file's content, whole or not at all; ``None`` removes it. Raises ``StorageError``."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        if columns is None:
            path.unlink(missing_ok=True)
            return
        document = {"columns": [{"id": one.id, "shown": one.shown, "width": one.width} for one in columns]}
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(document)))
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        reason = (error.strerror or str(error)).lower()
        raise StorageError(f"{path} cannot be written: {reason}; the columns stay until the end.") from error
