"""The scan over the angles of a one-parameter subgroup, by moments and nearest neighbours."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from symhep.hypotheses.discrete.joined import Together
from symhep.hypotheses.discrete.neighbours import Neighbours, few_enough
from symhep.hypotheses.discrete.orbit_sums import orbit_sums
from symhep.hypotheses.discrete.scan import SCAN_GROUPS, SCANNED, Near, scan_angles
from symhep.hypotheses.discrete.scan_record import DiscreteScan
from symhep.lie.elements.closed import ClosedSubgroup
from symhep.lie.elements.element import Element
from symhep.lie.elements.frame import Frame
from symhep.methods.context import stream_for
from symhep_moments.fit.discrete.by_learning import LEARN
from symhep_moments.fit.discrete.by_moments import block_statistics
from symhep_moments.fit.discrete.options import DiscreteOptions
from symhep_moments.fit.discrete.products import Products
from symhep_moments.fit.discrete.rows import by_unit, numbers_of, split_units, weighting_of
from symhep_moments.fit.discrete.surface import surface_test
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.sample import Events

__all__ = ["discrete_scan"]

#: Units that are looked at: 299 images of each.
UNITS = 20_000


def discrete_scan(
    events: Events,
    subgroup: ClosedSubgroup,
    frame: Frame,
    functions: TestFunctions,
    options: DiscreteOptions,
    seeds: np.random.SeedSequence,
    level: float,
) -> DiscreteScan:
    """Which Z_q of ``subgroup`` the events respect: by the components and the test functions, and by neighbours.

    Networks, one for each of 23 orders, are left out.
    """
    events, units = by_unit(events, UNITS)
    whole = weighting_of(events, units, options)
    weighting = whole.take(np.arange(len(units)), units, SCAN_GROUPS)
    products = Products(frame, events.places)
    linear = products.blocks["linear"]
    count = linear.stop - linear.start
    low = np.zeros(count + functions.count, dtype=bool)
    low[:count] = True
    low[count:][functions.blocks.get("low", slice(0))] = True
    blocks = {"low": low, "all": np.ones_like(low)}

    def values(x: Tensor) -> Tensor:
        return torch.cat([products(x)[:, linear], functions.values(x)], dim=1)

    def moments(element: Element) -> list[Together]:
        (sums,) = orbit_sums(events.x, weighting, values, [element])
        tests = block_statistics(sums, blocks, weighting, events)
        return [Together(sums.groups, tests, weighting.shares(element, events.x))]

    learn, held = split_units(units, LEARN, np.random.default_rng(stream_for(seeds, "split")))
    held = held[:: -(-len(held) // SCANNED)]
    reference = numbers_of(events.x[torch.from_numpy(learn)], events.places).cpu().numpy()
    among = Neighbours.of(reference[: few_enough(reference.shape[1])])
    near = Near(
        events.x[torch.from_numpy(held)],
        lambda element: element,
        whole.take(held, units, SCAN_GROUPS),
        lambda x: among(numbers_of(x, events.places).cpu().numpy()),
    )
    return scan_angles(
        subgroup, events.vectors, moments, near, surface_test(events, frame), weighting, seeds, level,
        options.randomisations,
    )  # fmt: skip
