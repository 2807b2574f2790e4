"""All figures of a result, the most telling first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from symhep.hypotheses.discrete.figure import CAPTION as DISCRETE
from symhep.hypotheses.discrete.figure import discrete_figure, has_discrete
from symhep.hypotheses.discrete.scan_figure import CAPTION as SCAN
from symhep.hypotheses.discrete.scan_figure import scan_figure
from symhep.hypotheses.divergence.before_after import before_and_after_figures
from symhep.hypotheses.divergence.figure import CAPTION as EXCESS
from symhep.hypotheses.divergence.figure import ExcessGroup, excess_figure
from symhep.hypotheses.p_value_figure import CAPTION as P_VALUES
from symhep.hypotheses.p_value_figure import Family, candidate_family, discrete_family, p_value_figure
from symhep.hypotheses.subgroups.figure import CAPTION as LATTICE
from symhep.hypotheses.subgroups.figure import subgroup_lattice
from symhep.methods.interface import NamedFigure
from symhep.methods.result import Result
from symhep_symmetrygan.figures.components import component_sizes
from symhep_symmetrygan.figures.composition import composition_growth
from symhep_symmetrygan.figures.divergences import SHOWN as DIVERGENCES
from symhep_symmetrygan.figures.divergences import element_groups, kl_divergences
from symhep_symmetrygan.figures.element_tests import element_p_values
from symhep_symmetrygan.figures.landscape import loss_landscape
from symhep_symmetrygan.figures.losses import posthoc_losses
from symhep_symmetrygan.figures.map import discovery_map
from symhep_symmetrygan.figures.motion import SHOWN as ARROWS
from symhep_symmetrygan.figures.motion import map_motion
from symhep_symmetrygan.figures.parameters import SHOWN as PARAMETERS
from symhep_symmetrygan.figures.parameters import final_parameters
from symhep_symmetrygan.figures.planes import before_and_after_planes, planes_of
from symhep_symmetrygan.figures.span import span_of_logarithms
from symhep_symmetrygan.figures.training import training_losses
from symhep_symmetrygan.record import SymmetryGanRecord
from symhep_symmetrygan.say.whose import of_events, of_search
from symhep_symmetrygan.subgroups.record import ClassRow, ElementRow, LabRow

__all__ = ["draw_all"]

#: Components that fit on a page.
SHOWN = 20
#: Which element the events are shown after.
_WHICH = {
    "kept": "an accepted element after refinement (median excess KL divergence)",
    "rejected": "a rejected element after refinement (median excess KL divergence)",
    "random": "a random element of the search space",
}
_WHICH_GROUP = {
    "kept": "a compatible symmetry: the largest subgroup (a different random element for each event) or "
    "the first discrete element",
    "rejected": "a violated symmetry: the first generator (a different random element for each event) or "
    "discrete element",
    "random": "random elements of the whole group",
}


def draw_all(result: Result[SymmetryGanRecord]) -> Iterator[NamedFigure]:
    """Elements, their tests, the group, subgroups, maps, training; only what the result holds."""
    record = result.record
    whose = of_search(record)
    yield from _captioned(_elements(result), whose)
    yield from _captioned(_before_and_after(result), whose if record.kl is not None else of_events(record))
    yield from _captioned(_judged(result), whose)
    yield from _captioned(_group(result), whose)
    yield from _captioned(_subgroups(result), _of_tests(record))
    yield from _captioned(_map(result), whose)
    yield from _captioned(_training(result), whose)


def _of_tests(record: SymmetryGanRecord) -> str:
    """Of subgroups and discrete elements, and of the components beside them."""
    found, tested = of_search(record), of_events(record)
    if not record.candidates and not record.discrete:
        return found
    if found == tested or not record.connected_components:
        return tested
    return f"{tested or 'the vectors'}; components refer to {found}"


def _captioned(figures: Iterator[NamedFigure], whose: str) -> Iterator[NamedFigure]:
    """With what they show the symmetries of."""
    for figure in figures:
        yield replace(figure, caption=f"{figure.caption} Refers to {whose}.") if whose else figure


def _training(result: Result[SymmetryGanRecord]) -> Iterator[NamedFigure]:
    if result.record.search is not None:
        yield NamedFigure(
            "training",
            training_losses(result.arrays),
            "Loss of the discriminators during training (sum over both classes). At 2 ln 2 the "
            "discriminator cannot distinguish events from transformed events; a lower loss means that the "
            "restart found no symmetry.",
        )


def _elements(r: Result[SymmetryGanRecord]) -> Iterator[NamedFigure]:
    space, landscape = r.record.space, r.record.landscape
    if landscape is not None:
        yield NamedFigure(
            "landscape",
            loss_landscape(r.arrays, landscape.slices),
            "Loss for the optimal discriminator minus 2 ln 2 (0: a symmetry), and the elements found. "
            "Parameters not on the axes are fixed to the values above the panel; faint markers: elements "
            "with other values.",
        )
    if space is not None:
        number = len(space.parameter_labels) - len(space.discrete_parameters)
        more = f" The first {PARAMETERS} of {number} parameters." if number > PARAMETERS else ""
        yield NamedFigure(
            "parameters",
            final_parameters(r.arrays, space.parameter_labels, space.discrete_parameters),
            f"Parameters of the transformation after training versus before. Dotted: no change.{more}",
        )


def _before_and_after(r: Result[SymmetryGanRecord]) -> Iterator[NamedFigure]:
    unit = r.record.unit
    yield from before_and_after_figures(
        r.histograms, unit, _WHICH if r.record.kl is not None else _WHICH_GROUP
    )
    if planes_of(r.histograms):
        yield NamedFigure(
            "planes",
            before_and_after_planes(r.histograms, unit),
            "Held-out events in two coordinates, before and after a transformation that was found and a "
            "random one.",
        )


def _judged(r: Result[SymmetryGanRecord]) -> Iterator[NamedFigure]:
    s = r.record
    if s.kl is not None:
        number = len(s.kl.projections)
        more = f" The first {DIVERGENCES} of {number} projections." if number > DIVERGENCES else ""
        yield NamedFigure(
            "kl",
            kl_divergences(r.arrays, s.kl.projections),
            "KL divergence of each projection between one half of the held-out events, transformed, and "
            f"the other half ({s.kl.bins} bins): elements found before and after refinement, random "
            f"elements, and noise (the identity). Diamonds: means.{more}",
        )
    names, groups = _excess(r)
    if any(group.value.size for group in groups):
        yield NamedFigure("kl_excess", excess_figure(names, groups), EXCESS)
    if s.posthoc_loss is not None:
        yield NamedFigure(
            "posthoc",
            posthoc_losses(r.arrays, s.posthoc_loss.ideal),
            "Loss of a newly trained classifier between events and transformed events, on held-out events, "
            "for each element before refinement. 2 ln 2: no discrimination.",
        )
    if np.isfinite(r.arrays.get("log10_p", np.zeros(0))).any():
        yield NamedFigure(
            "element_p_values",
            element_p_values(r.arrays, s.significance_level),
            "p-values of the elements found, on held-out events, before and after refinement on the training events; "
            "adjusted with Holm's method. Elements to the right of the dashed line (significance level "
            f"{s.significance_level:g}) are rejected.",
        )


def _excess(r: Result[SymmetryGanRecord]) -> tuple[tuple[str, ...], list[ExcessGroup]]:
    """Of elements, else of subgroups and generators, else of discrete elements."""
    s = r.record
    if s.kl is not None:
        return s.kl.projections, element_groups(r.arrays)
    kl = s.subgroup_kl or s.discrete_kl
    if kl is None:
        return (), []
    rows: Sequence[ClassRow | LabRow | ElementRow] = s.discrete
    if s.subgroup_kl is not None:
        rows = [*s.subgroups, *s.candidates]
    kept = [row.excess for row in rows if row.rejected is False]
    rejected = [row.excess for row in rows if row.rejected]
    random = [] if kl.random.excess is None else [kl.random.excess]
    return kl.projections, [
        ExcessGroup.of(kind, words, rows)
        for kind, words, rows in (
            ("kept", "survive", kept), ("rejected", "rejected", rejected), ("random", "random", random),
        )
    ]  # fmt: skip


def _group(r: Result[SymmetryGanRecord]) -> Iterator[NamedFigure]:
    s = r.record
    if len(r.arrays.get("span_values", ())):
        yield NamedFigure(
            "span",
            span_of_logarithms(r.arrays, s),
            "Logarithms of the elements found. Left: singular values, compared with those expected from "
            "the errors alone. Right: normalised generators of the significant directions with standard "
            "errors.",
        )
    if s.connected_components:
        yield NamedFigure(
            "components",
            component_sizes(s),
            "Components of the elements found: number of elements, mean excess KL divergences after "
            "refinement, and difference between 2 ln 2 and the post-hoc loss with its standard error. "
            "Coloured: compatible.",
        )
    if s.composition is not None:
        yield NamedFigure(
            "composition",
            composition_growth(r.arrays, () if s.kl is None else s.kl.projections),
            "Elements found, composed k times with themselves: distance from the exact power, and excess "
            "KL divergence of the composed element, with the error of one element.",
        )


def _subgroups(r: Result[SymmetryGanRecord]) -> Iterator[NamedFigure]:
    s = r.record
    if s.catalogue is not None:
        yield NamedFigure("lattice", subgroup_lattice(s.subgroups, s.catalogue), LATTICE)
    components = tuple((row.name, row, "") for row in s.connected_components if row.log10_p is not None)
    families = [
        Family("components", components[:SHOWN]),
        candidate_family(s.candidates),
        discrete_family(s.discrete),
    ]
    if any(family.rows for family in families):
        yield NamedFigure(
            "p_values",
            p_value_figure(families, s.significance_level),
            P_VALUES.format(level=s.significance_level),
        )
    if has_discrete(s.discrete):
        yield NamedFigure("discrete", discrete_figure(s.discrete, s.significance_level), DISCRETE)
    if s.cyclic_scan is not None and s.cyclic_scan.angles:
        yield NamedFigure("scan", scan_figure(s.cyclic_scan, s.significance_level), SCAN)


def _map(r: Result[SymmetryGanRecord]) -> Iterator[NamedFigure]:
    m = r.record.map
    if m is None:
        return
    yield NamedFigure(
        "map",
        discovery_map(r.arrays, m.coordinates),
        "Symmetry discovery map, one point per restart: final parameters versus those expected from a "
        f"formula, and the difference. Formula: {m.formula}.",
    )
    if len(m.coordinates) == 2:
        more = f" The first {ARROWS} restarts." if len(r.arrays["map_initial"]) > ARROWS else ""
        yield NamedFigure(
            "motion",
            map_motion(r.arrays, m.coordinates),
            f"Initial and final parameters, one arrow per restart.{more}",
        )
    if m.learned is not None:
        yield NamedFigure(
            "omega",
            discovery_map(r.arrays, m.coordinates, prefix="omega"),
            "Map learned in a single training, evaluated at new initial points, compared with the formula: "
            f"{m.formula}.",
        )
