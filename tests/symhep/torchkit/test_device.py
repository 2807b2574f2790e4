"""Where tensors live: a GPU where there is one, and never another device than the one that was asked for."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep.errors import DeviceError
from symhep.torchkit.device import generator, resolve_device


@pytest.fixture
def gpus(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> int:
    """A machine with so many GPUs, as far as torch would say."""
    number: int = request.param
    monkeypatch.setattr(torch.cuda, "is_available", lambda: number > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: number)
    return number


@pytest.mark.parametrize(("gpus", "device"), [(0, "cpu"), (1, "cuda"), (2, "cuda")], indirect=["gpus"])
def test_auto_takes_what_is_there(gpus: int, device: str) -> None:
    assert resolve_device("auto") == device
    assert resolve_device("cpu") == "cpu"


@pytest.mark.parametrize("gpus", [0], indirect=True)
@pytest.mark.parametrize("name", ["cuda", "cuda:0"])
def test_an_absent_gpu_is_never_replaced(gpus: int, name: str) -> None:
    with pytest.raises(
        DeviceError, match=f"device '{name}' was requested, but torch finds no GPU; use device: auto"
    ):
        resolve_device(name)


@pytest.mark.parametrize("gpus", [2], indirect=True)
def test_gpus_have_numbers(gpus: int) -> None:
    assert resolve_device("cuda:1") == "cuda:1"
    with pytest.raises(DeviceError, match="device 'cuda:2' was requested, but there are 2 GPUs"):
        resolve_device("cuda:2")


@pytest.mark.parametrize(
    ("name", "message"),
    [("tpu9", "is not a device"), ("meta", "'meta' is not supported"), ("", "is not a device")],
)
def test_names_of_no_device(name: str, message: str) -> None:
    with pytest.raises(DeviceError, match=message):
        resolve_device(name)


def test_a_generator_is_seeded_by_the_stream_it_gets() -> None:
    drawn = [torch.rand(3, generator=generator(np.random.SeedSequence(seed))).tolist() for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
