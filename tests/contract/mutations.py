"""Bodies made from good ones: changed in their bytes, and in their values as their own format bounds them.

Everything is drawn from the caller's generator, so that a body can be made again from its number.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"(?:\s*:)?|-?\d[\d.eE+-]*|true|false|null|[\[\]{}]')
MARKUP = re.compile(rb"<[^<>]*>|[^<>]+")
FIELD = re.compile(rb"[^~;\n]+")
"""The parts of JSON, of XML, and of Tencent's lines."""

VALUES = (
    b"null", b"true", b"-1", b"0", b"-0.0", b"1e308", b"1e999", b"-5e-324", b"9" * 400, b'""', b'"nan"', b"[]", b"[[]]",
    b"{}", b'{"raw":1}', b'{"raw":null,"fmt":"x"}', b'"\\u0000\\ud800"', b'"\\u001b[2J\xe2\x80\xae"', b"253402300800",
    b"-62135596801", b"1e18", b'"0700.HK"', b'"9999-12-31"', b'"0001-01-01T00:00:00+23:59"', b"[null,1,null]",
)  # fmt: skip
"""What stands in JSON where something else was promised; the body stays JSON."""

NASTY = (
    *VALUES, b"NaN", b"-Infinity", b"[" * 2000, b'{"a":' * 500, b"\x00", b"\xff\xfe", b"~", b'";', b"v_=", b"<",
    b"</item>", b"<item>", b"<![CDATA[", b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"&#0;", b"&#x110000;", b"&a;", b"\r\n",
    b"Wed, 99 Foo 99999 99:99:99 +9999", b"9999-12-31T23:59:59-23:59", b"00000000000000", b"99999999999999",
)  # fmt: skip
"""The same for any format."""

MOST_PARTS = 20_000


@dataclass(frozen=True, slots=True)
class Seed:
    """A good body and where its parts are."""

    body: bytes
    spans: tuple[tuple[int, int], ...]
    """Beginning and end of each value, list, table, tag or field."""
    is_json: bool = False


def seed(body: bytes) -> Seed:
    """Find the parts of ``body``."""
    start = body.lstrip()[:1]
    if start in {b"{", b"["}:
        return Seed(body, tuple(_json_spans(body)), is_json=True)
    pattern = MARKUP if start in {b"<", b"\xef"} else FIELD
    return Seed(body, tuple(found.span() for found in pattern.finditer(body))[:MOST_PARTS] or ((0, len(body)),))


def _json_spans(body: bytes) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    opened: list[int] = []
    for found in TOKEN.finditer(body):
        start, end = found.span()
        sign = found.group()
        if sign in {b"[", b"{"}:
            opened.append(start)
        elif sign in {b"]", b"}"}:
            if opened:
                spans.append((opened.pop(), end))
        elif not sign.endswith(b":"):
            # The names of keys are left to the changes of bytes.
            spans.append((start, end))
        if len(spans) >= MOST_PARTS:
            break
    return spans or [(0, len(body))]


def mutated(seeds: Sequence[Seed], chance: random.Random) -> bytes:
    """Return one of ``seeds`` with one to four changes; short ones are taken more often."""
    (one,) = chance.choices(seeds, [1.0 / (2000 + len(seed.body)) for seed in seeds])
    changes = chance.choice((1, 1, 1, 2, 2, 3, 4))
    body = one.body
    # From the end on, so that the places of those before stay true.
    rest = len(body)
    for start, end in sorted(chance.choices(one.spans, k=changes), reverse=True):
        if end <= rest:
            body = body[:start] + _other_part(one, start, end, chance) + body[end:]
            rest = start
    if chance.random() < 0.4:
        for _ in range(chance.choice((1, 1, 2))):
            body = _other_bytes(body, chance.choice(seeds).body, chance)
    return body


def _other_part(one: Seed, start: int, end: int, chance: random.Random) -> bytes:
    way = chance.randrange(7)
    if way <= 4:
        return chance.choice(VALUES if one.is_json else NASTY)
    if way == 5:
        begin, stop = chance.choice(one.spans)
        return one.body[begin:stop] if stop - begin < 20_000 else b"[]"
    part = one.body[start:end] if end - start < 2000 else one.body[start : start + 20]
    if one.is_json:
        return b"[" + b",".join([part] * chance.choice((0, 1, 2, 50))) + b"]"
    return part * chance.choice((0, 2, 3, 50))


def _other_bytes(body: bytes, other: bytes, chance: random.Random) -> bytes:
    place = chance.randint(0, len(body))
    length = min(len(body) - place, int(chance.expovariate(0.1)))
    way = chance.randrange(8)
    if way == 0:
        return body[:place]
    if way == 1:
        return body[place:]
    if way == 2:
        return body[:place] + body[place + length :]
    if way == 3:
        return body[:place] + chance.randbytes(length) + body[place + length :]
    if way == 4:
        return body[:place] + body[place : place + length] * chance.choice((2, 9, 200)) + body[place + length :]
    if way == 5:
        begin = chance.randint(0, len(other))
        return body[:place] + other[begin : begin + 5000]
    if way == 6:
        return body[:place] + chance.choice(NASTY) + body[place:]
    flipped = bytearray(body)
    for _ in range(chance.choice((1, 1, 3, 20))):
        if flipped:
            flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
    return bytes(flipped)
