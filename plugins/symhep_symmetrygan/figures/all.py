"""All figures of a result, the most telling first."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from symhep.hypotheses.discrete.figure import CAPTION as DISCRETE
from symhep.hypotheses.discrete.figure import discrete_figure, has_discrete
from symhep.hypotheses.p_value_figure import CAPTION as P_VALUES
from symhep.hypotheses.p_value_figure import Family, candidate_family, discrete_family, p_value_figure
from symhep.hypotheses.subgroups.figure import CAPTION as LATTICE
from symhep.hypotheses.subgroups.figure import subgroup_lattice
from symhep.methods.interface import NamedFigure
from symhep.methods.result import Result
from symhep_symmetrygan.figures.components import component_sizes
from symhep_symmetrygan.figures.composition import composition_growth
from symhep_symmetrygan.figures.divergences import SHOWN as DIVERGENCES
from symhep_symmetrygan.figures.divergences import kl_divergences
from symhep_symmetrygan.figures.element_tests import element_p_values
from symhep_symmetrygan.figures.landscape import loss_landscape
from symhep_symmetrygan.figures.losses import posthoc_losses
from symhep_symmetrygan.figures.map import discovery_map
from symhep_symmetrygan.figures.motion import SHOWN as ARROWS
from symhep_symmetrygan.figures.motion import map_motion
from symhep_symmetrygan.figures.parameters import SHOWN as PARAMETERS
from symhep_symmetrygan.figures.parameters import final_parameters
from symhep_symmetrygan.figures.planes import before_and_after_planes, planes_of
from symhep_symmetrygan.figures.projections import before_and_after, projections_of
from symhep_symmetrygan.figures.span import span_of_logarithms
from symhep_symmetrygan.figures.training import training_losses
from symhep_symmetrygan.record import SymmetryGanRecord

__all__ = ["draw_all"]

#: Components that fit on a page.
SHOWN = 20


def draw_all(result: Result[SymmetryGanRecord]) -> Iterator[NamedFigure]:
    """Elements, their tests, the group, subgroups, maps, training; only what the result holds."""
    yield from _elements(result)
    yield from _before_and_after(result)
    yield from _judged(result)
    yield from _group(result)
    yield from _subgroups(result)
    yield from _map(result)
    if result.record.search is not None:
        yield NamedFigure(
            "training",
            training_losses(result.arrays),
            "Loss of the discriminators while training, both halves summed. Near 2 ln 2 there is nothing left by "
            "which they could tell events from their images; where the loss stays lower, a restart found no "
            "symmetry.",
        )


def _elements(r: Result[SymmetryGanRecord]) -> Iterator[NamedFigure]:
    space, landscape = r.record.space, r.record.landscape
    if landscape is not None:
        yield NamedFigure(
            "landscape",
            loss_landscape(r.arrays, landscape.slices),
            "Slices through the loss with the best possible discriminator, less 2 ln 2 (0: a symmetry), and what was "
            "found. Parameters that are not on the axes are held at the values above the panel; faint: elements that "
            "have others.",
        )
    if space is not None:
        number = len(space.parameter_labels) - len(space.discrete_parameters)
        more = f" The first {PARAMETERS} of {number} parameters." if number > PARAMETERS else ""
        yield NamedFigure(
            "parameters",
            final_parameters(r.arrays, space.parameter_labels, space.discrete_parameters),
            f"Parameters of the transformation after training against those before. Dotted: not moved.{more}",
        )


def _before_and_after(r: Result[SymmetryGanRecord]) -> Iterator[NamedFigure]:
    unit = r.record.unit
    drawn = projections_of(r.histograms)
    words = {
        "found": "an element that was found, refined: of those that were kept the one in the middle by KL divergence",
        "random": "a random element of the search space",
    }
    for sample, what in words.items():
        if drawn and all(sample in h.axes[0] for h in drawn):
            yield NamedFigure(
                f"after_{sample}",
                before_and_after(r.histograms, sample, unit),
                f"Held-out events before (grey) and after {what} (points). Below their ratio, with the statistical "
                "errors of each; the two hold the same events in other bins.",
            )
    if planes_of(r.histograms):
        yield NamedFigure(
            "planes",
            before_and_after_planes(r.histograms, unit),
            "Held-out events in two coordinates, before and after an element that was found and a random one.",
        )


def _judged(r: Result[SymmetryGanRecord]) -> Iterator[NamedFigure]:
    s = r.record
    if s.kl is not None:
        number = len(s.kl.projections)
        more = f" The first {DIVERGENCES} of {number} projections." if number > DIVERGENCES else ""
        yield NamedFigure(
            "kl",
            kl_divergences(r.arrays, s.kl),
            f"KL divergence of each projection after an element against before, {s.kl.bins} bins, held-out "
            "events: elements as training left them and refined, random elements, and random halves of the events "
            f"against each other. Diamonds: means.{more}",
        )
    if s.posthoc_loss is not None:
        yield NamedFigure(
            "posthoc",
            posthoc_losses(r.arrays, s.posthoc_loss.ideal),
            "Loss of a new classifier between events and images, per element as training left it, on held-out "
            "events. 2 ln 2: it can only guess.",
        )
    if np.isfinite(r.arrays.get("log10_p", np.zeros(0))).any():
        yield NamedFigure(
            "element_p_values",
            element_p_values(r.arrays, s.significance_level),
            "p-values of the found elements, on events that training never saw: as training left them, and "
            "refined to the precision of the training events. Adjusted by Holm's method; right of the dashed "
            f"line, at {s.significance_level:g}, an element is rejected.",
        )


def _group(r: Result[SymmetryGanRecord]) -> Iterator[NamedFigure]:
    s = r.record
    if len(r.arrays.get("span_values", ())):
        yield NamedFigure(
            "span",
            span_of_logarithms(r.arrays, s),
            "Logarithms of the found elements: singular values beside those of the elements' errors alone (left), "
            "and the generators of what rises above them, of length 1, with one standard error (right).",
        )
    if s.connected_components:
        yield NamedFigure(
            "components",
            component_sizes(s),
            "Components that the found elements fall into: their number, the mean KL divergences of these, refined, "
            "beside the noise (dashed), and how far their post-hoc loss is from 2 ln 2, with its error. In "
            "colour: not rejected.",
        )
    if s.composition is not None:
        yield NamedFigure(
            "composition",
            composition_growth(r.arrays, s.kl),
            "Found elements composed k times: distance from the exact power, and KL divergence of the composed element "
            "beside the noise (dashed).",
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


def _map(r: Result[SymmetryGanRecord]) -> Iterator[NamedFigure]:
    m = r.record.map
    if m is None:
        return
    yield NamedFigure(
        "map",
        discovery_map(r.arrays, m.coordinates),
        "The symmetry discovery map, one point per restart: where training ended over where a formula expects it, "
        f"and the difference. The formula: {m.formula}.",
    )
    if len(m.coordinates) == 2:
        more = f" The first {ARROWS} restarts." if len(r.arrays["map_initial"]) > ARROWS else ""
        yield NamedFigure(
            "motion",
            map_motion(r.arrays, m.coordinates),
            f"From the initial to the final parameters, an arrow per restart.{more}",
        )
    if m.learned is not None:
        yield NamedFigure(
            "omega",
            discovery_map(r.arrays, m.coordinates, prefix="omega"),
            "The map that was learned in a single training, on initial points that it has not seen, beside the "
            f"formula: {m.formula}.",
        )
