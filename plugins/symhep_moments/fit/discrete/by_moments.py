"""Is the mean of f(x) that of f(g x)? Statistics of all events."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.hypotheses.discrete.joined import Together
from symhep.hypotheses.discrete.orbit_sums import OrbitSums, orbit_sums
from symhep.hypotheses.discrete.statistics import PER_FUNCTION, Quadratic, Smallest, Squares, Statistic
from symhep.hypotheses.discrete.weighting import Weighting
from symhep.lie.elements.element import Element
from symhep.lie.elements.frame import Frame
from symhep_moments.fit.discrete.products import Products
from symhep_moments.fit.fields import columnwise
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.sample import Events

__all__ = ["block_statistics", "columns_of", "moment_parts", "values_of"]


def moment_parts(
    elements: list[Element], events: Events, weighting: Weighting, frame: Frame, functions: TestFunctions
) -> list[Together]:
    """For each of ``elements``, of one order: `Products` and the test functions of the continuous symmetries."""
    products = Products(frame, events.places)
    blocks = columns_of(products, functions)
    found = orbit_sums(events.x, weighting, values_of(products, functions), elements)
    return [
        Together(
            sums.groups, block_statistics(sums, blocks, weighting, events), weighting.shares(e, events.x)
        )
        for e, sums in zip(elements, found, strict=True)
    ]


def values_of(products: Products, functions: TestFunctions) -> Callable[[Tensor], Tensor]:
    """The products, then the functions: (n, P, D) -> (n, K), laid out with the events of a column side by side."""

    def values(x: Tensor) -> Tensor:
        points = columnwise(x)
        return torch.cat([products(points).T, functions.values(points).T]).T

    return values


def columns_of(products: Products, functions: TestFunctions) -> dict[str, npt.NDArray[np.bool_]]:
    """Which of the products, then the functions, are in each block: 'low' and 'all' beside those of the products."""
    number = np.arange(len(products.labels) + functions.count)
    shared = np.arange(functions.count)[functions.blocks.get("low", slice(0))] + len(products.labels)
    blocks = {name: np.isin(number, number[block]) for name, block in products.blocks.items()}
    blocks["low"] = (number < len(products.labels)) | np.isin(number, shared)
    blocks["all"] = np.ones(len(number), dtype=bool)
    return blocks


def block_statistics(
    sums: OrbitSums, blocks: Mapping[str, npt.NDArray[np.bool_]], weighting: Weighting, events: Events
) -> dict[str, Statistic]:
    """'moments': the smallest p of the blocks, in which a simple breaking stands out.

    With random signs for unequal weights the law of a sum with its own inverse covariance is known only for many
    events per function: larger blocks are taken without the inverse, as sums of squares.
    """
    statistics = list[Statistic]()
    for chosen in blocks.values():
        columns = np.flatnonzero(chosen[sums.changed])
        if not len(columns):
            continue
        many = weighting.signs and len(columns) * PER_FUNCTION > events.effective
        statistics.append((Squares if many else Quadratic).of(sums.second, columns))
    return {"moments": Smallest(tuple(statistics))} if statistics else {}
