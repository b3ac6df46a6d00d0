"""What the checks and the start say in the person's language: the data commands' narration stays English."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from tui_monitor.present.words import language_of

if TYPE_CHECKING:
    from tui_monitor.config.settings import Settings

Speak = Callable[[str], str]
"""Returns a finished English sentence in the person's language."""


def speaking(settings: Settings | None) -> Speak:
    """Return what words sentences by the settings, or by the locale where there are none to go by."""
    language = language_of("auto" if settings is None else settings.display.language, os.environ)
    if language == "en":
        return lambda sentence: sentence
    from tui_monitor.present.phrases import SENTENCES, phrases

    return phrases(language, (*SENTENCES, "doctor"))
