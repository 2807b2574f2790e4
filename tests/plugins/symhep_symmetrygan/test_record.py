"""Summary, arrays, tables: what the records say, as JSON, under the names of the contract."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

import symhep_symmetrygan.record as contract
from symhep.methods.result import Result
from symhep_symmetrygan.maps.distance import far_from
from symhep_symmetrygan.outcome import Outcome
from symhep_symmetrygan.record import drawing_arrays, summarise
from symhep_symmetrygan.say.tables import tables
from symhep_symmetrygan.verdict import verdicts

Made = Callable[..., Outcome]
ResultOf = Callable[[Outcome], Result]


def test_the_summary_is_json(dijets: Made, line: Made) -> None:
    for o in (dijets(), line(), Outcome({"train": 1}, {}, 1.0, "", 0.01)):
        summary = summarise(o)
        assert json.loads(json.dumps(summary, allow_nan=False)) == summary


def test_every_key_and_array_is_in_the_contract(dijets: Made, line: Made) -> None:
    said = contract.__doc__ or ""
    for o in (dijets(), line()):
        for name in (*summarise(o), *drawing_arrays(o)):
            assert (
                f"``{name}``" in said or f"``{name.replace('_0', '_{s}').replace('_1', '_{s}')}``" in said
            ), name


def test_elements_fail_below_the_level(dijets: Made) -> None:
    o = dijets(number=6)
    assert o.tested is not None
    adjusted = np.log([0.5, 0.011, 0.01, 1e-9, 1.0, 1.0])
    adjusted[3:5] = -np.inf, np.nan
    o = replace(o, tested=replace(o.tested, log_p_adjusted=adjusted))
    assert verdicts(o).tolist() == ["kept", "kept", "failed", "failed", "not tested", "diverged"]
    s = summarise(o)
    assert s["elements"] == 5
    assert {k: s["verdicts"][k] for k in ("kept", "failed", "not_tested", "diverged")} == {
        "kept": 2, "failed": 2, "not_tested": 1, "diverged": 1,
    }  # fmt: skip


def test_means_have_errors_and_a_ratio_to_the_noise(dijets: Made) -> None:
    o = dijets()
    assert o.divergences is not None
    found = np.array([[1.0, 2.0], [3.0, 2.0], [np.nan, 1.0]])
    noise = np.array([[0.5, 1.0], [1.5, 1.0]])
    kl = summarise(
        replace(
            o,
            search=None,
            tested=None,
            losses=None,
            divergences=replace(o.divergences, found=found, noise=noise, refined=found[:0]),
        )
    )["kl"]
    assert kl["symmetry"] == {
        "mean": [2.0, 2.0],
        "error": [1.0, 0.0],
        "number": 2,
    }  # std 2^(1/2), over 2^(1/2)
    assert kl["ratio"] == [2.0, 2.0]
    assert kl["refined"]["mean"] is None


def test_losses_of_kept_and_failed_elements_are_told_apart(dijets: Made) -> None:
    o = dijets(number=6, failed=2)
    assert o.losses is not None
    loss = np.array([1.0, 1.1, 1.38, 1.39, 1.4, 0.5])
    found = summarise(replace(o, losses=replace(o.losses, found=loss)))["posthoc_loss"]
    assert found["failed"]["value"] == pytest.approx(1.05)
    assert found["kept"]["value"] == pytest.approx(1.39)
    assert found["ideal"] == pytest.approx(math.log(4))


def test_parameters_are_stored_in_units_of_the_data(line: Made) -> None:
    o = line()
    assert o.search is not None
    a = drawing_arrays(o)
    assert a["final"] == pytest.approx(o.search.final * [1.1, 1.0])
    assert a["initial"][:, 0] == pytest.approx(1.1 * o.search.initial[:, 0])


def test_p_that_no_float_holds_is_stored_by_its_logarithm(dijets: Made) -> None:
    o = dijets(number=3)
    assert o.tested is not None
    a = drawing_arrays(
        replace(o, tested=replace(o.tested, log_p=np.array([-2000 * math.log(10), -np.inf, np.nan])))
    )
    assert a["log10_p"][:2].tolist() == pytest.approx([-2000, -1e6])
    assert np.isnan(a["log10_p"][2])


def test_distances_of_angles_are_the_smallest() -> None:
    turn = 2 * np.pi
    away = far_from(np.array([[0.1, 3.0]]), np.array([[turn - 0.1, 4.0]]), np.array([turn, 0.0]))
    assert away["median"] == pytest.approx(math.hypot(0.2, 1.0))


def test_shares_of_far_points_have_an_error_also_at_zero() -> None:
    near = far_from(np.zeros((98, 1)), np.full((98, 1), 0.1), np.zeros(1))
    assert (near["far"], near["median"]) == (0.0, pytest.approx(0.1))
    # standard deviation of the Beta(1, 99) that a flat prior leaves
    assert near["far_error"] == pytest.approx(math.sqrt(99 / (100**2 * 101)))
    assert far_from(np.full((2, 1), np.nan), np.zeros((2, 1)), np.zeros(1))["far"] is None


def test_tables_hold_what_there_is(dijets: Made, line: Made) -> None:
    assert set(tables(summarise(dijets()))) == {
        "projections",
        "components",
        "generators",
        "subgroups",
        "discrete",
    }
    assert tables(summarise(line())) == {}


def test_the_table_of_subgroups_has_survivors_first_and_classes_before_generators(dijets: Made) -> None:
    table = tables(summarise(dijets()))["subgroups"]
    assert table.rows[0][0] == "SO(2)"
    assert table.rows[0][-1] == "survives, in no larger one"
    names = [row[0] for row in table.rows]
    assert names.index("J_z") == 14  # after the classes of the Lorentz group
    fates = {row[0]: row[-1] for row in table.rows}
    assert fates["J_z"] == "survives"
    assert fates["K_z"] == "rejected"


@pytest.mark.parametrize(
    ("changes", "fate"),
    [
        ({"how": "implied", "by": ["SO(3)", "E(2)"]}, "rejected: holds SO(3), E(2)"),
        ({"how": "candidates"}, "not among the candidates"),
        ({"rejected": False, "limit_of": ["SO(2)"]}, "as near as one likes to SO(2)"),
        ({"rejected": None}, "not tested"),
    ],
)
def test_fates_of_subgroups(dijets: Made, changes: dict[str, object], fate: str) -> None:
    s = summarise(dijets())
    s["subgroups"] = [s["subgroups"][0] | changes]
    assert tables(s)["subgroups"].rows[0][-1] == fate
