"""The words of a monitor that follows another one of the person's, in English."""

from __future__ import annotations

SHARING_WORDS: dict[str, str] = {
    "status.followed": "shared",
    "sources.followed": "Another monitor of yours asks these sources; this one reads what it stores.",
    "sources.followed-process": (
        "Another monitor of yours (process {process}) asks these sources; this one reads what it stores."
    ),
}
