"""What both checks watch: a rule that must hold, and the random generators that belong to everybody."""

from __future__ import annotations

import random
import sys

import numpy as np

from symhep.errors import PluginError

__all__ = ["demand", "global_randomness"]


def demand(holds: bool, message: str) -> None:
    """Raise `PluginError` with ``message`` unless ``holds``."""
    if not holds:
        raise PluginError(message)


def global_randomness() -> list[bytes]:
    """The states of the global random generators; of torch only where something has imported it."""
    states = [repr(np.random.get_state()).encode(), repr(random.getstate()).encode()]  # noqa: NPY002, only read
    torch = sys.modules.get("torch")
    return [*states, torch.get_rng_state().numpy().tobytes()] if torch is not None else [*states, b""]
