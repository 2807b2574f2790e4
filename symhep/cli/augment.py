"""`symhep augment`: events transformed by a symmetry that a run found."""

from __future__ import annotations

import click

from symhep.cli.terminal import say

__all__ = ["command"]


@click.command("augment")
@click.argument("card", type=click.Path())
@click.option(
    "--run",
    "run",
    required=True,
    type=click.Path(exists=True, file_okay=False),
    help="Folder of a finished run.",
)
@click.option(
    "-o", "--out", required=True, type=click.Path(dir_okay=False), help="File to write: .root or .parquet."
)
@click.option("--method", metavar="NAME", help="Which method's symmetry to use.")
@click.option(
    "--copies",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Number of transformed copies per event.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), help="Seed of the random elements.  [default: that of the card]"
)
@click.option(
    "--generators",
    multiple=True,
    metavar="NAME",
    help="Use only this generator; repeatable; 'none' for none.",
)
@click.option(
    "--components",
    multiple=True,
    metavar="NAME",
    help="Use only this discrete element; repeatable; 'none' for none.",
)
@click.option(
    "--boosts",
    type=click.FloatRange(min=0, min_open=True),
    metavar="RAPIDITY",
    help="Include boosts, up to this rapidity.",
)
@click.option(
    "--translations",
    type=click.FloatRange(min=0, min_open=True),
    metavar="LENGTH",
    help="Include translations, up to this length in the unit of the data.",
)
@click.option(
    "--code",
    multiple=True,
    type=click.Path(),
    metavar="DIR",
    help="Folder with modules whose functions the card may use; repeatable.",
)
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
def command(
    card: str,
    run: str,
    out: str,
    method: str | None,
    copies: int,
    seed: int | None,
    generators: tuple[str, ...],
    components: tuple[str, ...],
    boosts: float | None,
    translations: float | None,
    code: tuple[str, ...],
    force: bool,
) -> None:
    """Write the events of CARD and copies of them, transformed by random elements of a symmetry found in a run.

    Weights are divided by the number of rows per event, which keeps their sum. The copies of an event are not
    independent: for the errors see docs/howto/augment.md.
    """
    from pathlib import Path

    from symhep.cli.log import telling
    from symhep.errors import CardError
    from symhep.plugin.functions import add_code_folder
    from symhep.run.augment import augment

    for folder in code:
        add_code_folder(folder)
    if Path(out).exists() and not force:
        raise CardError(f"{out} exists", hint="choose another name with -o, or use --force to overwrite it")
    with telling() as progress:
        done = augment(
            card, run, out, method=method, copies=copies, seed=seed, generators=_names(generators),
            components=_names(components), boosts=boosts, translations=translations, progress=progress,
        )  # fmt: skip
    say(f"{done.path}: {done.events:,} events, {done.rows:,} rows")
    say(f"  {done.how}")
    for note in done.notes:
        say(f"  ! {note}")


def _names(given: tuple[str, ...]) -> list[str] | None:
    """None: all of them."""
    if not given:
        return None
    return [] if given == ("none",) else list(given)
