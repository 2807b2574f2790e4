"""All figures of a result, the most telling first."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.methods.interface import NamedFigure
from symhep.methods.result import Result
from symhep_oracle.figures.breaking import breaking_strengths
from symhep_oracle.figures.flows import figures as flow_figures
from symhep_oracle.figures.latent import draw as latent_figures
from symhep_oracle.figures.matrices import SHOWN as MATRICES
from symhep_oracle.figures.matrices import generator_matrices
from symhep_oracle.figures.spectrum import singular_values
from symhep_oracle.figures.structure import SHOWN as BRACKETS
from symhep_oracle.figures.structure import bracket_table
from symhep_oracle.figures.training import figures as gradient_figures
from symhep_oracle.figures.vector_fields import SHOWN as FLOWS
from symhep_oracle.figures.vector_fields import plane_flows
from symhep_oracle.fit.fields import make_fields
from symhep_oracle.oracles.layout import Layout
from symhep_oracle.record import OracleRecord

__all__ = ["draw_all"]


def _decided(record: OracleRecord) -> str:
    """What the lines and bands of the spectrum mean."""
    exact = record.solver.exact
    if exact is None:
        return ""
    if (gap := exact.gap) is not None:
        band = (
            f"Coloured band: from the largest singular value of a generator to {gap.threshold:.2g} times as much, "
            "the jump that 99 % of the surrogates without symmetry stay below; the next value lies above it. "
        )
        found = record.algebra.dimension + len(record.support.spurious)
        return (
            f"{band if found else ''}Dashed: what the smallest value of 99 % of the surrogates stays above."
        )
    return (
        "Values in the grey region are zero to rounding; neither their size nor their order means anything, so "
        "that symbols of spurious fields show their number alone."
    )


def draw_all(result: Result[OracleRecord]) -> Iterator[NamedFigure]:
    """Generators, spectrum, brackets, flows, breaking; then those of the solver and of the latent space."""
    record = result.record
    if record.solver.name == "flows":
        yield from flow_figures(result)
        return
    yield from _matrices(result)
    yield NamedFigure(
        "spectrum",
        singular_values(record),
        "Root mean square of ∇φ · v over the events, for the singular vector fields v, relative to the largest; bars "
        f"from the spread over blocks of events. {_decided(record)}",
    )
    yield from _structure(result)
    if record.breaking is not None and record.breaking.broken:
        yield NamedFigure(
            "breaking",
            breaking_strengths(record.breaking),
            "Change of the oracle φ + λψ with its breaking term along each broken generator, relative to the largest "
            "change along any field; errors from blocks of events.",
        )
    yield from gradient_figures(result.arrays)
    if record.latent is not None:
        arrays = {k.removeprefix("latent."): v for k, v in result.arrays.items() if k.startswith("latent.")}
        yield from latent_figures(arrays, record.latent.image)


def _matrices(result: Result[OracleRecord]) -> Iterator[NamedFigure]:
    """Heat maps of generators and of spurious fields."""
    a, record = result.arrays, result.record
    names = [g.name for g in record.generators]
    if names and a["generators_real"].shape[-1]:
        more = f" The first {MATRICES} of {len(names)}." if len(names) > MATRICES else ""
        halves = " Left real, right imaginary part." if record.vectors.complex else ""
        yield NamedFigure(
            "generators",
            generator_matrices(a["generators_real"], a["generators_imag"], names, record.vectors),
            "Generators in their sparsest orthogonal basis, normalised to tr W W† = 2, with the names of the "
            f"matrices that they are nearest to (E_ij: 1 in row i, column j; X_n: near none).{halves}{more}",
        )
    spurious = [f.name for f in record.support.spurious]
    if spurious and len(a["spurious_real"]):
        more = f" The first {MATRICES} of {len(spurious)}." if len(spurious) > MATRICES else ""
        yield NamedFigure(
            "spurious",
            generator_matrices(a["spurious_real"], a["spurious_imag"], spurious, record.vectors),
            "Fields that preserve the oracle on these events alone, not around them: left out as spurious. "
            f"tr W W† = 2; E_ij: 1 in row i, column j; X_n: near no known matrix.{more}",
        )


def _structure(result: Result[OracleRecord]) -> Iterator[NamedFigure]:
    """Brackets, and flows in the plane."""
    a, record = result.arrays, result.record
    names, layout = [g.name for g in record.generators], record.vectors
    if 1 < len(names) <= BRACKETS:
        yield NamedFigure(
            "structure",
            bracket_table(a["structure_constants"], names),
            "Brackets of the generators: the cell of a and b names the generator to which [a, b] points most; the "
            "colour is its coefficient.",
        )
    if names and "points" in a:
        more = f" The first {FLOWS} of {len(names)}." if len(names) > FLOWS else ""
        fields = make_fields(
            Layout(layout.number, layout.size, layout.complex),
            record.fields.degree,
            record.fields.affine,
        )
        yield NamedFigure(
            "flows",
            plane_flows(a, fields, names, layout.components),
            f"Flows of the generators over the events (grey).{more}",
        )
