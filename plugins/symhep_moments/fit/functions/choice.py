"""The test functions that the options ask for."""

from __future__ import annotations

from math import sqrt

import numpy as np

from symhep_moments.fit.functions.fourier import Fourier
from symhep_moments.fit.functions.harmonics import harmonics
from symhep_moments.fit.functions.interface import TestFunctions
from symhep_moments.fit.functions.of_object import of_objects
from symhep_moments.fit.functions.options import FunctionOptions
from symhep_moments.fit.functions.polynomials import Polynomials, enough_degree
from symhep_moments.fit.functions.squash import Squashed, natural_size
from symhep_moments.fit.functions.union import Joined
from symhep_moments.fit.functions.user import UserFunctions
from symhep_moments.fit.functions.whole import whole_functions
from symhep_moments.sample import Events

__all__ = ["build_functions"]

#: More functions than generators by this many, so that a rank can be tested at all.
SPARE = 4


def build_functions(events: Events, options: FunctionOptions, rng: np.random.Generator) -> TestFunctions:
    """The functions whose moments are tested, on the device of the events.

    Blocks 'low', 'fourier' and 'user'; of whole events also 'members' and 'pairs', and of systems of several objects
    one for each; and beside 'low' the `harmonics`, a block for each order. The degree of 'low' is the least with so
    many more functions than generators.

    Parameters
    ----------
    events
        Scaled, with the candidates.
    options
        ``functions:`` of the method in a card.
    rng
        Draws the frequencies of 'fourier'.

    Returns
    -------
    TestFunctions
        K functions with gradients, in ``blocks``.

    Raises
    ------
    CardError, MethodError
        For functions of the user that cannot be used.

    Examples
    --------
    >>> import torch
    >>> from symhep.lie.bases import poincare
    >>> x = torch.ones(5, 2, 4, dtype=torch.float64)
    >>> events = Events(x, x[:, 0, 0], 1.0, ("E", "px", "py", "pz"), "GeV", True, poincare())
    >>> build_functions(events, FunctionOptions(harmonics=0), np.random.default_rng(1)).blocks
    {'low': slice(0, 14, None), 'fourier': slice(14, 38, None)}
    """
    p, d = events.vectors.shape[1:]
    device = str(events.x.device)
    degree = enough_degree(d, len(events.generators) + SPARE)
    whole = events.places is not None and events.places.extended
    if whole:
        assert events.places is not None
        found = whole_functions(events.places, options, degree, rng, device)
        own: list[TestFunctions] = [] if found is None else [Squashed(found, natural_size(d), d)]
    else:
        parts: list[TestFunctions] = []
        if options.low:
            parts.append(Polynomials(d, degree, events.names))
        if options.fourier:
            # |y_p|^2 is one half where |x_p| is its root mean square: the phases spread by about one.
            width = options.bandwidth * sqrt(p / 2)
            parts.append(Fourier.draw(rng, options.fourier, p, d, width, device))
        own = [Squashed(Joined(*parts), natural_size(d))] if parts else []
    if options.low and events.places is not None:
        own += of_objects(events.places, events.x)
    named = harmonics(events.x, events.names, options.harmonics, events.places) if options.low else None
    own += [] if named is None else [named]
    if options.user is not None:
        function, inner = options.user.load(), d if whole else None
        own.append(UserFunctions(function, options.user.function, events.x, events.scale, inner))
    # The options see to it that there is one.
    return own[0] if len(own) == 1 else Joined(*own)
