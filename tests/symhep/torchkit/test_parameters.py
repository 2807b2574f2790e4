"""One flat vector behind many named tensors."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from symhep.torchkit.parameters import ReplicaParameters

SHAPES = {"a": (2, 3), "b": (1, 3)}


def test_views_share_the_vector() -> None:
    p = ReplicaParameters(SHAPES, replicas=2)
    p.values.copy_(torch.arange(18.0))
    assert p["a"].shape == (2, 2, 3)
    assert p["b"][1].tolist() == [[15.0, 16.0, 17.0]]
    p.gradient("a").fill_(1.0)
    assert p.gradients.sum() == 12
    assert p.names() == ("a", "b")


def test_autograd_leaves_write_into_the_gradient_vector() -> None:
    p = ReplicaParameters(SHAPES, replicas=2, autograd=True)
    (3 * p["b"]).sum().backward()
    assert p.gradients[12:].tolist() == [3.0] * 6
    assert p.gradients[:12].abs().sum() == 0


def test_double_precision_on_request() -> None:
    p = ReplicaParameters(SHAPES, 2, dtype=torch.float64)
    p["a"].fill_(1 / 3)
    assert p.values.dtype == p.gradient("b").dtype == torch.float64
    assert p.values.max().item() == 1 / 3  # a float32 would differ in the eighth digit
    assert ReplicaParameters(SHAPES, 2).values.dtype == torch.float32


def test_arrays_round_trip() -> None:
    p, q = ReplicaParameters(SHAPES, 2), ReplicaParameters(SHAPES, 2)
    p.values.normal_(generator=torch.Generator().manual_seed(1))
    q.load(p.arrays())
    assert torch.equal(p.values, q.values)


def test_load_refuses_other_shapes_and_names() -> None:
    p = ReplicaParameters(SHAPES, 2)
    with pytest.raises(ValueError, match=r"the checkpoint contains \['a'\]"):
        p.load({"a": np.zeros((2, 2, 3), np.float32)})
    with pytest.raises(ValueError, match=r"'b' needs shape \(2, 1, 3\), got \(2, 3\)"):
        p.load({"a": np.zeros((2, 2, 3), np.float32), "b": np.zeros((2, 3), np.float32)})


def test_clipping_is_that_of_torch_replica_by_replica() -> None:
    p = ReplicaParameters(SHAPES, replicas=3)
    p.gradients.copy_(torch.randn(27, generator=torch.Generator().manual_seed(4)))
    for name in SHAPES:
        p.gradient(name)[2] *= 1e-3
    expected = [[p.gradient(name)[r].clone() for name in SHAPES] for r in range(3)]
    for slopes in expected:
        leaves = [torch.zeros_like(s, requires_grad=True) for s in slopes]
        for leaf, slope in zip(leaves, slopes, strict=True):
            leaf.grad = slope
        torch.nn.utils.clip_grad_norm_(leaves, 0.5)
    p.clip(0.5)
    for r, slopes in enumerate(expected):
        for name, slope in zip(SHAPES, slopes, strict=True):
            torch.testing.assert_close(p.gradient(name)[r], slope, rtol=1e-5, atol=1e-7)
    assert p.gradient("a")[2].abs().max() < 0.01  # a small gradient is left as it is
