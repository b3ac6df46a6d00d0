"""``tui-monitor schema``: what the JSON of a command looks like."""

from __future__ import annotations

from pathlib import Path

import click

from tui_monitor.cli import completing

FOLDER = Path(__file__).resolve().parents[1] / "schemas"
"""Where the schemas are, a file a command."""


def names() -> tuple[str, ...]:
    """Return the commands whose JSON has a schema."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


@click.command("schema", short_help="The JSON Schema of a command's output.")
@click.argument("name", required=False, shell_complete=completing.schema_names)
def command(name: str | None) -> None:
    """Print the JSON Schema (draft 2020-12) of what the command NAME prints as JSON; without NAME list them.

    Its $id ends in a version: fields may be added within one, never renamed or taken away.

    Example: tui-monitor schema quotes
    """
    known = names()
    if name is None:
        click.echo("\n".join(known))
    elif name in known:
        click.echo((FOLDER / f"{name}.json").read_text(encoding="utf-8"), nl=False)
    else:
        raise click.BadParameter(f"{name!r}: there are {', '.join(known)}", param_hint="NAME")
