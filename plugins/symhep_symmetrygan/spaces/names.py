"""Search spaces from their names: 'so(4)', 'lorentz', 'agl(2)', a list of generators, a family of a plugin."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from symhep.errors import CardError, LieError, as_card_error, nearest
from symhep.lie.bases import diagonal, poincare
from symhep.lie.generators import Generators
from symhep.lie.groups import Components, Exponential, Family, Particles
from symhep.lie.subgroups import poincare_subgroups
from symhep.lie.sums import algebra_sum
from symhep.lie.terms import read_terms
from symhep_symmetrygan.sample import Events
from symhep_symmetrygan.spaces.built_in import BUILT_IN, built_in, size_written
from symhep_symmetrygan.spaces.coordinates import columns_named, restricted
from symhep_symmetrygan.spaces.defined import require_defined
from symhep_symmetrygan.spaces.family import misfit
from symhep_symmetrygan.spaces.matrices import generated_elements, named_elements, refuse_unless_normal
from symhep_symmetrygan.spaces.options import SearchOptions
from symhep_symmetrygan.spaces.space import Space

__all__ = ["read_space"]

FloatArray = npt.NDArray[np.float64]
#: Text that begins like this is a sum of generators.
_GENERATOR = re.compile(r"^[-+0-9.*\s]*[JKP]_")


def read_space(search: SearchOptions, events: Events) -> Space:
    """The space of the card, on these events or on some of their coordinates.

    - 'so(n)', 'o(n)', 'so(2)xso(2)', 'similarity' (SymmetryGAN's eq. (23)), 'agl(n)', 'asl(n)', 'line', 'line(1)' (the
      map 1 + c x), see `built_in`: on all numbers of an event, or on each vector alike if these have n components;
    - 'lorentz', 'poincare', and sums of algebras such as 'so(1,3)+D' (`symhep.lie.sums.algebra_sum`): on each vector
      alike; of four-momenta also a list of generators, ['J_z', 'K_z + 0.5*J_x'], classes of the catalogue of
      subgroups by name, 'SIM(2)', and 'so(3)', the rotations of space;
    - 'module:function', a function that takes nothing, or the `Events`, and gives a `Family`; or the
      name of a family of a plugin.

    ``search.on`` picks coordinates by name; the others are spectators, or with ``marginal`` left out (`Space.of`).
    Of members of sets, and vectors of several kinds, spaces act on each vector alike.
    ``search.components`` names elements beside the connected part (`named_elements`); the group that they generate
    multiplies it, as `Components`.

    Raises `CardError` for what cannot be read, for sizes that do not fit, for names that the events do not have, for
    ``marginal`` where nothing is left out, for discrete elements that do not take the space to itself, and for spaces
    that are not defined on all vectors.
    """
    members = events.members
    if members is not None:
        _refuse_coordinates(search)
        events = events.each
    columns = columns_named(search.on, events) if search.on else ()
    if len(columns) == events.size and columns == tuple(range(events.size)):
        columns = ()
    _refuse_nothing_left_out(search, columns, events)
    seen = restricted(events, columns, marginal=search.marginal) if columns else events
    name = _group(search, seen)
    text = search.model_copy(update={"group": name}).text
    marginal = search.marginal
    family, generators, extra = _connected(name, search, seen)
    elements = extra | named_elements(search.components, seen)
    if members is not None:
        require_defined(members, events, name, family, generators, elements)
    if not elements:
        return Space(text, family, generators, columns=columns, marginal=marginal)
    if generators is not None:
        refuse_unless_normal(elements, generators, name)
    names, matrices = generated_elements(elements, seen.size)
    return Space(text, Components(family, matrices), generators, ("component",), names, columns, marginal)


def _group(search: SearchOptions, seen: Events) -> str:
    """Its name; by default the Lorentz group on four-momenta, else all rotations."""
    if search.group is None:
        return "lorentz" if seen.momenta else f"so({seen.size})" if seen.size > 1 else "line"
    return search.group if isinstance(search.group, str) else ", ".join(search.group)


def _refuse_coordinates(search: SearchOptions) -> None:
    if search.on:
        raise CardError(
            "'on' is not available with a variable number of vectors or components: the space acts on each "
            "vector separately",
            where="search",
            hint="remove it, or give the features an object with a fixed number, for example take: 2",
        )


def _refuse_nothing_left_out(search: SearchOptions, columns: Sequence[int], events: Events) -> None:
    if search.marginal and len(columns) in (0, events.size):
        raise CardError(
            "'marginal' has no effect because 'on' names all coordinates",
            where="search",
            hint="remove it",
        )


def _connected(
    name: str, search: SearchOptions, events: Events
) -> tuple[Family, Generators | None, dict[str, FloatArray]]:
    """Family and affine generators on R^D, and the discrete elements that belong to the name ('o(2)')."""
    brought = search.family(name, events)
    if brought is not None:
        return brought, None, {}
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
        raise misfit(name, other, events)
    generators = _algebra(name, events, search.families)
    if generators.vector == events.size:
        return Exponential(generators), generators.homogeneous(), {}
    return *_on_vectors(Exponential(generators), generators, events), {}


def _on_vectors(family: Family, generators: Generators, events: Events) -> tuple[Family, Generators]:
    """On each vector of an event alike."""
    return Particles(family, events.particles), diagonal(generators, events.particles).homogeneous()


def _algebra(name: str, events: Events, families: Sequence[str]) -> Generators:
    """Real generators on one vector, or on the whole row."""
    catalogued = _of_poincare(name) if events.momenta else None
    if catalogued is not None:
        return catalogued
    try:
        sizes = {term.components for term in read_terms(name)} - {None}
    except LieError as error:
        if re.match(r"^\w+\(", name) or "+" in name:
            raise CardError(error.message, hint=error.hint) from error
        kinds = (
            *BUILT_IN,
            "lorentz",
            "poincare",
            *families,
            *(poincare_subgroups() if events.momenta else ()),
        )
        raise CardError(f"unknown search space '{name}'", hint=nearest(name, kinds)) from error
    size = sizes.pop() if len(sizes) == 1 else events.vector
    if size not in (events.vector, events.size):
        raise misfit(name, int(size or 0), events)
    with as_card_error():
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
        raise CardError(f"the generators '{name}' are linearly dependent", hint="remove some of them")
    return found if matrices[:, :, 4].any() else Generators(name, matrices[:, :4, :4], written)
