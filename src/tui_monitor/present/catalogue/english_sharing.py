"""The words of a monitor that follows another one of the person's, in English."""

from __future__ import annotations

SHARING_WORDS: dict[str, str] = {
    "status.followed": "shared",
    "sources.followed": "Another monitor of yours asks these sources; this one reads what it stores.",
    "sources.followed-process": (
        "Another monitor of yours (process {process}) asks these sources; this one reads what it stores."
    ),
    "status.silent": "shared {cross} other monitor stopped, {age}",
    "sources.silent": (
        "The monitor of yours that asks these sources has not moved for {age}: what "
        "is shown gets old. This one asks in its place in a moment; else let it go on, or end it."
    ),
    "sources.silent-process": (
        "Your monitor that asks these sources (process {process}) has not moved for "
        "{age}: what is shown gets old. This one asks in its place in a moment; else let it go on (fg) or end it "
        "(kill -9 {process})."
    ),
}
