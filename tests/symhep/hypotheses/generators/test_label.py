"""A generator's label: one normalisation, the largest coefficient one, what is zero or one within errors so."""

from __future__ import annotations

import pytest

from symhep.hypotheses.generators.label import generator_label, stated
from symhep.hypotheses.generators.record import GeneratorRow
from symhep.hypotheses.generators.table import generator_table


@pytest.mark.parametrize(
    ("coefficients", "error", "label"),
    [
        ({"J_z": 0.9999, "J_x": 0.01}, 0.01, "J_z"),
        ({"J_z": -1.0}, 0.0, "-J_z"),
        ({"J_x": 0.6, "J_y": 0.8}, 1.0, "J_y"),  # known badly: the largest alone
        ({"J_x": 0.0, "J_y": -0.479, "J_z": 0.878}, 0.004, "-0.546 J_y + J_z"),
        ({"L_12": 0.707, "L_34": -0.7072}, 0.001, "L_12 - L_34"),
    ],
)
def test_labels(coefficients: dict[str, float], error: float, label: str) -> None:
    assert generator_label(coefficients, dict.fromkeys(coefficients, error)) == label


def test_four_errors_decide() -> None:
    assert stated([1.0, 0.039], [0.01, 0.01]).tolist() == [1.0, 0.0]
    assert stated([1.0, 0.041], [0.01, 0.01]).tolist() == [1.0, 0.041]


def test_the_table_has_numbers_with_errors() -> None:
    one = GeneratorRow(
        label="J_z", coefficients={"J_z": 1.0, "K_z": 0.002}, errors={"J_z": 1e-5, "K_z": 0.003}
    )
    other = GeneratorRow(label="J_x", coefficients={"J_x": 1.0}, errors={"J_x": 0.02})
    table = generator_table([one, other])
    assert [str(head) for head in table.columns] == ["generator", "J_z", "K_z", "J_x"]
    assert table.texts()[0][1:] == ("1.000000 ± 0.000010", "0.0020 ± 0.0030", "–")
