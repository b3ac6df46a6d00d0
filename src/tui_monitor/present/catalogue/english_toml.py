"""What Python's reader of TOML says of a file that is none, word for word: by it the others find theirs."""

from __future__ import annotations

PARSER_WORDS: dict[str, str] = {
    "toml.said.newline": "Expected newline or end of document after a statement",
    "toml.said.table-end": "Expected ']' at the end of a table declaration",
    "toml.said.array-end": "Expected ']]' at the end of an array declaration",
    "toml.said.equals": "Expected '=' after a key in a key/value pair",
    "toml.said.statement": "Invalid statement",
    "toml.said.value": "Invalid value",
    "toml.said.key": "Invalid initial character for a key part",
    "toml.said.date": "Invalid date or datetime",
    "toml.said.hex": "Invalid hex value",
    "toml.said.array-open": "Unclosed array",
    "toml.said.inline-open": "Unclosed inline table",
    "toml.said.string-open": "Unterminated string",
    "toml.said.backslash": "Unescaped '\\' in a string",
    "toml.said.scalar": "Escaped character is not a Unicode scalar value",
    "toml.said.overwrite": "Cannot overwrite a value",
    "toml.said.twice": "Cannot declare {what} twice",
    "toml.said.namespace": "Cannot mutate immutable namespace {what}",
    "toml.said.redefine": "Cannot redefine namespace {what}",
    "toml.said.inline-twice": "Duplicate inline table key {what}",
    "toml.said.character": "Found invalid character {what}",
    "toml.said.illegal": "Illegal character {what}",
    "toml.said.expected": "Expected {what}",
}
"""Words by key, the more special ones first; part of ``WORDS``."""
