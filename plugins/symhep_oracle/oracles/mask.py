"""A region of the detector that responds differently: a breaking term."""

from __future__ import annotations

import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep_oracle.oracles.interface import Oracle
from symhep_oracle.oracles.layout import Layout

__all__ = ["Mask"]


class Mask(Oracle):
    """-E^2 m(eta, phi) of every particle: with E^2 - p^2, a part lambda of the squared energy is lost in a window.

    m is a product of smooth steps, 1 / (1 + exp(-t / width)), at the four edges of the window in
    pseudorapidity and azimuth; a window in azimuth of 2 pi has no edges.

    >>> mask = Mask(Layout(1, 4), eta=(-1, 1), phi=(-torch.pi, torch.pi), width=0.01)
    >>> central, forward = [5.0, 3, 4, 0], [5.0, 0.3, 0.4, 4.97]
    >>> mask(torch.tensor([central, forward], dtype=torch.float64)).round().abs().tolist()
    [[25.0], [0.0]]
    """

    def __init__(
        self, layout: Layout, eta: tuple[float, float], phi: tuple[float, float], width: float
    ) -> None:
        super().__init__(layout)
        if layout.dimension != 4 or layout.complex:
            raise MethodError(f"the mask needs four-momenta, not vectors of {layout.dimension} components")
        self.eta, self.phi, self.width = eta, phi, width
        self.outputs = layout.vectors

    def __call__(self, x: Tensor) -> Tensor:
        energy, px, py, pz = self.layout.split(x).unbind(-1)
        inside = self._window(torch.asinh(pz / torch.hypot(px, py)), self.eta)
        if self.phi[1] - self.phi[0] < 2 * torch.pi:
            centre, half = sum(self.phi) / 2, (self.phi[1] - self.phi[0]) / 2
            turned = torch.atan2(py, px) - centre
            away = torch.remainder(turned + torch.pi, 2 * torch.pi) - torch.pi
            inside = inside * self._window(away, (-half, half))
        return -energy.square() * inside

    def _window(self, t: Tensor, edges: tuple[float, float]) -> Tensor:
        low, high = edges
        return torch.sigmoid((t - low) / self.width) * torch.sigmoid((high - t) / self.width)
