"""The data files that ship with the program, and files of a person's own in the same shape.

Reading is on the start-up path: plain JSON into structs, a few milliseconds for everything together.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta

from tui_monitor.domain.errors import ConfigError
from tui_monitor.domain.instrument import Instrument, Kind, UsLine, normalise_symbol
from tui_monitor.domain.patterns import lazy
from tui_monitor.domain.reference import Measure, Reference, ReferenceFigure
from tui_monitor.domain.text import clean_text
from tui_monitor.domain.universe import Member, Universe

DEFAULT_UNIVERSE = "hstech"
"""The universe of the home market."""

RECORDED_DAY = dt.date(2025, 9, 17)
"""The day that the demonstration plays."""

MAX_SEED_OCTETS = 4_000_000
"""Size of the largest file that is read."""

_NAME = lazy(r"[a-z0-9][a-z0-9-]{0,40}")
_T = TypeVar("_T")

Text = Annotated[str, Meta(max_length=200)]
SymbolText = Annotated[str, Meta(min_length=1, max_length=24)]


class _Shape(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of the files' shapes: unknown fields are refused, so that a misspelt one is noticed."""


class UsLineShape(_Shape, frozen=True, kw_only=True):
    """``us_line`` of an instrument."""

    symbol: SymbolText
    ordinary_per_unit: Annotated[float, Meta(gt=0, le=10_000)]
    currency: Annotated[str, Meta(min_length=3, max_length=3)] = "USD"
    venue: Text | None = None
    verified: bool = False


class InstrumentShape(_Shape, frozen=True, kw_only=True):
    """One instrument."""

    symbol: SymbolText
    name_en: Text | None = None
    name_hant: Text | None = None
    name_hans: Text | None = None
    short_en: Text | None = None
    short_hant: Text | None = None
    short_hans: Text | None = None
    kind: Kind = Kind.UNKNOWN
    currency: Annotated[str, Meta(min_length=3, max_length=3)] | None = None
    aliases: Annotated[tuple[Text, ...], Meta(max_length=40)] = ()
    us_line: UsLineShape | None = None


class MemberShape(InstrumentShape, frozen=True, kw_only=True):
    """One constituent: an instrument with a weight."""

    weight: Annotated[float, Meta(ge=0, le=1)] | None = None
    """Fraction of one."""
    estimated: bool = False
    market_value: Annotated[float, Meta(gt=0)] | None = None
    """Billions of ``currency``, where the weight was worked out from it."""


class UniverseShape(_Shape, frozen=True, kw_only=True):
    """``seeds/universes/*.json``."""

    name: Annotated[str, Meta(min_length=1, max_length=40)]
    titles: dict[str, Text]
    index: SymbolText
    as_of: dt.date
    origin: Annotated[str, Meta(max_length=2000)] = ""
    weights_note: Annotated[str, Meta(max_length=2000)] = ""
    members: Annotated[tuple[MemberShape, ...], Meta(min_length=1, max_length=10_000)]


class InstrumentsShape(_Shape, frozen=True, kw_only=True):
    """``seeds/instruments.json``."""

    origin: Annotated[str, Meta(max_length=2000)] = ""
    instruments: tuple[InstrumentShape, ...]


class FigureShape(_Shape, frozen=True, kw_only=True):
    """One reference figure."""

    symbol: SymbolText
    measure: Measure
    value: Annotated[float, Meta(gt=0)]
    date: dt.date
    origin: Text


class ReferenceShape(_Shape, frozen=True, kw_only=True):
    """``seeds/reference.json``."""

    figures: tuple[FigureShape, ...]


def seeds_dir() -> Path:
    """Return the folder of the shipped data: within the installed package, else beside ``src`` in a checkout.

    Raises ``ConfigError`` when neither is there: the installation is broken.
    """
    here = Path(__file__).resolve()
    for folder in (here.parents[1] / "seeds", here.parents[3] / "seeds"):
        if (folder / "universes").is_dir():
            return folder
    raise ConfigError("the data files of tui-monitor (seeds) are missing; install it again")


def recorded_day() -> Path:
    """Return the path of the shipped recording."""
    return seeds_dir() / "recorded" / f"{RECORDED_DAY.isoformat()}.jsonl.gz"


def example_config() -> Path:
    """Return the path of the example settings: beside the seeds when installed, at the top of a checkout."""
    folder = seeds_dir()
    packaged = folder / "config.example.toml"
    return packaged if packaged.is_file() else folder.parent / "config.example.toml"


