"""Lie groups in torch: exponentials, logarithms, distances, and families of transformations to train.

Everything is batched over leading axes (the replicas), runs on any device in float32 or float64, has gradients, and
never waits for the device on the way forward.
"""

from symhep.lie.groups.discrete import Components, Particles, reflections, space_and_time_inversions
from symhep.lie.groups.distances import chordal, geodesic, grassmann_distance, principal_angles
from symhep.lie.groups.exponential import exponential
from symhep.lie.groups.family import Family, Nonlinear, Streams
from symhep.lie.groups.generated import Exponential
from symhep.lie.groups.haar import orthogonal, special_orthogonal, special_unitary, unitary
from symhep.lie.groups.iwasawa import Iwasawa
from symhep.lie.groups.line import AffineLine
from symhep.lie.groups.logarithm import logarithm
from symhep.lie.groups.rotations import PlaneRotations, Similarity

__all__ = [
    "AffineLine",
    "Components",
    "Exponential",
    "Family",
    "Iwasawa",
    "Nonlinear",
    "Particles",
    "PlaneRotations",
    "Similarity",
    "Streams",
    "chordal",
    "exponential",
    "geodesic",
    "grassmann_distance",
    "logarithm",
    "orthogonal",
    "principal_angles",
    "reflections",
    "space_and_time_inversions",
    "special_orthogonal",
    "special_unitary",
    "unitary",
]
