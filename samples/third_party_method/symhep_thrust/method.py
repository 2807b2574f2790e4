"""Thrust of every event, its distribution and its mean."""

from itertools import product

import hist
import mplhep
import numpy as np
from pydantic import Field

import symhep
from symhep.errors import MethodError
from symhep.methods.interface import NamedFigure
from symhep.methods.result import Part, Statement


class ThrustOptions(symhep.Options):
    """Options of the method; each shows up in `symhep methods thrust`."""

    bins: int = Field(40, gt=0, description="bins of the histogram between 1/2 and 1")


def thrust(p3: np.ndarray) -> np.ndarray:
    """Thrust (N,) of three-momenta (N, P, 3), exact: the best axis is a signed sum of the momenta.

    >>> float(thrust(np.array([[[0.0, 0.0, 5.0], [0.0, 0.0, -5.0]]]))[0])
    1.0
    """
    signs = np.array(list(product([1.0, -1.0], repeat=p3.shape[1])))
    longest = np.linalg.norm(np.einsum("sp,npk->nsk", signs, p3), axis=2).max(axis=1)
    return longest / np.linalg.norm(p3, axis=2).sum(axis=1)


class Thrust(symhep.Method):
    """The whole contract: check, fit, combine, figures."""

    name = "thrust"
    summary = "thrust of every event, exact, for up to twelve particles"
    references = ("Farhi, Phys. Rev. Lett. 39, 1587 (1977)",)
    Options = ThrustOptions

    def check(self, data, options):
        """Thrust needs particles, and few enough to try every sign."""
        if data.momenta is None:
            raise MethodError("thrust needs four-momenta: give the feature set an object")
        if data.momenta.shape[1] > 12:
            raise MethodError(
                f"thrust tries 2^P axes; P = {data.momenta.shape[1]} is too many, take at most 12"
            )

    def fit(self, data, options, shard, context):
        """The values, the weights, and nothing random."""
        return Part(arrays={"thrust": thrust(data.momenta[:, :, 1:]), "weights": data.weights})

    def combine(self, data, options, parts):
        """Mean with its error from the weighted spread, and the histogram."""
        values, weights = parts[0].arrays["thrust"], parts[0].arrays["weights"]
        mean = np.average(values, weights=weights)
        error = np.sqrt((weights**2 * (values - mean) ** 2).sum()) / abs(weights.sum())
        histogram = hist.Hist.new.Reg(
            options.bins, 0.5, 1.0 + 1e-9, name="thrust", label="thrust $T$"
        ).Weight()
        histogram.fill(values, weight=weights)
        return symhep.Result(
            summary={"thrust": {"mean": float(mean), "error": float(error)}, "events": len(values)},
            arrays={"thrust": values},
            histograms={"thrust": histogram},
            statements=[
                Statement(
                    f"The mean thrust is {mean:.4f} +- {error:.4f}.",
                    {"mean": float(mean), "error": float(error), "events": len(values)},
                    "thrust",
                )
            ],
        )

    def figures(self, result):
        """Drawn from the stored result alone."""
        figure, ax = symhep.panel()
        mplhep.histplot(result.histograms["thrust"], ax=ax, histtype="fill", alpha=0.6)
        ax.set(xlabel="thrust $T$", ylabel="events", xlim=(0.5, 1.0))
        yield NamedFigure("thrust", figure, "Thrust of the selected particles in each event.")
