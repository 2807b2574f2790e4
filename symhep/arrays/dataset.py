"""Arrays as the `Dataset` that a card would have made of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import awkward as ak
import numpy as np

from symhep.arrays.beside import math_text, with_samples, with_spectators
from symhep.arrays.features import features_of
from symhep.arrays.given import Given, checked_card
from symhep.arrays.members import is_momenta
from symhep.arrays.momenta import of_momenta
from symhep.arrays.plain import FORMS
from symhep.errors import CardError, InputError
from symhep.events.assemble import assemble
from symhep.events.batch import EventBatch
from symhep.events.dataset import Column, Dataset, Scaling
from symhep.events.kinds import MOMENTUM, VectorKind
from symhep.events.table import FeatureTable
from symhep.methods.enumeration import several

__all__ = ["dataset_of"]

#: What the vectors of a single array are called.
ALONE = "particles"


def dataset_of(
    x: Any,
    *,
    weights: Any = None,
    units: str | Sequence[str] | None = None,
    names: Sequence[str | int] | None = None,
    kinds: VectorKind | Mapping[str, VectorKind] | None = None,
    mask: Any = None,
    sets: Collection[str] | bool | None = None,
    tags: Sequence[str] | Mapping[str, Any] | None = None,
    spectators: Any = None,
    labels: Any = None,
    unit: Any = None,
    vars: Sequence[str] = MOMENTUM,
    scaling: Scaling = "isotropic",
    name: str = "events",
) -> Dataset:
    """The events of arrays, for `symhep.analyse` with several methods.

    Parameters
    ----------
    x
        One of

        - (N, P, 4) four-momenta (E, px, py, pz), (N, P, 3) three-momenta or (N, P, 2) transverse momenta: numpy, also
          masked, torch, nested lists;
        - an awkward or `vector` array of momenta in any coordinates: N lists, or N single vectors. Lists of unequal
          lengths become a set, whose order means nothing;
        - {object: array} of these, all objects of an event together: {"electrons": ..., "met": ..., "jets": ...};
        - (N, F) numbers per event, or {feature: (N,)}, a pandas data frame, a pyarrow table.
    weights
        (N,) signed event weights, or the name of a column that is no feature then. By default 1.
    units
        Of momenta: GeV (the default), MeV or TeV; results are in GeV. Of features: one unit, or F of them, for labels.
    names
        Of momenta P names of the particles, or their PDG numbers; of features F names, or which columns to take.
    kinds
        What is known of the vectors: full, massless (E = abs(p)), three, transverse; for all, or {object: kind}.
    mask
        (N, P) true where there is a member, or {object: mask}: the object becomes a set.
    sets
        Names of the objects that are sets, or True for all; by default those whose number differs between events.
    tags
        Numbers of each member that no transformation acts on: names of fields of the records, or {tag: (N, P)}.
    spectators
        Numbers of each event that no transformation acts on: {name: (N,)}, names of columns, (N, S).
    labels
        Which sample an event is from: (N,) names or numbers, or {name: rows}.
    unit
        (N,) number of the source event of each row, where several rows come from one.
    vars
        For momenta: the features, as in a card; by default E, px, py, pz, as far as the vectors have them.
    scaling
        standard, isotropic or none, as in a card.
    name
        Of the feature set.

    Returns
    -------
    Dataset
        As a card with the same events and features would make it; what is checked there is checked here.

    Raises
    ------
    CardError
        Shapes, names and kinds that do not fit.
    InputError
        NaN, infinity, padding without a mask; it says at which event.

    Examples
    --------
    >>> jets = [[[5.0, 3.0, 0.0, 4.0], [5.0, -3.0, 0.0, -4.0]], [[5.0, 0.0, 3.0, 4.0], [5.0, 0.0, -3.0, -4.0]]]
    >>> data = dataset_of(jets, weights=[1.0, 0.5])
    >>> data.momenta.shape, data.particles, data.columns[1].name
    ((2, 2, 4), ('particles[0]', 'particles[1]'), 'px(particles[0])')
    """
    given = Given(units, names, kinds, mask, sets, tags, tuple(vars), scaling, name)
    objects = _objects(x)
    if objects is None:
        data = _of_features(x, given, weights, spectators)
    else:
        data = of_momenta(objects, given, alone=not isinstance(x, Mapping))
    data = with_spectators(data, x, spectators)
    return with_samples(data, x, weights, labels, unit, scaling)


def _objects(x: Any) -> dict[str, Any] | None:
    """Object -> its vectors; None if ``x`` holds features."""
    if isinstance(x, Dataset):
        raise CardError("the events already are a Dataset", hint="pass it to analyse directly")
    whole = x.events if isinstance(x, EventBatch) else x
    if isinstance(whole, ak.Array) and whole.ndim == 1:
        lists = [f for f in ak.fields(whole) if is_momenta(whole[f]) and whole[f].ndim == 2]
        if lists:
            raise CardError(
                f"these are records of whole events, with {several(lists)}",
                hint=f"select objects: {{'{lists[0]}': events['{lists[0]}'], ...}}",
            )
    if isinstance(x, Mapping):
        vectors = {str(name): value for name, value in x.items() if is_momenta(value)}
        if not x:
            raise CardError("the mapping is empty", hint=FORMS)
        if vectors and len(vectors) < len(x):
            others = [str(name) for name in x if str(name) not in vectors]
            raise CardError(
                f"{several(others)}: not vectors, unlike the other objects",
                hint="pass numbers per event as spectators={...}; for one vector per event use x[:, None, :]",
            )
        return vectors or None
    return {ALONE: x} if is_momenta(x) else None


def _of_features(x: Any, given: Given, weights: Any, spectators: Any) -> Dataset:
    for what in ("kinds", "mask", "sets", "tags"):
        if getattr(given, what) is not None:
            raise CardError(
                f"{what}: not for features",
                hint="vectors are (N, P, 4), (N, P, 3) or (N, P, 2) arrays, or records of momenta",
            )
    own = [weights] if isinstance(weights, str) else []
    own += [s for s in spectators if isinstance(s, str)] if isinstance(spectators, list | tuple) else []
    found = features_of(x, None if given.names is None else [str(n) for n in given.names], own)
    count, width = found.values.shape
    if count == 0:
        raise InputError("there are no events: the array is empty")
    plain = all(n.isidentifier() and n.isascii() for n in found.names)
    variables = found.names if plain else [f"x{i + 1}" for i in range(width)]
    card = checked_card(given.name, {"vars": list(variables), "scaling": given.scaling})
    data = assemble(card, given.name, {given.name: FeatureTable(found.values, np.ones(count))})
    columns = data.columns if plain else tuple(Column(n, label=math_text(n)) for n in found.names)
    if given.units is not None:
        units = [given.units] * width if isinstance(given.units, str) else list(given.units)
        if len(units) != width:
            raise CardError(f"units: {len(units)} units for {width} features")
        columns = tuple(replace(c, unit=u) for c, u in zip(columns, units, strict=True))
    return replace(data, columns=columns)
