"""All figures of a result, the most telling first."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.plotting.lattice_verdicts import subgroup_lattice

from symhep.methods.interface import NamedFigure
from symhep.methods.result import Result
from symhep_moments.figures.chain import rank_statistics
from symhep_moments.figures.discrete import discrete_elements
from symhep_moments.figures.generators import SHOWN as GENERATORS
from symhep_moments.figures.generators import generator_coefficients
from symhep_moments.figures.maps import SHOWN as MAPS
from symhep_moments.figures.maps import breaking_maps
from symhep_moments.figures.moments import moment_pulls
from symhep_moments.figures.p_values import p_value_summary
from symhep_moments.figures.strengths import breaking_strengths, has_strengths

__all__ = ["draw_all"]


def draw_all(result: Result) -> Iterator[NamedFigure]:
    """p-values, lattice, ranks, generators, strengths, maps, discrete elements, moments."""
    a, s = result.arrays, result.summary
    level = f"{s['level']:g}"
    yield NamedFigure(
        "p_values",
        p_value_summary(s),
        "p-values of the candidates and of the discrete elements, each on its own (bar) and adjusted for their number "
        f"by Holm's method (symbol). What lies right of the dashed line, at {level}, is rejected.",
    )
    if s["subgroups"]:
        yield NamedFigure(
            "lattice",
            subgroup_lattice(s),
            "Classes of subgroups by dimension, a line where one lies directly in another; each class with its "
            f"direction left free. p-values adjusted for the family by Holm's method, rejected below {level}. Dashed: "
            "not among the candidates, or not to be told from a more special class that survives.",
        )
    if s["chain"]:
        yield NamedFigure(
            "ranks",
            rank_statistics(s),
            "Statistic of the hypothesis that r independent combinations of the candidates are symmetries, with the "
            "bands that hold 68 % and 95 % of its values if they are; the numbers are p-values, left out below 1e-300.",
        )
    if len(a["generators"]):
        more = (
            f" The first {GENERATORS} of {len(a['generators'])}." if len(a["generators"]) > GENERATORS else ""
        )
        yield NamedFigure(
            "generators",
            generator_coefficients(a),
            f"Symmetries found, as combinations of the candidates, of length 1, with one standard error.{more}",
        )
    if has_strengths(s):
        yield NamedFigure(
            "strengths",
            breaking_strengths(s),
            "How strongly each candidate is broken, with intervals of 95 %. Grey: breakings that a test at 5 % would "
            "have missed more often than once in ten times.",
        )
    if len(a["map_values"]):
        more = f" The first {MAPS} of {len(a['map_values'])}." if len(a["map_values"]) > MAPS else ""
        yield NamedFigure(
            "maps",
            breaking_maps(a, s),
            "Where symmetries break. Rotations: events in a bin against the mean over their orbits, less one; others: "
            "relative change of the density along the generator, per unit of rapidity, of energy, or of its parameter. "
            f"Dots: within two errors of zero.{more}",
        )
    if any(not row["trivial"] for row in s["discrete"]):
        yield NamedFigure(
            "discrete",
            discrete_elements(s),
            "Discrete elements: p-values of the moment and of the classifier version (left), asymmetry of what the "
            "classifier learned, on events that it was not trained on, with 95 % intervals (right).",
        )
    if len(a["tested"]):
        yield NamedFigure(
            "moments",
            moment_pulls(a, s),
            "Mean change of every test function along every candidate, and along the symmetries found (below the "
            "line), in units of its error. Blank: no spread, as of sums that the conservation of momentum makes zero.",
        )
