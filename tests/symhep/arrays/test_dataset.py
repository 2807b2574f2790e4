"""Arrays of every kind as events: what they become, and what is said of those that are none."""

from __future__ import annotations

from typing import Any

import awkward as ak
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch
import vector
from scipy import sparse

from symhep.arrays.dataset import dataset_of
from symhep.errors import CardError, InputError

RNG = np.random.default_rng(1)
P = RNG.normal(size=(50, 2, 3)) * 20
X = np.concatenate([np.sqrt((P**2).sum(axis=2, keepdims=True) + 1.0), P], axis=2)
JETS = ak.zip(
    {
        "pt": [[10.0, 20.0], [30.0], []], "eta": [[0.0, 1.0], [1.0], []], "phi": [[0.0, 1.0], [1.0], []],
        "mass": [[0.0, 1.0], [1.0], []], "charge": [[1, -1], [1], []], "name": [["a", "b"], ["c"], []],
    },
    with_name="Momentum4D",
)  # fmt: skip
FRAME = pd.DataFrame({"a": RNG.normal(size=50), "b c": RNG.normal(size=50), "w": RNG.uniform(1, 2, 50)})


def _with(value: float, event: int = 7) -> np.ndarray[Any, Any]:
    found = X.copy()
    found[event, 1] = value
    return found


@pytest.mark.parametrize(
    "x",
    [
        X.tolist(), np.asfortranarray(X), np.concatenate([X, X])[::-1][-50:][::-1], X.astype(">f8"), X.astype(object),
        torch.tensor(X, requires_grad=True), np.ma.array(X), ak.Array(X),
        ak.zip({c: ak.from_regular(ak.Array(X[..., i].copy())) for i, c in enumerate(("e", "px", "py", "pz"))}),
        ak.Array(X.tolist()),
        vector.array({c: X[..., i] for i, c in enumerate(("E", "px", "py", "pz"))}),
    ],
    ids=["lists", "fortran", "strided", "endian", "object", "torch", "masked", "awkward", "records", "jags", "vector"],
)  # fmt: skip
def test_four_momenta(x: Any) -> None:
    data = dataset_of(x)
    assert data.momenta is not None
    np.testing.assert_array_equal(data.momenta, X)
    np.testing.assert_array_equal(data.values, X.reshape(50, 8))
    assert (data.mask, data.kinds, data.sets) == (None, ("full", "full"), frozenset())
    assert data.momenta.flags.c_contiguous


@pytest.mark.parametrize(
    "x", [X.astype("f4"), torch.tensor(X).to(torch.bfloat16)], ids=["float32", "bfloat16"]
)
def test_short_numbers_become_doubles(x: Any) -> None:
    momenta = dataset_of(x).momenta
    assert momenta is not None
    assert momenta.dtype == np.float64
    np.testing.assert_allclose(momenta, X, rtol=5e-3)


@pytest.mark.parametrize(
    ("x", "keywords", "kind", "columns"),
    [
        (P, {}, "three", ["px", "py", "pz"]),
        (P, {"kinds": "massless"}, "massless", ["E", "px", "py", "pz"]),
        (P[..., :2], {}, "transverse", ["px", "py"]),
        (X, {"kinds": "transverse"}, "transverse", ["px", "py"]),
        (X, {"vars": ["pt", "eta"]}, "full", ["pt", "eta"]),
        (P, {"vars": ["pt", "m"]}, "three", ["pt"]),
    ],
)
def test_kinds_and_variables(x: Any, keywords: dict[str, Any], kind: str, columns: list[str]) -> None:
    data = dataset_of(x, **keywords)
    assert data.kinds == (kind, kind)
    assert [c.variable for c in data.columns if c.slot == 0] == columns
    if kind == "massless":
        assert data.momenta is not None
        np.testing.assert_allclose(data.momenta[..., 0], np.linalg.norm(P, axis=2), rtol=1e-12)


