"""Several datasets become one: labels, names that hold for all, cross-sections for all or none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from symhep.card.loader import load_card
from symhep.errors import CardError, MethodError
from symhep.events.assemble import assemble, check_cross_sections
from symhep.events.table import FeatureTable, Places


def _card(**datasets: Any) -> Any:
    return load_card(
        {
            "symhep": 1,
            "datasets": datasets,
            "objects": {"mu": {"collection": "c", "take": 2}, "z": {"collection": "c", "take": 1}},
            "features": {
                "p": {"object": "mu", "vars": ["px"], "scaling": "isotropic"},
                "m": {"object": "z", "vars": ["m"], "scaling": "none"},
                "e": {"vars": ["x1", "HT > 3"], "scaling": "none"},
            },
        }
    ).card


def _table(n: int, ids: tuple[int | None, ...] = (13, -13)) -> FeatureTable:
    places = (Places("mu", 2, "full", False, ("px",)),)
    return FeatureTable(np.full((n, 2), float(n)), np.ones(n), np.zeros((n, 2, 4)), ids, places=places)


def test_labels_follow_the_datasets() -> None:
    data = assemble(_card(a={"files": ["a"]}, b={"files": ["b"]}), "p", {"a": _table(2), "b": _table(3)})
    assert data.labels.tolist() == [0, 0, 1, 1, 1]
    assert data.label_names == ("a", "b")
    assert [c.name for c in data.columns] == ["px(mu-)", "px(mu+)"]
    assert data.particles == ("mu-", "mu+")
    assert data.momenta is not None
    assert data.momenta.shape == (5, 2, 4)
    # One constant for all features: the root mean square of 2, 2, 3, 3, 3.
    np.testing.assert_allclose(data.scaler.scale, np.sqrt((2 * 4 + 3 * 9) / 5))


def test_names_must_hold_for_all() -> None:
    card = _card(a={"files": ["a"]}, b={"files": ["b"]})
    data = assemble(card, "p", {"a": _table(2), "b": _table(2, (11, -13))})
    assert [c.name for c in data.columns] == ["px(mu[0])", "px(mu+)"]
    empty = assemble(card, "p", {"a": _table(2), "b": _table(0, (None, None))})
    assert [c.name for c in empty.columns] == ["px(mu-)", "px(mu+)"], "a dataset without events has no say"


def test_a_single_object_needs_no_index() -> None:
    places = (Places("z", 1, "full", False, ("m",)),)
    table = FeatureTable(np.ones((1, 1)), np.ones(1), np.zeros((1, 1, 4)), (None,), places=places)
    assert assemble(_card(a={"files": ["a"]}), "m", {"a": table}).columns[0].name == "m(z)"


def test_event_expressions_keep_their_text() -> None:
    table = FeatureTable(np.ones((1, 2)), np.ones(1))
    data = assemble(_card(a={"files": ["a"]}), "e", {"a": table})
    assert [(c.name, c.label) for c in data.columns] == [("x1", "$x_{1}$"), ("HT > 3", "HT > 3")]
    assert data.momenta is None


def test_cross_sections_for_all_or_none() -> None:
    card = _card(a={"files": ["a"], "xsec_pb": 1.0}, b={"files": ["b"]})
    with pytest.raises(CardError, match=r"datasets b have no xsec_pb.*for all datasets, or for none"):
        assemble(card, "p", {"a": _table(2), "b": _table(3)})
    check_cross_sections(card, ["a"])
    check_cross_sections(card, ["b"])


def test_a_dataset_without_events_takes_no_momenta_away() -> None:
    card = _card(a={"files": ["a"]}, b={"files": ["b"]})
    nothing = _table(0, (None, None))
    data = assemble(card, "p", {"a": nothing, "b": _table(3)})
    assert data.momenta is not None
    assert data.momenta.shape == (3, 2, 4)
    assert data.labels.tolist() == [1, 1, 1]
    empty = assemble(card, "p", {"a": nothing, "b": nothing}).momenta
    assert empty is not None
    assert empty.shape == (0, 2, 4)


@pytest.mark.parametrize(
    ("weights", "value", "message"),
    [
        ([0.0, 0.0], 1.0, "all 2 events of 'p' have weight 0; choose another weight"),
        (
            [1.0, -1e300],
            1.0,
            r"the weights of dataset 'a' are as large as 1e\+300, too large to sum their squares",
        ),
        ([1e-200, 0.0], 1.0, "the weights of dataset 'a' are as small as 1e-200"),
        ([1.0, 1.0], 1e200, r"'p' of dataset 'a' has values of 1e\+200, too large to sum their squares"),
    ],
)
def test_numbers_that_have_no_squares(weights: list[float], value: float, message: str) -> None:
    table = replace(_table(2), values=np.full((2, 2), value), weights=np.array(weights))
    with pytest.raises(MethodError, match=message):
        assemble(_card(a={"files": ["a"]}), "p", {"a": table})
