"""The figure of what a breaking term breaks."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np

from symhep.methods.number import Number
from symhep_oracle.figures.breaking import breaking_strengths
from symhep_oracle.fit.record import BreakingRecord, BrokenGenerator, Survivors


def test_curves_that_lie_on_each_other_have_one_label() -> None:
    violation = {"K_x": (1e-16, 1.0), "J_y": (3e-16, 1.02), "K_z": (2e-17, 2.0)}
    broken = [
        BrokenGenerator(name=name, violation=[Number.with_error(v, 0.0) for v in values])
        for name, values in violation.items()
    ]
    record = BreakingRecord(
        oracle="psi", strengths=np.array([0.0, 0.1]), surviving=Survivors(name="0", generator_names=()),
        broken=broken, algebra_of_the_whole=(),
    )  # fmt: skip
    legend = breaking_strengths(record).axes[0].get_legend()
    plt.close("all")
    assert legend is not None
    assert [t.get_text() for t in legend.get_texts()] == ["$K_{z}$", "$J_{y}$, $K_{x}$"]
