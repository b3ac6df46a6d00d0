"""The options that every data command takes, gathered into one value, and what they open."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from tui_monitor.cli.data_command import (
    FORMATS,
    chosen_language,
    language_option,
    network_options,
    recording_options,
    replay,
    stored,
)

if TYPE_CHECKING:
    from tui_monitor.config.settings import Settings
    from tui_monitor.services.situation import Situation
    from tui_monitor.services.stored import Stored


class DataRequest(msgspec.Struct, frozen=True):
    """How a command was asked: what to read, and how to print it."""

    form: str
    lang: str | None
    offline: bool
    timeout: float
    """Seconds to wait for the sources."""
    recording: Path | None
    at: str | None
    """The recorded day's time to tell, ``HH:MM``."""

    @property
    def origin(self) -> str:
        """Where a value comes from that no source has just answered: ``recording`` or ``stored``."""
        return "stored" if self.recording is None else "recording"

    def language(self, settings: Settings) -> str:
        """Return the language to print in."""
        return chosen_language(self.lang, settings)

    def check(self) -> None:
        """Refuse a time of a recording that is not named."""
        if self.at is not None and self.recording is None:
            raise click.UsageError("--at needs --from-recording.")

    def open(self, settings: Settings, *, texts: bool = False) -> tuple[Situation, Stored | None]:
        """Return what is known, and what takes the answers of sources: ``None`` where none is to be asked.

        ``texts``: of what is stored headlines and rating changes too; a recording has all that it has.
        """
        self.check()
        language = self.language(settings)
        if self.recording is not None:
            return replay(self.recording, self.at, settings, language).situation, None
        known = stored(settings, language, texts=texts)
        return known.situation, None if self.offline else known


def data_options(forms: Sequence[str] = FORMATS) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add ``--format`` (of ``forms``, by default the first), ``--lang``, those of the network and of recordings.

    They reach the command as ``request``.
    """

    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def asked(**options: Any) -> Any:
            request = DataRequest(**{name: options.pop(name) for name in DataRequest.__struct_fields__})
            return function(request=request, **options)

        made = language_option(network_options(recording_options(asked)))
        return click.option("--format", "form", type=click.Choice(forms), default=forms[0], show_default=True)(made)

    return add
