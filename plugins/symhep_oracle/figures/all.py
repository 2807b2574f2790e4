"""All figures of a result, the most telling first."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.methods.interface import NamedFigure
from symhep.methods.result import Result
from symhep_oracle.figures.breaking import breaking_strengths
from symhep_oracle.figures.matrices import SHOWN as MATRICES
from symhep_oracle.figures.matrices import generator_matrices
from symhep_oracle.figures.spectrum import singular_values
from symhep_oracle.figures.structure import SHOWN as BRACKETS
from symhep_oracle.figures.structure import bracket_table
from symhep_oracle.figures.vector_fields import SHOWN as FLOWS
from symhep_oracle.figures.vector_fields import plane_flows
from symhep_oracle.gradient.figures import figures as gradient_figures
from symhep_oracle.gradient.flow_figures import figures as flow_figures
from symhep_oracle.latent.figures import draw as latent_figures
from symhep_oracle.layout import Layout
from symhep_oracle.options import OracleMethodOptions
from symhep_oracle.outcome import make_fields

__all__ = ["draw_all"]


def draw_all(result: Result) -> Iterator[NamedFigure]:
    """Generators, spectrum, brackets, flows, breaking; then those of the solver and of the latent space."""
    a, summary = result.arrays, result.summary
    if summary["solver"]["name"] == "flows":
        yield from flow_figures(result)
        return
    generators = len(a["coefficients"])
    options = OracleMethodOptions.model_construct(**{k: summary["options"][k] for k in ("degree", "affine")})
    if generators and a["generators_real"].shape[-1]:
        more = f" The first {MATRICES} of {generators}." if generators > MATRICES else ""
        halves = " Left real, right imaginary part." if summary["layout"]["complex"] else ""
        yield NamedFigure(
            "generators",
            generator_matrices(a),
            "Generators in their sparsest orthogonal basis, normalised to tr W W^dagger = 2, with the names of the "
            f"matrices that they are nearest to.{halves}{more}",
        )
    yield NamedFigure(
        "spectrum",
        singular_values(a, summary),
        "Root mean square of grad phi . v over the events, for the singular vector fields v, relative to the largest; "
        "bars from the spread over blocks of events. In the grey region values are rounding.",
    )
    if 1 < generators <= BRACKETS:
        yield NamedFigure(
            "structure",
            bracket_table(a),
            "Brackets of the generators: the cell of a and b names the generator to which [a, b] points most; the "
            "colour is its coefficient.",
        )
    if generators and "points" in a:
        layout = Layout(int(a["vectors"][0]), int(a["vectors"][1]), bool(a["vectors"][2]))
        more = f" The first {FLOWS} of {generators}." if generators > FLOWS else ""
        yield NamedFigure(
            "flows",
            plane_flows(a, make_fields(options, layout)),
            f"Flows of the generators over the events (grey).{more}",
        )
    if len(a.get("breaking_names", ())):
        yield NamedFigure(
            "breaking",
            breaking_strengths(a),
            "Change of the oracle with its breaking term along each broken generator, relative to the largest change "
            "along any field; errors from blocks of events.",
        )
    yield from gradient_figures(result)
    if latent := {k.removeprefix("latent."): v for k, v in a.items() if k.startswith("latent.")}:
        image = (summary["options"].get("latent") or {}).get("image")
        yield from latent_figures(latent, tuple(image) if image else None)
