"""What is wrong with a filter, in the three languages of the interface."""

from __future__ import annotations

import pytest

from tui_monitor.domain.headline_filter import MAX_LENGTH, Fault, FilterError, parse_filter
from tui_monitor.present.words import LANGUAGES, Words

WRONG = {
    Fault.TOO_LONG: "x" * (MAX_LENGTH + 1),
    Fault.NEVER_OPENED: "bond)",
    Fault.QUOTATION: 'say "open',
    Fault.NESTING: "(" * 30 + "x" + ")" * 30,
    Fault.AFTER_OR: "bond OR",
    Fault.BEFORE_OR: "OR bond",
    Fault.AFTER_MINUS: "bond -",
    Fault.BRACKET: "(bond",
    Fault.DURATION: "age<2y",
    Fault.AGE_SIGN: "age:2h",
    Fault.KEY: "topics:deals",
    Fault.VALUE: "topic:",
    Fault.YES_NO: "mine:maybe",
    Fault.SYMBOL: "symbol:!!",
}


@pytest.mark.parametrize("fault", Fault)
def test_each_fault_has_its_words_in_each_language(fault: Fault) -> None:
    with pytest.raises(FilterError) as caught:
        parse_filter(WRONG[fault])
    error = caught.value
    assert error.fault is fault
    told = {language: Words(language)(f"filter.fault.{fault}", **error.values) for language in LANGUAGES}
    assert told["en"] == error.expected, "the screen and the command line say the same"
    for language in ("zh-Hant", "zh-Hans"):
        assert "{" not in told[language]
        assert fault is Fault.YES_NO or any("\u4e00" <= sign <= "\u9fff" for sign in told[language])
        for value in error.values.values():
            assert str(value) in told[language]
