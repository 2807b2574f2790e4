"""Found generators as a table."""

from __future__ import annotations

from symhep.hypotheses.generators.record import GeneratorRow
from symhep.hypotheses.generators.table import generator_table


def test_the_table_has_numbers_with_errors() -> None:
    one = GeneratorRow(
        label="J_z", coefficients={"J_z": 1.0, "K_z": 0.002}, errors={"J_z": 1e-5, "K_z": 0.003}
    )
    other = GeneratorRow(label="J_x", coefficients={"J_x": 1.0}, errors={"J_x": 0.02})
    table = generator_table([one, other])
    assert [str(head) for head in table.columns] == ["generator", "J_z", "K_z", "J_x"]
    assert table.texts()[0][1:] == ("1.000000 ± 0.000010", "0.0020 ± 0.0030", "–")


def test_exact_coefficients_have_no_error() -> None:
    row = GeneratorRow(label="J_z", coefficients={"J_z": 1.0, "J_x": 3e-17}, errors={"J_z": 0.0, "J_x": 0.0})
    assert generator_table([row]).texts()[0][1:] == ("1", "0")
