"""The test functions of whole events: members of any number, several kinds, tags, spectators."""

from __future__ import annotations

from itertools import combinations_with_replacement
from math import sqrt

import numpy as np
import torch

from symhep_moments.fit.functions.event_waves import EventWaves
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.members import (
    Coefficients,
    MemberPolynomials,
    MemberSums,
    PairSums,
    Ridges,
)
from symhep_moments.fit.functions.options import FunctionOptions
from symhep_moments.fit.functions.union import AsBlock, Joined
from symhep_moments.places import Places

__all__ = ["whole_functions"]

#: Ways to tell members apart (tags) or events (spectators), of which each adds d functions to 'low': if there are more,
#: so many random combinations of them.
CONTRASTS = 3


def whole_functions(
    places: Places, options: FunctionOptions, degree: int, rng: np.random.Generator, device: str = "cpu"
) -> TestFunctions | None:
    """Blocks 'low', 'fourier', 'members' and 'pairs' of squashed events; None if the options ask for none.

    - low: monomials summed over all vectors, up to ``degree``; and the components summed with a coefficient that
      is a tag of the member, or a spectator of the event.
    - fourier: waves through the vectors that every event has, their tags and the spectators.
    - members: sums over members, and over these vectors, of waves of one vector, its tags and the spectators, with
      random coefficients of the objects.
    - pairs: sums over pairs of products of two components, and of two such waves.

    The number of waves of the options is shared among the last three. Draws depend on the objects, not on how many
    places there are for their members.
    """
    d, members = places.dimension, places.members
    fixed = bool(places.fixed)
    share = options.fourier // (2 + fixed) if members else 0
    counts = (options.fourier - 2 * share if fixed or not members else 0, share, share)
    if members and not fixed:
        counts = (0, options.fourier - share, share)
    parts: list[TestFunctions] = []
    if options.low:
        low = [MemberPolynomials(d, degree, places.names), *_contrasts(places, rng, device)]
        parts.append(AsBlock("low", Joined(*low)) if len(low) > 1 else low[0])
    if counts[0]:
        width = options.bandwidth * sqrt(len(places.fixed) / 2)
        parts.append(EventWaves.draw(rng, counts[0], places, width, device))
    if counts[1]:
        labels = [f"wave of members {k + 1}" for k in range(counts[1])]
        ridges = _waves(places, counts[1], options, rng, device)
        parts.append(MemberSums(ridges, _of_objects(places, counts[1], rng, device), labels, "members"))
    if members:
        pairs = _pairs(places, counts[2], options, rng, device)
        parts += [AsBlock("pairs", Joined(*pairs))] if pairs else []
    return Joined(*parts) if parts else None


def _pairs(
    places: Places, count: int, options: FunctionOptions, rng: np.random.Generator, device: str
) -> list[TestFunctions]:
    d, found = places.dimension, list[TestFunctions]()
    if options.low:
        pairs = list(combinations_with_replacement(range(d), 2))
        labels = [f"{places.names[i]} {places.names[j]} of pairs" for i, j in pairs]
        ones = Coefficients(torch.ones(len(places.objects), d, dtype=torch.float64, device=device))
        first, second = ([pair[side] for pair in pairs] for side in (0, 1))
        products = PairSums(Ridges.components(d, device), ones, first, second, labels)
        found.append(AsBlock("products", products))
    if count:
        ridges = _waves(places, 2 * count, options, rng, device)
        labels = [f"waves of pairs {k + 1}" for k in range(count)]
        first, second = list(range(count)), list(range(count, 2 * count))
        found.append(PairSums(ridges, _of_objects(places, 2 * count, rng, device), first, second, labels))
    return found


def _waves(
    places: Places, count: int, options: FunctionOptions, rng: np.random.Generator, device: str
) -> Ridges:
    width, extras = options.bandwidth * sqrt(0.5), places.tags + places.spectators
    return Ridges.draw(rng, count, places.dimension, extras, width, device)


def _of_objects(places: Places, count: int, rng: np.random.Generator, device: str) -> Coefficients:
    """Normal coefficients of each object, (P, count); 1 if there is one object."""
    names = places.kinds
    drawn = rng.normal(size=(len(names), count)) if len(names) > 1 else np.ones((1, count))
    return Coefficients(torch.from_numpy(drawn[[names.index(o) for o in places.objects]]).to(device))


def _contrasts(places: Places, rng: np.random.Generator, device: str) -> list[TestFunctions]:
    """Sums of the components with coefficients that tell members, or events, apart."""
    d, count = places.dimension, places.tags + places.spectators
    told = [f"tag {i + 1}" for i in range(places.tags)]
    told += [f"spectator {i + 1}" for i in range(places.spectators)]
    if not count:
        return []
    mixing = np.eye(count)
    if count > CONTRASTS:
        mixing = np.linalg.qr(rng.normal(size=(count, CONTRASTS)))[0]
        told = [f"contrast {i + 1}" for i in range(CONTRASTS)]
    none = torch.zeros(len(places.objects), len(told) * d, dtype=torch.float64, device=device)
    coefficients = Coefficients(none, torch.from_numpy(np.repeat(mixing, d, axis=1)).to(device))
    ridges = Ridges(torch.eye(d, dtype=torch.float64, device=device).repeat(len(told), 1))
    labels = [f"{component} ({name})" for name in told for component in places.names]
    return [MemberSums(ridges, coefficients, labels, "contrasts")]
