"""Permutations of particles, against sympy's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy.combinatorics import Permutation, PermutationGroup

from symhep.lie.permutations import adjacent_exchanges, generated, permutation_matrix

PERMUTATIONS = st.integers(1, 6).flatmap(lambda n: st.permutations(range(n)))


@given(st.integers(2, 5).flatmap(lambda n: st.tuples(st.permutations(range(n)), st.permutations(range(n)))))
def test_matrices_represent_the_group(pair: tuple[list[int], list[int]]) -> None:
    p, q = pair
    after = [p[q[i]] for i in range(len(p))]
    product = permutation_matrix(p, 2) @ permutation_matrix(q, 2)
    assert np.array_equal(product, permutation_matrix(after, 2))


def test_four_vectors_move_as_a_whole() -> None:
    event = np.arange(8.0)
    assert (permutation_matrix((1, 0), 4) @ event).tolist() == [4.0, 5.0, 6.0, 7.0, 0.0, 1.0, 2.0, 3.0]


@pytest.mark.parametrize("particles", [1, 2, 3, 4, 5])
def test_exchanges_of_neighbours_generate_everything(particles: int) -> None:
    exchanges = adjacent_exchanges(particles) or (tuple(range(particles)),)
    assert len(generated(exchanges)) == np.prod(np.arange(1, particles + 1))


def test_a_subgroup_as_sympy_has_it() -> None:
    given_ones = [(1, 2, 0, 3, 4), (0, 1, 2, 4, 3)]
    expected = PermutationGroup(*[Permutation(p) for p in given_ones])
    assert generated(given_ones) == tuple(sorted(tuple(p.array_form) for p in expected.elements))


def test_what_is_no_permutation() -> None:
    with pytest.raises(
        ValueError, match=r"\(0, 0, 1\) is not a permutation; it must contain each of 0 .. P - 1 once"
    ):
        permutation_matrix((0, 0, 1))
    with pytest.raises(ValueError, match="is not a permutation"):
        permutation_matrix(())
    with pytest.raises(ValueError, match="all of the same number of particles"):
        generated([(0, 1), (0, 1, 2)])
