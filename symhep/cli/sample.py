"""`symhep sample`: a card and its events to start with."""

from __future__ import annotations

import shlex

import click

from symhep.cli.terminal import say

__all__ = ["command"]


@click.command("sample")
@click.argument("name", required=False)
@click.option(
    "-o",
    "--out",
    type=click.Path(),
    metavar="FOLDER",
    help="Folder to write. [default: NAME]",
    default=None,
)
@click.option("--force", is_flag=True, help="Overwrite existing files.")
def command(name: str | None, out: str | None, force: bool) -> None:
    """Write the sample NAME: a run card, or a script, and its events; without NAME, list the samples."""
    from symhep.samples.catalogue import catalogue
    from symhep.samples.write import sample

    samples = catalogue()
    if name is None:
        if out is not None or force:
            raise click.UsageError("-o and --force need the NAME of a sample")
        width = max(map(len, samples))
        for one in samples.values():
            say(f"{one.name:<{width}}  {_size(one.size()):>6}, runs {one.time:<6}  {one.question}")
        say("\nsymhep sample NAME writes it into the folder NAME")
        return
    written = sample(name, out, force=force)
    for file in samples[name].names:
        say(f"wrote {written.parent / file}")
    say(f"next: cd {shlex.quote(str(written.parent))} && {samples[name].run}")


def _size(number: int) -> str:
    """Bytes in kB or MB.

    >>> _size(2264221), _size(683), _size(494000)
    ('2.3 MB', '1 kB', '494 kB')
    """
    return f"{number / 1e6:.1f} MB" if number >= 1e6 else f"{number / 1e3:.0f} kB"
