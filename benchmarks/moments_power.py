"""How weak a breaking does `moments` see? An acceptance 1 + eps cos(m phi), beside a classifier.

    python benchmarks/moments_power.py [--kind dijets] [--orders 1 2 3 4 5 6] [--strengths 6.3] [--events 2000 10000]
        [--toys 200] [--classifier-toys 0] [--folder FOLDER]

eps = strength / sqrt(n), phi the azimuth of the first vector. Rejected at p < 0.05, 'fitted': by the rank test for one
symmetry in any direction; 'given': by that of J_z; 'classifier': a network (two hidden layers of 50, early stopping)
that tells events from copies turned by random angles about the beam, trained on one half, tested on the pairs of the
other half by the mean difference of its logits: it is given the direction, too. Limits at 90 %: 5.03 for who knows m,
about 5.95 for m unknown among 1 to 6. Moments are computed once per toy and both tests made from them. Natural
logarithms of the p-values are appended to FOLDER/KIND_EVENTS_ORDER_STRENGTH.jsonl; a run goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import json
import warnings
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from moments_kinds import KINDS, directions, events_from, moments_from
from scipy import stats
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from symhep_moments.fit.candidates import given_test
from symhep_moments.fit.rank import rank_test

FloatArray = npt.NDArray[np.float64]

LEVEL = 0.05


def turned(x: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Every event by an angle of its own about z."""
    angle = rng.uniform(0, 2 * np.pi, len(x))[:, None]
    out = x.copy()
    out[..., 1] = np.cos(angle) * x[..., 1] - np.sin(angle) * x[..., 2]
    out[..., 2] = np.sin(angle) * x[..., 1] + np.cos(angle) * x[..., 2]
    return out


def classifier_log_p(x: FloatArray, rng: np.random.Generator) -> float:
    """Held-out test of events (n, P, 4) against their copies, by the mean difference of the logits."""
    copies = turned(x, rng)
    flat, other = ((y / x.std(axis=0)).reshape(len(x), -1) for y in (x, copies))
    half = len(x) // 2
    network = MLPClassifier(
        (50, 50), early_stopping=True, max_iter=100, random_state=int(rng.integers(2**31))
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(np.concatenate([flat[:half], other[:half]]), np.repeat([1, 0], half))
    logit = [np.diff(network.predict_log_proba(y[half:]), axis=1)[:, 0] for y in (flat, other)]
    difference = logit[0] - logit[1]
    pull = difference.mean() / difference.std(ddof=1) * np.sqrt(len(difference))
    return float(stats.t.logsf(pull, len(difference) - 1))


def accepted(kind: str, rng: np.random.Generator, n: int, eps: float, order: int) -> FloatArray:
    """Events of a kind, accepted with a probability in proportion to 1 + eps cos(m phi)."""
    found: list[FloatArray] = []
    across = [KINDS[kind].names.index("px" if "px" in KINDS[kind].names else "x1")]
    across.append(across[0] + 1)
    while sum(len(x) for x in found) < n:
        x = KINDS[kind].draw(rng, int(n * (1 + eps)) + 100)
        phi = np.arctan2(*x[:, 0, across[::-1]].T)
        found.append(x[(1 + eps) * rng.random(len(x)) < 1 + eps * np.cos(order * phi)])
    return np.concatenate(found)[:n]


def toy(
    kind: str, events: int, order: int, strength: float, number: int, classifier: bool
) -> dict[str, float]:
    """Natural logarithms of the p-values of one toy."""
    rng = np.random.default_rng([list(KINDS).index(kind), events, order, round(100 * strength), number])
    x = accepted(kind, rng, events, strength / np.sqrt(events), order)
    sample = events_from(x, names=KINDS[kind].names)
    white = moments_from(sample, rng)[1]
    fitted, given = rank_test(white, 1), given_test(white, directions(sample, KINDS[kind].given))
    found = {"fitted": fitted.log_p, "given": given.log_p}
    found |= {f"fitted: {name}": one.log_p for name, one in fitted.blocks.items()}
    found |= {f"given: {name}": one.log_p for name, one in given.blocks.items()}
    return found | ({"classifier": classifier_log_p(x, rng)} if classifier else {})


def rejected(lines: list[dict[str, float]], name: str) -> str:
    """'0.93 +- 0.02 (200)'."""
    logs = np.array([line[name] for line in lines if name in line])
    if len(logs) == 0:
        return "-"
    share = float(np.mean(logs < np.log(LEVEL)))
    return f"{share:.2f} +- {np.sqrt(max(share * (1 - share), 1 / len(logs)) / len(logs)):.2f} ({len(logs)})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", default="dijets", choices=[k for k, v in KINDS.items() if not v.edges])
    parser.add_argument("--events", type=int, nargs="+", default=[2000, 10_000])
    parser.add_argument("--orders", type=int, nargs="+", default=[1, 2, 3, 4, 5, 6])
    parser.add_argument("--strengths", type=float, nargs="+", default=[6.3])
    parser.add_argument("--toys", type=int, default=200, help="0: only print what is there")
    parser.add_argument("--classifier-toys", type=int, default=0, help="of these, how many train a network")
    parser.add_argument("--folder", type=Path, default=Path("moments_power"))
    given = parser.parse_args()
    torch.set_num_threads(1)
    given.folder.mkdir(parents=True, exist_ok=True)
    names = ("fitted", "given", "classifier", "given: harmonics", "given: low", "given: all")
    print(f"| n | m | eps sqrt(n) | eps | {' | '.join(names)} |\n|{'---|' * (4 + len(names))}")
    for events, order, strength in product(given.events, given.orders, given.strengths):
        path = given.folder / f"{given.kind}_{events}_{order}_{strength:g}.jsonl"
        done = len(path.read_text().splitlines()) if path.exists() else 0
        with path.open("a") as file:
            for number in range(done, given.toys):
                found = toy(given.kind, events, order, strength, number, number < given.classifier_toys)
                file.write(json.dumps({k: round(v, 6) for k, v in found.items()}) + "\n")
                file.flush()
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        shares = " | ".join(rejected(lines, name) for name in names)
        eps = strength / np.sqrt(events)
        print(f"| {events} | {order} | {strength:g} | {eps:.3f} | {shares} |", flush=True)


if __name__ == "__main__":
    main()
