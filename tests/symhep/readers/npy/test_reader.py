"""numpy's files: what arrays mean, their order and types, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt
import pytest
import vector
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from symhep.errors import InputError
from symhep.readers.interface import LossLog, ReadRequest
from symhep.readers.npy import NumpyOptions, NumpyReader
from symhep.testing import check_reader

READER = NumpyReader()
N, P = 40, 7


def padded(rng: np.random.Generator) -> npt.NDArray[np.float64]:
    """EnergyFlow's layout: pt, y, phi, PDG number, zeros behind the particles; one event has none."""
    jets = np.zeros((N, P, 4))
    for i in range(N):
        n = 0 if i == 3 else int(rng.integers(1, P + 1))
        jets[i, :n] = np.stack(
            [
                rng.exponential(5, n) + 0.1,
                rng.normal(size=n),
                rng.uniform(0, 6.5, n),
                rng.choice([211, -211, 22, 130, 2112], n),
            ],
            axis=1,
        )
    return jets


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def first(path: Path, **options: Any) -> ak.Array:
    (batch,) = READER.read(str(path), NumpyOptions(**options), ReadRequest(), LossLog())
    return batch.events


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_energyflow_jets(save: Any, rng: np.random.Generator, tmp_path: Path) -> None:
    jets, path = padded(rng), tmp_path / "jets.npz"
    save(path, X=jets, y=rng.integers(0, 2, N).astype(float))
    whole = check_reader(READER, path)
    assert ak.num(whole.events.particles).tolist() == (jets[:, :, 0] > 0).sum(axis=1).tolist()
    mass = {211: 0.13957039, 22: 0.0, 130: 0.497611, 2112: 0.93956542}  # GeV, Particle Data Group
    for event, jet in zip(whole.events.particles, jets, strict=True):
        pt, y, phi, pdg = jet[jet[:, 0] > 0].T
        m = np.array([mass[abs(int(p))] for p in pdg])
        assert event.pt.tolist() == pt.tolist()
        assert event.phi.tolist() == phi.tolist()
        assert event.pdgId.tolist() == pdg.tolist()
        mt = np.sqrt(pt**2 + m**2)
        assert event.pz.to_numpy() == pytest.approx(mt * np.sinh(y), rel=1e-8)
        assert event.E.to_numpy() == pytest.approx(mt * np.cosh(y), rel=1e-8)
    schema = READER.schema(str(path), NumpyOptions())
    assert schema.collections["particles"].fields["pdgId"].type == "int32"
    assert list(schema.event_fields) == ["label"]
    assert any(
        "taken as pt, y, phi, pdgId; entries with only zeros are ignored (padding). y is the rapidity" in n
        for n in schema.notes
    )


@pytest.mark.parametrize("kind", ["<f8", ">f4"])
@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("names", [("E", "px", "py", "pz"), ("px", "py", "pz", "E")])
def test_cartesian_momenta_are_seen_by_their_sizes(
    names: tuple[str, ...], order: Any, kind: str, rng: np.random.Generator, tmp_path: Path
) -> None:
    p = rng.normal(size=(N, 2, 3)) * 30
    values = dict(zip(("px", "py", "pz"), np.moveaxis(p, -1, 0), strict=True))
    values["E"] = np.sqrt((p**2).sum(axis=-1))
    array = np.stack([values[name] for name in names], axis=-1).astype(kind)
    path = tmp_path / "a.npy"
    np.save(path, np.asarray(array, order=order))
    whole = check_reader(READER, path)
    for i, name in enumerate(names):
        assert whole.events.particles[name].to_numpy().tolist() == array[..., i].astype(float).tolist()


