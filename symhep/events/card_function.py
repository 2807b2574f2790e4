"""What a function of the event is, whether symhep brings it, a plugin announces it, or a card's own folder holds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symhep.card.schema import VectorKind

__all__ = ["CardFunction", "anything", "whole"]

#: Kinds of vectors with an energy.
whole: tuple[VectorKind, ...] = ("full", "massless")
#: All kinds: the function looks at px and py alone.
anything: tuple[VectorKind, ...] = ("full", "massless", "three", "transverse")


@dataclass(frozen=True)
class CardFunction:
    """A function that expressions of a card may call.

    Attributes
    ----------
    function
        It gets its arguments in order. An object (``jets``) is an awkward array of N lists of Momentum4D in GeV, one
        member (``jets[0]``) an awkward array of N of them, a number per event an awkward array (N,), a constant a
        Python number. It gives one number per event, (N,), or one for each member of one of the objects it got.
        It is called with those events alone in which every single member and number is there, some of them at a time:
        what it says of an event must not depend on the others. NaN stands for 'no value'.
        In a plugin's announcement also 'module:function', so that nothing is imported before it is used.
    unit
        Of what it gives, e.g. 'GeV'; '' for a pure number.
    doc
        What it is, in a line.
    kinds
        Kinds of vectors that it accepts: see `symhep.events.kinds`. Missing momentum is 'transverse'.
    kinds_at
        Other kinds for some arguments, by their number from 0.
    fields
        Fields of the objects, besides their four-momenta, that it reads, e.g. ('btag',).
    elementwise
        Whether it takes one vector per argument and not lists: then all arguments are flat arrays (K,) of vectors or
        numbers, and it gives (K,) numbers. Such a function works for members (``MT(electrons, met[0])``), too.

    Examples
    --------
    >>> CardFunction(len, kinds=("full",), kinds_at={1: ("transverse",)}).accepts(1, "transverse")
    True
    """

    function: Callable[..., Any] | str
    unit: str = ""
    doc: str = ""
    kinds: tuple[VectorKind, ...] = whole
    kinds_at: Mapping[int, tuple[VectorKind, ...]] = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    elementwise: bool = False

    def accepts(self, position: int, kind: VectorKind) -> bool:
        """Whether an argument may be a vector of some kind.

        Parameters
        ----------
        position
            Number of the argument, from 0.
        kind
            'full', 'massless', 'three' or 'transverse'.

        Returns
        -------
        bool
            By ``kinds_at`` where it names the argument, else by ``kinds``.
        """
        return kind in self.kinds_at.get(position, self.kinds)
