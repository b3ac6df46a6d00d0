"""From the bytes of a feed to its characters, whatever was declared.

What servers and documents say about their encoding is often wrong, so the bytes have the first word:
a byte order mark, the zero bytes of UTF-16 and UTF-32, and valid UTF-8 (which no other encoding produces by
chance over more than a few letters) come before any declaration. Then the declarations, each read as what
publishers mean by it (WHATWG's Encoding Standard: ``gb2312`` is GB 18030, ``iso-8859-1`` is windows-1252),
then detection over the bytes that are not ASCII.
"""

from __future__ import annotations

import codecs
import re
import zlib

import msgspec

from tui_monitor.domain.errors import FailureKind, SourceError

MAX_BODY = 5 * 1024 * 1024
"""Bytes of a body as it comes in."""

MAX_UNPACKED = 16 * 1024 * 1024
"""Bytes of a body that came in packed; its packed size keeps to ``MAX_BODY``."""

_SNIFFED = 1024
"""Bytes at the start in which a declaration is looked for."""

_SAMPLE = 6000
"""Bytes given to the detector: its cost grows with them, its answer does not get better."""

_MEANT = {
    "gb2312": ("gb18030",), "gbk": ("gb18030",), "gb18030": ("gb18030",), "x-gbk": ("gb18030",),
    "hz": ("gb18030",), "euc-cn": ("gb18030",), "cp936": ("gb18030",),
    # Hong Kong's sites send the HKSCS characters and call it Big5; the euro sign and a few more are in cp950 only.
    "big5": ("big5hkscs", "cp950"), "big5-hkscs": ("big5hkscs", "cp950"), "cp950": ("cp950", "big5hkscs"),
    "x-x-big5": ("big5hkscs", "cp950"),
    "shift_jis": ("cp932",), "shift-jis": ("cp932",), "sjis": ("cp932",), "x-sjis": ("cp932",),
    "windows-31j": ("cp932",), "ms_kanji": ("cp932",),
    "euc-jp": ("euc_jp", "euc_jis_2004"), "x-euc-jp": ("euc_jp", "euc_jis_2004"),
    "euc-kr": ("cp949",), "ks_c_5601-1987": ("cp949",), "ks_c_5601": ("cp949",), "korean": ("cp949",),
    "iso-8859-1": ("cp1252",), "iso8859-1": ("cp1252",), "latin1": ("cp1252",), "latin-1": ("cp1252",),
    "us-ascii": ("cp1252",), "ascii": ("cp1252",), "iso-8859-9": ("cp1254",), "tis-620": ("cp874",),
    "iso-8859-11": ("cp874",), "windows-874": ("cp874",),
    # Declared although the bytes are single: the declaration itself could be read, so it cannot be true.
    "utf-16": ("utf-8",), "utf-16le": ("utf-8",), "utf-16be": ("utf-8",), "utf-32": ("utf-8",), "ucs-2": ("utf-8",),
    "unicode": ("utf-8",), "utf8": ("utf-8",),
}  # fmt: skip
"""What publishers mean by a name of an encoding, best first."""

_REFUSED = frozenset({"utf-7", "utf7", "idna", "punycode", "rot13", "rot-13", "unicode-escape", "raw-unicode-escape"})
"""Names that Python knows but that no feed means; UTF-7 hides markup from every check."""

_VAGUE = frozenset({"cp1252"})
"""What servers say by default: believed only after the document's own word."""

_XML_DECLARATION = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']?\s*([A-Za-z0-9._:-]{2,40})""")
_HTTP_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{2,40})""", re.IGNORECASE)
_HIGH_RUN = re.compile(rb"[\x80-\xff][\x20-\xff]{0,400}")
_BROKEN_UTF8 = re.compile("\ufffd")


class Decoded(msgspec.Struct, frozen=True):
    """A body's characters."""

    text: str
    encoding: str
    """Python's name of the encoding that was used."""
    damaged: int = 0
    """Characters that could not be read and stand as U+FFFD."""


def decode_body(body: bytes, content_type: str | None, limit: int = MAX_BODY) -> Decoded:
    """Return the characters of ``body``, unpacked if it is gzip or zlib without saying so.

    Raises ``SourceError`` (``TOO_LARGE``) past the limits, (``MALFORMED``) for a broken archive.
    """
    if len(body) > limit:
        raise SourceError(FailureKind.TOO_LARGE, f"the feed is larger than {limit // 1024 // 1024} MB")
    body = _unpack(body)
    marked = _by_mark(body)
    if marked is not None:
        return marked
    # Escape begins the shifts of ISO 2022, whose bytes are all ASCII.
    if b"\x1b" not in body and _is_utf8(body):
        return _lenient(body, "utf-8")
    return _by_words(body, content_type)


