"""Numbers with errors, and sums of generators."""

from __future__ import annotations

import pytest

from symhep_moments.fit.labels import coefficient_text, combination_text


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (0.48212, 0.0031, "0.482(3)"),
        (-0.4821, 0.012, "−0.482(12)"),
        (0.4821, 0.0199, "0.48(2)"),
        (1.0, 0.0, "1"),
        (0.25, 1e-12, "0.25"),
        (12.3, 3.0, "12.3 ± 3".replace("12.3", "12")),
        (0.0, 0.05, "0.00(5)"),
    ],
)
def test_errors_stand_in_units_of_the_last_digit(value: float, error: float, text: str) -> None:
    assert coefficient_text(value, error) == text


def test_a_sum_leaves_out_what_is_zero_within_errors() -> None:
    coefficients = {"J_x": 0.02, "J_y": -0.479, "J_z": 0.878, "K_z": 0.001}
    errors = {"J_x": 0.01, "J_y": 0.004, "J_z": 0.003, "K_z": 0.01}
    assert combination_text(coefficients, errors) == "−0.479(4) J_y + 0.878(3) J_z"


def test_one_generator_is_called_by_its_name() -> None:
    assert combination_text({"J_z": 0.9999, "J_x": 0.01}, {"J_z": 1e-4, "J_x": 0.01}) == "J_z"
    assert combination_text({"J_z": -1.0}, {"J_z": 0.0}) == "J_z"


def test_where_all_is_zero_within_errors_the_largest_is_told() -> None:
    assert combination_text({"J_x": 0.6, "J_y": 0.8}, {"J_x": 1.0, "J_y": 0.9}) == "0.8(9) J_y"
