"""The validation of found elements, whole: refined, tested, and compared with random ones and with noise."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from symhep.stats.multiplicity import holm
from symhep.torchkit.streams import ReplicaStreams, replica_seeds
from symhep.torchkit.threads import in_groups
from symhep_symmetrygan.sample import Events, Sample
from symhep_symmetrygan.spaces.space import Space
from symhep_symmetrygan.training.discriminator import TOGETHER
from symhep_symmetrygan.training.steps import Advance, nothing
from symhep_symmetrygan.validation.all_events import AllEvents, Counted
from symhep_symmetrygan.validation.difference import freedom
from symhep_symmetrygan.validation.element_test import wave_log_p
from symhep_symmetrygan.validation.given import Shifts, exact_log_p, is_exact
from symhep_symmetrygan.validation.options import ValidationOptions
from symhep_symmetrygan.validation.pictures import with_spectators
from symhep_symmetrygan.validation.posthoc import Judged, classify
from symhep_symmetrygan.validation.refine import Refined, refine
from symhep_symmetrygan.validation.results import Validated
from symhep_symmetrygan.validation.set_waves import draw_waves
from symhep_symmetrygan.validation.waves import Waves, homogeneous

__all__ = ["generators_of", "steps_of", "validate", "validate_on_all", "waves_drawn", "waves_of"]

FloatArray = npt.NDArray[np.float64]

#: Elements whose covariances are held at once.
GROUP = 64
#: Effective events, of those to refine and of those to test with, for each frequency; and the fewest of these.
EVENTS, FEWEST = 40, 6
#: Draws of an exact p-value, at most.
DRAWS = 999


def steps_of(options: ValidationOptions, count: int) -> int:
    """Steps that `validate` tells of for ``count`` elements: of refining, and of the training of classifiers."""
    networks = 0 if options.posthoc is None else options.posthoc.steps * (2 * count + options.random)
    return count * options.steps + networks


def validate(
    elements: FloatArray,
    space: Space,
    events: Events,
    options: ValidationOptions,
    seeds: np.random.SeedSequence,
    advance: Advance = nothing,
    *,
    first: int = 0,
    draws: int = DRAWS,
    errors: FloatArray | None = None,
) -> Validated:
    """Refine ``elements`` on the training events, test them on the held-out ones.

    Parameters
    ----------
    elements
        (E, D + 1, D + 1) homogeneous, on scaled coordinates; those that are not finite are left out, and NaN.
    seeds
        For the waves, the random elements and the classifiers; the numbers of an element do not
        depend on the others.
    advance
        Counts the steps of finite elements, see `steps_of`, from several threads.
    first
        Number of the first element among all that are validated, here and in other calls.
    draws
        At most, where p-values of elements as they were found are exact (`is_exact`): none is below 1 / (draws + 1).
    errors
        (E, G, G) of the elements as they are given, zero for those that no event chose; None: all of these.
    """
    elements = np.asarray(elements, dtype=np.float64)
    valid: npt.NDArray[np.bool_] = np.asarray(np.isfinite(elements).all(axis=(1, 2)))
    frequencies, bootstrap, starts, nets, shifted = replica_seeds(seeds, 5)
    generators = generators_of(space, events.size)
    waves = waves_drawn(events, options, frequencies)
    taken = elements[valid]
    refined, tested = _tested(taken, waves, generators, events, options, bootstrap, advance)
    error = refined.covariance * refined.converged[:, None, None]
    random = _random(space, options.random, starts)
    numbers = (first + np.flatnonzero(valid)).tolist()
    sets = [(taken, numbers), (refined.elements, numbers), (random, list(range(len(random))))]
    shifts = None
    if is_exact(events.held):
        shifted, drawn = replica_seeds(shifted, 2)
        shifts = Shifts.draw(events.held, np.random.default_rng(drawn))
    judged = _judged(sets, generators, events, options, nets, advance, shifts)
    nu, every = freedom(events.held), replica_seeds(shifted, max(numbers, default=-1) + 1)
    tested["log_p_learned"] = judged[1].log_p(nu, error)
    if shifts is not None:
        images = judged[0].images if options.posthoc is not None else None
        tested |= _exact(taken, images, waves, events.held, shifts, [every[k] for k in numbers], draws)
    else:
        tested["log_p_learned_found"] = judged[0].log_p(nu)
    fitted: npt.NDArray[np.bool_] = np.zeros(len(taken), dtype=bool)
    if errors is not None:
        fitted = np.asarray(errors[valid].any(axis=(1, 2)))
    if errors is not None and fitted.any():
        own = errors[valid]
        some = _fitted(taken[fitted], own[fitted], waves, generators, events)
        tested["log_p_waves_found"] = _placed(tested["log_p_waves_found"], fitted, some)
        tested["log_p_learned_found"] = np.where(
            fitted, judged[0].log_p(nu, own), tested["log_p_learned_found"]
        )
    for end in ("", "_found"):
        tested[f"log_p{end}"] = _either(tested[f"log_p_waves{end}"], tested[f"log_p_learned{end}"])
    tested["log_p_adjusted"] = holm(tested["log_p"]) if len(taken) else np.zeros(0)
    per_element = dict(tested)
    per_element |= {"posthoc_found": judged[0].loss, "posthoc_found_error": judged[0].error}
    per_element |= {"posthoc_refined": judged[1].loss, "posthoc_refined_error": judged[1].error}
    per_element |= {f.name: getattr(refined, f.name) for f in fields(refined) if f.name != "elements"}
    per_element["refined"] = refined.elements
    per_element |= {"networks_found": judged[0].networks, "networks_refined": judged[1].networks}
    whole = {name: _everywhere(values, valid) for name, values in per_element.items()}
    return Validated(
        found=elements,
        random=random,
        posthoc_random=judged[2].loss,
        posthoc_random_error=judged[2].error,
        networks_random=judged[2].networks,
        **whole,
    )


def validate_on_all(
    given: Validated,
    space: Space,
    events: Events,
    options: ValidationOptions,
    seeds: np.random.SeedSequence,
    errors: FloatArray,
    all_events: AllEvents,
) -> tuple[Validated, Counted]:
    """What `validate` gives for elements as they are, with p-values and losses from all events not trained on.

    Arguments are those of `validate`, whose classifiers are evaluated. The p-values are asymptotic.
    """
    valid: npt.NDArray[np.bool_] = np.asarray(np.isfinite(given.found).all(axis=(1, 2)))
    waves = waves_drawn(events, options, replica_seeds(seeds, 5)[0])
    tested = all_events.test(
        given.found[valid], generators_of(space, events.size), errors[valid], events.train, waves,
        given.networks_found[valid], options.posthoc,
    )  # fmt: skip
    found = {"log_p_waves_found": tested.waves, "log_p_learned_found": tested.learned}
    found["log_p_found"] = _either(tested.waves, tested.learned)
    if tested.judged is not None:
        found |= {"posthoc_found": tested.judged.loss, "posthoc_found_error": tested.judged.error}
    changed: dict[str, Any] = {
        name: _placed(getattr(given, name), valid, values) for name, values in found.items()
    }
    return replace(given, **changed), tested.counted


def waves_drawn(events: Events, options: ValidationOptions, seeds: np.random.SeedSequence) -> Waves:
    """Test functions of the training events."""
    return draw_waves(events.train, waves_of(options, events), np.random.default_rng(seeds))


def waves_of(options: ValidationOptions, events: Events) -> int:
    """Frequencies of the test functions: fewer than asked for where events are few.

    A covariance of K functions from n events is known well for K << n only: with 48 frequencies and 500 events to
    refine and 500 to test with, exact rotations of a round Gaussian had p < 0.05 in 9 % of toys, and a distance of
    3 % was not seen at all where tails are heavy.
    """
    known = min(events.train.effective, events.held.effective)
    return min(options.waves, max(FEWEST, int(known / EVENTS)))


def _fitted(
    elements: FloatArray, errors: FloatArray, waves: Waves, generators: FloatArray, events: Events
) -> FloatArray:
    """ln p by waves of elements that training events chose, with these errors."""
    whole = with_spectators(elements, events.train, element=True)
    along = with_spectators(generators, events.train, element=False)
    return wave_log_p(waves, events.held, whole, along, events.train, errors)


def _placed(values: FloatArray, at: npt.NDArray[np.bool_], new: FloatArray) -> FloatArray:
    """``values`` with ``new`` ones where ``at``."""
    out = values.copy()
    out[at] = new
    return out


def _exact(
    elements: FloatArray,
    images: npt.NDArray[np.float32] | None,
    waves: Waves,
    held: Sample,
    shifts: Shifts,
    seeds: list[np.random.SeedSequence],
    draws: int,
) -> dict[str, FloatArray]:
    """Exact p-values of elements as they were found."""
    whole = with_spectators(elements, held, element=True)
    rng = [np.random.default_rng(one) for one in seeds]
    found = exact_log_p(waves, held, whole, images, shifts, rng, draws)
    return dict(zip(("log_p_waves_found", "log_p_learned_found"), found, strict=True))


def generators_of(space: Space, size: int) -> FloatArray:
    """(G, D + 1, D + 1); none of a space that has no tangents, whose elements are tested as they are."""
    if space.generators is None:
        return np.zeros((0, size + 1, size + 1))
    return homogeneous(np.asarray(space.generators.matrices, dtype=np.float64), size)


def _tested(
    elements: FloatArray,
    waves: Waves,
    generators: FloatArray,
    events: Events,
    options: ValidationOptions,
    seeds: np.random.SeedSequence,
    advance: Advance,
) -> tuple[Refined, dict[str, Any]]:
    """Elements refined, and their p-values as they are now and as they were found; all with the same draws of noise."""

    train, held = events.train, events.held
    size = elements.shape[-1] - 1
    elements = with_spectators(elements, train, element=True)
    generators = with_spectators(generators, train, element=False)
    acted = [*range(size), -1]

    def work(members: list[int]) -> tuple[Refined, FloatArray, FloatArray]:
        some = elements[members]
        refined = refine(
            waves, train, some, generators, np.random.default_rng(seeds),
            steps=options.steps, reach=options.reach, advance=advance,
        )  # fmt: skip
        given = wave_log_p(waves, held, some, generators)
        # where no minimum was found the element is as it was
        fitted = wave_log_p(waves, held, refined.elements, generators, train, refined.covariance)
        alone = replace(refined, elements=refined.elements[:, acted][:, :, acted])
        return alone, np.where(refined.converged, fitted, given), given

    parts, *log_p = zip(*in_groups(work, len(elements), str(events.device), most=GROUP), strict=True)
    whole = {f.name: np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Refined)}
    names = ("log_p_waves", "log_p_waves_found")
    return Refined(**whole), {n: np.concatenate(values) for n, values in zip(names, log_p, strict=True)}


def _random(space: Space, count: int, seeds: np.random.SeedSequence) -> FloatArray:
    """Random elements of the space, (count, D + 1, D + 1)."""
    d = space.family.vector
    made = np.zeros((count, d + 1, d + 1))
    if count:
        with torch.no_grad():
            parameters = space.family.initial(ReplicaStreams(replica_seeds(seeds, count))).double()
            made[:, :d, :d] = space.family.matrices(parameters).numpy()
            made[:, :d, d] = space.family.translations(parameters).numpy()
        made[:, d, d] = 1.0
    return made


def _judged(
    sets: list[tuple[FloatArray, list[int]]],
    generators: FloatArray,
    events: Events,
    options: ValidationOptions,
    seeds: np.random.SeedSequence,
    advance: Advance,
    shifts: Shifts | None,
) -> list[Judged]:
    """A classifier for each element of all sets, in one batch; number k of a set has the k-th stream of the set."""
    elements = np.concatenate([some for some, _ in sets])
    posthoc = options.posthoc
    if posthoc is None or not len(elements):
        return [Judged.unknown(len(some), len(generators)) for some, _ in sets]
    streams: list[np.random.SeedSequence] = []
    for one, (_, numbers) in zip(replica_seeds(seeds, len(sets)), sets, strict=True):
        every = replica_seeds(one, max(numbers, default=-1) + 1)
        streams += [every[k] for k in numbers]

    elements = with_spectators(elements, events.train, element=True)
    generators = with_spectators(generators, events.train, element=False)

    first = len(sets[0][0])

    def work(members: list[int]) -> Judged:
        return classify(
            events.train, events.held, elements[members], generators, posthoc, [streams[m] for m in members], advance,
            shifts=shifts if members[0] < first else None,
        )  # fmt: skip

    done = in_groups(work, len(elements), str(events.device), most=TOGETHER)
    whole = [np.concatenate([getattr(d, f.name) for d in done]) for f in fields(Judged) if f.name != "images"]
    whole.append(_images([d.images for d in done]))
    edges = np.cumsum([0, *(len(some) for some, _ in sets)])
    return [Judged(*(values[a:b] for values in whole)) for a, b in pairwise(edges)]


def _images(parts: list[npt.NDArray[np.float32]]) -> npt.NDArray[np.float32]:
    """(E, 8, n) of groups, zero where a group has none."""
    most = max(parts, key=lambda part: part.shape[1])
    empty = [np.zeros((len(part), *most.shape[1:]), dtype=np.float32) for part in parts]
    return np.concatenate(
        [part if part.shape == none.shape else none for part, none in zip(parts, empty, strict=True)]
    )


def _either(waves: FloatArray, learned: FloatArray) -> FloatArray:
    """Bonferroni's p of two tests of one hypothesis; the first alone where there is no second."""
    both = np.minimum(np.log(2) + np.minimum(waves, learned), 0.0)
    return np.where(np.isnan(learned), waves, both)


def _everywhere(values: npt.NDArray[Any], valid: npt.NDArray[np.bool_]) -> npt.NDArray[Any]:
    """Put (V, ...) at the valid places of (E, ...); NaN, or 0, elsewhere."""
    fill = np.nan if values.dtype.kind == "f" else 0
    whole = np.full((len(valid), *values.shape[1:]), fill, dtype=values.dtype)
    whole[valid] = values
    return whole
