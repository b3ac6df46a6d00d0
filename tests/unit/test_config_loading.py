from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_monitor.config.loading import load_settings, read_settings
from tui_monitor.config.settings import Section, Settings
from tui_monitor.config.toml_file import TomlError, parse_toml
from tui_monitor.config.toml_lines import KeyPath, lines_of
from tui_monitor.domain.errors import ConfigError

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = ROOT / "tests" / "configs"


def test_no_file_means_the_defaults(tmp_path: Path) -> None:
    assert load_settings(None) == Settings()
    assert load_settings(tmp_path / "config.toml") == Settings()


@pytest.mark.parametrize("path", sorted((CONFIGS / "good").glob("*.toml")), ids=lambda path: path.stem)
def test_good_configs_load(path: Path) -> None:
    assert isinstance(load_settings(path), Settings)


@pytest.mark.parametrize("path", sorted((CONFIGS / "bad").glob("*.toml")), ids=lambda path: path.stem)
def test_bad_configs_are_refused_by_file_line_and_key(path: Path) -> None:
    expected = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# expect: ")
    with pytest.raises(ConfigError) as caught:
        load_settings(path)
    told = str(caught.value)
    assert "\n" not in told, "one mistake, one line"
    assert told.startswith(f"{path}, {expected}")


def test_what_a_good_file_says_arrives() -> None:
    found = load_settings(CONFIGS / "good" / "feeds_and_sources.toml")
    assert [feed.name for feed in found.feeds] == ["one", "two"]
    assert [feed.period for feed in found.feeds] == [600.0, 300.0]
    assert found.sources == {
        "tencent": {"enabled": False, "quote_url": "https://example.com/q="},
        "yahoo-spark": {"fallback_url": ""},
    }
    assert found.sessions == {"XHKG": {"2025-09-08": "closed", "2025-09-09": "closed"}}
    assert found.closed_days() == {"XHKG": (date(2025, 9, 8), date(2025, 9, 9))}
    assert found.keys.bind["app.redo"] == "ctrl+r"
    assert load_settings(CONFIGS / "good" / "market.toml").market.since == "2024-10-02"


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    with pytest.raises(ConfigError) as caught:
        read_settings(b'[display]\ntheme = "x"\nflash = 1\n[market]\nindx = "a"\npeers = [1, "a", 2]\n', "c.toml")
    assert [line.partition(": key ")[2].partition(":")[0] for line in str(caught.value).splitlines()] == [
        '"display.theme"',
        '"display.flash"',
        '"market.indx"',
        '"market.peers[0]"',
        '"market.peers[2]"',
    ]


def test_a_secret_needs_a_file_of_the_owner_alone() -> None:
    data = b'[sources.other]\napi_key = "s3cret"\n'
    assert read_settings(data, "c.toml", mode=0o600).sources["other"]["api_key"] == "s3cret"
    with pytest.raises(ConfigError, match=r'line 2: key "sources\.other\.api_key": .*chmod 600') as caught:
        read_settings(data, "c.toml", mode=0o644)
    assert "s3cret" not in str(caught.value)


def test_an_unreadable_path_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read: is a directory\.$"):
        load_settings(tmp_path)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.text(alphabet="[]{}=\".,'\n#ab1\\", max_size=60).map(str.encode)))
def test_no_bytes_raise_anything_but_config_error(data: bytes) -> None:
    try:
        found = read_settings(data, "c.toml")
    except ConfigError as error:
        told = str(error)
    else:
        told = ""
        assert isinstance(found, Settings)
    assert all(re.match(r"c\.toml(?:, line \d+|: and)", line) for line in told.splitlines())


@pytest.mark.parametrize(
    "data",
    [b"a = " + b"[" * 100_000, b"a = " + b"9" * 10_000, b"a" * 2_000_000, b"x = 1979-13-01", b"\xff\xfe", b"\x00"],
)
def test_extreme_texts_are_refused(data: bytes) -> None:
    with pytest.raises(TomlError):
        parse_toml(data, limit=1024 * 1024)


def _leaves(kind: type[Section], prefix: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for field in msgspec.structs.fields(kind):
        path = (*prefix, field.encode_name)
        if isinstance(field.type, type) and issubclass(field.type, Section):
            found += _leaves(field.type, path)
        else:
            found.append(path)
    return found


def _uncommented(*, examples: bool) -> str:
    lines = (ROOT / "config.example.toml").read_text(encoding="utf-8").splitlines()
    kept = []
    for line in lines:
        match = re.match(r'#(:?) ?((?:\[|[a-z_]+ = |"[^"]+" = ).*)$', line)
        if match and (examples or not match[1]):
            kept.append(match[2])
    return "\n".join(kept) + "\n"


def test_the_example_documents_every_key() -> None:
    document = tomllib.loads(_uncommented(examples=True))
    for path in _leaves(Settings):
        here: object = document
        for part in path:
            assert isinstance(here, dict), path
            assert part in here, f"config.example.toml does not document {'.'.join(path)}"
            here = here[part]
    feed = document["feeds"][0]
    fields = msgspec.structs.fields(Settings)
    entry = next(field.type for field in fields if field.name == "feeds").__args__[0]
    assert set(feed) == set(entry.__struct_fields__)
    own = next(field.type for field in fields if field.name == "events").__args__[0]
    assert set(document["events"][0]) == set(own.__struct_fields__)


def test_the_example_as_it_stands_and_uncommented_is_the_defaults() -> None:
    text = (ROOT / "config.example.toml").read_bytes()
    assert read_settings(text, "config.example.toml") == Settings()
    blocks = _uncommented(examples=False)
    document = tomllib.loads(blocks)
    assert document["market"]["peers"], "the regular expression found nothing"
    assert read_settings(blocks.encode(), "config.example.toml") == Settings()


def test_the_examples_of_the_example_are_valid() -> None:
    found = read_settings(_uncommented(examples=True).encode(), "config.example.toml")
    assert found.feeds[0].name == "mine"
    assert found.events[0].date == "2026-05-13"
    assert found.sessions == {"XHKG": {"2025-09-08": "closed", "2025-09-24": "13:30-16:00"}}


TOML = """\
a = 1 # one
"b.c" = '''
two lines: [not] = a table
'''
d.e = [ # an array
  1,
  {x = 1, y = [1,
   2]},
]
when = 1979-05-27 07:32:00

[t."u\\u0041"]
f = "a \\" [q]"
[[arr]]
g = 1
[[arr.sub]]
h = 1
[[arr]]
g = 2
[[arr.sub]]
h = 2
[arr.tab]
i = 3
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("a",), 1),
        (("b.c",), 2),
        (("d", "e"), 5),
        (("d", "e", 0), 6),
        (("d", "e", 1), 7),
        (("d", "e", 1, "y", 1), 8),
        (("when",), 10),
        (("t", "uA", "f"), 13),
        (("arr", 0, "g"), 15),
        (("arr", 0, "sub", 0, "h"), 17),
        (("arr", 1, "g"), 19),
        (("arr", 1, "sub", 0, "h"), 21),
        (("arr", 1, "tab", "i"), 23),
        (("arr", 1, "tab", "absent"), 22),
        (("nothing",), None),
    ],
)
def test_every_key_has_its_line(path: KeyPath, line: int | None) -> None:
    tomllib.loads(TOML)
    found = lines_of(TOML)
    assert found is not None
    assert found.line_of(path) == line
