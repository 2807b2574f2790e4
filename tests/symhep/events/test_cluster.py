"""Jets: against FastJet's own interface event by event, the definition of the algorithms, and soft drop by hand."""

from __future__ import annotations

import builtins
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import pytest

from symhep.card.schema import ObjectCard, SoftDrop
from symhep.errors import CardError, InputError
from symhep.events import cluster
from symhep.events.batch import momentum_records
from symhep.events.cluster import cluster_jets
from symhep.readers.delphes import DelphesOptions, DelphesReader
from symhep.readers.hepmc import HepMCReader
from symhep.readers.interface import LossLog, ReadRequest
from symhep.readers.lhe import LheReader

fastjet = pytest.importorskip("fastjet")
ALGORITHMS = ("antikt", "cambridge", "kt")
POWERS = {"antikt": -1, "cambridge": 0, "kt": 1}
Row = tuple[float, float, float, float]


def events(counts: list[int], seed: int = 1) -> ak.Array:
    """Some soft particles in random directions and, around two of them in each event, sprays of others."""
    rng, total = np.random.default_rng(seed), sum(counts)
    pt, eta, phi = rng.exponential(3, total) + 0.2, rng.normal(0, 2, total), rng.uniform(-np.pi, np.pi, total)
    near = rng.random(total) < 0.6
    eta = np.where(near, rng.normal(0, 0.25, total) + rng.choice([-0.8, 0.9], total), eta)
    phi = np.where(near, rng.normal(0, 0.25, total) + np.where(eta > 0, 1.0, -2.0), phi)
    mass = np.where(rng.random(total) < 0.5, 0.0, 0.1396)
    columns, sizes = {"pt": pt, "eta": eta, "phi": phi, "mass": mass}, np.array(counts, dtype=int)
    lists = {n: ak.unflatten(v, sizes) for n, v in columns.items()}
    return momentum_records(lists)


def rows(particles: ak.Array) -> list[Row]:
    """One event: (px, py, pz, E) of each particle."""
    columns = (ak.to_numpy(getattr(particles, name)).tolist() for name in ("px", "py", "pz", "E"))
    return list(zip(*columns, strict=True))


def bare(card: ObjectCard, particles: list[Row]) -> list[tuple[Row, list[int]]]:
    """FastJet's interface as its manual has it: the jets of one event with their particles."""
    definition = fastjet.JetDefinition(getattr(fastjet, f"{card.algorithm or 'antikt'}_algorithm"), card.R)
    pseudojets = [fastjet.PseudoJet(*p) for p in particles]
    for number, pseudojet in enumerate(pseudojets):
        pseudojet.set_user_index(number)
    sequence = fastjet.ClusterSequence(pseudojets, definition)
    jets = fastjet.sorted_by_pt(sequence.inclusive_jets(float(card.pt_min or 0)))
    return [((j.px(), j.py(), j.pz(), j.e()), sorted(c.user_index() for c in j.constituents())) for j in jets]


def pt_of(p: np.ndarray) -> float:
    return float(np.hypot(p[0], p[1]))


def rapidity_of(p: np.ndarray) -> float:
    return float(np.log((p[3] + p[2]) / (p[3] - p[2])) / 2)


def distance(p: np.ndarray, q: np.ndarray) -> float:
    angle = abs(np.arctan2(p[1], p[0]) - np.arctan2(q[1], q[0]))
    return float(np.hypot(rapidity_of(p) - rapidity_of(q), min(angle, 2 * np.pi - angle)))


class Branch:
    """A node of a clustering: its sum, its particles, and the two that it was made of."""

    def __init__(self, p: np.ndarray, members: list[int], parents: tuple[Branch, Branch] | None = None):
        self.p, self.members, self.parents = p, members, parents


