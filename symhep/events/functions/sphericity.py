"""Sphericity, aplanarity and planarity: eigenvalues of the momentum tensor."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.events.functions.momenta import by_multiplicity, components

__all__ = ["aplanarity", "planarity", "sphericity", "transverse_sphericity"]

FloatArray = npt.NDArray[np.float64]


def sphericity(*objects: Any) -> FloatArray:
    """(N,) S = 3/2 (l2 + l3), with l1 >= l2 >= l3 the eigenvalues of sum_i p_i^a p_i^b / sum_i |p_i|^2.

    Bjorken, Brodsky, Phys. Rev. D 1, 1416 (1970); 0 for two jets, 1 for an isotropic event, NaN without momenta.

    >>> import awkward as ak
    >>> import vector
    >>> vector.register_awkward()
    >>> three = {"px": [[1.0, 0.0, 0.0]], "py": [[0.0, 1.0, 0.0]], "pz": [[0.0, 0.0, 1.0]]}
    >>> vectors = ak.zip(three, with_name="Momentum3D")
    >>> sphericity(vectors).round(12).tolist(), aplanarity(vectors).round(12).tolist()
    ([1.0], [0.5])
    """
    return _of_eigenvalues(objects, lambda l: 1.5 * (l[:, 1] + l[:, 0]))


def aplanarity(*objects: Any) -> FloatArray:
    """(N,) A = 3/2 l3, the smallest eigenvalue: 0 for momenta in a plane, 1/2 for an isotropic event."""
    return _of_eigenvalues(objects, lambda l: 1.5 * l[:, 0])


def planarity(*objects: Any) -> FloatArray:
    """(N,) P = l2 - l3 = 2/3 (S - 2 A): 0 for two jets and for isotropic events, 1/2 for a disc."""
    return _of_eigenvalues(objects, lambda l: l[:, 1] - l[:, 0])


def transverse_sphericity(*objects: Any) -> FloatArray:
    """(N,) S_T = 2 l2 / (l1 + l2), of the tensor sum_i pT_i^a pT_i^b: 0 for two jets, 1 for an isotropic event.

    As in ATLAS, Eur. Phys. J. C 72 (2012) 2211: not linear in the momenta.

    >>> import awkward as ak
    >>> import vector
    >>> vector.register_awkward()
    >>> two = {"px": [[1.0, 0.0], [1.0, -2.0]], "py": [[0.0, 1.0], [0.0, 0.0]]}
    >>> transverse_sphericity(ak.zip(two, with_name="Momentum2D")).round(12).tolist()
    [1.0, 0.0]
    """
    return by_multiplicity(
        lambda p: 2 * _eigenvalues(p)[:, 0], components(objects, ("px", "py")), lambda n: 4 * n + 4
    )


def _of_eigenvalues(objects: tuple[Any, ...], value: Any) -> FloatArray:
    lists = components(objects, ("px", "py", "pz"))
    return by_multiplicity(lambda p: value(_eigenvalues(p)), lists, lambda n: 9 * n + 9)


def _eigenvalues(p: FloatArray) -> FloatArray:
    """(K, C) of the normalised tensor of momenta (K, n, C), the smallest first; NaN without momenta."""
    tensor = np.einsum("kni,knj->kij", p, p)
    trace = np.einsum("kii->k", tensor)
    with np.errstate(invalid="ignore", divide="ignore"):
        tensor = tensor / trace[:, None, None]
    good = np.isfinite(tensor).all(axis=(1, 2))
    values = np.full(tensor.shape[:2], np.nan)
    # Rounding must not make a flat event negative.
    values[good] = np.maximum(np.linalg.eigvalsh(tensor[good]), 0.0)
    return values
