"""All figures of a result, the most telling first."""

from __future__ import annotations

from collections.abc import Iterator

from symhep.hypotheses import p_value_figure as p_values
from symhep.hypotheses.bounds.figure import CAPTION as LIMITS
from symhep.hypotheses.discrete import figure as discrete
from symhep.hypotheses.discrete import scan_figure as scan
from symhep.hypotheses.divergence.before_after import before_and_after_figures
from symhep.hypotheses.divergence.figure import CAPTION as EXCESS
from symhep.hypotheses.divergence.figure import ExcessGroup, excess_figure
from symhep.hypotheses.subgroups import figure as subgroups
from symhep.methods.interface import NamedFigure
from symhep.methods.result import Result
from symhep.plotting.labels import pretty
from symhep_moments.figures.chain import rank_statistics
from symhep_moments.figures.generators import SHOWN as GENERATORS
from symhep_moments.figures.generators import generator_coefficients
from symhep_moments.figures.limits import limits_of
from symhep_moments.figures.maps import SHOWN as MAPS
from symhep_moments.figures.maps import breaking_maps
from symhep_moments.figures.moments import moment_pulls
from symhep_moments.figures.sectors import SHOWN as SECTORS
from symhep_moments.figures.sectors import azimuths
from symhep_moments.record import MomentsRecord
from symhep_moments.say.bounds import V_L, v_m_meaning

__all__ = ["draw_all"]


def draw_all(result: Result[MomentsRecord]) -> Iterator[NamedFigure]:
    """p-values, lattice, ranks, generators, limits, maps, discrete elements, moments."""
    a, s = result.arrays, result.record
    families = (
        p_values.candidate_family(s.candidates), p_values.group_family(s.groups), p_values.discrete_family(s.discrete)
    )  # fmt: skip
    yield NamedFigure(
        "p_values",
        p_values.p_value_figure(families, s.significance_level),
        p_values.CAPTION.format(level=s.significance_level),
    )
    if s.catalogue is not None:
        yield NamedFigure(
            "lattice", subgroups.subgroup_lattice(s.subgroups, s.catalogue), subgroups.CAPTION
        )  # fmt: skip
    if s.chain:
        yield NamedFigure(
            "ranks",
            rank_statistics(s.chain),
            "Test statistic of the hypothesis that r independent combinations of the candidates are "
            "symmetries. Bands: 68 % and 95 % of the expected distribution under the hypothesis. Numbers: "
            "p-values of the rank test with these test functions (omitted below 1e-300).",
        )
    if len(a["generators"]):
        more = (
            f" The first {GENERATORS} of {len(a['generators'])}." if len(a["generators"]) > GENERATORS else ""
        )
        yield NamedFigure(
            "generators",
            generator_coefficients(a),
            "Generators of the symmetries found: normalised coefficients of the candidates with standard "
            f"errors.{more}",
        )
    if (limits := limits_of(s)) is not None:
        yield NamedFigure("limits", limits, f"{LIMITS} {v_m_meaning(s)}; {V_L}.")
    if len(a["map_values"]):
        more = f" The first {MAPS} of {len(a['map_values'])}." if len(a["map_values"]) > MAPS else ""
        yield NamedFigure(
            "maps",
            breaking_maps(a, s),
            f"Violations by region{f', relative to {s.reference}' if s.reference else ''}. Rotations: "
            "relative difference between the events in a bin and the mean over their orbits. Other "
            "generators: relative change of the density along the generator per unit of its parameter "
            f"(rapidity, energy). Dots: within two standard errors of zero.{more}",
        )
    if s.sectors:
        more = f" The first {SECTORS} of {len(s.sectors)}." if len(s.sectors) > SECTORS else ""
        yield NamedFigure(
            "sectors",
            azimuths(a, s),
            "Azimuth of each vector about the axes of the violated rotations. Shaded: most significant "
            "sector, where a scan over all sectors rejects a uniform azimuth; line: expectation without "
            f"this sector.{more}",
        )
    if discrete.has_discrete(s.discrete):
        yield NamedFigure(
            "discrete", discrete.discrete_figure(s.discrete, s.significance_level), discrete.CAPTION
        )
    if s.cyclic_scan is not None and s.cyclic_scan.angles:
        yield NamedFigure("scan", scan.scan_figure(s.cyclic_scan, s.significance_level), scan.CAPTION)
    yield from _projections(result)
    if len(a["tested"]) and len(a["functions"]):
        yield NamedFigure(
            "moments",
            moment_pulls(a, s),
            "Mean change of each test function along each candidate, and along the symmetries found (below "
            "the line), divided by its standard error. Blank: zero variance, for example sums that vanish "
            "by momentum conservation.",
        )


def _projections(result: Result[MomentsRecord]) -> Iterator[NamedFigure]:
    """Before and after what is kept, and after a broken candidate; the excess of both."""
    s = result.record
    if s.kl is None:
        return
    words = {
        "kept": "random elements of the group found, or the first compatible discrete element",
        "rejected": f"random elements of {s.first_rejected or ''} (violated)",
    }
    yield from before_and_after_figures(result.histograms, s.unit, words)
    groups = [ExcessGroup.of("kept", "compatible (mean)", [s.kl.kept.excess])]
    if s.kl.failed.number:
        groups.append(ExcessGroup.of("rejected", pretty(s.first_rejected or ""), [s.kl.failed.excess]))
    yield NamedFigure("kl_excess", excess_figure(s.kl.projections, groups), EXCESS)
