"""Where the word lists of the package come from: JSON files of ``seeds``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_PACKAGE = Path(__file__).resolve().parents[1]


def read_seed(name: str) -> dict[str, Any]:
    """Return the parsed seed file ``name``: from the installed package, else from the source tree.

    Raises ``FileNotFoundError`` when neither holds it.
    """
    installed = _PACKAGE / "seeds" / name
    path = installed if installed.is_file() else _PACKAGE.parents[1] / "seeds" / name
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data
