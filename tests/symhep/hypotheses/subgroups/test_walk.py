"""The walk of a lattice with tests whose answers are known: implications, limits, positions, Holm."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pytest

from symhep.hypotheses.subgroups.record import SubgroupRow
from symhep.hypotheses.subgroups.walk import Decided, SubgroupWalk, Tested
from symhep.lie.subgroups import lattice, lorentz_subgroups
from symhep.lie.subgroups.catalogue import SubgroupClass

CATALOGUE = lorentz_subgroups()
LEVEL = 0.05


class Known(SubgroupWalk[SubgroupRow]):
    """log p of a class is what the test says, -200 where it says nothing."""

    def __init__(self, log_p: Mapping[str, float], asked: Sequence[str] = tuple(CATALOGUE)) -> None:
        super().__init__(SubgroupRow, CATALOGUE, asked, level=LEVEL, hypotheses=40, scale=10.0)
        self.log_p, self.calls = log_p, list[list[str]]()

    def test(self, classes: Sequence[SubgroupClass]) -> Iterator[tuple[SubgroupClass, Tested]]:
        self.calls.append([c.name for c in classes])
        for c in classes:
            yield c, Tested(self.log_p.get(c.name, -200.0), c.coefficients(), np.eye(6))


def test_what_contains_a_rejected_class_is_not_tested() -> None:
    alive = {"SO(2)": -0.5, "SO(3)": -0.7}
    walk = Known(alive)
    found = walk.walked()
    order = lattice(CATALOGUE)
    assert found.maximal == ("SO(3)",)
    assert walk.calls[0] == [c.name for c in CATALOGUE.of_dimension(1)]
    tested = [name for call in walk.calls for name in call]
    for row in found.rows:
        if row.how == "implied":
            assert row.name not in tested
            assert row.rejected
            assert set(row.by) <= order.below[row.name]
            # k smaller classes were tested: their least p times k
            smaller = [found[name] for name in order.below[row.name] if found[name].how == "tested"]
            least = min(other.log10_p or 0.0 for other in smaller)
            assert row.log10_p == pytest.approx(least + math.log10(len(smaller)))
    assert {row.name for row in found.rows if not row.rejected} == set(alive)


def test_adjusted_p_values_grow_downwards() -> None:
    found = Known({"SO(2)": -0.5, "SO(1,1)": -4.0, "SO(2) x SO(1,1)": -4.5}).walked()
    for row in found.rows:
        for name in lattice(CATALOGUE).below[row.name]:
            assert (found[name].log10_p_adjusted or 0.0) >= (row.log10_p_adjusted or 0.0) - 1e-9
    own = [c.name for c in CATALOGUE.classes if not c.continuous]
    assert found.hypotheses == len(CATALOGUE) + len(own)  # each class, and those that have one position


def test_a_position_implies_its_class_and_may_be_excluded() -> None:
    class Turned(Known):
        """SO(2) holds about another axis than z; SO(1,1) is not possible along z."""

        def test(self, classes: Sequence[SubgroupClass]) -> Iterator[tuple[SubgroupClass, Tested]]:
            for c, found in super().test(classes):
                lab = -150.0 if c.name == "SO(2)" else None
                yield c, Tested(found.log_p, found.rows, found.adjoint, lab=lab, off_lab=c.name == "SO(1,1)")

    found = Turned({"SO(2)": -0.5, "SO(1,1)": -0.5}).walked()
    assert found["SO(2)"].survives
    assert found["SO(2)"].at_lab is False
    lab = found["SO(2)"].lab
    assert lab is not None
    assert lab.rejected
    assert lab.log10_p == pytest.approx(-150 / math.log(10))
    assert (found["SO(1,1)"].at_lab, found["SO(1,1)"].lab) == (False, None)
    continuous = next(c.name for c in CATALOGUE.classes if c.continuous)
    assert found[continuous].at_lab is None


def test_limits_do_not_survive_beside_the_special_class() -> None:
    class Near(Known):
        def test(self, classes: Sequence[SubgroupClass]) -> Iterator[tuple[SubgroupClass, Tested]]:
            for c, found in super().test(classes):
                rows = np.array([[0, 0, 1.0, 0, 0, 0.01]]) if c.name == "four-screw" else found.rows
                yield c, Tested(found.log_p, rows, found.adjoint)

    found = Near({"SO(2)": -0.5, "four-screw": -0.5}).walked()
    assert found["four-screw"].limit_of == ("SO(2)",)
    assert not found["four-screw"].survives
    assert not found["four-screw"].rejected
    assert found.maximal == ("SO(2)",)


def test_classes_that_are_decided_beforehand_or_not_asked_for() -> None:
    class Flat(Known):
        def beforehand(self, c: SubgroupClass) -> Decided | None:
            if "K" in c.written:
                return Decided("support")
            return Decided("rank", -90.0) if c.dimension > 1 else None

    found = Flat({"SO(2)": -0.5}, ["SO(2)", "SO(1,1)", "SO(3)"]).walked()
    rows = {row.name: row for row in found.rows}
    assert (rows["SO(1,1)"].how, rows["SO(1,1)"].rejected, rows["SO(1,1)"].log10_p) == ("support", None, None)
    assert (rows["SO(3)"].how, rows["SO(3)"].rejected) == ("rank", True)
    assert rows["SO(3)"].log10_p == pytest.approx(-90 / math.log(10))
    assert {rows[name].how for name in rows if name not in ("SO(2)", "SO(1,1)", "SO(3)")} == {"candidates"}
    assert found.hypotheses == 4  # SO(2) and SO(3), each with its position


def test_other_hypotheses_join_the_family() -> None:
    class WithGenerators(Known):
        lab = False

        def others(self) -> Mapping[str, tuple[float, str]]:
            return {"J_z": (-0.6, "SO(2)"), "K_z": (-0.1, "SO(1,1)")}

    found = WithGenerators({"SO(2)": -0.5}).walked()
    assert found.hypotheses == len(CATALOGUE) + 2
    assert not found.others["J_z"].rejected
    assert found.others["K_z"].rejected  # its class is
    assert found["SO(2)"].at_lab is None


def test_progress_is_reported_by_dimension() -> None:
    told: list[int] = []
    walk = Known({}, ["SO(2)", "SO(3)"])
    walk.walked(told.append)
    assert told == [1, 3]
