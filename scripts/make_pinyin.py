"""Make ``seeds/pinyin.json``: the pinyin initials of every Chinese character in the shipped names.

Needs ``pypinyin`` (not a dependency of the program): ``pip install pypinyin && python scripts/make_pinyin.py``.
Run it again after names were added; a test says when characters are missing.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from pypinyin import Style, pinyin

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
HAN = re.compile(r"[\u3400-\u9fff]")
NAME_KEYS = frozenset({"name_hant", "name_hans", "short_hant", "short_hans", "aliases", "names"})


def names(value: object, *, within: bool = False) -> list[str]:
    """Return the texts under the keys that hold names."""
    if isinstance(value, dict):
        return [text for key, one in value.items() for text in names(one, within=within or key in NAME_KEYS)]
    if isinstance(value, list):
        return [text for one in value for text in names(one, within=within)]
    return [value] if within and isinstance(value, str) else []


def main() -> None:
    """Write the table."""
    files = [SEEDS / "instruments.json", SEEDS / "company_names.json", *sorted((SEEDS / "universes").glob("*.json"))]
    characters = sorted(
        {char for path in files for text in names(json.loads(path.read_text())) for char in HAN.findall(text)}
    )
    initials = {
        char: "".join(
            sorted({one[0] for one in pinyin(char, style=Style.NORMAL, heteronym=True)[0] if one[0].isascii()})
        )
        for char in characters
    }
    document = {
        "about": "First letters of the pinyin of each Chinese character in the shipped names; several where it has "
        "several readings. Made by scripts/make_pinyin.py with pypinyin's table (MIT licence).",
        "initials": {char: letters for char, letters in initials.items() if letters},
    }
    (SEEDS / "pinyin.json").write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    print(f"{len(characters)} characters")


if __name__ == "__main__":
    main()
