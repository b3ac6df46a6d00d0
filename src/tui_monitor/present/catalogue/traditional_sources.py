"""The program's own names of sources in traditional Chinese; a provider's name is the same in every language."""

from __future__ import annotations

SOURCE_WORDS: dict[str, str] = {
    "source-name.recorded": "錄製",
    "source-name.replay": "重播",
}
