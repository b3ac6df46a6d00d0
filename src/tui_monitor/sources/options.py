"""A plug-in's own table of the configuration, ``[sources.NAME]``, checked against its struct."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from tui_monitor.domain.errors import ConfigError
from tui_monitor.domain.text import safe_url

Seconds = Annotated[float, Meta(ge=1, le=86_400)]
"""A period. The budget of the host bounds it further."""

Address = Annotated[str, Meta(min_length=8, max_length=500)]
"""The beginning of an address, without the path that the source adds."""


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of every plug-in's options."""

    enabled: bool = True
    """Whether the plug-in is used at all; read by the registry."""


ChosenOptions = TypeVar("ChosenOptions", bound=Options)
Builder = TypeVar("Builder", bound=Callable[..., Any])

_DECLARED = "options"
"""Attribute of a plug-in's function that names what its table may hold."""


def takes(kind: type[msgspec.Struct]) -> Callable[[Builder], Builder]:
    """Declare what the plug-in's table may hold, so that it can be checked without building a source."""

    def declare(build: Builder) -> Builder:
        setattr(build, _DECLARED, kind)
        return build

    return declare


def declared_options(build: object) -> type[msgspec.Struct] | None:
    """Return what the table of a plug-in may hold, ``None`` where its function does not say."""
    kind = getattr(build, _DECLARED, None)
    return kind if isinstance(kind, type) and issubclass(kind, msgspec.Struct) else None


def read_options(table: Mapping[str, Any], kind: type[ChosenOptions], name: str) -> ChosenOptions:
    """Return ``table`` as ``kind``; raise ``ConfigError`` that names the table, the key and what was expected."""
    try:
        found = msgspec.convert(dict(table), kind)
    except msgspec.ValidationError as error:
        raise ConfigError(f"[sources.{name}]: {error}.") from error
    for key, value in msgspec.structs.asdict(found).items():
        if key.endswith("_url") and value and safe_url(value) is None:
            raise ConfigError(f"[sources.{name}]: {key} is not a usable http or https address.")
    return found