def test_components_of_any_order(rng: np.random.Generator, tmp_path: Path) -> None:
    array, path = rng.uniform(1, 2, (N, 3, 5)), tmp_path / "a.npy"
    np.save(path, array)
    with pytest.raises(
        InputError, match=r"5 numbers of each particle.*\{components: \[pt, eta, phi, mass\]\}"
    ):
        READER.schema(str(path), NumpyOptions())
    events = first(path, components=("btag", "m", "phi", "rapidity", "pt"), units="MeV")
    assert events.particles.btag.to_numpy().tolist() == array[..., 0].tolist()
    pt, m, y = (array[..., i] for i in (4, 1, 3))
    assert ak.to_numpy(events.particles.pz) == pytest.approx(
        np.sqrt(pt**2 + m**2) * np.sinh(y) / 1000, rel=1e-10
    )
    reference = vector.array(
        {"pt": pt / 1e3, "phi": array[..., 2], "eta": events.particles.eta.to_numpy(), "mass": m / 1e3}
    )
    assert ak.to_numpy(events.particles.E) == pytest.approx(reference.E)
    with pytest.raises(InputError, match="2 components are named, but the last axis of '' has 5"):
        READER.schema(str(path), NumpyOptions(components=("pt", "eta")))
    with pytest.raises(InputError, match="the components a, b, c, d, e do not define a momentum"):
        READER.schema(str(path), NumpyOptions(components=("a", "b", "c", "d", "e")))


def test_numbers_per_event(rng: np.random.Generator, tmp_path: Path) -> None:
    array, path = rng.normal(size=(N, 3)), tmp_path / "a.npy"
    np.save(path, array)
    assert check_reader(READER, path).events.x2.tolist() == array[:, 1].tolist()
    assert first(path, components=("a", "b", "c")).c.tolist() == array[:, 2].tolist()


