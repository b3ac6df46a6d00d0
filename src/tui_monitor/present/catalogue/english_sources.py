"""The program's own names of sources in English; a provider's name is the same in every language."""

from __future__ import annotations

SOURCE_WORDS: dict[str, str] = {
    "source-name.recorded": "recorded",
    "source-name.replay": "replay",
}
