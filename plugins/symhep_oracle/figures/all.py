"""All figures of a result, the most telling first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from symhep.methods.interface import NamedFigure
from symhep.methods.result import Arrays, Result
from symhep_oracle.figures.breaking import breaking_strengths
from symhep_oracle.figures.matrices import SHOWN as MATRICES
from symhep_oracle.figures.matrices import generator_matrices
from symhep_oracle.figures.spectrum import singular_values
from symhep_oracle.figures.structure import SHOWN as BRACKETS
from symhep_oracle.figures.structure import bracket_table
from symhep_oracle.figures.vector_fields import SHOWN as FLOWS
from symhep_oracle.figures.vector_fields import plane_flows
from symhep_oracle.figures.training import figures as gradient_figures
from symhep_oracle.figures.flows import figures as flow_figures
from symhep_oracle.figures.latent import draw as latent_figures
from symhep_oracle.oracles.layout import Layout
from symhep_oracle.options import OracleMethodOptions
from symhep_oracle.fit.outcome import make_fields

__all__ = ["draw_all"]


def _decided(summary: Mapping[str, Any]) -> str:
    """What the lines and bands of the spectrum mean."""
    decision = summary["solver"].get("decision") or {}
    if "threshold" in decision:
        return (
            f"Blue band: from the largest singular value of a generator to {decision['threshold']:.2g} times as much, "
            "the jump that 99 % of the surrogates without symmetry stay below; the next value lies above it. Dashed: "
            "what the smallest value of 99 % of the surrogates stays above."
        )
    if "floor" in decision:
        return (
            "In the grey region values are rounding: what they are there, 1e-16 or 1e-18, means nothing, nor does the "
            "order: spurious symbols stand for the number of spurious fields."
        )
    return ""


def _spurious(a: Arrays) -> Arrays:
    """The spurious fields in the place of the generators."""
    names = {
        "generators_real": "spurious_real",
        "generators_imag": "spurious_imag",
        "generator_names": "spurious_names",
    }
    return a | {name: a[spurious] for name, spurious in names.items()}


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
            "Generators in their sparsest orthogonal basis, normalised to tr W W† = 2, with the names of the "
            f"matrices that they are nearest to (E_ij: 1 in row i, column j; X_n: near none).{halves}{more}",
        )
    if len(a["spurious_real"]):
        more = (
            f" The first {MATRICES} of {len(a['spurious_real'])}."
            if len(a["spurious_real"]) > MATRICES
            else ""
        )
        yield NamedFigure(
            "spurious",
            generator_matrices(_spurious(a)),
            "Fields that preserve the oracle on these events alone, not around them: left out as spurious. "
            f"tr W W† = 2; E_ij: 1 in row i, column j; X_n: near no known matrix.{more}",
        )
    yield NamedFigure(
        "spectrum",
        singular_values(a, summary),
        "Root mean square of ∇φ · v over the events, for the singular vector fields v, relative to the largest; bars "
        f"from the spread over blocks of events. {_decided(summary)}",
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
            "Change of the oracle φ + λψ with its breaking term along each broken generator, relative to the largest "
            "change along any field; errors from blocks of events.",
        )
    yield from gradient_figures(result)
    if latent := {k.removeprefix("latent."): v for k, v in a.items() if k.startswith("latent.")}:
        image = (summary["options"].get("latent") or {}).get("image")
        yield from latent_figures(latent, tuple(image) if image else None)
