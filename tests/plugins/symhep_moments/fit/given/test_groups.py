"""Names of groups, and images by Haar's measure."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.errors import LieError
from symhep.lie.bases import poincare, so
from symhep.lie.elements.frame import Frame
from symhep_moments.fit.given.factors import Permutations, Rotations
from symhep_moments.fit.given.groups import one_parameter_group, read_group

MOMENTA = Frame(("E", "px", "py", "pz"), ("a", "b"))


def numbers(d: int, vectors: int = 1) -> Frame:
    return Frame(tuple(f"x{i + 1}" for i in range(d)), tuple(str(p + 1) for p in range(vectors)))


@pytest.mark.parametrize(
    ("text", "frame", "moved"),
    [
        ("SO(4)", numbers(4), [0, 1, 2, 3]),
        ("so(3)", MOMENTA, [1, 2, 3]),
        ("SO(2)", MOMENTA, [1, 2]),
        ("J_z", MOMENTA, [1, 2]),
        ("SO(2)xSO(2)", numbers(4), [0, 1, 2, 3]),
        ("SO(3)xP", MOMENTA, [1, 2, 3]),
        ("O(3)", numbers(3), [0, 1, 2]),
        ("J_12", numbers(3), [0, 1]),
        ("S_5", numbers(5), [0, 1, 2, 3, 4]),
        ("Z_3(z)", MOMENTA, [1, 2]),
    ],
)
def test_what_moves_and_what_stays(text: str, frame: Frame, moved: list[int]) -> None:
    group = read_group(text, frame, (poincare(), so(3)) if frame is MOMENTA else (so(3),))
    rng = np.random.default_rng(1)
    x = rng.normal(size=(50, len(frame.vectors), len(frame.components)))
    images = group.images(x, np.arange(50), 50, rng)
    assert images.shape == (50, group.count(50), *x.shape[1:])
    np.testing.assert_array_equal(images[:, 0], x)
    changed = np.abs(images - x[:, None]).max(axis=(0, 1, 2)) > 1e-9
    assert np.flatnonzero(changed).tolist() == moved
    np.testing.assert_allclose(
        (images**2).sum(axis=(2, 3)), np.broadcast_to((x**2).sum(axis=(1, 2))[:, None], images.shape[:2])
    )


def test_rotations_of_several_vectors_keep_angles_and_handedness_and_have_haars_moments() -> None:
    for k in (3, 4, 5):
        x = np.broadcast_to(np.eye(k), (200, 1, k, k)).repeat(50, axis=1).copy()
        turned = Rotations(tuple(range(k))).turned(x, np.arange(200), np.random.default_rng(k))
        flat = turned.reshape(-1, k, k)
        np.testing.assert_allclose(
            flat @ flat.swapaxes(1, 2), np.broadcast_to(np.eye(k), flat.shape), atol=1e-12
        )
        np.testing.assert_allclose(np.linalg.det(flat), 1.0)
        assert np.abs(flat.mean(axis=0)).max() < 0.03
        # E[R_11^2] = 1 / k, E[R_11^4] = 3 / (k (k + 2)): Weingarten's calculus.
        assert (flat[:, 0, 0] ** 2).mean() == pytest.approx(1 / k, abs=0.01)
        assert (flat[:, 0, 0] ** 4).mean() == pytest.approx(3 / (k * (k + 2)), abs=0.01)


def test_copies_of_an_event_turn_together() -> None:
    x = np.random.default_rng(1).normal(size=(3, 1, 4)).repeat(2, axis=0)
    for text in ("SO(4)", "SO(2)xSO(2)", "permutations"):
        images = read_group(text, numbers(4), ()).images(
            x, np.array([0, 0, 1, 1, 2, 2]), 3, np.random.default_rng(2)
        )
        np.testing.assert_allclose(images[::2], images[1::2])


def test_all_permutations_where_they_are_few() -> None:
    x = np.arange(3.0)[None, :, None]
    orbit = Permutations((0, 1, 2), True).orbit(x, 6)
    assert len(np.unique(orbit[0, :, :, 0], axis=0)) == 6
    np.testing.assert_array_equal(orbit[:, 0], x)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("K_x", "'K_x': boosts have no exact test, the group is not compact"),
        ("P_x", "'P_x': translations have no exact test, the group is not compact"),
        ("so(1,3)", "no exact test, the group is not compact"),
        ("poincare", "'poincare': poincare has no exact test, the group is not compact"),
        ("SO(5)", r"'SO\(5\)' acts on 5 components, but a vector has 4, or the 3 of momenta"),
        ("SO(2)xSO(3)", "the rotations act on 5 components, but a vector has 4"),
        ("J_x x J_y", "J_y and J_x do not commute"),
        ("S_3", "'S_3' permutes 3 vectors, but an event has 2"),
        ("SU(2)", "unknown compact group 'SU"),
    ],
)
def test_what_is_no_compact_group_on_these_vectors(text: str, message: str) -> None:
    with pytest.raises(LieError, match=message):
        read_group(text, MOMENTA, (poincare(),))


def test_vectors_of_different_objects_are_not_permuted() -> None:
    event = Frame(("px", "py"), ("lepton", "met"), objects=("lepton", "met"))
    with pytest.raises(LieError, match="belong to different objects"):
        read_group("permutations", event, ())
    with pytest.raises(LieError, match="components of a momentum are not exchangeable"):
        read_group("permutations", Frame(("px", "py", "pz"), ("a",)), ())


def test_images_are_drawn_in_proportion_to_an_efficiency() -> None:
    """Seen with 0.9 where x > 0 and 0.1 elsewhere: so are the images; rows of one unit take the same turn."""

    def eps(x: np.ndarray) -> np.ndarray:
        return np.where(x[:, 0, 0] > 0, 0.9, 0.1)

    rng = np.random.default_rng(1)
    turn = one_parameter_group("J_12", so(2).homogeneous().matrices[0], eps)
    assert turn is not None
    x = rng.normal(size=(2000, 1, 2))
    x = x[rng.random(2000) < eps(x)]
    images = turn.images(x, np.arange(len(x)), len(x), rng)
    assert images.shape[1] == turn.count(len(x))
    assert np.allclose(np.linalg.norm(images, axis=3), np.linalg.norm(x, axis=2)[:, None])
    share = (images[:, 1:, 0, 0] > 0).mean()
    assert abs(share - 0.9) < 4 * np.sqrt(0.09 / len(x))
    twice = turn.images(np.repeat(x[:5], 2, axis=0), np.repeat(np.arange(5), 2), 5, rng)
    assert np.allclose(twice[::2], twice[1::2])
