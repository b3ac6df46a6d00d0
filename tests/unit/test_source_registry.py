"""Finding and building sources: a bad plug-in is a sentence, never a crash."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tui_monitor.domain.errors import ConfigError
from tui_monitor.sources.api import ENTRY_POINT_GROUP, Batch, Descriptor, Request, Source, SourceContext, Topic
from tui_monitor.sources.registry import available, build_sources
from tui_monitor.sources.transport import Transport

NOW = datetime(2025, 9, 17, 3, 20, tzinfo=UTC)


def context_for(_name: str, table: Mapping[str, Any]) -> SourceContext:
    transport = Transport(user_agent="test", now=lambda: NOW)
    return SourceContext(settings=table, transport=transport, now=lambda: NOW, state_dir=Path())


@dataclass
class Invented:
    """A third party's source."""

    descriptor: Descriptor

    async def fetch(self, request: Request) -> Batch:
        return Batch(source=self.descriptor.name, received=NOW, missing=request.symbols)

    async def aclose(self) -> None:
        return


def invented(name: str) -> Invented:
    return Invented(Descriptor(name=name, topic=Topic.QUOTES, host="example.com", period=60))


@pytest.fixture
def third_party(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = ModuleType("third_party_sources")
    monkeypatch.setitem(sys.modules, "third_party_sources", module)
    return module


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name=name, value=value, group=ENTRY_POINT_GROUP)


def test_the_built_ins_are_installed_like_any_other() -> None:
    names = set(available())
    assert {"yahoo-spark", "yahoo-chart", "yahoo-research", "tencent", "feeds", "replay"} <= names


def test_built_ins_are_built_and_turned_off() -> None:
    only = ["yahoo-spark", "yahoo-chart", "tencent"]
    sources, warnings = build_sources(context_for, {"tencent": {"enabled": False}}, only=only)
    assert warnings == []
    assert [one.descriptor.name for one in sources] == ["yahoo-chart", "yahoo-chart-quote", "yahoo"]


def test_a_third_party_s_source_stands_beside_them(third_party: ModuleType) -> None:
    seen: list[Mapping[str, Any]] = []

    def build(context: SourceContext) -> list[Source]:
        seen.append(context.settings)
        return [invented("mine")]

    third_party.build = build  # type: ignore[attr-defined]
    installed = {"mine": point("mine", "third_party_sources:build")}
    sources, warnings = build_sources(context_for, {"mine": {"key": 1}}, plug_ins=installed)
    assert [one.descriptor.name for one in sources] == ["mine"]
    assert warnings == []
    assert seen == [{"key": 1}]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("no_such_module_at_all:build", "ModuleNotFoundError"),
        ("third_party_sources:nothing", "AttributeError"),
        ("third_party_sources:explode", "KeyError"),
        ("third_party_sources:wrong_settings", "[sources.bad]: period"),
        ("third_party_sources:no_sources", "AttributeError"),
    ],
)
def test_a_bad_plug_in_is_a_sentence(
    third_party: ModuleType, value: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    def explode(_context: SourceContext) -> list[Source]:
        raise KeyError("\x1b[31mkey")

    def wrong_settings(_context: SourceContext) -> list[Source]:
        raise ConfigError("[sources.bad]: period is wrong.")

    third_party.explode = explode  # type: ignore[attr-defined]
    third_party.wrong_settings = wrong_settings  # type: ignore[attr-defined]
    third_party.no_sources = lambda _context: [object()]  # type: ignore[attr-defined]
    third_party.good = lambda _context: [invented("good")]  # type: ignore[attr-defined]
    installed = {"bad": point("bad", value), "good": point("good", "third_party_sources:good")}
    with caplog.at_level(logging.ERROR):
        sources, warnings = build_sources(context_for, {}, plug_ins=installed)
    assert [one.descriptor.name for one in sources] == ["good"]
    (sentence,) = warnings
    assert sentence.startswith("Source bad is left out: ")
    assert words in sentence
    assert "\x1b" not in sentence
    assert "\n" not in sentence


def test_two_sources_of_one_name(third_party: ModuleType) -> None:
    third_party.first = lambda _context: [invented("same"), invented("other")]  # type: ignore[attr-defined]
    third_party.second = lambda _context: [invented("same")]  # type: ignore[attr-defined]
    installed = {"a": point("a", "third_party_sources:first"), "b": point("b", "third_party_sources:second")}
    sources, warnings = build_sources(context_for, {}, plug_ins=installed)
    assert [one.descriptor.name for one in sources] == ["same", "other"]
    assert warnings == ["Source b: a source named same is there already; this one is left out."]


def test_a_recording_is_built_only_by_name(third_party: ModuleType) -> None:
    third_party.build = lambda _context: [invented("recorded")]  # type: ignore[attr-defined]
    installed = {"replay": point("replay", "third_party_sources:build")}
    assert build_sources(context_for, {}, plug_ins=installed) == ([], [])
    sources, _ = build_sources(context_for, {}, plug_ins=installed, only=["replay"])
    assert [one.descriptor.name for one in sources] == ["recorded"]


def test_a_table_of_no_source_is_told() -> None:
    _, warnings = build_sources(context_for, {"yaho": {}}, plug_ins={})
    assert warnings == ["[sources.yaho]: no such source is installed; there are none."]
