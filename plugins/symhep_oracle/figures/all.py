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
            f"Coloured band: from the largest singular value of a generator up to a factor "
            f"{gap.threshold:.2g}, the 99 % quantile of the largest gap in surrogates without "
            f"symmetry; the next singular value lies above the band. "
        )
        found = record.algebra.dimension + len(record.support.spurious)
        return (
            f"{band if found else ''}Dashed line: 1 % quantile of the smallest singular value in surrogates."
        )
    return "Values in the grey region are zero within rounding; their size and order have no meaning."


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
        "Singular values: root mean square of ∇φ · v over the events for the singular vector fields v, "
        f"relative to the largest. Bars: statistical errors, from blocks of events. {_decided(record)}",
    )
    yield from _structure(result)
    if record.breaking is not None and record.breaking.broken:
        yield NamedFigure(
            "breaking",
            breaking_strengths(record.breaking),
            "Change of the oracle φ + λψ along each broken generator, relative to the largest change along "
            "any field, versus the strength λ of the breaking term ψ. Errors: statistical, from blocks of "
            "events.",
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
            "Generators in the sparsest orthogonal basis, normalised to tr W W† = 2, labelled by the "
            f"nearest known matrix (E_ij: 1 in row i, column j; X_n: no known matrix).{halves}{more}",
        )
    spurious = [f.name for f in record.support.spurious]
    if spurious and len(a["spurious_real"]):
        more = f" The first {MATRICES} of {len(spurious)}." if len(spurious) > MATRICES else ""
        yield NamedFigure(
            "spurious",
            generator_matrices(a["spurious_real"], a["spurious_imag"], spurious, record.vectors),
            "Spurious fields: they preserve the oracle on these events but not in their neighbourhood, and "
            "are excluded. Normalised to tr W W† = 2; E_ij: 1 in row i, column j; X_n: no known "
            f"matrix.{more}",
        )


def _structure(result: Result[OracleRecord]) -> Iterator[NamedFigure]:
    """Brackets, and flows in the plane."""
    a, record = result.arrays, result.record
    names, layout = [g.name for g in record.generators], record.vectors
    if 1 < len(names) <= BRACKETS:
        yield NamedFigure(
            "structure",
            bracket_table(a["structure_constants"], names),
            "Commutators [a, b] of the generators: each cell gives the generator with the largest "
            "coefficient, the colour its coefficient.",
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
