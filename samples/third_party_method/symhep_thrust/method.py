"""Thrust of every event, its distribution and its mean."""

from itertools import product

import hist
import mplhep
import numpy as np
from matplotlib.figure import Figure
from pydantic import Field

import symhep
from symhep.errors import MethodError


class ThrustOptions(symhep.Options):
    """Options of the method; each shows up in `symhep methods thrust`."""

    bins: int = Field(40, gt=0, description="bins of the histogram between 1/2 and 1")


class ThrustRecord(symhep.Record):
    """What the method finds; `symhep schema thrust` prints it as a JSON Schema."""

    thrust: symhep.Number = Field(description="mean thrust of the events")
    events: int = Field(description="number of events")


def thrust(p3: np.ndarray) -> np.ndarray:
    """Thrust (N,) of three-momenta (N, P, 3), exact: the best axis is a signed sum of the momenta.

    >>> float(thrust(np.array([[[0.0, 0.0, 5.0], [0.0, 0.0, -5.0]]]))[0])
    1.0
    """
    signs = np.array(list(product([1.0, -1.0], repeat=p3.shape[1])))
    longest = np.linalg.norm(np.einsum("sp,npk->nsk", signs, p3), axis=2).max(axis=1)
    return longest / np.linalg.norm(p3, axis=2).sum(axis=1)


class Thrust(symhep.Method[ThrustOptions, ThrustRecord]):
    """The whole contract: check, fit, combine, statements, verdicts, figures, and an entry for `symhep init`."""

    name = "thrust"
    summary = "thrust of every event, exact, for up to twelve particles"
    references = (
        symhep.Reference(
            "E. Farhi", "Quantum chromodynamics test for jets", "Phys. Rev. Lett. 39, 1587 (1977)"
        ),
    )
    Options = ThrustOptions
    Record = ThrustRecord

    def check(self, data, options):
        """Thrust needs particles, and few enough to try every sign."""
        if data.momenta is None:
            raise MethodError("thrust needs four-momenta: give the feature set an object")
        if data.momenta.shape[1] > 12:
            raise MethodError(
                f"thrust tries 2^P axes; P = {data.momenta.shape[1]} is too many, take at most 12"
            )

    def fit(self, inputs, shard, context):
        """The values, and nothing random."""
        return symhep.Part(arrays={"thrust": thrust(inputs.data.momenta[:, :, 1:])})

    def combine(self, inputs, parts, context):
        """Mean with its error from the weighted spread, and the histogram."""
        values, weights = parts[0].arrays["thrust"], inputs.data.weights
        mean = np.average(values, weights=weights)
        error = np.sqrt((weights**2 * (values - mean) ** 2).sum()) / abs(weights.sum())
        histogram = hist.Hist.new.Reg(
            inputs.options.bins, 0.5, 1.0 + 1e-9, name="thrust", label="thrust $T$"
        ).Weight()
        histogram.fill(values, weight=weights)
        record = ThrustRecord(thrust=symhep.Number.with_error(mean, error), events=len(values))
        return symhep.Result(record, {"thrust": values}, {"thrust": histogram})

    def statements(self, record):
        """Sentences, from the record alone: `symhep report` makes them again without a fit."""
        evidence = {"thrust": record.thrust.to_json(), "events": record.events}
        yield symhep.Statement(f"The mean thrust is {record.thrust.text()}.", evidence, "thrust")

    def verdicts(self, record):
        """The row that a report opens with: a question and its answer, from the record alone."""
        spherical = record.thrust.high is not None and record.thrust.high < 0.75
        answer = "nearly spherical" if spherical else "pencil-like"
        yield symhep.Verdict(
            "How pencil-like are the events?",
            answer,
            size=record.thrust,
            size_of="mean thrust",
            figure="thrust",
        )

    def figures(self, result):
        """Drawn from the stored result alone."""
        figure = Figure()
        ax = figure.subplots()
        mplhep.histplot(result.histograms["thrust"], ax=ax, histtype="fill", alpha=0.6)
        ax.set(xlabel="thrust $T$", ylabel="events", xlim=(0.5, 1.0))
        yield symhep.NamedFigure("thrust", figure, "Thrust of the selected particles in each event.")

    def init_block(self, sample):
        """For files with particles: `symhep init` puts this into its card, as a comment to be switched on."""
        if sample.object is None or sample.take < 2:
            return None
        text = f"use: thrust\nfeatures: {sample.measured}"
        return symhep.InitBlock("thrust", "How pencil-like are the events?", text, 1.0, active=False)
