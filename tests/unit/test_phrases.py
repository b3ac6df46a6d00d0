"""Finished English sentences of the program in the person's language: none is missing, none is torn."""

from __future__ import annotations

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

import tui_monitor
from tui_monitor.config.loading import read_settings
from tui_monitor.domain.errors import ConfigError
from tui_monitor.present.phrases import SENTENCES, phrases
from tui_monitor.present.words import LANGUAGES, Words

SOURCE = Path(tui_monitor.__file__).parent
BAD = Path(__file__).parents[1] / "configs" / "bad"
HAN = re.compile(r"[\u4e00-\u9fff]")
QUOTED = re.compile(r"\S*/\S*|\"[^\"]*\"|「[^」]*」|“[^”]*”|`[^`]*`|\[[^\]]*\]")
ENGLISH_WORD = re.compile(r"\b(?:the|is|was|cannot|expected|got|line|at|of|which|no|not)\b")
CHINESE = ("zh-Hant", "zh-Hans")

ERRORS = {"SourceError", "ConfigError", "StorageError", "HistoryError", "RecordingError", "DeliveryError"}
ELSEWHERE = {"cli", "catalogue"}
"""Folders whose sentences are not the screen's."""

IN_GAPS = {
    "problem[1]": "expected a finite number",
    "reason": "expected a positive number",
    "error.reason": "not UTF-8 text",
    "how": "from https to http",
    "kind": "a web page",
    "hint": "; it names a feed at https://feed.example/rss",
    "str(first).rstrip('.')": "one.example did not answer in time",
    "where": "closes.csv, line 7",
}
"""What stands in gaps that hold more than a name or a number."""

BY_FILE = {"tencent.py": {"reason": "something else than quotes"}}


def say_in_all(sentence: str) -> dict[str, str]:
    """Return a sentence in every language; check that it is whole in each."""
    said = {language: Words(language).told(sentence) for language in LANGUAGES}
    assert said["en"] == sentence
    for language in CHINESE:
        text = said[language]
        assert HAN.search(text), sentence
        assert "{" not in text.replace("{'", "")
        assert not ENGLISH_WORD.search(QUOTED.sub("", text)), text
        assert "。。" not in text
    return said


def example(node: ast.expr, file: str) -> str | None:
    """Return what a sentence in the code may come to, ``None`` for what is no sentence."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    parts = []
    for one in node.values:
        if isinstance(one, ast.Constant):
            parts.append(str(one.value))
        elif isinstance(one, ast.FormattedValue):
            name = ast.unparse(one.value)
            parts.append(BY_FILE.get(file, {}).get(name) or IN_GAPS.get(name, "feeds.example"))
    text = "".join(parts)
    # A sentence of somebody else's alone, passed on, is worded as theirs.
    return text if re.search(r"[a-z]{2}", re.sub(r"feeds\.example|closes\.csv", "", text)) else None


def raised() -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for path in sorted(SOURCE.rglob("*.py")):
        if ELSEWHERE & set(path.relative_to(SOURCE).parts):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS:
                texts = [text for one in node.args if (text := example(one, path.name)) is not None]
                found += [(f"{path.name}:{node.lineno}", text) for text in texts]
    return found


def test_no_error_that_the_program_raises_is_without_words() -> None:
    sentences = raised()
    assert len(sentences) > 150, "the sentences are found at all"
    missing = {
        f"{place} {text}" for place, text in sentences for language in CHINESE if phrases(language).find(text) is None
    }
    assert not missing


@pytest.mark.parametrize("part", ["said", "answers", "doctor"])
def test_every_sentence_is_there_in_every_language_with_the_same_gaps(part: str) -> None:
    def words(own: str) -> dict[str, str]:
        module = import_module(f"tui_monitor.present.catalogue.{own}_{part}")
        return next(value for name, value in vars(module).items() if name.endswith("_WORDS"))

    english = words("english")
    assert len(set(english.values())) == len(english), "a sentence has one meaning"
    for own in ("traditional", "simplified"):
        other = words(own)
        assert other.keys() == english.keys()
        for key, template in english.items():
            gaps, there = (set(re.findall(r"\{\w+\}", text)) for text in (template, other[key]))
            assert there <= gaps, key
            assert gaps - there <= {"{number}"}, key
    assert not [
        sign for sign in "這單檔儲網絡讀寫這語訊應為" if any(sign in text for text in words("simplified").values())
    ]


@pytest.mark.parametrize("path", sorted(BAD.glob("*.toml")), ids=lambda one: one.stem)
def test_a_wrong_config_is_told_whole_in_every_language(path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read_settings(path.read_bytes(), "config.toml", mode=0o644)
    said = say_in_all(str(caught.value))
    for language in CHINESE:
        assert all(HAN.search(line) for line in said[language].split("\n"))


@pytest.mark.parametrize(
    ("sentence", "hant", "hans"),
    [
        (
            'config.toml, line 3: key "a.b": expected a text of 1 to 20 characters, got 5',
            "config.toml 第 3 行，鍵「a.b」：應為 1 至 20 個字元的文字，現為 5",
            "config.toml 第 3 行，键“a.b”：应为 1 至 20 个字符的文字，现为 5",
        ),
        (
            "a.example did not answer in time; b.example fails too (refused).",
            "a.example 沒有及時回應；b.example 亦失敗（refused）。",
            "a.example 没有及时响应；b.example 也失败（refused）。",
        ),
        (
            "h.csv, line 2: close is 0, expected a number above zero",
            "h.csv 第 2 行：收市價為 0，應大於零",
            "h.csv 第 2 行：收盘价为 0，应大于零",
        ),
        (
            "alerts cannot be written to /state: no space left on device",
            "提示無法寫入 /state：磁碟已滿",
            "提醒无法写入 /state：磁盘已满",
        ),
        (
            "f.toml, line 1: not valid TOML: Invalid value at column 5. The feeds go on as they were.",
            "f.toml 第 1 行：不是有效的 TOML：第 5 欄，值無效。新聞來源照舊。",
            "f.toml 第 1 行：不是有效的 TOML：第 5 列，值无效。新闻来源照旧。",
        ),
    ],
)
def test_sentences_within_sentences(sentence: str, hant: str, hans: str) -> None:
    assert say_in_all(sentence) == {"en": sentence, "zh-Hant": hant, "zh-Hans": hans}


def test_what_nobody_knows_stays_as_it_is() -> None:
    for sentence in ("A plug-in's own words: all is lost.", "", "騰訊已加入", "x: y: z"):
        assert Words("zh-Hant").told(sentence) == sentence
    assert phrases("zh-Hans").find("Something that a later version says") is None


def test_the_first_paint_does_not_load_the_sentences() -> None:
    words = Words("zh-Hant")
    assert words("panel.index") == "指數"
    assert not words._known
    assert set(SENTENCES) >= {"said", "answers"}
