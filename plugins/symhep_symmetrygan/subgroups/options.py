"""Options of the search over subgroups and of the tests of discrete elements."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from symhep.errors import CardError
from symhep.hypotheses.discrete.options import DiscreteOptions
from symhep.hypotheses.subgroups.options import CATALOGUES, SubgroupOptions
from symhep.lie.subgroups.catalogue import Catalogue
from symhep_symmetrygan.training.options import LearningRates

__all__ = ["ElementOptions", "WalkOptions"]


class WalkOptions(SubgroupOptions):
    """Classes of subgroups to test, and options of the search for their orientation.

    >>> WalkOptions(classes=["SO(3)", "P_t"]).chosen.key
    'poincare'
    """

    catalogue: Literal["auto", "lorentz", "poincare"] = Field(
        "auto",
        description="lorentz: 14 classes of subgroups; poincare: 141 classes; auto: the smallest catalogue "
        "that contains the classes",
    )
    restarts: int = Field(
        6, ge=1, description="number of random initial orientations and parameters per class"
    )
    steps: int = Field(600, ge=1, description="number of adversarial training steps for the orientation")
    posthoc_steps: int = Field(
        1500, ge=1, description="number of training steps of the networks that test the final orientations"
    )
    batch: int = Field(128, ge=16, description="batch size (events)")
    learning_rate: LearningRates = Field(
        LearningRates(generator=2e-2, discriminator=3e-3), description="initial learning rates (Adam)"
    )
    waves: int = Field(64, ge=8, description="number of plane waves (two test functions each)")

    @model_validator(mode="before")
    @classmethod
    def _spelt(cls, data: Any) -> Any:
        """Raise `CardError` for the spelling of symhep 0.1."""
        if isinstance(data, dict) and "elements" in data:
            elements = data["elements"]
            names = elements if isinstance(elements, str) else f"[{', '.join(map(str, elements))}]"
            raise CardError(
                "discrete elements have their own key 'discrete', next to 'subgroups'",
                hint=f"write 'discrete: {{elements: {names}}}'",
            )
        return data

    @property
    def chosen(self) -> Catalogue:
        """The catalogue; by default that of the Lorentz group if it has all classes that are asked for."""
        if self.catalogue != "auto":
            return CATALOGUES[self.catalogue]()
        lorentz = CATALOGUES["lorentz"]()
        try:
            self.asked(lorentz)
        except CardError:
            return CATALOGUES["poincare"]()
        return lorentz


class ElementOptions(DiscreteOptions):
    """Discrete elements to test, and options of the tests.

    >>> ElementOptions(elements=["P"]).steps
    1500
    """

    steps: int = Field(1500, ge=1, description="number of training steps of the network of each element")
    batch: int = Field(128, ge=16, description="batch size (events)")
    waves: int = Field(64, ge=8, description="number of plane waves (two test functions each)")
