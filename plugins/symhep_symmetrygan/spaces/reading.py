"""Search spaces from text: 'so(4) on px1 py1 px2 py2', 'lorentz', 'J_z, K_z', 'agl(2)', 'module:function'."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from symhep.errors import CardError, nearest
from symhep.lie.bases import diagonal, poincare
from symhep.lie.generators import Generators
from symhep.lie.groups import Components, Exponential, Family, Particles
from symhep.lie.subgroups import poincare_subgroups
from symhep.lie.sums import algebra_sum
from symhep.lie.terms import read_terms
from symhep.plugin.functions import load_function
from symhep.plugin.isolation import isolated
from symhep_symmetrygan.events import Events
from symhep_symmetrygan.spaces.asked import function_named
from symhep_symmetrygan.spaces.coordinates import columns_named, restricted
from symhep_symmetrygan.spaces.matrices import generated_elements, named_elements, refuse_unless_normal
from symhep_symmetrygan.spaces.space import Space
from symhep_symmetrygan.spaces.written import BUILT_IN, built_in, size_written

__all__ = ["read_space"]

FloatArray = npt.NDArray[np.float64]
#: Text that begins like this is a sum of generators.
_GENERATOR = re.compile(r"^[-+0-9.*\s]*[JKP]_")
#: What makes a family: takes nothing, or the events.
Maker = Callable[..., Family]


def read_space(
    text: str | Sequence[str],
    events: Events,
    *,
    discrete: Sequence[str] = (),
    families: Mapping[str, Maker] | None = None,
) -> Space:
    """The space that ``text`` names, on these events or on some of their coordinates.

    - 'so(n)', 'o(n)', 'so(2)xso(2)', 'similarity' (SymmetryGAN's eq. (23)), 'agl(n)', 'asl(n)', 'line', 'line(1)' (the
      map 1 + c x), see `built_in`: on all numbers of an event, or on each vector alike if these have n components;
    - 'lorentz', 'poincare', and sums of algebras such as 'so(1,3)+D' (`symhep.lie.sums.algebra_sum`): on each vector
      alike; of four-momenta also generators, 'J_z, K_z + 0.5*J_x' or a list of them, classes of the catalogue of
      subgroups by name, 'SIM(2)', and 'so(3)', the rotations of space;
    - '... on px1 py1 px2 py2' for some coordinates by name: the others are left out of the events (`Space.of`);
    - 'module:function', a function of the user's that takes nothing, or the `Events`, and gives a `Family`; or a name
      among ``families``, those of plugins.

    ``discrete`` names elements beside the connected part (`named_elements`); the group that they generate multiplies
    it, as `Components`.

    Raises `CardError` for what cannot be read, for sizes that do not fit, for names that the events do not have, and
    for discrete elements that do not take the space to itself.
    """
    whole = ", ".join(text) if not isinstance(text, str) else text
    name, _, picked = (part.strip() for part in whole.partition(" on "))
    columns = columns_named(picked.replace(",", " ").split(), events) if picked or " on " in whole else ()
    seen = restricted(events, columns) if columns else events
    family, generators, extra = _connected(name, seen, families or {})
    elements = extra | named_elements(discrete, seen)
    if not elements:
        return Space(whole, family, generators, columns=columns)
    if generators is not None:
        refuse_unless_normal(elements, generators, name)
    names, matrices = generated_elements(elements, seen.size)
    return Space(whole, Components(family, matrices), generators, ("component",), names, columns)


def _connected(
    name: str, events: Events, families: Mapping[str, Maker]
) -> tuple[Family, Generators | None, dict[str, FloatArray]]:
    """Family and affine generators on R^D, and the discrete elements that belong to the name ('o(2)')."""
    if function_named(name):
        return _users(load_function(name), name, events), None, {}
    if name in families:
        return _users(families[name], name, events), None, {}
    if events.momenta and name == "so(3)":
        name = "rotations"
    found = built_in(name, events.size, events.scale)
    if found is not None:
        return found
    found = built_in(name, events.vector, events.scale)
    if found is not None:
        family, generators, mirrors = found
        each = np.eye(events.particles)
        alike = {label: np.asarray(np.kron(each, m), np.float64) for label, m in mirrors.items()}
        return *_on_vectors(family, generators, events), alike
    other = size_written(name)
    if other is not None:
        raise _misfit(name, other, events)
    generators = _algebra(name, events, families)
    if generators.vector == events.size:
        return Exponential(generators), generators.homogeneous(), {}
    return *_on_vectors(Exponential(generators), generators, events), {}


def _on_vectors(family: Family, generators: Generators, events: Events) -> tuple[Family, Generators]:
    """On each vector of an event alike."""
    return Particles(family, events.particles), diagonal(generators, events.particles).homogeneous()


def _users(make: Maker, name: str, events: Events) -> Family:
    """What a user's function or a plugin makes, on R^D."""
    with isolated(f"'{name}' fails", CardError):
        family = make(events) if inspect.signature(make).parameters else make()
    if not isinstance(family, Family):
        raise CardError(
            f"'{name}' gives {type(family).__name__}, and no Family",
            hint="derive it from symhep.lie.groups.Family",
        )
    if family.vector == events.size:
        return family
    if family.vector == events.vector:
        return Particles(family, events.particles)
    raise _misfit(name, family.vector, events)


def _algebra(name: str, events: Events, families: Mapping[str, Maker]) -> Generators:
    """Real generators on one vector, or on the whole row."""
    catalogued = _of_poincare(name) if events.momenta else None
    if catalogued is not None:
        return catalogued
    try:
        sizes = {term.components for term in read_terms(name)} - {None}
    except CardError as error:
        if re.match(r"^\w+\(", name) or "+" in name:
            raise
        kinds = (
            *BUILT_IN,
            "lorentz",
            "poincare",
            *families,
            *(poincare_subgroups() if events.momenta else ()),
        )
        raise CardError(f"no search space is called '{name}'", hint=nearest(name, kinds)) from error
    size = sizes.pop() if len(sizes) == 1 else events.vector
    if size not in (events.vector, events.size):
        raise _misfit(name, int(size or 0), events)
    generators = algebra_sum(name, int(size or 0))
    if np.iscomplexobj(generators.matrices):
        raise CardError(f"'{name}' acts on complex vectors", hint="use a real algebra, such as so, sl or gl")
    return generators


def _of_poincare(name: str) -> Generators | None:
    """Generators as written, or the first member of a class of the catalogue; linear ones where nothing translates."""
    group = poincare()
    written = tuple(part.strip() for part in name.split(","))
    try:
        matrices = group.parse(name)
    except ValueError as error:
        try:
            matrices = poincare_subgroups().matrices(name)
        except KeyError:
            if _GENERATOR.match(name):
                raise CardError(str(error)) from error
            return None
        written = tuple(part.strip() for part in poincare_subgroups()[name].written.split(","))
    try:
        found = Generators(name, matrices, written, affine=True)
    except ValueError as error:  # a label twice
        raise CardError(str(error)) from error
    if np.linalg.matrix_rank(matrices.reshape(len(matrices), -1)) < len(matrices):
        raise CardError(f"the generators '{name}' are not independent", hint="leave some out")
    return found if matrices[:, :, 4].any() else Generators(name, matrices[:, :4, :4], written)


def _misfit(name: str, size: int, events: Events) -> CardError:
    vectors = f"{events.particles} vectors of {events.vector}" if events.particles > 1 else "one vector"
    return CardError(
        f"'{name}' acts on {size} numbers, and events are {events.size}: {vectors}",
        hint=f"pick coordinates, '{name} on ...', among {', '.join(events.names)}",
    )
