"""``tui-monitor ratings extract``: headlines in, one JSON line each out."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

import click

from tui_monitor.cli.exits import ExitCode

MAX_LINE = 1 << 20
"""Bytes of one line that are read; what a longer one holds beyond is skipped, the line stays one line."""

# JSON leaves these as they are, but a terminal acts on them: C1 controls, bidirectional marks, invisible signs.
_UNSAFE = re.compile(
    "[\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]"
)


@click.command("extract")
def command() -> None:
    """Read headlines from standard input and print what each says of a rating change.

    The input is one headline a line, or JSON lines with a text field, whose other fields pass through. The output is
    JSON lines in the same order: text, is_rating, firm, company, symbol, action, actions, from_grade, to_grade,
    target, prior_target, currency. What a headline does not say is null.

    Example: echo 'Citi upgrades Acme to Buy' | tui-monitor ratings extract
    """
    from tui_monitor.analysis.rating_text import extract

    out = sys.stdout.buffer
    try:
        for raw in lines(sys.stdin.buffer):
            fields = record(raw)
            fields.update(as_fields(extract(fields["text"])))
            out.write(encode(fields))
            out.flush()
    except BrokenPipeError:
        # The reader has had enough, as `head` has. Nothing may be left to flush at exit.
        sys.stdout = None
        raise click.exceptions.Exit(ExitCode.OK) from None


def lines(stream: BinaryIO, limit: int = MAX_LINE) -> Iterator[bytes]:
    """Yield the lines of ``stream`` without their ends, each cut at ``limit`` bytes."""
    while piece := stream.readline(limit):
        line = piece
        while not piece.endswith(b"\n"):
            piece = stream.readline(limit)
            if not piece:
                break
        yield line.rstrip(b"\r\n")


def record(raw: bytes) -> dict[str, Any]:
    """Return the fields of an input line: those of a JSON object with a ``text``, else the line as ``text``."""
    line = raw.decode("utf-8", "replace").removeprefix("\ufeff")
    if line.lstrip()[:1] == "{":
        try:
            value = json.loads(line, parse_constant=_refuse)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict) and isinstance(value.get("text"), str):
            return value
    return {"text": line}


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def as_fields(result: Any) -> dict[str, Any]:
    """Return an ``Extraction`` as the documented fields, in their order."""
    return {
        "text": result.text,
        "is_rating": result.is_rating,
        "firm": result.firm,
        "company": result.company,
        "symbol": result.symbol,
        "action": result.action,
        "actions": list(result.actions),
        "from_grade": result.from_grade,
        "to_grade": result.to_grade,
        "target": result.target,
        "prior_target": result.prior_target,
        "currency": result.currency,
    }


def encode(fields: dict[str, Any]) -> bytes:
    """Return ``fields`` as one line of JSON, in UTF-8, with signs escaped that a terminal would act on."""
    text = json.dumps(fields, ensure_ascii=False, separators=(", ", ": "))
    return (_UNSAFE.sub(_escape, text) + "\n").encode()


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
