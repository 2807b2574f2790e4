"""Functions for cards: `oracle: {kind: function, function: "thrust:of_two"}`, and `"thrust:imbalance(muons)"`."""

import awkward as ak
import numpy as np


def of_two(x):
    """Thrust (N,) of two three-momenta, x (N, 6), a torch tensor: the larger of |p + q| and |p - q| over |p| + |q|.

    >>> import torch
    >>> of_two(torch.tensor([[0.0, 0.0, 5.0, 0.0, 0.0, -5.0], [3.0, 0.0, 0.0, 0.0, 4.0, 0.0]])).tolist()[0]
    1.0
    """
    p, q = x[:, :3], x[:, 3:]
    return (p + q).norm(dim=1).maximum((p - q).norm(dim=1)) / (p.norm(dim=1) + q.norm(dim=1))


def imbalance(*objects):
    """(N,) size of the vector sum of the transverse momenta over their scalar sum: 0 where they balance.

    In a card "thrust:imbalance(muons)": each object is N lists of four-vectors, or N of them (muons[0]).

    >>> import awkward as ak
    >>> from symhep import momentum_records
    >>> px = ak.Array([[3.0, -1.0], [2.0, -2.0]])
    >>> imbalance(momentum_records({"px": px, "py": 0 * px, "pz": px, "E": 2 * abs(px)})).tolist()
    [0.5, 0.0]
    """
    lists = [vectors if vectors.ndim == 2 else vectors[:, np.newaxis] for vectors in objects]
    px, py, pt = (sum(ak.sum(getattr(v, name), axis=1) for v in lists) for name in ("px", "py", "pt"))
    return np.hypot(px, py) / pt
