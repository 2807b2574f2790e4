"""Angles of a lepton pair in the frame of Collins and Soper."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["cos_theta_cs", "phi_cs"]


def cos_theta_cs(minus: Any, plus: Any) -> Any:
    """(K,) cosine of the angle between the negative lepton and the z axis, which halves the angle between one beam and
    the other one reversed, in the rest frame of the pair.

    cos theta* = sign(Q_z) 2 (p1+ p2- - p1- p2+) / (M sqrt(M^2 + Q_T^2)) with p+- = (E +- pz) / sqrt(2), Q = p1 + p2, M
    its mass; 1 the negative lepton: Collins, Soper, Phys. Rev. D 16, 2219 (1977). In pp the z axis points along the
    pair, as the valence quark mostly does; where Q_z = 0, along the beam.

    >>> import awkward as ak
    >>> import vector
    >>> vector.register_awkward()
    >>> a = ak.zip({"px": [0.0], "py": [0.0], "pz": [8.0], "E": [8.0]}, with_name="Momentum4D")
    >>> b = ak.zip({"px": [0.0], "py": [0.0], "pz": [-2.0], "E": [2.0]}, with_name="Momentum4D")
    >>> cos_theta_cs(a, b).tolist(), cos_theta_cs(b, a).tolist()
    ([1.0], [-1.0])
    """
    pair = minus + plus
    # 2 (p1+ p2- - p1- p2+) without the differences of large numbers that E - pz is.
    wedge = 2 * (minus.pz * plus.E - minus.E * plus.pz)
    mass2 = _mass2(minus, plus)
    return np.where(pair.pz < 0, -1.0, 1.0) * wedge / np.sqrt(mass2 * (mass2 + pair.pt**2))


def phi_cs(minus: Any, plus: Any) -> Any:
    """(K,) azimuth of the negative lepton in that frame, in (-pi, pi]: from the direction of the pair's transverse
    momentum, counter-clockwise about the z axis.

    tan phi = sqrt(M^2 + Q_T^2) / M (D_T . R_T) / (D_T . Q_T), where D = p1 - p2, Q_T the direction of the pair's
    transverse momentum and R_T = z x Q_T, z along sign(Q_z): Collins, Soper, Phys. Rev. D 16, 2219 (1977). NaN for a
    pair without transverse momentum, for which there is no such angle.

    >>> import awkward as ak
    >>> import vector
    >>> vector.register_awkward()
    >>> a = ak.zip({"px": [5.0], "py": [0.0], "pz": [1.0], "E": [26**0.5]}, with_name="Momentum4D")
    >>> b = ak.zip({"px": [1.0], "py": [0.0], "pz": [1.0], "E": [2**0.5]}, with_name="Momentum4D")
    >>> phi_cs(a, b).tolist()
    [0.0]
    """
    pair = minus + plus
    dx, dy = minus.px - plus.px, minus.py - plus.py
    mass2 = _mass2(minus, plus)
    side = np.where(pair.pz < 0, -1.0, 1.0) * (pair.px * dy - pair.py * dx)
    angle = np.arctan2(np.sqrt(mass2 + pair.pt**2) * side, np.sqrt(mass2) * (pair.px * dx + pair.py * dy))
    return np.where(pair.pt > 0, angle, np.nan)


def _mass2(first: Any, second: Any) -> Any:
    """Squared mass of a pair; the leptons' own masses enter by their energies."""
    e, px, py, pz = (getattr(first, c) + getattr(second, c) for c in ("E", "px", "py", "pz"))
    return e**2 - px**2 - py**2 - pz**2
