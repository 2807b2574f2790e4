"""Functions of the event for cards: `oracle: {kind: function, function: "thrust:of_two"}`."""


def of_two(x):
    """Thrust (N,) of two three-momenta, x (N, 6), a torch tensor: the larger of |p + q| and |p - q| over |p| + |q|.

    >>> import torch
    >>> of_two(torch.tensor([[0.0, 0.0, 5.0, 0.0, 0.0, -5.0], [3.0, 0.0, 0.0, 0.0, 4.0, 0.0]])).tolist()[0]
    1.0
    """
    p, q = x[:, :3], x[:, 3:]
    return (p + q).norm(dim=1).maximum((p - q).norm(dim=1)) / (p.norm(dim=1) + q.norm(dim=1))
