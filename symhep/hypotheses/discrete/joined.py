"""Several tests of one element joined into one p-value."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from symhep.hypotheses.discrete.orbit_sums import OrbitSums
from symhep.hypotheses.discrete.randomised import randomised_p
from symhep.hypotheses.discrete.statistics import Smallest, Statistic, Upward
from symhep.methods.p_values import PKind

__all__ = ["Together", "joined_p", "learned", "with_moments"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Together:
    """Tests whose statistics are functions of the same sums, given all that no choice of images changes.

    ``groups`` (G, q, K) of sums as of `OrbitSums`, ``shares`` (G, q) of unequal images, ``tests`` by name, and ``skew``
    (K,) as of `OrbitSums`.
    """

    groups: FloatArray
    tests: Mapping[str, Statistic]
    shares: FloatArray | None = None
    skew: FloatArray | None = None


def learned(sums: OrbitSums, columns: Mapping[str, Sequence[int]], first: int = 0) -> dict[str, Statistic]:
    """What was learned on other events: tests by the scores in ``columns``; those without any change are left out.

    ``first``: how many other sums stand before these in the groups.
    """
    place = np.cumsum(sums.changed) - 1
    deviation = np.sqrt(sums.second.diagonal())
    found = dict[str, Statistic]()
    for name, own in columns.items():
        some = [Upward(int(first + place[k]), float(deviation[place[k]])) for k in own if sums.changed[k]]
        if some:
            found[name] = some[0] if len(some) == 1 else Smallest(tuple(some))
    return found


def joined_p(
    parts: Sequence[Together], rng: np.random.Generator, most: int, kind: PKind
) -> tuple[float, dict[str, tuple[float, PKind]]]:
    """log p of all tests together, and log p of each with its kind.

    Tests of one part are joined by the smallest of their p-values within the same random choices, which is exact:
    given what was learned on other events, their statistics are functions of these events alone, and under the
    hypothesis these may be replaced by images. Parts differ in what is held fixed (networks and neighbours come from
    one half, and only the other half may turn; moments turn all events), so that no choice of images serves
    both: Bonferroni's bound joins them, the smallest p times the number of parts. It is valid whatever their
    dependence, and for independent tests gives 0.0494 in place of 0.05.
    """
    logs, single = list[float](), dict[str, tuple[float, PKind]]()
    for part in parts:
        if not part.tests:
            continue
        statistics = dict(part.tests)
        if len(statistics) > 1:
            statistics[""] = Smallest(tuple(part.tests.values()))
        found = {
            name: math.log(p.p)
            for name, p in randomised_p(part.groups, statistics, rng, most, part.shares, part.skew).items()
        }
        logs.append(found.pop("", min(found.values())))
        single |= {name: (log_p, kind) for name, log_p in found.items()}
    return _bonferroni(logs), single


def with_moments(
    log_p: float, learned: float, single: Mapping[str, tuple[float, PKind]]
) -> tuple[float, PKind, dict[str, tuple[float, PKind]]]:
    """As `joined_p`, and of what kind: an asymptotic test by moments of all events, beside what `joined_p` gives for
    what was ``learned`` on some of them, if anything was.

    >>> with_moments(math.log(0.02), math.log(0.5), {"neighbours": (math.log(0.5), "exact")})[:2]
    (-3.2188758248682006, 'asymptotic')
    """
    logs = [log_p, learned] if single else [log_p]
    return _bonferroni(logs), "asymptotic", {"moments": (log_p, "asymptotic"), **single}


def _bonferroni(logs: Sequence[float]) -> float:
    return min(0.0, math.log(len(logs)) + min(logs)) if logs else 0.0
