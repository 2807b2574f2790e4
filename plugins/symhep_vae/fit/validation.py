"""What trained networks say of events that no training saw: averages over all of them, block by block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import torch

from symhep.events.copies import independent
from symhep.events.dataset import Dataset
from symhep.events.drawn import Drawn
from symhep.events.effective import FEW
from symhep.events.stream import EventStream
from symhep.methods.context import Context
from symhep.methods.events import EventsRecord
from symhep.methods.passes import Pass, State
from symhep.methods.split import SplitRecord
from symhep.torchkit.streams import ReplicaStreams
from symhep.torchkit.threads import one_thread_per_operation
from symhep_vae.fit.losses import kl_divergence
from symhep_vae.fit.model import VaeEnsemble
from symhep_vae.options import VaeOptions
from symhep_vae.record import MIN_EVENTS
from symhep_vae.sample import Sample

__all__ = ["Validated", "validate"]

FloatArray = npt.NDArray[np.float64]
Parameters = Mapping[str, npt.NDArray[np.float32]]

#: Events at once.
CHUNK = 4096


@dataclass(frozen=True, eq=False)
class Networks(Pass):
    """Sums over the events that were trained on [0] and over the others [1], for R runs with L latents.

    ``rows``, ``units``, ``w``, ``w2``, ``w2_units``, ``size`` and ``negative`` (2,): events, source events, sums of w,
    of w^2, of w^2 over source events, of |w| and of |w| where w < 0. ``latents`` (4, 2, R, L): w mu, w mu^2, w sigma
    and w KL. ``reconstruction`` (2, R): w |x - xhat|^2 with one draw from each posterior. ``loss`` (3, 2, R): w l,
    w^2 l and w^2 l^2 of l = |x - xhat|^2 + beta KL.
    """

    name = "validation"
    parameters: Parameters
    options: VaeOptions
    drawn: Drawn
    noise: np.random.SeedSequence
    device: str = "cpu"

    @torch.no_grad()
    def of_block(self, block: Dataset, number: int) -> State:
        """See `Pass.of_block`."""
        model, beta = self.model(block), self.options.beta
        events, weights = self.seen(block, number)
        replicas, width = model.replicas, model.latent_dim
        latents = torch.zeros(4, 2, replicas, width, dtype=torch.float64, device=self.device)
        error = torch.zeros(2, replicas, dtype=torch.float64, device=self.device)
        loss = torch.zeros(3, 2, replicas, dtype=torch.float64, device=self.device)
        # one draw for all runs: they see the same events with the same luck
        draws = ReplicaStreams([_of_block(self.noise, number)], self.device)
        for start in range(0, len(events), CHUNK):
            x = torch.as_tensor(events[start : start + CHUNK], dtype=torch.float32).to(self.device)[None]
            w = torch.as_tensor(weights[:, start : start + CHUNK]).to(self.device)
            mean, log_variance = model.encode(x.expand(replicas, -1, -1))
            m, sigma = mean.double(), (0.5 * log_variance).exp()
            kl = kl_divergence(mean, log_variance) if model.stochastic else torch.zeros_like(mean)
            for total, values in zip(latents, (m, m.square(), sigma, kl), strict=True):
                total += torch.einsum("an,rnl->arl", w, values.double())
            draw = mean + sigma * draws.normal(x.shape[1], width)
            each = (model.decode(draw) - x).square().sum(-1).double()
            error += w @ each.T
            each = each + beta * kl.sum(-1).double()
            loss += torch.stack([w @ each.T, w**2 @ each.T, w**2 @ each.T**2])
        found = {"latents": latents, "reconstruction": error, "loss": loss}
        counted = _counts(block, self.drawn.among(block))
        return counted | {name: values.cpu().numpy() for name, values in found.items()}

    def model(self, block: Dataset) -> VaeEnsemble:
        """The trained networks."""
        runs = len(next(iter(self.parameters.values())))
        model = VaeEnsemble(block.values.shape[1], self.options, runs, self.device)
        model.parameters.load(dict(self.parameters))
        return model

    def seen(self, block: Dataset, number: int) -> tuple[FloatArray, FloatArray]:
        """(n, F) features as networks see them, and weights (2, n) of those trained on and of the others."""
        x, inside = block.scaled, self.drawn.among(block)
        if self.options.noise:
            rng = np.random.default_rng(
                _of_block(np.random.SeedSequence(self.options.noise_seed), 1 + number)
            )
            x = x + self.options.noise * rng.standard_normal(x.shape)
        return x, np.stack([inside, ~inside]) * block.weights


@dataclass(frozen=True, eq=False)
class Knockout(Pass):
    """Of deterministic networks: by how much the reconstruction of the others changes where a latent is its mean.

    ``centre`` (R, L) are the means; ``change`` (R, L) is the sum of w |change|^2.
    """

    name = "knockout"
    networks: Networks
    centre: FloatArray

    @torch.no_grad()
    def of_block(self, block: Dataset, number: int) -> State:
        """See `Pass.of_block`."""
        model, device = self.networks.model(block), self.networks.device
        events, weights = self.networks.seen(block, number)
        middle = torch.as_tensor(self.centre, dtype=torch.float32).to(device)
        change = torch.zeros(model.replicas, model.latent_dim, dtype=torch.float64, device=device)
        for start in range(0, len(events), CHUNK):
            x = torch.as_tensor(events[start : start + CHUNK], dtype=torch.float32).to(device)
            w = torch.as_tensor(weights[1, start : start + CHUNK]).to(device)
            z, _ = model.encode(x.expand(model.replicas, -1, -1))
            full = model.decode(z)
            for j in range(model.latent_dim):
                without = z.clone()
                without[..., j] = middle[:, None, j]
                change[:, j] += (model.decode(without) - full).square().sum(-1).double() @ w
        return {"change": change.cpu().numpy()}


@dataclass(frozen=True, eq=False)
class Validated:
    """Averages over the events that R runs were not trained on; see `Networks` for ``state``."""

    state: State
    width: FloatArray
    available: int
    chosen: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def of(self, runs: npt.NDArray[np.int64]) -> Validated:
        """Those of some of the runs."""
        return replace(self, chosen=runs)

    @property
    def spread(self) -> FloatArray:
        """(R, L) standard deviation over the events of mu_j, of all runs."""
        first, second = self._latents[:2]
        with np.errstate(invalid="ignore"):
            return np.asarray(np.sqrt(np.maximum(second - first**2, 0.0)))

    @property
    def kl(self) -> FloatArray:
        """(R, L) mean KL divergence to the prior in nats, of all runs."""
        return np.asarray(self._latents[3])

    @property
    def reconstruction(self) -> FloatArray:
        """(U,) mean squared error per event."""
        return np.asarray((self.state["reconstruction"][1] / self.state["w"][1])[self.chosen])

    @property
    def divergence(self) -> FloatArray:
        """(U,) nats per event, summed over the latents."""
        return np.asarray(self.kl.sum(axis=1)[self.chosen])

    @property
    def excess(self) -> FloatArray:
        """(U,) mean loss of these events less that of the events trained on."""
        mean, _ = self._loss
        return np.asarray(mean[1] - mean[0])

    @property
    def excess_error(self) -> FloatArray:
        """(U,) its standard error from the numbers of events."""
        return np.asarray(np.sqrt(self._loss[1].sum(axis=0)))

    @property
    def split(self) -> SplitRecord:
        """Events by what they were used for."""
        trained, others = (int(n) for n in self.state["rows"])
        return SplitRecord(trained=trained, validated=others, neither=self.available - trained - others)

    @property
    def events(self) -> EventsRecord:
        """The events that the averages are of."""
        rows, w = int(self.state["rows"][1]), float(self.state["w"][1])
        return EventsRecord(
            used=rows,
            available=self.available,
            effective=w**2 / float(self.state["w2_units"][1]),
            negative=float(self.state["negative"][1] / self.state["size"][1]),
            copies=rows - int(self.state["units"][1]),
        )

    @property
    def _latents(self) -> FloatArray:
        return np.asarray(self.state["latents"][:, 1] / self.state["w"][1])

    @property
    def _loss(self) -> tuple[FloatArray, FloatArray]:
        """(2, U) means and their variances, sum w^2 (l - mean)^2 / (sum w)^2, larger by what copies add."""
        first, cross, second = self.state["loss"][:, :, self.chosen]
        w, w2, copied = (self.state[name][:, None] for name in ("w", "w2", "w2_units"))
        mean = first / w
        variance = np.maximum(second - 2 * mean * cross + mean**2 * w2, 0.0) / w**2
        return mean, variance * copied / w2


def validate(
    sample: Sample, parameters: Parameters, context: Context, drawn: Drawn | None = None
) -> Validated | None:
    """Read all events once (twice for deterministic networks), with the networks of ``parameters``.

    ``drawn`` are those trained on; None: those of ``sample``.

    None where nothing was left out of the training, or less than averages need: `MIN_EVENTS` events, a hundred
    effective ones, and weights of a positive sum.
    """
    stream = sample.others
    if stream is None or stream.events - len(sample.x) < MIN_EVENTS:
        return None
    noise = context.shared("noise of the validation")
    networks = Networks(parameters, sample.options, drawn or sample.drawn, noise, context.device)
    with one_thread_per_operation():
        state = context.reduce(networks, stream)
        w, w2 = state["w"][1], state["w2_units"][1]
        if state["rows"][1] < MIN_EVENTS or not w > 0 or w**2 < FEW * w2:
            return None
        found = Validated(state, state["latents"][2, 1] / w, sample.available)
        if sample.options.variant == "ae":
            found = replace(found, width=_width(networks, found, stream, context))
    return found


def _width(networks: Networks, found: Validated, stream: EventStream, context: Context) -> FloatArray:
    """What stands for sigma, see `symhep_vae.fit.relevance.LatentMoments.width`."""
    w, beta = found.state["w"][1], networks.options.beta
    state = context.reduce(Knockout(networks, found.state["latents"][0, 1] / w), stream)
    rms = np.sqrt(np.maximum(state["change"] / w, 0.0))
    resolution = np.sqrt(beta / 2) if beta > 0 else 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(rms > 0, found.spread * resolution / rms, np.inf)


def _of_block(seeds: np.random.SeedSequence, number: int) -> np.random.SeedSequence:
    """The random stream of a block."""
    return np.random.SeedSequence(
        seeds.entropy, spawn_key=(*seeds.spawn_key, number), pool_size=seeds.pool_size
    )


def _counts(block: Dataset, inside: npt.NDArray[np.bool_]) -> State:
    """Of the rows ``inside`` and of the others."""
    found: dict[str, list[float]] = {}
    for rows in (inside, ~inside):
        w = block.weights[rows]
        own = independent(w, block.unit[rows])
        for name, value in (
            ("rows", len(w)), ("units", len(own)), ("w", w.sum()), ("w2", (w**2).sum()),
            ("w2_units", (own**2).sum()), ("size", np.abs(w).sum()), ("negative", np.abs(w[w < 0]).sum()),
        ):  # fmt: skip
            found.setdefault(name, []).append(float(value))
    return {name: np.array(values) for name, values in found.items()}