def test_named_arrays(rng: np.random.Generator, tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    pt, eta, phi = np.abs(rng.normal(size=(3, N, 4)))
    np.savez(
        path,
        jet_pt=pt,
        jet_eta=eta,
        jet_phi=phi,
        met=pt[:, 0],
        weights=-pt[:, 1],
        tags=pt[:, :2],
        names=np.array(["a"]),
    )
    whole = check_reader(READER, path)
    assert whole.events.jet.pt.tolist() == pt.tolist()
    assert whole.events.tags2.tolist() == pt[:, 1].tolist()
    schema = READER.schema(str(path), NumpyOptions(weight="weights"))
    assert any("ignored: names." in note for note in schema.notes)
    request = ReadRequest(fields={}, event_fields=frozenset())
    (batch,) = READER.read(str(path), NumpyOptions(weight="weights"), request, LossLog())
    assert batch.weights.tolist() == (-pt[:, 1]).tolist()
    np.savez(path, pt=pt, eta=eta, phi=phi, charge=np.sign(phi))
    assert first(path).particles.charge.tolist() == np.sign(phi).tolist()


def test_structured_arrays(rng: np.random.Generator, tmp_path: Path) -> None:
    lists = [("jet_pt", "f8", (3,)), ("jet_phi", "f8", (3,))]
    array = np.zeros(N, dtype=[("mu_px", "f4"), ("mu_py", "f4"), ("hits", "i2"), *lists, ("tag", "S4")])
    array["mu_px"], array["jet_pt"], array["hits"] = (
        rng.normal(size=N),
        rng.uniform(1, 2, (N, 3)),
        np.arange(N),
    )
    np.save(tmp_path / "a.npy", array)
    events = check_reader(READER, tmp_path / "a.npy").events
    assert events.mu.px[:, 0].tolist() == array["mu_px"].tolist()
    assert events.jet.pt.tolist() == array["jet_pt"].tolist()
    assert events.hits.tolist() == list(range(N))


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    np.save(path, np.array([[1.0], [2.0, 3.0]], dtype=object), allow_pickle=True)
    with pytest.raises(
        InputError, match="contains Python objects, which need pickle and are refused; save plain"
    ):
        READER.schema(str(path), NumpyOptions())


def test_a_cut_file_gives_what_it_holds(rng: np.random.Generator, tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    np.save(path, rng.normal(size=(N, 3)))
    data = path.read_bytes()
    path.write_bytes(data[: 128 + 24 * 11 + 5])
    losses = LossLog("skip")
    batches = list(READER.read(str(path), NumpyOptions(), ReadRequest(chunk_events=4), losses))
    assert sum(map(len, batches)) == 11
    assert [(loss.events, loss.first_event) for loss in losses.losses] == [(N - 11, 11)]
    with pytest.raises(InputError, match="the file is truncated: it should have 40 events and has 11"):
        list(READER.read(str(path), NumpyOptions(), ReadRequest(), LossLog()))
    # The same where no array has to be read.
    losses = LossLog("skip")
    READER.inspect(str(path), NumpyOptions(), losses)
    assert [loss.events for loss in losses.losses] == [N - 11]


@pytest.mark.parametrize(
    "shape",
    ["(1000000000000, 3)", "(40, 1000000000000)", "(40, 9, 99999999999999)", "(0, 3)", "()", "(-4, 3)"],
)
def test_absurd_shapes(shape: str, rng: np.random.Generator, tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    np.save(path, rng.normal(size=(N, 3)))
    data = path.read_bytes().replace(b"(40, 3), }".ljust(30), f"{shape}, }}".encode().ljust(30))
    path.write_bytes(data)
    losses = LossLog("skip")
    found = sum(map(len, READER.read(str(path), NumpyOptions(), ReadRequest(), losses)))
    announced = {"(1000000000000, 3)": 10**12, "(0, 3)": 0}.get(shape)
    if announced is None:
        assert found == 0
        assert losses.losses
    else:
        assert found + sum(loss.events or 0 for loss in losses.losses) == announced


def test_a_number_beyond_all_others(rng: np.random.Generator, tmp_path: Path) -> None:
    p = rng.normal(size=(N, 2, 3))
    x = np.concatenate([np.sqrt((p**2).sum(axis=-1, keepdims=True)), p], axis=-1)
    x[3, 1, 2] = 1e300
    np.save(tmp_path / "a.npy", x)
    with pytest.raises(InputError, match="the meaning of the 4 numbers of each particle cannot be inferred"):
        READER.schema(str(tmp_path / "a.npy"), NumpyOptions())
    given = NumpyOptions(components=("E", "px", "py", "pz"))
    batches = READER.read(str(tmp_path / "a.npy"), given, ReadRequest(), LossLog())
    assert sum(map(len, batches)) == N


@pytest.mark.parametrize("shape", [(6, 2, 0), (6, 0, 4), (6, 0)])
def test_an_array_without_numbers(shape: tuple[int, ...], tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros(shape))
    with pytest.raises(InputError, match="no array has at most"):
        READER.schema(str(tmp_path / "a.npy"), NumpyOptions())
    np.savez(tmp_path / "a.npz", X=np.zeros(shape), ht=np.ones(6))
    schema = READER.schema(str(tmp_path / "a.npz"), NumpyOptions())
    assert list(schema.event_fields) == ["ht"]
    assert "are ignored: X." in schema.notes[0]


def test_damage_inside_a_compressed_array(rng: np.random.Generator, tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez_compressed(path, a=rng.normal(size=(20_000, 3)))
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.write_bytes(bytes(data))
    losses = LossLog("skip")
    found = sum(map(len, READER.read(str(path), NumpyOptions(), ReadRequest(chunk_events=1000), losses)))
    assert found < 20_000
    assert [loss.events for loss in losses.losses] == [20_000 - found]
    with pytest.raises(InputError, match=r"cut short or damaged \("):
        list(READER.read(str(path), NumpyOptions(), ReadRequest(), LossLog()))


def test_options_that_do_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, jets=np.zeros((3, 2)))
    with pytest.raises(InputError, match=r"no array 'jet'; did you mean 'jets'\?"):
        READER.schema(str(path), NumpyOptions(array="jet"))
    with pytest.raises(InputError, match="no such file"):
        READER.schema(str(tmp_path / "none.npy"), NumpyOptions())
    np.savez(path)
    with pytest.raises(InputError, match="the archive contains no arrays"):
        READER.schema(str(path), NumpyOptions())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), name=st.sampled_from(["a.npy", "a.npz"]))
def test_whatever_happens_to_the_bytes(data: st.DataObject, name: str, tmp_path: Path) -> None:
    """Only symhep's own errors come out, and events = delivered + lost unless nobody can know."""
    path = tmp_path / name
    array = np.arange(60.0).reshape(20, 3)
    np.save(path, array) if name == "a.npy" else np.savez_compressed(path, a=array)
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(content) - 1))
        if data.draw(st.booleans()):
            content[at] ^= 1 << data.draw(st.integers(0, 7))
        else:
            del content[at : at + data.draw(st.integers(1, 40))]
        content = content or bytearray(b"\n")
    path.write_bytes(bytes(content))
    losses = LossLog("skip")
    for batch in READER.read(str(path), NumpyOptions(), ReadRequest(), losses):
        assert len(batch.weights) == len(batch) > 0
