"""Random elements of the compact groups, distributed by the Haar measure."""

from __future__ import annotations

import torch
from torch import Tensor

from symhep.lie.groups.family import Streams

__all__ = ["orthogonal", "special_orthogonal", "special_unitary", "unitary"]


def orthogonal(streams: Streams, n: int) -> Tensor:
    """Random elements of O(n): Q of the QR decomposition of a Gaussian matrix, R with positive diagonal.

    Parameters
    ----------
    streams
        All randomness comes from it.
    n
        At least 1.

    Returns
    -------
    Tensor
        (R, n, n), distributed by the Haar measure.

    References
    ----------
    F. Mezzadri, Notices AMS 54 (2007) 592.

    Examples
    --------
    >>> import numpy as np
    >>> from symhep.torchkit.streams import ReplicaStreams, replica_seeds
    >>> streams = ReplicaStreams(replica_seeds(np.random.SeedSequence(1), 5))
    >>> orthogonal(streams, 3).shape
    torch.Size([5, 3, 3])
    """
    return _unitary_factor(streams.normal(n, n))


def special_orthogonal(streams: Streams, n: int) -> Tensor:
    """Random elements of SO(n): of `orthogonal`, with the first column turned round where the determinant is -1.

    Parameters
    ----------
    streams
        All randomness comes from it.
    n
        At least 1.

    Returns
    -------
    Tensor
        (R, n, n), distributed by the Haar measure.

    Examples
    --------
    >>> import numpy as np
    >>> from symhep.torchkit.streams import ReplicaStreams, replica_seeds
    >>> streams = ReplicaStreams(replica_seeds(np.random.SeedSequence(1), 2))
    >>> special_orthogonal(streams, 3).det().round().tolist()
    [1.0, 1.0]
    """
    q = orthogonal(streams, n)
    sign = torch.linalg.det(q).sign()[:, None, None]
    return torch.cat([q[..., :1] * sign, q[..., 1:]], -1)


def unitary(streams: Streams, n: int) -> Tensor:
    """Random elements of U(n): as `orthogonal`, of a complex Gaussian matrix.

    Parameters
    ----------
    streams
        All randomness comes from it.
    n
        At least 1.

    Returns
    -------
    Tensor
        (R, n, n), complex, distributed by the Haar measure.

    Examples
    --------
    >>> import numpy as np
    >>> from symhep.torchkit.streams import ReplicaStreams, replica_seeds
    >>> streams = ReplicaStreams(replica_seeds(np.random.SeedSequence(1), 2))
    >>> unitary(streams, 3).det().abs().round().tolist()
    [1.0, 1.0]
    """
    return _unitary_factor(torch.complex(streams.normal(n, n), streams.normal(n, n)))


def special_unitary(streams: Streams, n: int) -> Tensor:
    """Random elements of SU(n): `unitary` over an n-th root of its determinant.

    Parameters
    ----------
    streams
        All randomness comes from it.
    n
        At least 1.

    Returns
    -------
    Tensor
        (R, n, n), complex, distributed by the Haar measure.

    Examples
    --------
    >>> import numpy as np
    >>> from symhep.torchkit.streams import ReplicaStreams, replica_seeds
    >>> streams = ReplicaStreams(replica_seeds(np.random.SeedSequence(1), 2))
    >>> special_unitary(streams, 3).det().real.round().tolist()
    [1.0, 1.0]
    """
    q = unitary(streams, n)
    phase = torch.linalg.det(q).angle()
    return q * torch.polar(torch.ones_like(phase), -phase / n)[:, None, None]


def _unitary_factor(gaussian: Tensor) -> Tensor:
    q, r = torch.linalg.qr(gaussian)
    return q * r.diagonal(dim1=-2, dim2=-1).sgn()[..., None, :]
