"""Angles of Collins and Soper against boosts and axes built step by step with `vector`."""

from __future__ import annotations

import awkward as ak
import numpy as np
import numpy.typing as npt
import pytest
import vector

from symhep.card.expressions import parse_expression
from symhep.events.batch import momentum_records
from symhep.events.evaluate import evaluate

FloatArray = npt.NDArray[np.float64]
SQRT_S, MASS = 13000.0, 0.000511


def _pairs(n: int) -> tuple[FloatArray, FloatArray]:
    """Two four-momenta (n, 4) as px, py, pz, E with the mass of the electron."""
    rng = np.random.default_rng(8)
    both = []
    for _ in range(2):
        p = rng.normal(0, 40, (n, 3)) + rng.normal(0, 60, (n, 1)) * [0, 0, 1]
        both.append(np.column_stack([p, np.sqrt((p**2).sum(1) + MASS**2)]))
    return both[0], both[1]


def _step_by_step(minus: FloatArray, plus: FloatArray) -> tuple[float, float]:
    one, two = (vector.obj(px=p[0], py=p[1], pz=p[2], E=p[3]) for p in (minus, plus))
    pair = one + two
    sign = -1.0 if pair.pz < 0 else 1.0
    beams = [vector.obj(px=0, py=0, pz=s * sign * SQRT_S / 2, E=SQRT_S / 2) for s in (1, -1)]
    a, b, lepton = (v.boostCM_of_p4(pair).to_xyz() for v in (*beams, one))
    z = (a.unit() - b.unit()).unit()
    # The beams lie in the x-z plane; the transverse momentum of the pair points to x, that of the beams away from it.
    x = (-(a.unit() + b.unit())).unit()
    y = z.cross(x)
    return lepton.unit().dot(z), np.arctan2(lepton.dot(y), lepton.dot(x))


def _records(p: FloatArray) -> ak.Array:
    return momentum_records({name: ak.Array(p[:, [i]]) for i, name in enumerate(("px", "py", "pz", "E"))})


def test_step_by_step() -> None:
    minus, plus = _pairs(200)
    scope = {"m": _records(minus), "p": _records(plus)}
    expected = np.array([_step_by_step(a, b) for a, b in zip(minus, plus, strict=True)])
    cos = evaluate(parse_expression("cos_theta_CS(m[0], p[0])"), scope).to_list()
    phi = evaluate(parse_expression("phi_CS(m[0], p[0])"), scope).to_list()
    assert cos == pytest.approx(expected[:, 0], abs=1e-6)
    turn = np.angle(np.exp(1j * (np.array(phi) - expected[:, 1])))
    assert np.abs(turn).max() < 1e-6


def test_a_pair_along_the_beam_has_no_azimuth() -> None:
    minus = np.array([[10.0, 0.0, 5.0, np.sqrt(125)]])
    plus = np.array([[-10.0, 0.0, 1.0, np.sqrt(101)]])
    scope = {"m": _records(minus), "p": _records(plus)}
    assert np.isnan(evaluate(parse_expression("phi_CS(m[0], p[0])"), scope).to_list()).all()
    assert np.isfinite(evaluate(parse_expression("cos_theta_CS(m[0], p[0])"), scope).to_list()).all()


def test_exchange_turns_both_around() -> None:
    minus, plus = _pairs(20)
    scope = {"m": _records(minus), "p": _records(plus)}
    there, back = (
        evaluate(parse_expression(f"cos_theta_CS({a}[0], {b}[0])"), scope).to_list() for a, b in ("mp", "pm")
    )
    assert there == pytest.approx([-x for x in back])