def by_definition(particles: list[Row], radius: float, power: int) -> list[Branch]:
    """The algorithm of arXiv:0802.1189, all distances anew in every step."""
    left = [Branch(np.array(p), [i]) for i, p in enumerate(particles)]
    jets = []
    while left:
        scale = [pt_of(a.p) ** (2 * power) for a in left]
        # The beam's distance comes as the pair of a branch with itself.
        _, i, j = min(
            (min(scale[i], scale[j]) * (1.0 if i == j else (distance(a.p, b.p) / radius) ** 2), i, j)
            for i, a in enumerate(left)
            for j, b in enumerate(left[: i + 1])
        )
        if i == j:
            jets.append(left.pop(i))
        else:
            a, b = left.pop(i), left.pop(j)
            left.append(Branch(a.p + b.p, sorted(a.members + b.members), (a, b)))
    return sorted(jets, key=lambda jet: -pt_of(jet.p))


def soft_dropped(
    particles: list[Row], members: list[int], z_cut: float, beta: float, radius: float
) -> Branch:
    """Steps 1 to 4 of section 2.1 of arXiv:1402.2657, on a tree of its own."""
    (jet,) = by_definition([particles[i] for i in members], 1e3, 0)
    while jet.parents is not None:
        first, second = jet.parents
        z = min(pt_of(first.p), pt_of(second.p)) / (pt_of(first.p) + pt_of(second.p))
        if z > z_cut * (distance(first.p, second.p) / radius) ** beta:
            break
        jet = max(first, second, key=lambda branch: pt_of(branch.p))
    return Branch(jet.p, sorted(members[i] for i in jet.members))


def assert_same(jets: ak.Array, expected: list[tuple[Row, list[int]]], tolerance: float = 0.0) -> None:
    assert [list(c) for c in jets["_constituents"]] == [members for _, members in expected]
    assert jets["constituents"].to_list() == [len(members) for _, members in expected]
    found = np.array(rows(jets)).reshape(-1, 4)
    wanted = np.array([p for p, _ in expected]).reshape(-1, 4)
    assert np.abs(found - wanted).max(initial=0.0) <= tolerance * np.abs(wanted).max(initial=0.0)


