"""Functions of one object of a system: what they see, and what they find that a sum over all vectors hides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from numpy.testing import assert_allclose

from symhep.events.dataset import Dataset
from symhep.events.kinds import VectorKind
from symhep_moments.fit.candidates import candidate_tests
from symhep_moments.fit.functions.asked import functions_for
from symhep_moments.fit.functions.of_object import MOST, of_objects
from symhep_moments.fit.sums import moments_of
from symhep_moments.options import MomentsOptions
from symhep_moments.places import Places
from symhep_moments.sample import prepare

NAMES = ("E", "px", "py", "pz")


def _places(objects: tuple[str, ...], sets: frozenset[str] = frozenset()) -> Places:
    present = np.ones((len(objects), 4), dtype=bool)
    present[[o == "met" for o in objects]] = [False, True, True, False]
    vectors = tuple(f"{o}[{i}]" for i, o in enumerate(objects))
    return Places(NAMES, present, vectors, objects, sets, extended=bool(sets))


def test_monomials_of_the_members_of_each_object() -> None:
    rng = np.random.default_rng(1)
    places = _places(("met", "jets", "jets", "jets"), frozenset({"jets"}))
    members = np.c_[np.ones(50), np.arange(3) < rng.integers(0, 4, size=(50, 1))]
    x = rng.normal(size=(50, 4, 4)) * members[:, :, None] * places.present
    events = torch.from_numpy(np.concatenate([x, members[:, :, None]], axis=2))
    found = {name: f for f in of_objects(places, events) for name in f.blocks}
    assert list(found) == ["of met", "of jets"]
    assert found["of met"].labels[:3] == ("px of met", "py of met", "px of met px of met")
    for name, where, components in (("of met", [0], [1, 2]), ("of jets", [1, 2, 3], [1, 2, 3])):
        some = x[:, where][:, :, components]
        lengths = np.linalg.norm(some, axis=2)
        there = members[:, where] > 0
        size = np.sort(lengths[there])[(there.sum() - 1) // 2]  # torch's median is the lower of two
        y = some / np.sqrt(size**2 + lengths**2)[:, :, None] * there[:, :, None]
        d = len(components)
        columns = [y[:, :, i].sum(axis=1) for i in range(d)]
        columns += [(y[:, :, i] * y[:, :, j]).sum(axis=1) for i in range(d) for j in range(i, d)]
        assert_allclose(found[name].values(events), np.stack(columns, axis=1), atol=1e-12)


def test_derivatives_are_those_of_the_values() -> None:
    rng = np.random.default_rng(2)
    places = _places(("met", "jets", "jets"), frozenset({"jets"}))
    x = rng.normal(size=(20, 3, 4)) * places.present
    events = torch.from_numpy(np.concatenate([x, np.ones((20, 3, 1))], axis=2))
    v = torch.from_numpy(rng.normal(size=(20, 2, 3, 4)))
    w = torch.from_numpy(rng.normal(size=20))
    for functions in of_objects(places, events):
        step = 1e-6
        for g in range(2):
            moved = torch.zeros_like(events)
            moved[:, :, :4] = v[:, g]
            slope = (functions.values(events + step * moved) - functions.values(events - step * moved)) / (
                2 * step
            )
            assert_allclose(functions.along(events, v)[:, :, g], slope, atol=1e-7)
        assert_allclose(
            functions.sum_along(events, v, w),
            torch.einsum("n,nkg->kg", w, functions.along(events, v)),
            atol=1e-10,
        )


def test_one_object_or_many_have_none() -> None:
    for objects in (("jets", "jets"), tuple(f"o{i}" for i in range(MOST + 1))):
        places = _places(objects)
        assert of_objects(places, torch.zeros(1, len(objects), 4)) == []


def test_a_shift_of_missing_momentum_is_seen_beside_hard_jets() -> None:
    rng = np.random.default_rng(3)
    n = 4000
    angle = rng.uniform(-np.pi, np.pi, size=(n, 3))
    pt = rng.exponential(60.0, size=(n, 3)) + 30
    p = np.stack([pt * np.cos(angle), pt * np.sin(angle), 50 * rng.normal(size=(n, 3))], axis=2)
    jets = np.concatenate([np.sqrt((p**2).sum(axis=2, keepdims=True) + 100), p], axis=2)
    met = np.zeros((n, 1, 4))
    met[:, 0, 1:3] = 15 * rng.normal(size=(n, 2)) + [0.0, 1.5]
    momenta = np.concatenate([met, jets], axis=1)
    kinds: tuple[VectorKind, ...] = ("transverse", "full", "full", "full")
    data = Dataset.from_array(momenta.reshape(n, -1), scaling="none")
    data = replace(
        data, momenta=momenta, kinds=kinds, objects=("met", *["jets"] * 3), sets=frozenset({"jets"}),
        mask=np.ones((n, 4), dtype=bool), particles=("met", "j1", "j2", "j3"),
    )  # fmt: skip
    options = MomentsOptions(generators="rotations")
    sample = prepare(data, options)
    functions = functions_for(sample.events, options, np.random.default_rng(0))
    tested = candidate_tests(
        moments_of(sample.events.x, sample.events.weights, functions, sample.events.generators)
    )
    blocks = {name: found.log_p for name, found in tested[0].blocks.items()}
    # A shift of a tenth of the width is 6.3 standard errors of the mean of 4000 events, exp(-20) with its direction.
    assert blocks["of met"] < -12
    assert blocks["of met"] < blocks["low"]
    assert tested[0].p.log10_p < -4
