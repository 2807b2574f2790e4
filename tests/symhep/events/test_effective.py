"""Samples that no method can learn from."""

from __future__ import annotations

import numpy as np
import pytest

from symhep.errors import MethodError
from symhep.events.dataset import Dataset
from symhep.events.effective import require_spread
from symhep.plugin.manager import build_registry


def test_identical_events_are_refused() -> None:
    require_spread(Dataset.from_array(np.array([[1.0, 2.0], [1.0, 2.5]]), scaling="none"))
    with pytest.raises(MethodError, match=r"all events of '.*' are identical, so they carry no information"):
        require_spread(Dataset.from_array(np.ones((5, 2)), scaling="none"))


@pytest.mark.parametrize(("use", "options"), [("vae", {}), ("symmetrygan", {"search": "so(2)"})])
def test_methods_that_train_say_so(use: str, options: dict[str, object]) -> None:
    method = build_registry().method(use)
    data = Dataset.from_array(np.ones((500, 2)), scaling="isotropic")
    with pytest.raises(MethodError, match="are identical"):
        method.check(data, method.Options.model_validate(options))
