"""The elements that have a name: mirrors, exchanges, charge conjugation, turns.

All of them act on the particles of the features alone and leave the beams as they are. Parity of the process would
exchange the beams as well: an asymmetry of forward and backward breaks P as it is meant here, and not that one.
"""

from __future__ import annotations

from functools import cache
from math import cos, pi, sin

import numpy as np
import numpy.typing as npt
from particle import InvalidParticle, Particle, ParticleNotFound

from symhep.errors import LieError
from symhep.lie.elements.element import HIGHEST_ORDER, Element
from symhep.lie.elements.frame import Frame

__all__ = [
    "charge_conjugation",
    "charge_parity",
    "exchange",
    "motion_reversal",
    "parity",
    "reflection",
    "turn",
]

FloatArray = npt.NDArray[np.float64]


def parity(frame: Frame) -> Element:
    """P of the final state: every momentum is reversed, energies and beams stay; of other features, all components.

    >>> parity(Frame(("E", "px", "py", "pz"), ("jet",))).matrix.diagonal().tolist()
    [1.0, -1.0, -1.0, -1.0]
    """
    words = (
        "parity of the final state only, p -> -p" if frame.spatial else "reflection in the origin, x -> -x"
    )
    return _on_all("P", words, _flipped(frame, frame.space), frame)


def motion_reversal(frame: Frame) -> Element:
    """T, naive: on momenta the same map as P, for spins and the exchange of initial and final state are not seen.

    Raises `LieError` for features that are no momenta.
    """
    if not frame.spatial:
        raise LieError("T reverses momenta, but the features have none", hint="use P")
    return parity(frame).called(
        "T", "naive time reversal of the final state only, p -> -p: the same map as P"
    )


def reflection(frame: Frame, component: str) -> Element:
    """One component changes its sign: px and py are reflected in planes with the beam, pz in the one across it.

    The mirror of pz would exchange beams; they stay.
    """
    number = frame.component(component)
    name = frame.components[number]
    planes = {
        "px": "in a plane with the beam, ",
        "py": "in a plane with the beam, ",
        "pz": "transverse to the beam, of the final state only, ",
    }
    words = f"mirror {planes.get(name, '') if frame.spatial else ''}{name} -> -{name}"
    return _on_all(f"reflection({component})", words, _flipped(frame, (number,)), frame)


def exchange(frame: Frame, first: str, second: str) -> Element:
    """Two particles change places. Raises `LieError` for one that is not there, or the same twice."""
    i, j = frame.vector(first), frame.vector(second)
    if i != j and (why := frame.why_not_exchanged(i, j)):
        raise LieError(f"exchange({first},{second}): {why}", hint="remove it")
    if i == j:
        raise LieError(f"'exchange({first},{second})' names the same particle twice")
    return _permuting(
        f"exchange({first},{second})",
        f"exchange of {frame.vectors[i]} and {frame.vectors[j]}",
        {i: j, j: i},
        frame,
    )


def charge_conjugation(frame: Frame) -> Element:
    """C of the final state: each particle changes places with its antiparticle.

    The beams are left as they are: C of the process would exchange them as well. Raises `LieError` where a
    particle is not known by its name, has no partner, or all are their own antiparticles.

    >>> charge_conjugation(Frame(("E", "px", "py", "pz"), ("mu-", "gamma", "mu+"))).sources
    (2, 1, 0)
    """
    partners = {i: _antiparticle(frame, i) for i in range(len(frame.vectors))}
    pairs = [(i, j) for i, j in partners.items() if i < j]
    if not pairs:
        raise LieError("C acts trivially on all particles", hint="remove it")
    words = ", ".join(f"{frame.vectors[i]} and {frame.vectors[j]}" for i, j in pairs)
    return _permuting("C", f"charge conjugation of the final state, exchange of {words}", partners, frame)