def load_universe(name_or_path: str | Path = DEFAULT_UNIVERSE) -> Universe:
    """Read a universe by its shipped name (``hstech``) or from a file of the same shape.

    Raises ``ConfigError`` naming the file, the field and what was expected.
    """
    path = _universe_path(name_or_path)
    shape = _read(path, UniverseShape)
    members: list[Member] = []
    seen: set[str] = set()
    for number, one in enumerate(shape.members):
        instrument = _instrument(one, path, f"$.members[{number}]")
        if instrument.symbol in seen:
            raise ConfigError(f"{path}: $.members[{number}].symbol: {instrument.symbol} is listed twice")
        seen.add(instrument.symbol)
        members.append(Member(instrument, one.weight, one.estimated))
    known = sum(member.weight or 0.0 for member in members)
    if known > 1.02:
        # Two percent of slack: published weights are rounded, and percent instead of fractions is far beyond it.
        raise ConfigError(f"{path}: $.members[...].weight: the weights sum to {known:.2f}, expected at most 1")
    return Universe(
        name=clean_text(shape.name),
        titles={clean_text(language, 12): clean_text(title) for language, title in shape.titles.items()},
        index=_symbol(shape.index, path, "$.index"),
        members=tuple(members),
        as_of=shape.as_of,
        origin=clean_text(shape.origin, 2000),
        weights_note=clean_text(shape.weights_note, 2000),
    )


def load_instruments(universe: Universe | None = None) -> dict[str, Instrument]:
    """Return what is known of symbols: constituents, their United States lines and ``seeds/instruments.json``.

    ``universe`` saves reading the default one again; its instruments win over the shipped ones.
    """
    path = seeds_dir() / "instruments.json"
    shape = _read(path, InstrumentsShape)
    known: dict[str, Instrument] = {}
    for number, one in enumerate(shape.instruments):
        instrument = _instrument(one, path, f"$.instruments[{number}]")
        known[instrument.symbol] = instrument
    for member in (universe or load_universe()).members:
        instrument = member.instrument
        known[instrument.symbol] = instrument
        if instrument.us_line is not None:
            known.setdefault(instrument.us_line.symbol, _us_instrument(instrument, instrument.us_line))
    return known


def load_reference() -> Reference:
    """Return the dated reference figures."""
    path = seeds_dir() / "reference.json"
    shape = _read(path, ReferenceShape)
    return Reference(
        tuple(
            ReferenceFigure(
                symbol=_symbol(one.symbol, path, f"$.figures[{number}].symbol"),
                measure=one.measure,
                value=one.value,
                date=one.date,
                origin=clean_text(one.origin),
            )
            for number, one in enumerate(shape.figures)
        )
    )


def _universe_path(name_or_path: str | Path) -> Path:
    text = str(name_or_path)
    if _NAME.fullmatch(text):
        shipped = seeds_dir() / "universes" / f"{text}.json"
        if shipped.is_file():
            return shipped
    path = Path(text).expanduser()
    if not path.is_file():
        names = ", ".join(sorted(one.stem for one in (seeds_dir() / "universes").glob("*.json")))
        raise ConfigError(f"universe {clean_text(text, 80)!r}: neither a file nor a shipped name (shipped: {names})")
    return path


def _read(path: Path, shape: type[_T]) -> _T:
    try:
        if path.stat().st_size > MAX_SEED_OCTETS:
            raise ConfigError(f"{path}: larger than {MAX_SEED_OCTETS // 1_000_000} MB")
        return _decode(path.read_bytes(), shape)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or error}") from error
    except msgspec.ValidationError as error:
        # msgspec words it as "Expected ... - at `$.members[3].weight`".
        raise ConfigError(f"{path}: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: no valid JSON: {error}") from error


def _decode(body: bytes, shape: type[_T]) -> _T:
    return msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"), type=shape)


def _symbol(text: str, path: Path, field: str) -> str:
    symbol = normalise_symbol(text)
    if symbol is None:
        raise ConfigError(f"{path}: {field}: {clean_text(text, 40)!r} is no symbol")
    return symbol


def _instrument(shape: InstrumentShape, path: Path, field: str) -> Instrument:
    texts: dict[str, Any] = {
        key: clean_text(getattr(shape, key)) or None
        for key in ("name_en", "name_hant", "name_hans", "short_en", "short_hant", "short_hans")
    }
    line = shape.us_line
    return Instrument(
        symbol=_symbol(shape.symbol, path, f"{field}.symbol"),
        kind=shape.kind,
        currency=shape.currency,
        aliases=tuple(dict.fromkeys(alias for alias in map(clean_text, shape.aliases) if alias)),
        us_line=None
        if line is None
        else UsLine(
            symbol=_symbol(line.symbol, path, f"{field}.us_line.symbol"),
            ordinary_per_unit=line.ordinary_per_unit,
            currency=line.currency,
            venue=clean_text(line.venue) or None,
            verified=line.verified,
        ),
        **texts,
    )


def _us_instrument(home: Instrument, line: UsLine) -> Instrument:
    """Return the United States line as an instrument: the home line's names, its own symbol and currency."""
    return Instrument(
        symbol=line.symbol,
        name_en=home.name_en,
        name_hant=home.name_hant,
        name_hans=home.name_hans,
        short_en=home.short_en,
        short_hant=home.short_hant,
        short_hans=home.short_hans,
        kind=Kind.EQUITY,
        currency=line.currency,
        aliases=home.aliases,
    )
