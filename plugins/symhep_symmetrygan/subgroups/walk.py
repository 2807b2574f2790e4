"""The search over all classes of subgroups, by rising dimension: what contains a rejected one needs no search."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.errors import CardError, MethodError, nearest
from symhep.lie.subgroups import lorentz_subgroups, poincare_subgroups
from symhep.lie.subgroups.catalogue import Catalogue, SubgroupClass
from symhep.lie.subgroups.lattice import Lattice, lattice
from symhep.lie.subgroups.limits import limits
from symhep.methods.context import Progress, SilentProgress
from symhep.stats.multiplicity import holm_with_implications
from symhep_symmetrygan.sample import Events
from symhep_symmetrygan.subgroups.adversary import play
from symhep_symmetrygan.subgroups.conjugates import Conjugated, Member, at_lab, members
from symhep_symmetrygan.subgroups.discrete import chosen_elements, discrete_rows, forward_backward
from symhep_symmetrygan.subgroups.evidence import Evidence
from symhep_symmetrygan.subgroups.options import SubgroupOptions
from symhep_symmetrygan.subgroups.record import DiscreteRow, How, LabRow, SubgroupRow, SubgroupSearch
from symhep_symmetrygan.subgroups.refinement import Positions
from symhep_symmetrygan.subgroups.streams import child
from symhep_symmetrygan.subgroups.trial import Place, Trial
from symhep_symmetrygan.validation.waves import Waves

__all__ = ["asked_classes", "search_subgroups"]

FloatArray = npt.NDArray[np.float64]


def search_subgroups(
    events: Events,
    options: SubgroupOptions,
    seeds: np.random.SeedSequence,
    *,
    level: float = 0.05,
    bins: int = 100,
    device: str = "cpu",
    progress: Progress | None = None,
) -> SubgroupSearch:
    """Test every class of the catalogue, every generator at its own place, and discrete elements.

    Of each class the position is searched by the game of `play` from several starts, the first at the catalogue's own
    place; the start that ends best on the training events is refined there (`Positions`). Held-out events test it
    (`evidence`), and the catalogue's place too; the larger p-value is that of the class, for either position would
    do. By rising dimension: a class that contains a rejected one is not searched, and has k times the least p
    of the k smaller ones that were tested in it (Bonferroni). Holm's procedure with the implications of the lattice
    holds the probability of any false rejection among classes and generators at ``level``.

    A test is right for the positions that were tried. That no other position would have done better is what
    search and refining are for; p-values of rejected classes say nothing about positions that were missed.

    Raises `CardError` for unknown classes and elements, `MethodError` for events that are no four-momenta.

    >>> from symhep_symmetrygan.subgroups.options import SubgroupOptions
    >>> asked_classes(SubgroupOptions(classes=("SO(3)",)))[1] == {"SO(3)", "SO(2)"}
    True
    """
    if not events.momenta:
        raise MethodError(
            f"subgroups of the Lorentz group act on four-momenta, and events are {', '.join(events.components)}"
        )
    elements = chosen_elements(options, events)
    run = _Run(events, options, seeds, level, device, bins)
    with (progress or SilentProgress()).task("subgroups", run.stages + 2) as task:
        run.at_lab()
        task(1, "generators")
        for dimension in range(1, run.stages + 1):
            run.of_dimension(dimension)
            task(1, f"dimension {dimension}")
        discrete = discrete_rows(events, elements, run.waves, options, seeds, level, device)
        task(1, "discrete elements")
    return run.result(discrete)


def asked_classes(options: SubgroupOptions) -> tuple[Catalogue, frozenset[str]]:
    """The catalogue, and the names of the classes that are tested. Raises `CardError` for one that is not there."""
    catalogue = lorentz_subgroups() if options.catalogue == "lorentz" else poincare_subgroups()
    if options.classes == "all":
        return catalogue, frozenset(catalogue)
    order, asked = lattice(catalogue), set[str]()
    for text in options.classes:
        try:
            name = catalogue[text].name
        except KeyError as error:
            raise CardError(
                f"the {options.catalogue} catalogue has no subgroup '{text}'", hint=nearest(text, catalogue)
            ) from error
        asked |= {name, *order.below[name]}
    return catalogue, frozenset(asked)


class _Run:
    """One pass over a lattice."""

    def __init__(
        self,
        events: Events,
        options: SubgroupOptions,
        seeds: np.random.SeedSequence,
        level: float,
        device: str,
        bins: int,
    ) -> None:
        self.catalogue, self.asked = asked_classes(options)
        self.order: Lattice = lattice(self.catalogue)
        self.events, self.options, self.seeds, self.level, self.device = events, options, seeds, level, device
        rng = np.random.default_rng(child(seeds, "waves"))
        self.waves = Waves.draw(events.train, options.waves, rng)
        self.positions = Positions(self.waves, events.train, self.catalogue, rng)
        self.trial = Trial(events, self.waves, self.positions, options, seeds, device, bins)
        self.rows = {c.name: _row(c, "candidates") for c in self.catalogue.classes}
        self.lab: list[tuple[str, FloatArray, Evidence]] = []
        self.stages = max(self.catalogue[name].dimension for name in self.asked)
        self.threshold = math.log(level / (len(self.asked) + len(self.catalogue.group)))

    def of_dimension(self, dimension: int) -> None:
        """Search and test the classes of one dimension that no smaller one has decided."""
        left = []
        for c in self.catalogue.of_dimension(dimension):
            if c.name not in self.asked:
                continue
            implied = self._implied(c)
            if implied is None:
                left.append(c)
            else:
                self.rows[c.name] = implied
        if not left:
            return
        best = self._searched(left)
        homes = {c.name: self._homes(c) for c in left}
        tests = self.trial.of([place for c in left for place in (*homes[c.name], best[c.name])])
        results = iter(tests)
        for c in left:
            at_home = [(x, found) for label, x, found in self.lab if self._class_of(label) == c.name]
            at_home += [(self._in_units(place.generators), next(results)) for place in homes[c.name]]
            self.rows[c.name] = self._reported(c, at_home, best[c.name], next(results))

    def _implied(self, c: SubgroupClass) -> SubgroupRow | None:
        below = [self.rows[name] for name in self.order.below[c.name]]
        tried = {row.name: row.log_p for row in below if row.how == "tested" and row.log_p is not None}
        among = math.log(max(1, len(tried)))
        by = tuple(name for name, log_p in tried.items() if log_p + among < self.threshold)
        if not by:
            return None
        return _row(c, "implied", log_p=min(0.0, min(tried[name] for name in by) + among), by=by)

    def _searched(self, classes: Sequence[SubgroupClass]) -> dict[str, Place]:
        """The best position of each class, after the game and refining."""
        chosen = [m for c in classes for m in members(c) for _ in range(self.options.restarts)]
        homes = torch.arange(len(chosen)) % self.options.restarts == 0
        seeds = [
            child(self.seeds, f"{m.of.name} {m.signs} {m.turned.tolist()} {r % self.options.restarts}")
            for r, m in enumerate(chosen)
        ]

        def start(parameters: Tensor) -> Tensor:
            return torch.where(homes.to(parameters.device)[:, None], 0.0, parameters)

        ends = play(self.events.train, self.catalogue, chosen, start, self.options, seeds, self.device)
        quality = self.positions.qualities(chosen, ends)
        best = {}
        for c in classes:
            own = [r for r, m in enumerate(chosen) if m.of is c]
            r = min(own, key=lambda k: quality[k])
            theta = self.positions.refined(chosen[r], ends[r])
            best[c.name] = self._place(f"{c.name}, searched", chosen[r], theta)
        return best

    def _homes(self, c: SubgroupClass) -> list[Place]:
        """Where the catalogue has it, with every choice of signs; nothing for families and for tested generators."""
        if c.continuous or any(self._class_of(label) == c.name for label, _, _ in self.lab):
            return []
        return [
            replace(
                self._place(
                    f"{c.name}, {m.signs}", m, torch.zeros(len(self.catalogue.group), dtype=torch.float64)
                ),
                member=None,
            )
            for m in members(c)
        ]

    def _place(self, name: str, member: Member, theta: Tensor) -> Place:
        one = Conjugated(self.catalogue, [member], self.device)
        return Place(name, one.generators(theta[None])[0], one.compact[0], member, theta)

    def _reported(
        self, c: SubgroupClass, at_home: Sequence[tuple[FloatArray, Evidence]], best: Place, found: Evidence
    ) -> SubgroupRow:
        """The place of the catalogue or of a generator, if it will do as well as any; else the best one found."""
        generators, home = max(at_home, key=lambda pair: pair[1].log_p, default=(None, None))
        assert best.member is not None
        assert best.parameters is not None
        one = Conjugated(self.catalogue, [best.member], self.device)
        tested = replace(
            _row(c, "tested", log_p=found.log_p),
            at_lab=False,
            log_p_lab=None if home is None else home.log_p,
            generators=self._in_units(best.generators),
            element=self._in_units(one.elements(best.parameters[None])[0]),
            parameters=one.values(best.parameters[None], 0),
            loss=found.loss,
            kl=found.kl,
        )
        if home is None or (home.log_p < self.threshold and home.log_p < found.log_p):
            return tested
        log_p = max(found.log_p, home.log_p)
        return replace(
            tested, log_p=log_p, at_lab=True, generators=generators, element=None, loss=home.loss, kl=home.kl
        )

    def _end(self, row: SubgroupRow) -> tuple[FloatArray, FloatArray]:
        """Rows of a member in the basis of the group, and the adjoint matrix of what moved it there."""
        basis = np.asarray(self.catalogue.group.homogeneous().matrices.real, np.float64)
        scale = np.ones((5, 5))
        scale[:4, 4] = self.events.scale
        g = np.eye(5) if row.element is None else row.element / scale
        moved = np.concatenate([np.asarray(row.generators) / scale, g @ basis @ np.linalg.inv(g)])
        rows = np.linalg.lstsq(basis.reshape(len(basis), -1).T, moved.reshape(len(moved), -1).T, rcond=None)[
            0
        ].T
        return rows[: row.dimension], rows[row.dimension :].T

    def _in_units(self, matrices: Tensor) -> FloatArray:
        """Translations times the scale."""
        found = matrices.cpu().numpy().copy()
        found[..., :4, 4] *= self.events.scale
        return found

    def _class_of(self, label: str) -> str:
        """The class of a generator: all axes of space are conjugate."""
        return self.catalogue[label if label == "P_t" else f"{label[0]}_z"].name

    def at_lab(self) -> None:
        """Test every generator where the catalogue has it."""
        labels = self.catalogue.group.labels
        places = [
            Place(
                f"{label} at the lab",
                torch.from_numpy(at_lab(self.catalogue, label)).to(self.device),
                torch.tensor([label.startswith("J")], device=self.device),
            )
            for label in labels
        ]
        for label, place, found in zip(labels, places, self.trial.of(places), strict=True):
            self.lab.append((label, self._in_units(place.generators), found))

    def result(self, discrete: Sequence[DiscreteRow]) -> SubgroupSearch:
        """Holm's procedure over all classes and generators, with the implications of the lattice."""
        tested = [row for row in self.rows.values() if row.log_p is not None]
        place = {row.name: k for k, row in enumerate(tested)}
        implies = np.zeros((len(tested) + len(self.lab),) * 2, dtype=bool)
        for row in tested:
            for name in self.order.below[row.name]:
                if name in place:
                    implies[place[row.name], place[name]] = True
        for k, (label, _, _) in enumerate(self.lab):
            own = self._class_of(label)
            if own in place:
                implies[len(tested) + k, place[own]] = True
        logs = [row.log_p for row in tested] + [found.log_p for _, _, found in self.lab]
        adjusted = holm_with_implications(np.array(logs, dtype=np.float64), implies)
        limit = math.log(self.level)
        for row, a in zip(tested, adjusted, strict=False):
            self.rows[row.name] = replace(row, log_p_adjusted=float(a), rejected=bool(a <= limit))
        left = [row for row in self.rows.values() if row.how == "tested" and not row.rejected]
        for name, explained in limits({row.name: self._end(row) for row in left}, self.catalogue).items():
            self.rows[name] = replace(self.rows[name], limit_of=explained)
        lab = tuple(
            LabRow(label, found.log_p, float(a), bool(a <= limit), x, found.loss, found.kl)
            for (label, x, found), a in zip(self.lab, adjusted[len(tested) :], strict=True)
        )
        return SubgroupSearch(
            self.options.catalogue, self.order, tuple(self.rows[name] for name in self.catalogue), lab,
            tuple(discrete), forward_backward(self.events), self.level, len(logs), self.trial.projections,
        )  # fmt: skip


def _row(c: SubgroupClass, how: How, *, log_p: float | None = None, by: tuple[str, ...] = ()) -> SubgroupRow:
    return SubgroupRow(c.name, c.label, c.algebra, c.dimension, how, log_p, by=by)
