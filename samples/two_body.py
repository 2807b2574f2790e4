"""Which symmetries does an array of four-momenta have? No card and no file: the events are made below.

    python samples/two_body.py

Decays of a particle of 91 GeV at rest into two massless ones, with the angular distribution 1 + cos^2(theta). Expect
rotations about z, SO(2): the distribution knows no azimuth, and the others change it.
"""

from __future__ import annotations

import numpy as np

import symhep


def decays(events: int, seed: int = 1) -> np.ndarray:
    """(N, 2, 4): E, px, py, pz of both particles in GeV."""
    random = np.random.default_rng(seed)
    cosine = random.uniform(-1, 1, 3 * events)
    cosine = cosine[random.uniform(0, 2, cosine.size) < 1 + cosine**2][:events]
    azimuth = random.uniform(-np.pi, np.pi, cosine.size)
    sine = np.sqrt(1 - cosine**2)
    momentum = 45.6 * np.stack([sine * np.cos(azimuth), sine * np.sin(azimuth), cosine], axis=1)
    energy = np.full((cosine.size, 1), 45.6)
    return np.stack([np.hstack([energy, momentum]), np.hstack([energy, -momentum])], axis=1)


if __name__ == "__main__":
    result = symhep.moments(decays(5000), names=["mu-", "mu+"], folder="runs/two_body", progress=True)
    for statement in result.statements:
        print(statement.text)
    print("\nfigures and tables: runs/two_body/report.html")
