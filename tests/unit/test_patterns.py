"""Expressions that are compiled late do what the compiled ones do."""

from __future__ import annotations

import re

import pytest

from tui_monitor.domain.patterns import lazy


def test_it_is_compiled_at_its_first_use_and_only_then(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    real = re.compile

    def noted(text: str, flags: int = 0) -> re.Pattern[str]:
        compiled.append(text)
        return real(text, flags)

    monkeypatch.setattr(re, "compile", noted)
    pattern = lazy(r"(\d+)-([a-z]+)", re.IGNORECASE)
    assert compiled == []
    for _ in range(3):
        match = pattern.fullmatch("12-AB")
        assert match is not None
        assert match.groups() == ("12", "AB")
    assert compiled == [r"(\d+)-([a-z]+)"]
    assert pattern.sub(r"\2", "x 1-y") == "x y"
    assert pattern.pattern == r"(\d+)-([a-z]+)"


def test_a_wrong_one_fails_at_its_use() -> None:
    pattern = lazy("(")
    with pytest.raises(re.error):
        pattern.match("a")