def test_coordinates_are_those_of_vector() -> None:
    data = dataset_of(JETS)
    jets = JETS
    assert data.momenta is not None
    assert data.mask is not None
    assert data.mask.tolist() == [[True, True], [True, False], [False, False]]
    for i, component in enumerate(("E", "px", "py", "pz")):
        expected = ak.to_numpy(ak.fill_none(ak.pad_none(getattr(jets, component), 2), 0.0))
        np.testing.assert_allclose(data.momenta[..., i], expected, rtol=1e-12, atol=1e-12)
    assert data.sets == {"particles"}


def test_one_vector_of_each_event() -> None:
    met = vector.array({"pt": np.arange(1.0, 6.0), "phi": np.zeros(5)})
    data = dataset_of({"met": met, "jets": X[:5]})
    assert data.particles == ("met", "jets[0]", "jets[1]")
    assert data.kinds == ("transverse", "full", "full")
    assert data.momenta is not None
    np.testing.assert_allclose(data.momenta[:, 0], [[0, pt, 0, 0] for pt in range(1, 6)], atol=1e-12)


def test_missing_members_are_no_members() -> None:
    data = dataset_of(ak.mask(JETS, JETS.pt > 15))
    assert data.mask is not None
    assert data.mask[:, 0].tolist() == [True, True, False]
    assert data.mask.shape == (3, 1)


def test_a_mask_moves_members_to_the_front() -> None:
    mask = np.ones((50, 2), dtype=bool)
    mask[:, 0] = np.arange(50) % 2 == 0
    data = dataset_of(np.where(mask[..., None], X, np.nan), mask=mask)
    assert data.momenta is not None
    assert data.mask is not None
    np.testing.assert_array_equal(data.momenta[0], X[0])
    np.testing.assert_array_equal(data.momenta[1], [X[1, 1], np.zeros(4)])
    assert data.mask[1].tolist() == [True, False]


def test_units() -> None:
    momenta = dataset_of(X * 1e3, units="MeV").momenta
    assert momenta is not None
    np.testing.assert_allclose(momenta, X, rtol=1e-12)
    assert [c.unit for c in dataset_of(FRAME, weights="w", units=["GeV", ""]).columns] == ["GeV", ""]


def test_names() -> None:
    assert dataset_of(X, names=["lead", "next"]).columns[5].name == "px(next)"
    assert dataset_of(X, names=[13, -13]).particles == ("mu-", "mu+")
    assert [c.name for c in dataset_of(np.ones((5, 2)) * [[1], [2], [3], [4], [5]]).columns] == ["x1", "x2"]


def test_tags_and_spectators() -> None:
    data = dataset_of(JETS, tags=["charge"], spectators={"runs": [1, 2, 3]})
    assert data.tags is not None
    assert data.tags[..., 0].tolist() == [[1, -1], [1, 0], [0, 0]]
    assert data.spectators[:, 0].tolist() == [1, 2, 3]
    flags = np.arange(100.0).reshape(50, 2)
    tags = dataset_of(X, tags={"flag": flags}).tags
    assert tags is not None
    np.testing.assert_array_equal(tags[..., 0], flags)
    assert dataset_of(FRAME, spectators=["w"]).spectator_columns[0].name == "w"


@pytest.mark.parametrize(
    "labels",
    [
        ["a"] * 20 + ["b"] * 30,
        {"a": range(20), "b": slice(20, 50)},
        {"a": np.arange(50) < 20, "b": np.arange(20, 50)},
    ],
    ids=["names", "slice", "masks"],
)
def test_samples(labels: Any) -> None:
    data = dataset_of(X, labels=labels)
    assert data.label_names == ("a", "b")
    assert data.labels.tolist() == [0] * 20 + [1] * 30