#: Empty events at both ends and between, one particle, many.
COUNTS = [0, 0, 12, 1, 0, 40, 3, 25, 2, 0]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("pt_min", [None, 4.0, 1e4])
def test_jets_are_those_of_fastjet_event_by_event(
    algorithm: Any, pt_min: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bit for bit; blocks of few particles, so that events and blocks end at all kinds of places."""
    particles = events(COUNTS)
    card = ObjectCard(cluster="particles", algorithm=algorithm, R=0.6, pt_min=pt_min)
    whole = cluster_jets(card, particles)
    monkeypatch.setattr(cluster, "BLOCK_PARTICLES", 30)
    for jets in (whole, cluster_jets(card, particles)):
        assert len(jets) == len(COUNTS)
        assert ak.all(jets.pt[:, :-1] >= jets.pt[:, 1:])
        for event, found in zip(particles, jets, strict=True):
            assert_same(found, bare(card, rows(event)))
    assert (ak.sum(ak.num(whole)) > 0) == (pt_min != 1e4)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_jets_are_those_of_the_definition(algorithm: Any) -> None:
    particles = events([30, 0, 22, 17], seed=5)
    jets = cluster_jets(ObjectCard(cluster="x", algorithm=algorithm, R=0.7), particles)
    for event, found in zip(particles, jets, strict=True):
        expected = by_definition(rows(event), 0.7, POWERS[algorithm])
        assert_same(found, [(tuple(j.p), j.members) for j in expected], 1e-12)
        # Every particle is in one jet.
        assert sorted(ak.flatten(found["_constituents"])) == list(range(len(event)))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize(("z_cut", "beta"), [(0.1, 0.0), (0.2, 2.0), (0.1, 1.0), (0.05, -1.0), (0.4, 0.0)])
def test_soft_drop_is_the_recursion_of_the_paper(algorithm: Any, z_cut: float, beta: float) -> None:
    particles = events(COUNTS, seed=3)
    plain = ObjectCard(cluster="x", algorithm=algorithm, R=0.8, pt_min=3)
    groomed = plain.model_copy(update={"soft_drop": SoftDrop(z_cut=z_cut, beta=beta)})
    jets = cluster_jets(groomed, particles)
    for event, found in zip(particles, jets, strict=True):
        p = rows(event)
        dropped = [soft_dropped(p, members, z_cut, beta, 0.8) for _, members in bare(plain, p)]
        dropped.sort(key=lambda jet: -pt_of(jet.p))
        assert_same(found, [(tuple(jet.p), jet.members) for jet in dropped], 1e-12)
    before = ak.num(cluster_jets(plain, particles)["_constituents"], axis=2)
    # The numbers of jets are those before: none is lost. Some constituents are.
    assert ak.num(jets).to_list() == ak.num(before).to_list()
    assert ak.sum(jets["constituents"]) < ak.sum(before)


@pytest.mark.parametrize(("z_cut", "beta"), [(0.1, 0.0), (0.1, 1.0), (0.3, 0.5)])
def test_soft_drop_is_that_of_fastjet_contrib(z_cut: float, beta: float) -> None:
    """Each jet's particles as an event of their own, in one Cambridge/Aachen jet, groomed by the C++ code."""
    particles = events([60] * 40, seed=9)
    card = ObjectCard(cluster="x", R=0.8, pt_min=5)
    jets = ak.flatten(cluster_jets(card, particles)["_constituents"] + np.arange(0, 60 * 40, 60))
    members = ak.unflatten(ak.flatten(particles)[ak.flatten(jets)], ak.num(jets))
    members = ak.zip({x: getattr(members, x) for x in ("px", "py", "pz", "E")}, with_name="Momentum4D")
    sequence = fastjet.ClusterSequence(members, fastjet.JetDefinition(fastjet.cambridge_algorithm, 1e3))
    theirs = sequence.exclusive_jets_softdrop_grooming(1, beta, z_cut, R0=0.8)
    card = card.model_copy(update={"soft_drop": SoftDrop(z_cut=z_cut, beta=beta)})
    ours = cluster_jets(card, particles)
    order = np.lexsort((-theirs.ptsoftdrop, np.repeat(np.arange(40), ak.num(ours))))
    assert ak.flatten(ours["constituents"]).to_list() == ak.num(theirs.constituents)[order].to_list()
    assert np.allclose(ak.flatten(ours.pt), theirs.ptsoftdrop[order], rtol=1e-12)
    assert np.allclose(ak.flatten(ours.E), theirs.Esoftdrop[order], rtol=1e-12)
    # Squared masses of massless particles are rounding noise.
    assert np.allclose(ak.flatten(ours.mass) ** 2, theirs.msoftdrop[order] ** 2, atol=1e-9)


def test_two_particles_in_one_direction_have_distance_zero() -> None:
    """z = 0.3 there: it passes for beta >= 0, and never for beta < 0, where any angle is too small."""
    pt = ak.Array([[70.0, 30.0]])
    one = momentum_records({"pt": pt, "eta": pt * 0, "phi": pt * 0, "mass": pt * 0})
    for beta, kept in ((1.0, [0, 1]), (0.0, [0, 1]), (-1.0, [0])):
        card = ObjectCard(cluster="x", R=0.4, soft_drop=SoftDrop(z_cut=0.1, beta=beta))
        assert cluster_jets(card, one)["_constituents"].to_list() == [[kept]]


@pytest.mark.parametrize("counts", [[], [0], [0, 0, 0]])
@pytest.mark.parametrize("soft_drop", [None, SoftDrop()])
def test_events_without_particles_have_no_jets(counts: list[int], soft_drop: SoftDrop | None) -> None:
    jets = cluster_jets(ObjectCard(cluster="x", R=0.4, soft_drop=soft_drop), events(counts))
    assert jets.to_list() == [[] for _ in counts]
    # Of the type that jets have, so that chunks with and without any can be joined.
    assert jets.type.content == cluster_jets(ObjectCard(cluster="x", R=0.4), events([3])).type.content


@pytest.mark.parametrize(
    "names",
    [("px", "py", "pz", "E"), ("px", "py", "pz", "mass"), ("pt", "eta", "phi", "mass"), ("pt", "eta", "phi", "E")],
)  # fmt: skip
def test_any_coordinates_and_any_layout(names: tuple[str, ...]) -> None:
    particles = events(COUNTS)
    card = ObjectCard(cluster="x", R=0.6, pt_min=2)
    expected = cluster_jets(card, particles[particles.pt > 1.5])
    other = momentum_records(
        {n: getattr(particles, n) for n in names} | {"charge": ak.ones_like(particles.pt)}
    )
    # A mask leaves an indexed array, the slice one that does not begin at its buffer's front.
    found = cluster_jets(card, other[other.pt > 1.5][2:])
    assert found["_constituents"].to_list() == expected["_constituents"][2:].to_list()
    assert np.allclose(ak.flatten(found.E), ak.flatten(expected.E[2:]), rtol=1e-9)


def test_particles_along_the_beam_and_without_momentum_are_jets_of_their_own() -> None:
    columns = {"px": [[0.0, 0.0, 9.0]], "py": [[0.0] * 3], "pz": [[50.0, 0.0, 0.0]], "E": [[50.0, 0.0, 9.0]]}
    particles = momentum_records({n: ak.Array(v) for n, v in columns.items()})
    jets = cluster_jets(ObjectCard(cluster="x", R=0.4), particles)
    assert sorted(ak.flatten(jets["_constituents"], axis=None)) == [0, 1, 2]
    assert cluster_jets(ObjectCard(cluster="x", R=0.4, pt_min=1), particles)["_constituents"].to_list() == [
        [[2]]
    ]


def test_a_momentum_that_is_no_number_is_an_error_with_its_event() -> None:
    pt = ak.Array([[1.0], [], [2.0, np.nan]])
    particles = momentum_records({"pt": pt, "eta": pt * 0, "phi": pt * 0, "mass": pt * 0})
    message = "^1 of the particles .* undefined four-momentum, the first in event 2 of the 3 events .*; exclude them"
    with pytest.raises(InputError, match=message):
        cluster_jets(ObjectCard(cluster="x", R=0.4), particles)


def test_without_fastjet_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Callable[..., Any] = builtins.__import__

    def refuse(name: str, *args: Any, **kwargs: Any) -> Any:
        if name == "fastjet":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    cluster._fastjet.cache_clear()
    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(CardError, match=r"needs the package fastjet; pip install 'symhep\[cluster\]'"):
        cluster_jets(ObjectCard(cluster="x", R=0.4), events([3]))


def test_nothing_is_printed() -> None:
    """FastJet greets from C++, which only another process can be asked about."""
    code = (
        "import awkward as ak; from symhep.card.schema import ObjectCard;"
        "from symhep.events.cluster import cluster_jets; from symhep.events.batch import momentum_records;"
        "x = ak.Array([[1.0, 2.0]]);"
        "m = momentum_records(dict(pt=x, eta=x, phi=x, mass=x * 0));"
        "j = cluster_jets(ObjectCard(cluster='p', R=0.4, soft_drop={}), m); print(len(j))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("1\n", "")


class TestFiles:
    """Particles as readers give them."""

    def test_constituents_of_the_top_jets_make_the_same_jets_again(self, root: Path) -> None:
        """The 20 hardest particles of a jet of R = 0.8 lie within it: their sum is the jet that they make."""
        table = ak.from_parquet(root / "samples" / "top_jets_14TeV.parquet")
        particles = momentum_records({n: table[f"constituents_{n}"] for n in ("pt", "eta", "phi", "mass")})
        jets = cluster_jets(ObjectCard(cluster="constituents", R=0.8, pt_min=50), particles)[:, 0]
        whole = jets["constituents"] == ak.num(particles)
        # A few split: without the soft particles their axis is another.
        assert ak.mean(whole) > 0.95
        pt, eta, phi, mass = (table[f"constituents_{n}"] for n in ("pt", "eta", "phi", "mass"))
        energy = ak.sum(np.sqrt((pt * np.cosh(eta)) ** 2 + mass**2), axis=1)
        p = [ak.sum(pt * f(x), axis=1) for f, x in ((np.cos, phi), (np.sin, phi), (np.sinh, eta))]
        squared = energy**2 - sum(x**2 for x in p)
        # The columns are of single precision.
        assert np.allclose(jets.E[whole], energy[whole], rtol=1e-5)
        assert np.allclose(jets.mass[whole], np.sqrt(squared[whole]), atol=0.1)
        # As tests/samples finds for the sums: four fifths of the jet's energy.
        assert 0.75 < ak.mean(jets.pt / table.jet_pt) < 0.95

    def test_partons_of_an_lhe_file(self, shared_data: Path) -> None:
        reader = LheReader()
        path = str(shared_data / "madgraph_pp_to_jj_13TeV.lhe.gz")
        request = ReadRequest(fields={"particles": frozenset({"status"})})
        batches = list(reader.read(path, reader.Options(), request, LossLog()))
        particles = ak.concatenate([batch.events["particles"] for batch in batches])
        partons = particles[particles.status == 1]
        jets = cluster_jets(ObjectCard(cluster="particles", R=0.4), partons)
        # Two partons back to back are two jets.
        assert ak.all(ak.num(jets) == ak.num(partons))
        assert np.allclose(ak.sum(jets.E, axis=1), ak.sum(partons.E, axis=1))

    def test_particles_of_a_hepmc_file(self, tmp_path: Path) -> None:
        pyhepmc = pytest.importorskip("pyhepmc")
        particles = events([25, 7], seed=2)
        with pyhepmc.open(tmp_path / "events.hepmc", "w") as file:
            for event in particles:
                record = pyhepmc.GenEvent(pyhepmc.Units.GEV, pyhepmc.Units.MM)
                beam, vertex = pyhepmc.GenParticle((0, 0, 6500, 6500), 2212, 4), pyhepmc.GenVertex()
                vertex.add_particle_in(beam)
                for p in rows(event):
                    vertex.add_particle_out(pyhepmc.GenParticle(p, 211, 1))
                record.add_vertex(vertex)
                file.write(record)
        reader = HepMCReader()
        batches = list(
            reader.read(
                str(tmp_path / "events.hepmc"),
                reader.Options(),
                ReadRequest(fields={"particles": frozenset({"status"})}),
                LossLog(),
            )
        )
        read = ak.concatenate([batch.events["particles"] for batch in batches])
        final = read[read.status == 1]
        card = ObjectCard(cluster="particles", algorithm="kt", R=0.5, pt_min=2)
        jets = cluster_jets(card, final)
        for event, found in zip(final, jets, strict=True):
            assert_same(found, bare(card, rows(event)))

    @pytest.mark.parametrize("collection", ["EFlowTrack", "Particle"])
    def test_particles_of_a_delphes_file(self, shared_data: Path, collection: str) -> None:
        reader = DelphesReader()
        path = str(shared_data / "delphes_10events.root")
        request = ReadRequest(
            fields={collection: frozenset({"status"}) if collection == "Particle" else frozenset()}
        )
        batches = list(reader.read(path, DelphesOptions(), request, LossLog()))
        particles = ak.concatenate([batch.events[collection] for batch in batches])
        if collection == "Particle":
            particles = particles[particles.status == 1]
        assert len(particles) == 10
        card = ObjectCard(cluster=collection, algorithm="cambridge", R=0.4, pt_min=5)
        jets = cluster_jets(card, particles)
        assert ak.sum(ak.num(jets)) > 10
        for event, found in zip(particles, jets, strict=True):
            assert_same(found, bare(card, rows(event)))
