"""Numbers of a result under systematic variations: the trained networks evaluated on the varied events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from symhep.events.variation import Alternative
from symhep.methods.answers import answers_of
from symhep.methods.context import Context
from symhep.methods.result import Result
from symhep.methods.varied import Shifted
from symhep.stats.principal_components import principal_components
from symhep_vae.fit.findings import Findings
from symhep_vae.fit.model import VaeEnsemble
from symhep_vae.fit.relevance import LatentMoments, moments_of, reconstruction
from symhep_vae.fit.runs import Runs
from symhep_vae.fit.validation import Validated, validate
from symhep_vae.record import VaeRecord
from symhep_vae.sample import Sample

__all__ = ["evaluated"]

FloatArray = npt.NDArray[np.float64]
Numbers = dict[str, Shifted]


def evaluated(
    nominal: Sample, result: Result[VaeRecord], alternatives: Sequence[Alternative], context: Context
) -> list[Numbers]:
    """Key of an answer -> its value, for each alternative.

    Everything in the record that follows from the events and the means and widths that the trained encoders give
    them. Latents keep the order of the nominal events. Of the two losses the training has its own estimate (the mean
    over the last epoch): what the trained networks lose more on varied than on nominal events is added to it. Left out
    are what only a training tells: the total correlation, and which runs were usable.

    Alternatives that change weights alone share one pass of the networks.
    """
    network = _Network.of(nominal, result, context)
    samples = [
        nominal.reweighted(a.data) if a.same_rows else nominal.varied(a.data, _rng(context))
        for a in alternatives
    ]
    alike = [k for k, a in enumerate(alternatives) if a.same_rows]
    base, *shared = network.on(nominal.x, [nominal.weights, *(samples[k].weights for k in alike)])
    seen = dict(zip(alike, shared, strict=True))
    order = result.arrays["latent"].astype(np.int64)
    found = []
    for k, sample in enumerate(samples):
        one = seen[k] if k in seen else network.on(sample.x, [sample.weights])[0]
        others = None if result.record.validation is None else network.on_others(nominal, sample, context)
        numbers = _numbers(
            sample, one, others, order, result.record, network, context, dimensions=k not in seen
        )
        found.append(numbers | _losses(result.record, base, one))
    return found


def _rng(context: Context) -> np.random.Generator:
    return np.random.default_rng(context.shared("events of a variation"))


@dataclass(frozen=True)
class _Evaluated:
    """What U usable runs say of some events: moments of the latents, and reconstruction errors (U,)."""

    moments: LatentMoments
    reconstruction: FloatArray

    @property
    def kl(self) -> FloatArray:
        """(U,) nats per event, summed over the latents."""
        return np.asarray(self.moments.kl.sum(axis=1))


@dataclass(frozen=True)
class _Network:
    """The usable runs, trained."""

    trained: dict[str, npt.NDArray[np.float32]]
    model: VaeEnsemble
    beta: float
    representative: int
    device: str
    noise: np.random.SeedSequence

    @classmethod
    def of(cls, nominal: Sample, result: Result[VaeRecord], context: Context) -> _Network:
        used = result.arrays["used"].astype(np.int64)
        trained = {name: values[used] for name, values in result.checkpoint["vae"].items()}
        model = VaeEnsemble(nominal.x.shape[1], nominal.options, len(used), context.device)
        model.parameters.load(trained)
        place = int(np.flatnonzero(used == result.record.runs.representative)[0])
        noise = context.shared("noise of a variation")
        return cls(trained, model, nominal.options.beta, place, context.device, noise)

    def on_others(self, nominal: Sample, varied: Sample, context: Context) -> Validated | None:
        """All varied events but those of the training on the nominal ones."""
        return validate(varied, self.trained, context, nominal.drawn)

    def on(self, x: FloatArray, weights: Sequence[FloatArray]) -> list[_Evaluated]:
        """Events (n, F) under several sets of weights (n,)."""
        each = np.stack(weights)
        errors = reconstruction(self.model, x, each, self.noise, self.device)
        found = moments_of(self.model, x, each, self.beta, self.device)
        return [_Evaluated(m, e) for m, e in zip(found, errors, strict=True)]


def _numbers(
    sample: Sample,
    seen: _Evaluated,
    others: Validated | None,
    order: npt.NDArray[np.int64],
    nominal: VaeRecord,
    network: _Network,
    context: Context,
    *,
    dimensions: bool,
) -> Numbers:
    """What follows from the varied events and what the networks say of them."""
    moments = seen.moments
    if others is not None:
        moments = replace(moments, spread=others.spread, width=others.width, kl=others.kl)
    runs = _runs(moments, order, network.representative)
    components = principal_components(
        sample.x, sample.weights, context.shared("bootstrap of the principal components")
    )
    named = {*(c.name for c in nominal.combinations), *(c.name for c in nominal.near_constants)}
    found = (
        Findings.of(sample, runs, components, context, others, named)
        if dimensions
        else Findings.without_dimensions(sample, runs, components, others, named)
    )
    known = {key for key, answer in answers_of(nominal).items() if answer.number is not None}
    numbers = {
        key: Shifted(answer.number.value)
        for key, answer in answers_of(found.record()).items()
        if key in known and answer.number is not None and answer.number.value is not None
        if not key.startswith(("loss_terms.", "followed["))
    }
    c = found.correlations
    place = {one.name: k for k, one in enumerate(c.combinations)}
    for j, followed in enumerate(nominal.followed):
        if followed.combination in place:
            r = c.matrix[network.representative, j, place[followed.combination]]
            numbers[f"followed[{j}].r"] = Shifted(abs(float(r)))
    return numbers


def _runs(moments: LatentMoments, order: npt.NDArray[np.int64], representative: int) -> Runs:
    """Evaluated runs, all usable, with the latents in the ``order`` (U, L) of the nominal events."""
    count = len(order)
    return Runs(
        used=np.arange(count),
        diverged_at=np.zeros(count, dtype=np.int64),
        useless=np.zeros(0, dtype=np.int64),
        relevance=np.take_along_axis(moments.relevance, order, 1),
        kl=np.take_along_axis(moments.kl, order, 1),
        means=np.take_along_axis(moments.means, order[:, None, :], 2),
        rows=moments.rows,
        curves=np.zeros((3, 1, count)),
        representative=representative,
        parameters={},
        steps=0,
        order=order,
    )


def _losses(nominal: VaeRecord, base: _Evaluated, varied: _Evaluated) -> Numbers:
    terms, found = nominal.loss_terms, Numbers()
    for name, number, shift in (
        ("reconstruction", terms.reconstruction, varied.reconstruction - base.reconstruction),
        ("kl_divergence", terms.kl_divergence, varied.kl - base.kl),
    ):
        if number.value is not None:
            found[f"loss_terms.{name}"] = Shifted(number.value + float(shift.mean()))
    return found
