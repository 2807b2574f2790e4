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
@click.option(
    "--method", metavar="NAME", help="Which method's symmetry to use, if several of the run found one."
)
@click.option(
    "--copies",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Images of every event, beside itself.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), help="Of the random elements.  [default: that of the card]"
)
@click.option(
    "--generators",
    multiple=True,
    metavar="NAME",
    help="Use this generator only; may be repeated; 'none' for none.",
)
@click.option(
    "--components",
    multiple=True,
    metavar="NAME",
    help="Use this discrete element only; may be repeated; or 'none'.",
)
@click.option(
    "--boosts",
    type=click.FloatRange(min=0, min_open=True),
    metavar="RAPIDITY",
    help="Draw boosts, up to this rapidity.",
)
@click.option(
    "--translations",
    type=click.FloatRange(min=0, min_open=True),
    metavar="LENGTH",
    help="Draw translations, up to this length in the unit of the data.",
)
@click.option(
    "--code",
    multiple=True,
    type=click.Path(),
    metavar="DIR",
    help="A folder whose modules the card may name functions of; may be repeated.",
)
@click.option("--force", is_flag=True, help="Overwrite a file that exists.")
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
    """Write the events of CARD, and copies of them transformed by random elements of the symmetry that a run found.

    Weights are divided by the number of rows per event, so that sums stay. The copies of an event are not independent:
    see docs/howto/augment.md for the right errors.
    """
    from pathlib import Path

    from symhep.cli.log import telling
    from symhep.errors import CardError
    from symhep.plugin.functions import add_code_folder
    from symhep.run.augment import augment

    for folder in code:
        add_code_folder(folder)
    if Path(out).exists() and not force:
        raise CardError(f"{out} exists", hint="choose another name with -o, or overwrite it with --force")
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
