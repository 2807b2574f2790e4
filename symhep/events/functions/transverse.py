"""Numbers of the transverse plane: HT and the transverse mass."""

from __future__ import annotations

from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt

from symhep.events.functions.momenta import components

__all__ = ["ht", "transverse_mass"]


def ht(*objects: Any) -> npt.NDArray[np.float64]:
    """(N,) HT = sum_i pT_i in GeV over all members of the objects; 0 where there are none.

    >>> import vector
    >>> vector.register_awkward()
    >>> jets = ak.zip({"px": [[3.0, 1.0], []], "py": [[4.0, 0.0], []]}, with_name="Momentum2D")
    >>> ht(jets).tolist()
    [6.0, 0.0]
    """
    (pt,) = components(objects, ("pt",))
    return np.asarray(ak.to_numpy(ak.sum(pt, axis=1)), dtype=np.float64)


def transverse_mass(lepton: Any, missing: Any) -> Any:
    """(K,) MT = sqrt(2 pT1 pT2 (1 - cos dphi)) in GeV, both taken to be massless.

    Smith, van Neerven, Vermaseren, Phys. Rev. Lett. 50, 1738 (1983); for W -> l nu an edge at the mass of the W.

    >>> import vector
    >>> vector.register_awkward()
    >>> a, b = ({"px": [3.0], "py": [0.0]}, {"px": [-3.0], "py": [0.0]})
    >>> transverse_mass(ak.zip(a, with_name="Momentum2D"), ak.zip(b, with_name="Momentum2D")).tolist()
    [6.0]
    """
    # 1 - cos x = 2 sin^2(x / 2) keeps its digits for small angles.
    return 2 * np.sqrt(lepton.pt * missing.pt) * np.abs(np.sin(lepton.deltaphi(missing) / 2))
