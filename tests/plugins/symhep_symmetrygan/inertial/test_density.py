"""Draws from inertial densities against the laws that they are to have."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.stats import kstest

from symhep.errors import CardError
from symhep.plugin.functions import add_code_folder
from symhep.plugin.manager import Registry
from symhep_symmetrygan.inertial.density import draw_inertial
from symhep_symmetrygan.inertial.options import (
    BoxOptions,
    DensityOptions,
    GaussianOptions,
    InertialOptions,
    UserDensityOptions,
)
from symhep_symmetrygan.sample import Sample

NAMES = ("px", "py")


def _draw(options: DensityOptions, scale: float = 10.0) -> Sample:
    return draw_inertial(options, 5000, NAMES, scale, np.random.default_rng(1))


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("code")
    (folder / "my_gan_densities.py").write_text(
        "def ring(rng, count, size):\n"
        "    x = rng.normal(size=(count, size))\n"
        "    return x / (x**2).sum(axis=1, keepdims=True) ** 0.5\n"
        "def flat(rng, count, size): return rng.uniform(size=count)\n"
        "def infinite(rng, count, size): return rng.normal(size=(count, size)) / 0.0\n"
        "def fails(rng, count, size): raise OSError('no beam')\n",
        encoding="utf-8",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYMHEP_CODE", "")
        patch.syspath_prepend(str(folder))
        add_code_folder(folder)
        yield "my_gan_densities"
        sys.modules.pop("my_gan_densities", None)


def test_a_box() -> None:
    drawn = _draw(BoxOptions(low=-20, high=(20.0, 0.0)))
    assert drawn.x.shape == (5000, 2)
    assert not drawn.weighted
    x, y = drawn.x.T.numpy()
    assert kstest(x, "uniform", (-2, 4)).pvalue > 1e-3
    assert kstest(y, "uniform", (-2, 2)).pvalue > 1e-3


def test_a_normal_density() -> None:
    x, y = _draw(GaussianOptions(kind="gaussian", mean=(0.0, 5.0), width=20)).x.T.numpy()
    assert kstest(x, "norm", (0, 2)).pvalue > 1e-3
    assert kstest(y, "norm", (0.5, 2)).pvalue > 1e-3


def test_a_function_of_the_users(users: str) -> None:
    drawn = _draw(UserDensityOptions(kind="user", function=f"{users}:ring"))
    np.testing.assert_allclose(np.linalg.norm(drawn.x.numpy(), axis=1), 0.1)


def test_a_function_of_the_plugins_of_the_run(announced: Callable[..., Registry]) -> None:
    registry = announced("def ones(rng, count, size): return [[1.0] * size] * count")
    of = {"kind": "user", "function": "mine:ones"}
    options = InertialOptions.model_validate({"of": of}, context={"registry": registry})
    assert set(_draw(options.of).x.flatten().tolist()) == {0.1}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            BoxOptions(low=1.0, high=(2.0, 1.0)),
            "the box of the inertial density has no positive width in 'py': 1 to 1",
        ),
        (
            BoxOptions(low=(0.0, 0.0, 0.0), high=1.0),
            "'low' of the inertial density has 3 values for 2 coordinates",
        ),
        (
            GaussianOptions(kind="gaussian", width=(1.0, 0.0)),
            "widths of the inertial density must be positive",
        ),
    ],
)
def test_densities_that_do_not_fit(options: DensityOptions, message: str) -> None:
    with pytest.raises(CardError, match=message):
        _draw(options)


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("flat", r"must return finite numbers of shape \(5000, 2\), not an array of shape \(5000,\)"),
        ("fails", "raised an error: OSError: no beam"),
    ],
)
def test_functions_that_are_no_density(users: str, function: str, message: str) -> None:
    with pytest.raises(CardError, match=message):
        _draw(UserDensityOptions(kind="user", function=f"{users}:{function}"))


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_infinite_draws(users: str) -> None:
    with pytest.raises(CardError, match="must return finite numbers"):
        _draw(UserDensityOptions(kind="user", function=f"{users}:infinite"))


def test_options_say_which_density() -> None:
    chosen = InertialOptions(of={"kind": "gaussian", "width": 2}, way="two_stage")
    assert chosen.of == GaussianOptions(kind="gaussian", width=2)
    with pytest.raises(ValidationError, match="expected tags: 'uniform', 'gaussian', 'user'"):
        InertialOptions(of={"kind": "cauchy"})
    with pytest.raises(ValidationError, match="high\n  Field required"):
        InertialOptions(of={"kind": "uniform", "low": 0})
