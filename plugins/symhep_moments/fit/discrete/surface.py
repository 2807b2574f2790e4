"""Does an element take events off the surface that holds them?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from symhep.hypotheses.discrete.support import POINTS, Surface
from symhep.lie.elements.element import Element
from symhep.lie.elements.frame import Frame
from symhep_moments.fit.discrete.rows import bodies, body_names
from symhep_moments.sample import Events

__all__ = ["surface_test"]


def surface_test(events: Events, frame: Frame) -> Callable[[Element], str | None]:
    """Why an element takes these events off the surface that holds them; None: it does not."""
    places = events.places
    names = body_names(frame.vectors, events.x.shape[1], places)
    whole = bodies(events.x, places).cpu().numpy()
    surface = Surface.of(whole, frame.components, names, _present(events))
    some = events.x[:: -(-len(events) // POINTS)]
    seen = bodies(some, places).cpu().numpy()

    def leaves(element: Element) -> str | None:
        return surface.left_by(seen, bodies(element.act(some), places).cpu().numpy())

    return leaves


def _present(events: Events) -> np.ndarray | None:
    """Which components `bodies` have."""
    places = events.places
    if places is None:
        return None
    own = [*([p] for p in places.fixed), *places.members.values()]
    return np.array([places.present[where[0]] for where in own])