def charge_parity(frame: Frame) -> Element:
    """CP of the final state: particles and antiparticles change places, momenta are reversed."""
    both = parity(frame) * charge_conjugation(frame)
    return both.called("CP", "C of the final state only, and p -> -p")


def turn(frame: Frame, q: int, *plane: str) -> Element:
    """Z_q: the turn by 2 pi / q. ``plane``: the axis, of three components; two components; nothing where there are two.

    >>> frame = Frame(("x1", "x2"), ("1",))
    >>> turn(frame, 4).matrix.tolist(), turn(frame, 4).order
    ([[0.0, -1.0], [1.0, 0.0]], 4)
    """
    if not 2 <= q <= HIGHEST_ORDER:
        raise LieError(f"'Z_{q}': q must be 2 to {HIGHEST_ORDER}")
    a, b = _plane(frame, plane)
    angle = 2 * pi / q
    matrix = np.eye(len(frame.components))
    matrix[[a, b], [a, b]] = cos(angle)
    matrix[b, a], matrix[a, b] = sin(angle), -sin(angle)
    # cos(pi / 2) is no exact zero, and an exact mirror is worth having.
    matrix = np.where(np.abs(matrix) < 1e-15, 0.0, matrix)
    about = f"about {plane[0]}" if len(plane) == 1 else f"of {frame.components[a]} and {frame.components[b]}"
    angle_text = "pi" if q == 2 else f"2 pi / {q}"
    name = f"Z_{q}({','.join(plane)})" if plane else f"Z_{q}"
    return _on_all(name, f"rotation by {angle_text} {about}", matrix, frame)


def _plane(frame: Frame, plane: tuple[str, ...]) -> tuple[int, int]:
    space = frame.space
    if len(plane) == 1 and len(space) == 3:
        axis = space.index(frame.component(plane[0])) if frame.component(plane[0]) in space else None
        if axis is not None:
            return space[(axis + 1) % 3], space[(axis + 2) % 3]
    if len(plane) == 2 and frame.component(plane[0]) != frame.component(plane[1]):
        return frame.component(plane[0]), frame.component(plane[1])
    if not plane and len(space) == 2:
        return space[0], space[1]
    raise LieError(
        f"Z_q({', '.join(plane)}) is not a rotation",
        hint="write Z_3(z) for an axis in space or Z_3(x1,x2) for a plane",
    )


def _antiparticle(frame: Frame, number: int) -> int:
    name = frame.vectors[number]
    partner = _partner(name)
    if partner is None:
        raise LieError(
            f"the antiparticle of '{name}' is not known",
            hint="C needs objects of one PDG number each; sort by pdgId, or write exchange(i,j)",
        )
    if partner not in frame.vectors:
        raise LieError(
            f"C maps {name} to {partner}, which is not among the particles {', '.join(frame.vectors)}",
            hint="remove C and CP",
        )
    return frame.vectors.index(partner)


@cache
def _partner(name: str) -> str | None:
    """Name of the antiparticle; None if the name is not known."""
    if name.endswith("]"):  # 'jets[0]': spares to read the table of particles
        return None
    try:
        return str(_particles()[name].invert().name)
    except (KeyError, InvalidParticle, ParticleNotFound):
        return None


@cache
def _particles() -> dict[str, Particle]:
    """All particles by name: `Particle.from_name` goes through the whole table, for a tenth of a second each time."""
    return {str(particle.name): particle for particle in Particle.all()}


def _flipped(frame: Frame, components: tuple[int, ...]) -> FloatArray:
    signs = np.ones(len(frame.components))
    signs[list(components)] = -1.0
    return np.diag(signs)


def _on_all(name: str, meaning: str, matrix: FloatArray, frame: Frame) -> Element:
    return Element(name, meaning, matrix, tuple(range(len(frame.vectors))))


def _permuting(name: str, meaning: str, moved: dict[int, int], frame: Frame) -> Element:
    sources = tuple(moved.get(p, p) for p in range(len(frame.vectors)))
    return Element(name, meaning, np.eye(len(frame.components)), sources)
