"""The card's word `discrete`: which discrete elements are tested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import BeforeValidator, Field

from symhep.errors import as_card_error
from symhep.methods.interface import Options

if TYPE_CHECKING:
    from symhep.lie.elements.element import Element
    from symhep.lie.elements.frame import Frame

__all__ = ["DiscreteOptions", "spelled"]


class DiscreteOptions(Options):
    """Which discrete elements are tested; methods derive from it.

    >>> from symhep.lie.elements.frame import Frame
    >>> [e.name for e in DiscreteOptions(elements=("P", "Z_3(z)")).chosen(Frame(("E", "px", "py", "pz"), ("a",)))]
    ['P', 'Z_3(z)']
    """

    elements: Literal["usual"] | tuple[str, ...] = Field(
        "usual",
        description="P, T, C, CP, reflection(z), exchange(1,2), exchange(mu-,mu+), Z_3(z), Z_4(x1,x2), and products "
        "such as P*exchange(1,2); usual: those that make sense for the data",
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
