"""`symhep export`: a finished run for HEPData, ROOT, LaTeX, and programs."""

from __future__ import annotations

import click

from symhep.cli.terminal import say

__all__ = ["command"]


@click.command("export")
@click.argument("run", type=click.Path(exists=True, file_okay=False))
@click.option("--hepdata", metavar="DIR", type=click.Path(), help="HEPData submission: tables and figures.")
@click.option("--root", metavar="FILE", type=click.Path(), help="All histograms, as TH1D and TH2D.")
@click.option("--latex", metavar="DIR", type=click.Path(), help="Tables in LaTeX (booktabs, siunitx).")
@click.option("--json", "document", metavar="FILE", type=click.Path(), help="All results in one file.")
@click.option("--force", is_flag=True, help="Overwrite an earlier export.")
def command(
    run: str, hepdata: str | None, root: str | None, latex: str | None, document: str | None, force: bool
) -> None:
    """Export the results of the run folder RUN to one or several formats.

    Blinded results are not exported. Failed results are listed, all others are written.
    """
    from pathlib import Path

    from symhep.errors import CardError
    from symhep.run.export.document import export_json
    from symhep.run.export.hepdata.submission import export_hepdata
    from symhep.run.export.latex.tables import export_latex
    from symhep.run.export.root import export_root
    from symhep.run.stored import read_run

    asked = ((export_hepdata, hepdata), (export_root, root), (export_latex, latex), (export_json, document))
    if not any(place for _, place in asked):
        raise CardError("no output was requested", hint="use --hepdata, --root, --latex or --json")
    stored = read_run(run)
    missing: dict[str, None] = {}
    for export, place in asked:
        if place:
            done = export(stored, Path(place), force=force)
            say(f"{done.path}: {done.what}")
            missing |= dict.fromkeys(done.missing)
    for line in missing:
        say(f"  ! {line}", err=True)
