"""Bytes of feeds to characters: what is declared is often wrong."""

from __future__ import annotations

import pytest

from tui_monitor.domain.errors import FailureKind, SourceError
from tui_monitor.sources.feed_encoding import decode_body

HANT = "恒生科技指數收市升百分之四，成交顯著增加，市場等待議息結果，分析員認為後市仍有上升空間"
HANS = "恒生科技指数收市上涨百分之四，成交显著增加，市场等待议息结果，分析师认为后市仍有上升空间"
JAPANESE = "東京市場では半導体関連の株が買われ、日経平均は三日続けて上昇した。円相場は小幅に動いた。"
KOREAN = "한국 증시는 반도체 종목의 강세로 상승 마감했다. 외국인 투자자의 매수가 이어졌다."
RUSSIAN = "Акции технологических компаний выросли, инвесторы ждут решения регулятора по ставке на этой неделе."
THAI = "ตลาดหุ้นปิดบวกจากแรงซื้อหุ้นกลุ่มเทคโนโลยี นักลงทุนรอผลการประชุม"
FRENCH = "Les marchés européens ont clôturé en légère hausse, portés par les valeurs technologiques à Paris."
HKSCS = "嘅啲嗰咗喺𨋢㗎邨" + HANT  # Cantonese letters that only Hong Kong's extension of Big5 has.


def document(text: str, declared: str | None) -> str:
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else '<?xml version="1.0"?>'
    return f"{head}<rss><channel><item><title>{text}</title></item></channel></rss>"


@pytest.mark.parametrize(
    ("text", "codec", "declared", "served"),
    [
        (HANT, "utf-8", "utf-8", None),
        (HANT, "utf-8", None, None),
        (HANT, "utf-8", "big5", None),
        (HANT, "utf-8", "iso-8859-1", "text/xml; charset=ISO-8859-1"),
        (HANT, "utf-8", "utf-16", None),
        (HANT, "utf-8-sig", "utf-8", None),
        (HANT, "big5hkscs", "big5", None),
        (HANT, "big5hkscs", "utf-8", "text/xml; charset=Big5"),
        (HKSCS, "big5hkscs", "Big5", None),
        (HKSCS, "big5hkscs", "big5-hkscs", None),
        (HANT + "€", "cp950", "big5", None),
        (HANS, "gbk", "gb2312", None),
        (HANS + "㐀𠀀€", "gb18030", "GB2312", None),
        (HANS, "gb18030", None, "application/rss+xml; charset=gbk"),
        (HANS, "gb18030", "gb2312", "text/xml; charset=utf-8"),
        (HANS, "gb18030", "gb2312", "text/xml; charset=ISO-8859-1"),
        (JAPANESE, "shift_jis", "Shift_JIS", None),
        (JAPANESE + "①㈱", "cp932", "shift_jis", None),
        (JAPANESE, "euc_jp", "euc-jp", None),
        (JAPANESE, "iso2022_jp", "iso-2022-jp", None),
        (KOREAN, "euc_kr", "euc-kr", None),
        (KOREAN, "cp949", "ks_c_5601-1987", None),
        (RUSSIAN, "koi8-r", "koi8-r", None),
        (RUSSIAN, "cp1251", "windows-1251", None),
        (RUSSIAN, "cp1251", "windows-1251", "text/xml; charset=ISO-8859-1"),
        (FRENCH + "€’", "cp1252", "iso-8859-1", None),
        (HANT, "utf-16-le", "utf-16", None),
        (HANT, "utf-16-be", "utf-16", None),
        (HANT, "utf-16", "utf-16", None),
        (HANT, "utf-16-le", None, "text/xml"),
        (HANT, "utf-32-be", None, None),
        (HANT, "utf-32", "utf-32", None),
        # Nothing is declared.
        (HANT, "big5hkscs", None, None),
        (HANS, "gb18030", None, None),
        (KOREAN, "euc_kr", None, None),
        (JAPANESE, "shift_jis", None, None),
        (RUSSIAN, "koi8-r", None, None),
        (RUSSIAN, "cp1251", None, None),
        (THAI, "tis-620", None, None),
        (FRENCH, "cp1252", None, None),
        # Declared, but not true.
        (HANS, "gb18030", "utf-8", "text/xml; charset=utf-8"),
        (HANT, "big5hkscs", "utf-8", None),
        (FRENCH, "cp1252", "utf-8", "text/xml; charset=utf-8"),
        (RUSSIAN, "cp1251", "iso-8859-1", None),
    ],
)
def test_text_comes_through(text: str, codec: str, declared: str | None, served: str | None) -> None:
    body = document(text, declared).encode(codec)
    assert text in decode_body(body, served).text


def test_a_damaged_byte_does_not_change_the_encoding() -> None:
    body = document(HANT * 20, "utf-8").encode()
    broken = body[:400] + b"\xff" + body[401:]
    decoded = decode_body(broken, None)
    assert decoded.encoding == "utf-8"
    assert decoded.damaged >= 1
    assert HANT in decoded.text


def test_a_body_that_is_cut_within_a_letter_is_still_utf8() -> None:
    decoded = decode_body(document(HANT, None).encode()[:-50].rstrip(b"<")[:-1], None)
    assert decoded.encoding == "utf-8"


@pytest.mark.parametrize("name", ["utf-7", "zip", "hex", "rot13", "no-such-thing", "unicode_escape", "x" * 39, "idna"])
def test_names_that_are_no_character_sets_are_passed_over(name: str) -> None:
    assert HANT in decode_body(document(HANT, name).encode(), f"text/xml; charset={name}").text
    decoded = decode_body(document("+ADw-script+AD4- caf\xe9", name).encode("cp1252"), None)
    assert "<script>" not in decoded.text


def test_limits_of_size() -> None:
    with pytest.raises(SourceError) as caught:
        decode_body(b"x" * 11, None, limit=10)
    assert caught.value.kind is FailureKind.TOO_LARGE
