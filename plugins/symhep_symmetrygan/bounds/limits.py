"""One simultaneous region for all that is reported, and the rows with their limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.hypotheses.bounds.region import Bounded, Quantity, simultaneous
from symhep.hypotheses.bounds.sample_mean import sample_mean
from symhep.lie.bases import lorentz
from symhep_symmetrygan.bounds.functions import asymmetries, harmonics
from symhep_symmetrygan.inference.record import AlgebraRecord, ComponentRecord
from symhep_symmetrygan.sample import Events
from symhep_symmetrygan.subgroups.record import LabRow

__all__ = ["with_limits"]

FloatArray = npt.NDArray[np.float64]
#: Of a quantity: what it belongs to, and the function.
Key = tuple[str, str]


def with_limits(
    fields: Mapping[str, Any],
    events: Events,
    generators: FloatArray | None,
    searched: Events | None = None,
) -> dict[str, Any]:
    """The fields of a record whose rows have limits: the algebra, components and generators in the lab frame.

    All limits hold at once with 95 % confidence, from held-out events: each quantity has its share of one region
    (`symhep.hypotheses.bounds.region.simultaneous`). A row's limit is the largest of its functions'. Nothing for
    members of sets.

    Parameters
    ----------
    events
        All coordinates, for generators in the lab frame.
    generators
        (r, D + 1, D + 1) those that the algebra states; None: there is none.
    searched
        The coordinates that elements act on.
    """
    if events.members is not None:
        return {}
    quantities = dict[Key, Quantity]()
    algebra: AlgebraRecord | None = fields.get("algebra")
    components: Sequence[ComponentRecord] = fields.get("connected_components", ())
    if searched is not None:
        x = searched.held.x.cpu().numpy()
        for k, generator in enumerate(() if generators is None else generators):
            label = fields["generators"][k].label
            _add(quantities, searched, "algebra", harmonics(generator, x, searched.names), of=label)
        for c, row in enumerate(components):
            if row.name != "identity":
                matrix = np.array(row.matrix)
                _add(quantities, searched, f"component {c}", asymmetries(matrix, x, searched.names))
    candidates: Sequence[LabRow] = fields.get("candidates", ())
    turns = _rotations(events) if candidates else {}
    for one in candidates:
        if one.label in turns:
            found = harmonics(turns[one.label], events.held.x.cpu().numpy(), events.names)
            _add(quantities, events, f"generator {one.label}", found)
    bounded = simultaneous(list(quantities.values()))
    return {
        "algebra": algebra if algebra is None else algebra.model_copy(update=_limit(bounded, "algebra")),
        "connected_components": tuple(
            row.model_copy(update=_limit(bounded, f"component {c}")) for c, row in enumerate(components)
        ),
        "candidates": tuple(
            row.model_copy(update=_limit(bounded, f"generator {row.label}")) for row in candidates
        ),
        "bounded_quantities": len(quantities),
    }


def _add(quantities: dict[Key, Quantity], events: Events, what: str, functions: Any, of: str = "") -> None:
    """Weighted means on held-out events, with their covariances by independent units."""
    held = events.held
    for name, values in functions:
        label = f"{name} of {of}" if of else name
        quantities[what, label] = sample_mean(
            f"{what}: {label}", values, held.weights.cpu().numpy(), held.unit
        )


def _limit(bounded: Mapping[str, Bounded], what: str) -> dict[str, Any]:
    """The largest limit of the functions of a row."""
    own = {
        name.removeprefix(f"{what}: "): one for name, one in bounded.items() if name.startswith(f"{what}: ")
    }
    if not own:
        return {}
    function = max(own, key=lambda name: own[name].upper_95)
    limit, expected = own[function].upper_95, max(one.expected_95 for one in own.values())
    return {
        "upper_95": None if limit == inf else limit,
        "expected_95": None if expected == inf else expected,
        "function": function,
    }


def _rotations(events: Events) -> dict[str, FloatArray]:
    """Label -> (D + 1, D + 1) rotations of all four-momenta about the axes of the lab."""
    if not events.momenta:
        return {}
    algebra = lorentz()
    found = {}
    for label, matrix in zip(algebra.labels, np.asarray(algebra.matrices, dtype=np.float64), strict=True):
        if label.startswith("J_"):
            whole = np.zeros((events.size + 1, events.size + 1))
            whole[:-1, :-1] = np.kron(np.eye(events.particles), matrix)
            found[label] = whole
    return found