def test_source_events_and_weights() -> None:
    data = dataset_of(X, weights=np.arange(50) - 3.0, unit=np.arange(50) // 2)
    assert data.unit.tolist() == (np.arange(50) // 2).tolist()
    assert data.weights[0] == -3
    # One scale for all features, with |w| as frequencies.
    w = np.abs(np.arange(50) - 3.0)
    rms = np.sqrt((w[:, None] * X.reshape(50, 8) ** 2).sum() / (8 * w.sum()))
    assert data.scaler.scale[0] == pytest.approx(rms)


@pytest.mark.parametrize(
    "x",
    [
        FRAME[["a", "b c"]], pa.table(FRAME[["a", "b c"]]), {"a": FRAME["a"], "b c": FRAME["b c"].tolist()},
        ak.Array({"a": FRAME["a"].to_numpy(), "b c": FRAME["b c"].to_numpy()}),
        FRAME[["a", "b c"]].to_records(index=False),
    ],
    ids=["pandas", "arrow", "dict", "awkward", "records"],
)  # fmt: skip
def test_columns(x: Any) -> None:
    data = dataset_of(x, scaling="standard")
    assert [c.name for c in data.columns] == ["a", "b c"]
    np.testing.assert_array_equal(data.values, FRAME[["a", "b c"]].to_numpy())
    assert data.momenta is None


ODD: list[tuple[Any, dict[str, Any], type[Exception], str]] = [
    (
        X[:, 0, 0],
        {},
        CardError,
        r"shape \(50,\) is not a set of events; for one number per event use x\[:, None\]",
    ),
    (
        np.ones((5, 2, 5)),
        {},
        CardError,
        r"'particles' has shape \(5, 2, 5\); supported: \(N, P, 4\) four-momenta",
    ),
    (np.ones((5, 2, 3, 4)), {}, CardError, r"shape \(5, 2, 3, 4\) is not a set of events"),
    (3.0, {}, CardError, r"shape \(\) is not a set of events"),
    (None, {}, CardError, "the array is NoneType, not an array"),
    ("events.lhe", {}, CardError, "to read files use symhep.load"),
    (
        [[1, 2], [3]],
        {},
        CardError,
        "rows of unequal lengths; use an awkward array, or pad the rows and give a mask",
    ),
    (np.zeros((0, 2, 4)), {}, InputError, "there are no events: the array is empty"),
    (np.zeros((0, 3)), {}, InputError, "there are no events: the array is empty"),
    ({}, {}, CardError, "the mapping is empty"),
    (X.astype(str), {}, CardError, "'particles' holds text, not real numbers"),
    (X.astype(complex), {}, CardError, "'particles' holds complex numbers"),
    (sparse.eye(3), {}, CardError, r"sparse matrix; give x.toarray\(\)"),
    (vector.obj(px=1, py=2, pz=3, E=5), {}, CardError, "a single vector, not an array of them"),
    (
        _with(np.nan),
        {},
        InputError,
        "event 7: a member of 'particles' is NaN in all components, like padding",
    ),
    (_with(0.0), {}, InputError, r"event 7: .* 0 in all components, like padding .*; give mask="),
    (np.where(X[7, 1, 2] == X, np.nan, X), {}, InputError, "event 7: 'py' of a member of 'particles' is nan"),
    (X, {"mask": np.zeros((50, 2), dtype=bool)}, InputError, "the mask of 'particles' selects no member"),
    (
        X,
        {"mask": X != 0},
        CardError,
        r"mask of 'particles' has shape \(50, 2, 4\).*give booleans of shape \(50, 2\)",
    ),
    (
        np.ma.array(X, mask=X[3, 0, 1] == X),
        {},
        InputError,
        "event 3: .* masked in some of its components only",
    ),
    (ak.mask(JETS, [True, False, True]), {}, InputError, "event 1: 'particles' of an event is None"),
    (
        ak.with_field(JETS, ak.mask(JETS.pt, JETS.pt > 15), "pt"),
        {},
        InputError,
        "event 0: 'pt' of a member .* is None",
    ),
    (ak.Array([[1.0, 2.0], [3.0]]), {}, CardError, "jagged awkward array of numbers without fields"),
    (JETS[["pt", "charge"]], {}, CardError, "the column 'pt' is a jagged awkward array"),
    (JETS, {"tags": ["chrge"]}, CardError, "no field 'chrge'; did you mean 'charge'"),
    (JETS, {"tags": "charge"}, CardError, r"give a list of names; tags=\['charge'\]"),
    (JETS, {"mask": np.ones((3, 2))}, CardError, "'particles' already defines its members"),
    (JETS, {"sets": ["jets"]}, CardError, "sets: there is no object 'jets'"),
    (X, {"weights": np.ones(49)}, CardError, r"weights: shape \(49,\) for 50 events"),
    (X, {"weights": [np.inf] * 50}, InputError, "event 0: weights: the number is inf"),
    (X, {"weights": np.zeros(50)}, CardError, "weights: all weights are 0"),
    (
        FRAME,
        {"weights": "v"},
        CardError,
        "weights: there is no column 'v'; did you mean 'w'|known: a, b c, w",
    ),
    (X * 1e6, {}, CardError, "median pt is .*, which suggests MeV; set units='MeV'"),
    (X, {"units": "GEV"}, CardError, "units='GEV' is not a unit of momenta; known: GeV, MeV"),
    (P, {"kinds": "full"}, CardError, "'particles' holds three vectors, without E"),
    (P, {"kinds": "tree"}, CardError, "kinds: expected one of full, massless, three, transverse, not 'tree'"),
    (X, {"vars": ["ptt"]}, CardError, "vars: there is no variable 'ptt'; did you mean 'pt'"),
    (X, {"names": ["a"]}, CardError, "2 different particle names are required"),
    (X, {"labels": {"a": range(20)}}, InputError, "event 20: labels: some events belong to no sample"),
    (X, {"labels": {"a": range(200)}}, CardError, "labels: 'a' has row numbers outside the 50 events"),
    (X, {"unit": np.arange(50) / 2}, CardError, "unit: 0.5 is not an integer"),
    (
        {"jets": X, "b": np.ones(50)},
        {},
        CardError,
        r"b: not vectors, unlike the other objects.* spectators=\{...\}",
    ),
    ({"jets": X, "met": P[:9, :, :2]}, {}, CardError, "different numbers of events: jets 50, met 9"),
    ({"my jets": X}, {}, CardError, "'my jets' does not fit; write letters, digits and _"),
    ({"a": [1.0, 2.0], "b": [3.0]}, {}, CardError, "columns of 1 and 2 events are combined"),
    (
        FRAME.assign(s="x"),
        {},
        CardError,
        r"the column 's' contains text, .* names=\[...\]; the numeric columns are a, b c and w",
    ),
    (FRAME, {"names": ["a", "d"]}, CardError, "names: there is no column 'd'"),
    (pd.DataFrame({"a": [1.0, None]}), {}, InputError, "event 1: 'a' is nan"),
    (np.ones((5, 2)), {"mask": np.ones((5, 2))}, CardError, "mask: not for features"),
    (np.ones((5, 2)), {"names": ["a", "a"]}, CardError, "two features have the same name"),
    (np.array([[1.0, np.inf]]), {}, InputError, "event 0: 'x2' is inf"),
    (dataset_of(X), {}, CardError, "already are a Dataset; pass it to analyse directly"),
    (
        ak.zip({"jets": JETS, "HT": [1.0, 2.0, 3.0]}, depth_limit=1),
        {},
        CardError,
        "whole events, with jets; select objects",
    ),
    (JETS, {"sets": False}, CardError, "sets: the number of 'particles' varies between events"),
    (X, {"tags": {"px": X[..., 0]}}, CardError, "tags: 'px' is not a valid name of a tag"),
    (X, {"tags": {"q": np.ones(50)}}, CardError, r"tags: 'q' has shape \(50,\); give \(50, 2\)"),
    (X, {"spectators": {"s": np.ones(4)}}, CardError, r"spectators: 's': shape \(4,\) for 50 events"),
    (X, {"scaling": "minmax"}, CardError, "scaling: input should be 'standard', 'isotropic' or 'none'"),
]


@pytest.mark.parametrize(("x", "keywords", "error", "message"), ODD, ids=[m[:40] for *_, m in ODD])
def test_what_is_no_event_is_said(
    x: Any, keywords: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        dataset_of(x, **keywords)
