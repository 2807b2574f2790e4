"""The functions that symhep brings, by the name that cards call them."""

from __future__ import annotations

from collections.abc import Mapping

from symhep.events.card_function import CardFunction, anything, whole
from symhep.events.functions.collins_soper import cos_theta_cs, phi_cs
from symhep.events.functions.fox_wolfram import fox_wolfram
from symhep.events.functions.mt2 import mt2
from symhep.events.functions.sphericity import aplanarity, planarity, sphericity, transverse_sphericity
from symhep.events.functions.thrust import thrust, transverse_thrust
from symhep.events.functions.transverse import ht, transverse_mass

__all__ = ["PHYSICS_FUNCTIONS"]

#: Kinds of vectors whose px, py and pz are known.
_spatial = (*whole, "three")

PHYSICS_FUNCTIONS: Mapping[str, CardFunction] = {
    "HT": CardFunction(ht, "GeV", "scalar sum of transverse momenta", anything),
    "MT": CardFunction(
        transverse_mass, "GeV", "transverse mass of a massless particle and missing momentum", anything,
        elementwise=True,
    ),
    "MT2": CardFunction(
        mt2, "GeV", "transverse mass of two decays with missing momentum", whole, {2: anything}, elementwise=True
    ),
    "thrust": CardFunction(thrust, "", "thrust", _spatial),
    "transverse_thrust": CardFunction(transverse_thrust, "", "thrust of transverse momenta", anything),
    "sphericity": CardFunction(sphericity, "", "sphericity", _spatial),
    "aplanarity": CardFunction(aplanarity, "", "aplanarity", _spatial),
    "planarity": CardFunction(planarity, "", "planarity", _spatial),
    "transverse_sphericity": CardFunction(transverse_sphericity, "", "sphericity of transverse momenta", anything),
    "fox_wolfram": CardFunction(fox_wolfram, "", "Fox-Wolfram moment H_l / H_0", _spatial),
    "cos_theta_CS": CardFunction(
        cos_theta_cs, "", "cosine of the polar angle in the Collins-Soper frame", whole, elementwise=True
    ),
    "phi_CS": CardFunction(phi_cs, "rad", "azimuth in the Collins-Soper frame", whole, elementwise=True),
}  # fmt: skip
