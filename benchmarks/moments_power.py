"""How weak a breaking does `moments` see? Dijets with the acceptance 1 + eps cos(2 phi), beside a classifier.

    python benchmarks/moments_power.py [--events 2000 10000] [--strengths 0 4 6 8 12] [--toys 200] [--folder FOLDER]

eps = strength / sqrt(n). Rejected at p < 0.05, 'fitted': by the rank test for one symmetry in any direction; 'given':
by that of J_z; 'classifier': a network (two hidden layers of 50, early stopping) that tells events from copies turned
by random angles about the beam, trained on one half, tested on the pairs of the other half by the mean difference
of its logits: it is given the direction, too. The matched function cos(2 phi) would have 90 % power at strength 4.6.
Natural logarithms of the p-values are appended to FOLDER/EVENTS_STRENGTH.jsonl; a run goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import json
import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from moments_calibration import given_directions, whitened_moments
from scipy import stats
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from symhep.readers.toy.acceptance import Accepted
from symhep.readers.toy.dijets import Dijets
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


def toy(events: int, strength: float, number: int, classifier: bool) -> dict[str, float]:
    """Natural logarithms of the p-values of one toy."""
    rng = np.random.default_rng([events, round(100 * strength), number])
    x = Accepted(Dijets(), modulation=strength / np.sqrt(events)).draw(rng, events)
    moments = whitened_moments(x, rng)
    fitted, given = rank_test(moments, 1), given_test(moments, given_directions("J_z"))
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
    parser.add_argument("--events", type=int, nargs="+", default=[2000, 10_000])
    parser.add_argument("--strengths", type=float, nargs="+", default=[0.0, 4.0, 6.0, 8.0, 12.0])
    parser.add_argument("--toys", type=int, default=200, help="0: only print what is there")
    parser.add_argument("--classifier-toys", type=int, default=100, help="of these, how many train a network")
    parser.add_argument("--folder", type=Path, default=Path("moments_power"))
    given = parser.parse_args()
    torch.set_num_threads(1)
    given.folder.mkdir(parents=True, exist_ok=True)
    names = ("fitted", "given", "classifier", "fitted: low", "fitted: all")
    print(f"| n | eps sqrt(n) | eps | {' | '.join(names)} |\n|{'---|' * (3 + len(names))}")
    for events in given.events:
        for strength in given.strengths:
            path = given.folder / f"{events}_{strength:g}.jsonl"
            done = len(path.read_text().splitlines()) if path.exists() else 0
            with path.open("a") as file:
                for number in range(done, given.toys):
                    found = toy(events, strength, number, number < given.classifier_toys)
                    file.write(json.dumps({k: round(v, 6) for k, v in found.items()}) + "\n")
                    file.flush()
            lines = [json.loads(line) for line in path.read_text().splitlines()]
            shares = " | ".join(rejected(lines, name) for name in names)
            print(f"| {events} | {strength:g} | {strength / np.sqrt(events):.3f} | {shares} |", flush=True)


if __name__ == "__main__":
    main()
