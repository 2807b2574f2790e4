"""How many latents count: from relevances by hand, and from principal components near the threshold."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.stats.principal_components import PrincipalComponents
from symhep_vae.fit.count import count_relevant, undecided

RUNS = np.array([[4.4, 4.3, 4.2, 0.06, 0.04]] * 5)


def components(*variances: float, error: float = 0.01) -> PrincipalComponents:
    """With a relative error."""
    v = np.array(variances)
    return PrincipalComponents(v, error * v)


@pytest.mark.parametrize(
    ("variance", "near"),
    # rho = (2 variance / beta - 1)^1/2 lies between 1/2 and 2 for variances from 0.0625 to 0.25
    [(0.04, 0), (0.06, 0), (0.065, 1), (0.08, 1), (0.1, 1), (0.2, 1), (0.24, 1), (0.27, 0)],
)
def test_directions_near_the_threshold(variance: float, near: int) -> None:
    assert undecided(components(1.0, 1.0, 1.0, variance), 0.1) == near


def test_a_direction_that_the_runs_left_out_widens_the_interval() -> None:
    """Variance 0.08 at beta = 0.1: the linear optimum is 0.77, the runs that were measured have 0.06."""
    assert [(c.value, c.low, c.high) for c in (count_relevant(RUNS), count_relevant(RUNS, 1))] == [
        (3, 3, 3),
        (3, 3, 4),
    ]
    assert count_relevant(RUNS, 1).graded


def test_a_direction_that_the_runs_found_is_not_counted_twice() -> None:
    found = np.array([[4.4, 4.3, 4.2, 1.4, 0.1]] * 5)
    assert [(c.value, c.low, c.high) for c in (count_relevant(found), count_relevant(found, 1))] == [
        (4, 3, 4)
    ] * 2


def test_never_more_than_there_are_latents() -> None:
    assert count_relevant(RUNS[:, :3], 2).high == 3
