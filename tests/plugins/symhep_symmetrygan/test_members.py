"""What rows of members mean, and which maps are defined on them."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from symhep.lie.bases import lorentz, poincare
from symhep_symmetrygan.members import Members, misplaced
from symhep_symmetrygan.sample import Rows

_spec = importlib.util.spec_from_file_location("symmetrygan_sets", Path(__file__).with_name("sets.py"))
assert _spec is not None
assert _spec.loader is not None
made = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made)
sets, with_met = made.sets, made.with_met


def members(seed: int = 1) -> tuple[Members, torch.Tensor]:
    rows = Rows.of(with_met(sets(60, seed=seed)))
    events = rows.split(np.random.default_rng(0))
    assert events.members is not None
    return events.members, events.train.rows


def test_members_of_a_set_share_a_type_and_other_places_have_their_own() -> None:
    found, _ = members()
    assert found.types == (0, 0, 0, 0, 1)
    assert found.sets == ("jets",)
    assert found.names[0] == "jets"


def test_translations_move_what_is_there_and_nothing_else() -> None:
    """By hand: x + b for the members, in the components that they have."""
    found, rows = members()
    b = torch.tensor([1.0, 2.0, 3.0, 4.0], dtype=torch.float64)
    x, mask, *_ = found.split(rows)
    moved, mask_after, *_ = found.split(found.image(rows, torch.eye(4, dtype=torch.float64), b))
    assert not mask.all()
    assert mask.equal(mask_after)
    expected = x.numpy().copy()
    for n in range(len(rows)):
        for p in range(5):
            if mask[n, p]:
                expected[n, p, 1:3] += [2.0, 3.0]
                if p < 4:  # missing transverse momentum has px and py alone
                    expected[n, p, [0, 3]] += [1.0, 4.0]
    np.testing.assert_allclose(moved.numpy(), expected, atol=1e-12)


@pytest.mark.parametrize(
    ("label", "kinds", "kind"),
    [
        ("J_z", ("full", "transverse"), None),
        ("K_z", ("full", "transverse"), None),
        ("J_x", ("full", "transverse"), "transverse"),
        ("K_y", ("full", "transverse"), "transverse"),
        ("J_x", ("full", "three"), None),
        ("K_z", ("full", "three"), "three"),
        ("P_x", ("three", "transverse"), None),
        ("K_x", ("full", "massless"), None),
    ],
)
def test_generators_are_defined_where_images_need_no_missing_component(
    label: str, kinds: tuple[str, ...], kind: str | None
) -> None:
    group = poincare().homogeneous()
    matrix = np.asarray(group.matrices)[[group.labels.index(label)]]
    assert misplaced(matrix, kinds, ("E", "px", "py", "pz")) == kind  # type: ignore[arg-type]


def test_finite_elements_are_defined_where_generators_are() -> None:
    from scipy.linalg import expm

    for label in lorentz().labels:
        matrix = lorentz().matrices[[lorentz().labels.index(label)]].real
        element = expm(0.7 * matrix[0])[None]
        both = [misplaced(m, ("transverse",), ("E", "px", "py", "pz")) for m in (matrix, element)]
        assert both[0] == both[1], label


def test_numbers_of_empty_places_change_no_bit() -> None:
    data = sets(200)
    assert data.momenta is not None
    assert data.mask is not None
    garbage = np.where(
        data.mask[..., None], data.momenta, 1e3 * np.arange(data.momenta.size).reshape(data.momenta.shape)
    )
    tables = [
        Rows.of(d).table for d in (data, replace(data, momenta=garbage, values=garbage.reshape(200, -1)))
    ]
    assert tables[0].values.tobytes() == tables[1].values.tobytes()
    assert tables[0].spectators.tobytes() == tables[1].spectators.tobytes()


def test_the_order_of_members_changes_no_bit() -> None:
    data = sets(200)
    assert data.momenta is not None
    assert data.mask is not None
    order = np.random.default_rng(3).permuted(np.tile(np.arange(4), (200, 1)), axis=1)
    x, mask = np.take_along_axis(data.momenta, order[..., None], 1), np.take_along_axis(data.mask, order, 1)
    tables = [
        Rows.of(d).table for d in (data, replace(data, momenta=x, mask=mask, values=x.reshape(200, -1)))
    ]
    assert tables[0].spectators.tobytes() == tables[1].spectators.tobytes()
    # but for the scale, whose sum is over members as they come
    np.testing.assert_allclose(tables[0].values, tables[1].values, rtol=1e-14)


def test_members_are_seen_with_unit_covariance() -> None:
    data = Rows.of(with_met(sets(4000, seed=4)))
    assert data.members is not None
    every = torch.from_numpy(np.concatenate([data.table.values, data.table.spectators], 1))
    x, mask, *_ = data.members.split(every)
    jets = x[:, :4][mask[:, :4] > 0].numpy()
    seen = (jets - data.members.centre) @ data.members.white.T
    # E and pz are those of the jets alone
    np.testing.assert_allclose(np.cov(seen.T)[[0, 3], [0, 3]], 1.0, atol=0.15)
    assert data.members.partial
