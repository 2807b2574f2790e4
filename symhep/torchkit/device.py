"""One place that decides where tensors live, and says so when it cannot be done."""

from __future__ import annotations

import numpy as np
import torch

from symhep.errors import DeviceError

__all__ = ["generator", "resolve_device"]


def resolve_device(name: str = "auto") -> str:
    """'auto' takes a GPU where there is one; a device that is named must exist.

    >>> resolve_device("cpu")
    'cpu'
    """
    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise DeviceError(f"'{name}' is not a device; use auto, cpu, cuda or cuda:N") from error
    if device.type == "cuda":
        if not torch.cuda.is_available():
            raise DeviceError(
                f"device '{name}' was requested, but torch finds no GPU; use device: auto or cpu"
            )
        if (device.index or 0) >= torch.cuda.device_count():
            raise DeviceError(
                f"device '{name}' was requested, but there are {torch.cuda.device_count()} GPUs"
            )
    elif device.type != "cpu":
        raise DeviceError(f"device '{name}' is not supported; use auto, cpu, cuda or cuda:N")
    return name


def generator(seeds: np.random.SeedSequence, device: str = "cpu") -> torch.Generator:
    """A torch generator on ``device``, seeded from the shard's stream."""
    made = torch.Generator(device=device)
    made.manual_seed(int(seeds.generate_state(1, np.uint64)[0] >> np.uint64(1)))
    return made
