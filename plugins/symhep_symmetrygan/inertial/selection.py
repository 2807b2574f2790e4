"""Two-stage selection: do maps that were found keep the inertial density too?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from symhep.lie.groups import Family
from symhep.stats.residual_forms import ridge_test
from symhep_symmetrygan.sample import Sample
from symhep_symmetrygan.training.whitening import whitening

__all__ = ["kept_log_p"]

FloatArray = npt.NDArray[np.float64]

#: Test functions cos(w.x + b), with lengths 1/|w| from LONGEST down in octaves, in units of the density's width.
WAVES, LONGEST, OCTAVES = 48, 2.0, 4


def kept_log_p(family: Family, parameters: FloatArray, draws: Sample, rng: np.random.Generator) -> FloatArray:
    """Logarithms of the p-values of 'g keeps the density of ``draws``', for maps with ``parameters`` (E, K): (E,).

    The mean of f(x) - f(g(x)) over the draws, for random waves f, is normal about zero under the hypothesis;
    `symhep.stats.residual_forms.ridge_test` makes one number of it. SymmetryGAN's section III, (ii). The map is taken
    as it is: with many more draws than events, what tells is the error of the map.

    >>> from symhep.lie.groups import AffineLine
    >>> rng = np.random.default_rng(1)
    >>> box = Sample(torch.rand(2000, 1, dtype=torch.float64), torch.ones(2000))
    >>> mirror, half = kept_log_p(AffineLine(), np.array([[1.0, -1.0], [0.0, 0.5]]), box, rng)
    >>> bool(mirror > np.log(0.001)), bool(half < -100)
    (True, True)
    """
    white = whitening(draws).cpu().numpy()
    lengths = LONGEST * 0.5 ** rng.integers(0, OCTAVES, (WAVES, 1))
    waves = torch.from_numpy(rng.normal(size=(WAVES, draws.width)) / lengths @ white).to(draws.x)
    phases = torch.from_numpy(rng.uniform(0, 2 * np.pi, WAVES)).to(draws.x)
    before = torch.cos(draws.rows @ waves.mT + phases)
    log_p = []
    for row in torch.from_numpy(np.asarray(parameters, dtype=np.float64)).to(draws.x):
        image = family.transform(row[None], draws.x[None])[0]
        if draws.beside is not None:
            image = torch.cat([image, draws.beside], 1)
        differences = (before - torch.cos(image @ waves.mT + phases)).cpu().numpy()
        mean, covariance = differences.mean(axis=0), np.cov(differences.T) / len(differences)
        log_p.append(ridge_test(mean, covariance, len(differences) - 1).log_p)
    return np.array(log_p)
