"""Text from outside: nothing that a terminal or the screen's markup would act on gets through."""

from __future__ import annotations

import sys
import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_monitor.domain.text import clean_html, clean_text, safe_url

FORBIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}

ESC, CSI, OSC, DCS, ST, BEL = "\x1b", "\x9b", "\x9d", "\x90", "\x9c", "\x07"

INJECTIONS = [
    f"{ESC}]8;;https://evil.example/{ESC}\\click{ESC}]8;;{ESC}\\",
    f"{OSC}8;;https://evil.example/{ST}click",
    f"{ESC}]52;c;ZXZpbA=={BEL}",
    f"{ESC}]0;title{BEL}",
    f"{ESC}[2J{ESC}[H",
    f"{CSI}31mred",
    f"{DCS}q#0;2;0;0;0{ST}",
    f"{ESC}P$q q{ESC}\\",
    f"{ESC}c",
    "\u202egnp.exe\u202c",
    "\u2066a\u2067b\u2069",
    "\u200b\u200c\u200d\u2060\ufeffzero",
    "\u00adsoft",
    "\u061c\u200e\u200fmarks",
    "\U000e0041\U000e0042 tags",
    "a" + "\u0301" * 500,
    "\u0301starts with a mark",
    "word \u0301floating mark",
    "\u302a" * 50,
    "line\nbreak\rreturn\x0bvertical\x0cform\u2028sep\u2029para\x85next",
    "\x00nul\x08back\x7fdel",
    "\ud800lone surrogate",
    "\ufdd0non-character\uffff",
    "\u3164\uffa0\u115f\u2800invisible letters",
    "\ue000private",
    "\ufff9annotation\ufffb",
    "e\ufe0f\ufe0e variation \U000e0100",
]


def is_safe(text: str) -> bool:
    """Tell by the properties of the characters, written down independently of the code under test."""
    if any(unicodedata.category(char) in FORBIDDEN for char in text):
        return False
    if any(char in "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800" for char in text):
        return False
    if text != text.strip() or "  " in text:
        return False
    run = 0
    for place, char in enumerate(text):
        if unicodedata.category(char) in {"Mn", "Me"}:
            run += 1
            if run > 4 or place == 0 or text[place - 1] == " ":
                return False
        else:
            run = 0
    return all(char == " " or not char.isspace() for char in text)


@pytest.mark.parametrize("hostile", INJECTIONS)
def test_no_injection_survives(hostile: str) -> None:
    assert is_safe(clean_text(hostile))
    assert is_safe(clean_html(hostile))
    assert is_safe(
        clean_html("<p>" + "".join(f"&#{ord(char)};" for char in hostile if not "\ud800" <= char <= "\udfff"))
    )


def test_every_single_character_of_unicode_is_safe_alone_and_between_letters() -> None:
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        cleaned = clean_text(f"a{char}b")
        assert is_safe(cleaned), hex(code)
        if unicodedata.category(char) in {"Mn", "Me"}:
            assert clean_text(char) == "", hex(code)


@given(st.text(st.characters(codec=None), max_size=200))
@settings(max_examples=600)
def test_any_text_is_safe_and_stays_so(text: str) -> None:
    once = clean_text(text)
    assert is_safe(once)
    assert clean_text(once) == once
    assert is_safe(clean_html(text))


@given(
    st.lists(
        st.sampled_from([*INJECTIONS, "<b>", "</b>", "<!--", "-->", "<script>", "&amp;lt;", "&#27;", "&#x9b;", "x"])
    )
)
@settings(max_examples=400)
def test_any_mix_of_injections_is_safe(parts: list[str]) -> None:
    assert is_safe(clean_text("".join(parts)))
    assert is_safe(clean_html("".join(parts)))


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        (
            "[/x] [bold]not markup[/bold] [link=https://e.example]",
            "[/x] [bold]not markup[/bold] [link=https://e.example]",
        ),
        ("  騰訊\u3000控股 \n", "騰訊 控股"),
        ("Cafe\u0301", "Café"),
        ("日\u200b本", "日本"),
        (None, ""),
        (7, ""),
        ("", ""),
    ],
)
def test_what_is_kept(raw: object, clean: str) -> None:
    assert clean_text(raw) == clean


def test_a_long_text_ends_with_an_ellipsis_within_the_limit() -> None:
    assert clean_text("x" * 400, 10) == "x" * 9 + "…"
    assert clean_text("x" * 10, 10) == "x" * 10


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("<p>One &amp; two</p><p>three</p>", "One & two three"),
        ("A&amp;amp;B", "A&B"),
        ("&lt;b&gt;bold&lt;/b&gt; &amp;lt;i&amp;gt;", "bold <i>"),
        ("before<script>alert('x')</script>after", "before after"),
        ("a<style>p{}</style>b<!-- secret -->c", "a b c"),
        ("P/E < 10 and > 5", "P/E < 10 and > 5"),
        ("<scr<script>x</script>ipt>y", "y"),
        ("İ<script>x</script>after", "İ after"),
    ],
)
def test_markup_goes_and_words_stay(raw: str, clean: str) -> None:
    assert clean_html(raw) == clean


@pytest.mark.parametrize(
    "piece", ["<script", "<!--", "<style>", "<", "<a ", "&", "&#", "<!", "<a <", "<!-- -", "</script"]
)
def test_hostile_markup_costs_no_more_than_its_size(piece: str) -> None:
    text = piece * (40_000 // len(piece))
    begin = time.process_time()
    clean_html(text)
    assert time.process_time() - begin < 0.25


@pytest.mark.parametrize(
    "url", ["https://e.example/a?b=c#d", "http://10.0.0.1:8080/x", "https://e.example/新聞", "http://[::1]/"]
)
def test_usable_addresses(url: str) -> None:
    assert safe_url(f" {url} ") == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "ftp://e.example/", "//e.example/", "https://",
        "https://user:pw@e.example/", "https://e.example/a b", "https://e.example/\x1b]8;;", "https://e.example/\u202e",
        "https://ex\u200bample.com/", "https://e.example/\u00ad", "https://e.example/\U000e0041", "https://e.example/<b>",
        "https://e.example/\ud800", "https://e.example/\ue000", "https://e.example\\x", 'https://e.example/"', 5, None,
        "https://e.example/" + "x" * 3000,
    ],
)  # fmt: skip
def test_addresses_that_are_refused(url: object) -> None:
    assert safe_url(url) is None
