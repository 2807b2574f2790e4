"""How a class of subgroups is tested: its position by a game on the training events, its p-value on the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from symhep.errors import MethodError
from symhep.hypotheses.divergence.record import DivergenceRecord
from symhep.hypotheses.subgroups.walk import SubgroupWalk, Tested, Walked
from symhep.lie.subgroups.catalogue import SubgroupClass
from symhep.methods.context import Progress, SilentProgress, Task, stream_for
from symhep_symmetrygan.sample import Events
from symhep_symmetrygan.subgroups.adversary import play
from symhep_symmetrygan.subgroups.conjugates import Conjugated, Member, at_lab, members
from symhep_symmetrygan.subgroups.evidence import Evidence
from symhep_symmetrygan.subgroups.options import WalkOptions
from symhep_symmetrygan.subgroups.record import ClassRow, LabRow, SubgroupSearch
from symhep_symmetrygan.subgroups.refinement import Positions
from symhep_symmetrygan.subgroups.trial import Place, Trial
from symhep_symmetrygan.training.steps import scaled
from symhep_symmetrygan.validation.observed import observed_of
from symhep_symmetrygan.validation.set_waves import draw_waves

__all__ = ["GameWalk", "search_subgroups"]

FloatArray = npt.NDArray[np.float64]

#: Steps of the progress that are shown for the positions of all classes of a dimension, and for their tests.
SEARCHED, TESTED = 600, 400


def no_task(steps: int = 1, note: str = "") -> None:
    """Progress that is shown nowhere."""


def search_subgroups(
    events: Events,
    options: WalkOptions,
    seeds: np.random.SeedSequence,
    *,
    level: float = 0.05,
    bins: int = 100,
    device: str = "cpu",
    progress: Progress | None = None,
) -> tuple[SubgroupSearch, dict[str, Place]]:
    """Test every class of the catalogue that is asked for, and every generator of the group in the lab frame.

    A test is right for the positions that were tried. That no other position would have done better is what
    search and refining are for; p-values of rejected classes say nothing about positions that were missed.

    Returns all rows, and subgroups whose images figures show: one that is 'kept', one that is 'rejected', and, as
    'random', the whole group.

    Raises `CardError` for unknown classes, `MethodError` for events that are no four-momenta.
    """
    if not events.momenta:
        raise MethodError(
            "subgroups of the Lorentz group act on four-momenta, but events have the components "
            f"{', '.join(events.components)}"
        )
    walk = GameWalk(events, options, seeds, level=level, bins=bins, device=device)
    total = (SEARCHED + TESTED) * (len(walk.dimensions()) + 1)
    with (progress or SilentProgress()).task("subgroups", total) as task:
        walk.task = task
        walk.test_lab()
        task(SEARCHED, "generators")
        walked = walk.walked(lambda dimension: task(0, f"dimension {dimension}"))
    return walk.record(walked), walk.shown(walked)


class GameWalk(SubgroupWalk[ClassRow]):
    """A walk whose classes are tested as follows; the generators in the lab frame belong to the same family.

    Of each class the position is searched by the game of `play` from several starts, the first at the catalogue's own
    place; the start that ends best on the training events is refined there (`Positions`). Held-out events test it
    (`evidence`), and the catalogue's place too; the larger p-value is that of the class, for either position would
    do.
    """

    lab = False  # generators are tested there, and count for their classes

    def __init__(
        self,
        events: Events,
        options: WalkOptions,
        seeds: np.random.SeedSequence,
        *,
        level: float,
        bins: int,
        device: str = "cpu",
    ) -> None:
        catalogue = options.chosen
        asked = options.asked(catalogue)
        super().__init__(
            ClassRow,
            catalogue,
            asked,
            level=level,
            hypotheses=len(asked) + len(catalogue.group),
            scale=events.scale,
        )
        self.events, self.options, self.seeds, self.device = events, options, seeds, device
        rng = np.random.default_rng(stream_for(seeds, "waves"))
        waves = draw_waves(events.train, options.waves, rng)
        self.positions = Positions(waves, events.train, catalogue, rng)
        self.observed = observed_of(events, bins, stream_for(seeds, "divergences"))
        self.trial = Trial(events, waves, self.positions, options, seeds, device, self.observed)
        self.basis = np.asarray(catalogue.group.homogeneous().matrices.real, np.float64)
        self.task: Task = no_task
        self.in_lab: dict[str, tuple[Place, Evidence]] = {}
        self.reported: dict[str, tuple[Place, Evidence]] = {}

    def test_lab(self) -> None:
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
        self.in_lab = dict(zip(labels, zip(places, self._tried(places), strict=True), strict=True))

    def others(self) -> Mapping[str, tuple[float, str]]:
        """The generators in the lab frame, each of which implies its class."""
        return {label: (found.log_p, self._class_of(label)) for label, (_, found) in self.in_lab.items()}

    def test(self, classes: Sequence[SubgroupClass]) -> Iterator[tuple[SubgroupClass, Tested]]:
        """Search the best position of all, then test these and those of the catalogue as one batch."""
        best = self._searched(classes)
        homes = {c.name: self._homes(c) for c in classes}
        results = iter(self._tried([place for c in classes for place in (*homes[c.name], best[c.name])]))
        for c in classes:
            at_home = [pair for label, pair in self.in_lab.items() if self._class_of(label) == c.name]
            at_home += [(place, next(results)) for place in homes[c.name]]
            yield c, self._better(at_home, best[c.name], next(results))

    def _tried(self, places: Sequence[Place]) -> list[Evidence]:
        return self.trial.of(places, scaled(self.task, TESTED, len(places) * self.options.posthoc_steps))

    def record(self, walked: Walked[ClassRow]) -> SubgroupSearch:
        """All rows."""
        candidates = tuple(
            LabRow(label=label, **dict(walked.others[label]), **found.numbers)
            for label, (_, found) in self.in_lab.items()
        )
        return SubgroupSearch(
            catalogue=self.catalogue.key, subgroups=walked.rows, maximal_subgroups=walked.maximal,
            candidates=candidates, subgroup_kl=self._divergences(walked),
        )  # fmt: skip

    def shown(self, walked: Walked[ClassRow]) -> dict[str, Place]:
        """A subgroup that is 'kept', the largest; one 'rejected', the first generator or class; 'random', the group."""
        kept, rejected = ([place for place, _ in places] for places in self._fared(walked))
        some = {"kept": kept[:1], "rejected": rejected[:1], "random": [self.whole]}
        return {name: places[0] for name, places in some.items() if places}

    @property
    def whole(self) -> Place:
        """The whole group."""
        compact = torch.tensor([label.startswith("J") for label in self.catalogue.group.labels])
        return Place("the group", torch.tensor(self.basis, device=self.device), compact.to(self.device))

    def _fared(self, walked: Walked[ClassRow]) -> list[list[tuple[Place, Evidence]]]:
        """Maximal compatible classes, as reported; generators and classes that are rejected."""
        kept = [self.reported[name] for name in walked.maximal if name in self.reported]
        rejected = [self.in_lab[label] for label, row in walked.others.items() if row.rejected]
        rejected += [
            self.reported[row.name] for row in walked.rows if row.rejected and row.name in self.reported
        ]
        return [kept, rejected]

    def _divergences(self, walked: Walked[ClassRow]) -> DivergenceRecord | None:
        if self.observed is None:
            return None
        measured = [[found.excess for _, found in places] for places in self._fared(walked)]
        kept, failed = (self.observed.joined([e for e in some if e is not None]) for some in measured)
        return DivergenceRecord.seen(
            self.observed,
            kept=kept,
            failed=failed,
            random=self.observed.excess([self.trial.moved(self.whole)]),
        )

    def _searched(self, classes: Sequence[SubgroupClass]) -> dict[str, Place]:
        """The best position of each class, after the game and refining."""
        chosen = [m for c in classes for m in members(c) for _ in range(self.options.restarts)]
        homes = torch.arange(len(chosen)) % self.options.restarts == 0
        seeds = [
            stream_for(self.seeds, f"{m.of.name} {m.signs} {m.turned.tolist()} {r % self.options.restarts}")
            for r, m in enumerate(chosen)
        ]

        def start(parameters: Tensor) -> Tensor:
            return torch.where(homes.to(parameters.device)[:, None], 0.0, parameters)

        advance = scaled(self.task, SEARCHED, len(chosen) * self.options.steps)
        ends = play(
            self.events.train, self.catalogue, chosen, start, self.options, seeds, self.device, advance
        )
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
        if c.continuous or any(self._class_of(label) == c.name for label in self.in_lab):
            return []
        still = torch.zeros(len(self.catalogue.group), dtype=torch.float64)
        return [replace(self._place(f"{c.name}, {m.signs}", m, still), member=None) for m in members(c)]

    def _place(self, name: str, member: Member, theta: Tensor) -> Place:
        one = Conjugated(self.catalogue, [member], self.device)
        return Place(name, one.generators(theta[None])[0], one.compact[0], member, theta)

    def _better(self, at_home: Sequence[tuple[Place, Evidence]], best: Place, found: Evidence) -> Tested:
        """The place of the catalogue or of a generator, if it will do as well as any; else the best one found."""
        assert best.member is not None
        assert best.parameters is not None
        one = Conjugated(self.catalogue, [best.member], self.device)
        parameters = one.values(best.parameters[None], 0)
        place, home = max(at_home, key=lambda pair: pair[1].log_p, default=(None, None))
        if place is None or home is None or (home.log_p < self.threshold and home.log_p < found.log_p):
            element = one.elements(best.parameters[None])[0].cpu().numpy()
            self.reported[best.member.of.name] = best, found
            return Tested(found.log_p, *self._rows(best, element), parameters, more=found.numbers)
        self.reported[best.member.of.name] = place, home
        log_p = max(found.log_p, home.log_p)
        return Tested(log_p, *self._rows(place, np.eye(5)), parameters, more=home.numbers)

    def _rows(self, place: Place, element: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Generators (d, n) in the basis of the group, and the adjoint matrix of the element that moved them there."""
        own = place.generators.cpu().numpy()
        moved = np.concatenate([own, element @ self.basis @ np.linalg.inv(element)])
        flat = self.basis.reshape(len(self.basis), -1)
        rows = np.linalg.lstsq(flat.T, moved.reshape(len(moved), -1).T, rcond=None)[0].T
        return rows[: len(own)], rows[len(own) :].T

    def _class_of(self, label: str) -> str:
        """The class of a generator: all axes of space are conjugate."""
        return self.catalogue[label if label == "P_t" else f"{label[0]}_z"].name
