from __future__ import annotations

import pytest
from pydantic import ValidationError

from symhep_vae.options import VaeOptions


def test_defaults_are_the_papers() -> None:
    o = VaeOptions()
    assert (o.latent_dim, o.runs, o.epochs, o.beta, o.learning_rate) == (6, 15, 20, 0.1, 1e-3)


def test_every_option_is_described() -> None:
    assert all(field.description for field in VaeOptions.model_fields.values())


@pytest.mark.parametrize(
    "wrong",
    [
        {"beat": 0.1},
        {"beta": -1},
        {"runs": 0},
        {"variant": "gan"},
        {"activation": "sine"},
        {"learning_rate": 0},
    ],
)
def test_wrong_options_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        VaeOptions(**wrong)
