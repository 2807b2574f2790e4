"""The card's word `discrete`: which discrete elements are tested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BeforeValidator, Field

from symhep.errors import as_card_error
from symhep.methods.interface import Options
from symhep.plugin.user_function import NAME, ORIGIN, UserFunctionOptions

if TYPE_CHECKING:
    from symhep.lie.elements.closed import ClosedSubgroup
    from symhep.lie.elements.element import Element
    from symhep.lie.elements.frame import Frame

__all__ = ["DiscreteOptions", "EfficiencyOptions", "spelled"]


class EfficiencyOptions(UserFunctionOptions):
    """The efficiency (up to a factor) whose inverse the event weights are."""

    function: str = Field(
        pattern=NAME,
        description=f"{ORIGIN}; events (N, P, d), a torch tensor in the units of the data, -> (N,) positive numbers",
        examples=["my_functions:efficiency"],
    )


class DiscreteOptions(Options):
    """Discrete elements to test; methods derive from it.

    >>> from symhep.lie.elements.frame import Frame
    >>> [e.name for e in DiscreteOptions(elements=("P", "Z_3(z)")).chosen(Frame(("E", "px", "py", "pz"), ("a",)))]
    ['P', 'Z_3(z)']
    """

    elements: Literal["usual"] | tuple[str, ...] = Field(
        "usual",
        description="P, T, C, CP, reflection(z), exchange(1,2), exchange(mu-,mu+), Z_3(z), Z_4(x1,x2), and "
        "products such as P*exchange(1,2); usual: a default list for the features",
    )
    scan: str | None = Field(
        None,
        description="closed one-parameter subgroup: J_x, J_y, J_z of momenta, J_12 of the first two "
        "components, sums such as J_12+2*J_34; its cyclic subgroups Z_2 to Z_24 are tested one "
        "by one; null: none",
        examples=["J_z"],
    )
    randomisations: int | None = Field(
        None,
        ge=99,
        le=1_000_000,
        description="maximum number of random permutations (choices of transformed events) for an exact "
        "p-value, but never fewer than a rejection needs; null: chosen so that the smallest "
        "possible p is a tenth of the significance level divided by the number of elements",
    )
    delta: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="equivalence test: smallest asymmetry (a fraction) of a predefined observable that "
        "matters; the hypothesis 'delta or more' is tested",
        examples=[0.05],
    )
    efficiency: EfficiencyOptions | None = Field(
        None,
        description="event weights are the inverse of this function of the event: transformed events are "
        "then drawn in proportion to it, and p-values are exact; null: unknown, p-values with "
        "unequal weights are asymptotic",
    )

    def chosen(self, frame: Frame) -> list[Element]:
        """The elements. Raises `CardError` for what cannot be read or is not an element."""
        # torch comes with these: options are checked without it.
        from symhep.lie.elements.reading import read_element
        from symhep.lie.elements.usual import usual_elements

        with as_card_error("elements"):
            if self.elements == "usual":
                return usual_elements(frame)
            return [read_element(text, frame) for text in self.elements]

    def scanned(self, frame: Frame) -> ClosedSubgroup | None:
        """The subgroup that is scanned. Raises `CardError` for what is none."""
        if self.scan is None:
            return None
        from symhep.lie.elements.closed import closed_subgroup

        with as_card_error("scan"):
            return closed_subgroup(self.scan, frame)


def spelled(options: type[DiscreteOptions]) -> BeforeValidator:
    """For a field ``Annotated[OWN | None, spelled(OWN)]``: a list of names is OWN's ``elements``; null: none.

    >>> from typing import Annotated
    >>> class Card(Options):
    ...     discrete: Annotated[DiscreteOptions | None, spelled(DiscreteOptions)] = None
    >>> Card(discrete=["P"]).discrete.elements, Card(discrete={"elements": "usual"}).discrete.elements
    (('P',), 'usual')
    """

    def read(value: Any) -> Any:
        return {"elements": value} if isinstance(value, list | tuple) else value

    return BeforeValidator(read, json_schema_input_type=tuple[str, ...] | options | None)
