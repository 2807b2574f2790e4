"""Arrays of momenta that are laid out in another way than they are read."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.arrays.members import members_of
from symhep.errors import InputError


def test_an_energy_that_comes_last_is_no_momentum() -> None:
    p = np.random.default_rng(1).normal(size=(10, 2, 3))
    last = np.concatenate([p, np.linalg.norm(p, axis=2, keepdims=True)], axis=2)
    message = r"energy of a member of 'jets' is negative \(as in \d events\).*\[3, 0, 1, 2\]"
    with pytest.raises(InputError, match=message):
        members_of("jets", last)
    assert members_of("jets", last[..., [3, 0, 1, 2]]).kind == "full"
