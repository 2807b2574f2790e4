"""Jets: clustering of a chunk against a loop over events of FastJet's own interface: ``python benchmarks/cluster.py``.

Events of 100 particles, anti-kt with R = 0.8, jets above 10 GeV with the positions of their particles; with soft drop,
too. Processor times of one thread, medians over alternating repetitions in one process. Both sides have to find the
same jets. Then the memory of a chunk of 50,000 events.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import awkward as ak
import fastjet
import numpy as np

from symhep.card.schema import ObjectCard, SoftDrop
from symhep.events.batch import momentum_records
from symhep.events.cluster import cluster_jets

EVENTS, PARTICLES, CHUNK, REPETITIONS = 4000, 100, 50_000, 5
CARD = ObjectCard(cluster="particles", R=0.8, pt_min=10)
Z_CUT = 0.1
CHILD = f"""
import re, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import cluster
def memory(what):
    return int(re.search(what + r":\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024
particles = cluster.particles({CHUNK})
Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
before = memory("VmRSS")
cluster.cluster_jets(cluster.CARD, particles)
print(before, memory("VmHWM"))
"""


def particles(events: int) -> ak.Array:
    """A soft underlying event with two sprays of particles in it, as shown by their pt and directions."""
    rng, total = np.random.default_rng(1), events * PARTICLES
    spray = rng.random(total) < 0.4
    side = rng.integers(2, size=total)
    eta = np.where(spray, rng.normal(0, 0.3, total) + 2 * side - 1, rng.normal(0, 2, total))
    phi = np.where(spray, rng.normal(0, 0.3, total) + np.pi * side, rng.uniform(-np.pi, np.pi, total))
    pt = rng.exponential(np.where(spray, 5.0, 1.0), total) + 0.2
    columns = {"pt": pt, "eta": eta, "phi": phi, "mass": np.full(total, 0.1396)}
    counts = np.full(events, PARTICLES)
    records = momentum_records({name: ak.unflatten(column, counts) for name, column in columns.items()})
    return momentum_records({name: getattr(records, name) for name in ("px", "py", "pz", "E")})


def loop(events: ak.Array, soft_drop: bool) -> list[list[tuple[float, list[int]]]]:
    """Energy and particles of each jet, event by event, as in FastJet's manual."""
    definition = fastjet.JetDefinition(fastjet.antikt_algorithm, 0.8)
    tree = fastjet.JetDefinition(fastjet.cambridge_algorithm, 1000.0)
    columns = [ak.to_numpy(getattr(events, name)).tolist() for name in ("px", "py", "pz", "E")]
    found = []
    for event in zip(*columns, strict=True):
        pseudojets = [fastjet.PseudoJet(*p) for p in zip(*event, strict=True)]
        for number, pseudojet in enumerate(pseudojets):
            pseudojet.set_user_index(number)
        sequence = fastjet.ClusterSequence(pseudojets, definition)
        jets = fastjet.sorted_by_pt(sequence.inclusive_jets(10.0))
        if soft_drop:
            sequences = [fastjet.ClusterSequence(list(jet.constituents()), tree) for jet in jets]
            jets = fastjet.sorted_by_pt([groomed(s.inclusive_jets()[0]) for s in sequences])
        found.append([(jet.e(), sorted(c.user_index() for c in jet.constituents())) for jet in jets])
    return found


def groomed(jet: fastjet.PseudoJet) -> fastjet.PseudoJet:
    """Soft drop with beta = 0."""
    first, second = fastjet.PseudoJet(), fastjet.PseudoJet()
    while jet.has_parents(first, second):
        if min(first.pt(), second.pt()) > Z_CUT * (first.pt() + second.pt()):
            break
        jet = first if first.pt() > second.pt() else second
        first, second = fastjet.PseudoJet(), fastjet.PseudoJet()
    return jet


def processor_time(call: Callable[[], object]) -> float:
    """Seconds."""
    began = time.process_time()
    call()
    return time.process_time() - began


def main() -> None:
    """Print the two ratios and the memory."""
    events = particles(EVENTS)
    for name, soft_drop in (("anti-kt", None), ("anti-kt and soft drop", SoftDrop(z_cut=Z_CUT))):
        card = CARD.model_copy(update={"soft_drop": soft_drop})
        ours, theirs = cluster_jets(card, events), loop(events, soft_drop is not None)
        assert ours["_constituents"].to_list() == [[members for _, members in event] for event in theirs]
        assert np.allclose(
            ak.flatten(ours.E), [energy for event in theirs for energy, _ in event], rtol=1e-12
        )
        sides = partial(cluster_jets, card, events), partial(loop, events, soft_drop is not None)
        times = [[processor_time(side) for side in sides] for _ in range(REPETITIONS)]
        ours_s, theirs_s = (statistics.median(column) for column in zip(*times, strict=True))
        print(
            f"{name}, {EVENTS} events of {PARTICLES} particles, {ak.mean(ak.num(ours)):.1f} jets: "
            f"{EVENTS / ours_s:.0f} events/s, the loop {EVENTS / theirs_s:.0f}: {theirs_s / ours_s:.2f} times faster"
        )
    folder = str(Path(__file__).parent)
    done = subprocess.run([sys.executable, "-c", CHILD, folder], capture_output=True, text=True, check=True)
    before, after = map(float, done.stdout.split())
    print(f"{CHUNK} such events: {after - before:.0f} MB above the {before:.0f} MB of the particles")


if __name__ == "__main__":
    main()