def _unpack(body: bytes) -> bytes:
    # Twice at the most: a few servers pack a file that is already packed.
    for _ in range(2):
        if body[:3] == b"\x1f\x8b\x08":
            bits = 31
        elif body[:2] in {b"\x78\x01", b"\x78\x9c", b"\x78\xda"}:
            bits = 15
        else:
            return body
        unpacker = zlib.decompressobj(bits)
        try:
            plain = unpacker.decompress(body, MAX_UNPACKED)
        except zlib.error as error:
            raise SourceError(FailureKind.MALFORMED, f"the packed body is damaged: {error}") from error
        if not plain and not unpacker.eof:
            raise SourceError(FailureKind.MALFORMED, "the packed body is damaged: it ends before it begins")
        if unpacker.unconsumed_tail:
            raise SourceError(FailureKind.TOO_LARGE, f"the feed unpacks to more than {MAX_UNPACKED // 1024 // 1024} MB")
        body = plain
    return body


def _by_mark(body: bytes) -> Decoded | None:
    for mark, name in (
        (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"), (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):  # fmt: skip
        if body.startswith(mark):
            rest = body[len(mark) :]
            if name.startswith("utf-16") and b"\0" not in rest[:64] and rest.lstrip()[:1] == b"<":
                return None  # The mark was put before single bytes.
            if name == "utf-8" and not _is_utf8(rest):
                return None
            return _lenient(rest, name)
    head = body[:256]
    if b"\0" not in head:
        return None
    # Markup is ASCII, so its zero bytes tell width and order; a few stray ones in single-byte text do not count.
    by_place = [head[place::4].count(0) * 4 / len(head) for place in range(4)]
    if min(by_place[1:]) > 0.6:
        return _lenient(body, "utf-32-le")
    if min(by_place[:3]) > 0.6:
        return _lenient(body, "utf-32-be")
    if min(by_place[1], by_place[3]) > 0.3 and max(by_place[0], by_place[2]) < 0.2:
        return _lenient(body, "utf-16-le")
    if min(by_place[0], by_place[2]) > 0.3 and max(by_place[1], by_place[3]) < 0.2:
        return _lenient(body, "utf-16-be")
    return None


def _by_words(body: bytes, content_type: str | None) -> Decoded:
    body = body.removeprefix(codecs.BOM_UTF8)
    declared = _XML_DECLARATION.search(body[:_SNIFFED])
    served = _HTTP_CHARSET.search(content_type or "")
    words = [_meant(served[1]) if served else (), _meant(declared[1].decode("ascii")) if declared else ()]
    names = [name for group in words for name in group]
    names.sort(key=lambda name: name in _VAGUE)
    for name in names:
        if name != "utf-8" and not _isolated_against(name, body):
            try:
                return Decoded(body.decode(name), name)
            except (UnicodeDecodeError, LookupError):
                continue
    # Nothing reads without a fault. A few damaged bytes do not change what it is.
    for name in dict.fromkeys(["utf-8", *names]):
        if _isolated_against(name, body):
            continue
        tried = _lenient(body, name)
        if tried.damaged * 20 <= _high_bytes(body):
            return tried
    return _lenient(body, _detect(body))


def _meant(name: str) -> tuple[str, ...]:
    word = name.strip().lower()
    if word in _REFUSED:
        return ()
    if word in _MEANT:
        return _MEANT[word]
    try:
        info = codecs.lookup(word)
    except LookupError:
        return ()
    # Python also knows codecs that are no character sets (``zip``, ``hex``).
    return (info.name,) if getattr(info, "_is_text_encoding", False) else ()


def _isolated_against(name: str, body: bytes) -> bool:
    """Whether ``name`` is a Western single-byte set and the bytes come in long runs, as no Western text does."""
    return name in _VAGUE and not _western(body) and _high_bytes(body) > 20


def _western(body: bytes) -> bool:
    """Whether most bytes above ASCII stand alone between letters, as accents do."""
    high = _high_bytes(body)
    paired = sum(len(run) for run in re.findall(rb"[\x80-\xff]{2,}", body[: 1 << 20]))
    return paired * 3 <= high


def _high_bytes(body: bytes) -> int:
    return len(body) - len(body.translate(None, bytes(range(0x80, 0x100))))


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        # A body that was cut within a character is still what it is.
        return error.start >= len(body) - 4
    return True


def _lenient(body: bytes, name: str) -> Decoded:
    text = body.decode(name, "replace")
    return Decoded(text, name, len(_BROKEN_UTF8.findall(text)))


def _detect(body: bytes) -> str:
    if _western(body):
        return "cp1252"
    from charset_normalizer import from_bytes  # 30 ms, and needed by the rare body that declares nothing true

    sample = b" ".join(_HIGH_RUN.findall(body))[:_SAMPLE]
    best = from_bytes(sample).best()
    if best is None:
        return "cp1252"
    meant = _meant(best.encoding.replace("_", "-")) or (best.encoding,)
    return meant[0]
