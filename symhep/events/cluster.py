"""Jets: particles of an event clustered by FastJet, and groomed by soft drop.

FastJet (Cacciari, Salam, Soyez, arXiv:1111.6097) comes as the package ``fastjet``, which the extra
``symhep[cluster]`` installs.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import awkward as ak
import numpy as np
import numpy.typing as npt
import vector

from symhep.card.schema import ObjectCard, SoftDrop
from symhep.errors import CardError, InputError
from symhep.events.kinds import MOMENTUM

__all__ = ["cluster_jets"]

vector.register_awkward()

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

#: FastJet keeps the history of every event in memory, some 700 bytes for each particle.
BLOCK_PARTICLES = 100_000
#: A radius at which Cambridge/Aachen leaves one jet, whatever there is: the largest that FastJet takes.
EVERYTHING = 1000.0


def cluster_jets(card: ObjectCard, particles: ak.Array) -> ak.Array:
    """The jets of each event, hardest first.

    Generalised kt algorithms with the distance min(pt_i^2n, pt_j^2n) (Dy^2 + Dphi^2) / R^2, n = -1 for antikt
    (arXiv:0802.1189), 0 for cambridge (Cambridge/Aachen, hep-ph/9707323) and 1 for kt (hep-ph/9305266);
    four-momenta are added.

    Soft drop (arXiv:1402.2657) undoes the last step of each jet's Cambridge/Aachen tree and leaves the softer
    branch until min(pt_1, pt_2) > z_cut (DR_12 / R)^beta (pt_1 + pt_2), with the rapidity in DR. A jet of
    which one particle is left is that particle: no jet is lost (the paper's grooming mode).

    Parameters
    ----------
    card
        ``algorithm``, ``R``, ``pt_min`` (GeV, of the jet before soft drop) and ``soft_drop`` are used.
    particles
        Per event a list of ``Momentum4D`` records (GeV, any coordinates), already selected.

    Returns
    -------
    ak.Array
        Per event a list of ``Momentum4D`` records px, py, pz, E in GeV, in order of pt after soft drop. Of a jet,
        ``constituents`` is the number of its particles and ``_constituents`` their positions in the event's
        list, ascending. An event without particles has no jets.

    Raises
    ------
    CardError
        If the package fastjet is not installed.
    InputError
        If a four-momentum is not finite.

    Examples
    --------
    >>> import vector
    >>> card = ObjectCard(cluster="particles", R=0.4, pt_min=5)
    >>> particle = {"eta": 1.0, "mass": 0.0}
    >>> event = [particle | {"pt": 20.0, "phi": 0.0}, particle | {"pt": 50.0, "phi": 2.0}]
    >>> event += [particle | {"pt": 10.0, "phi": 0.0}, particle | {"pt": 1.0, "phi": -2.0}]
    >>> jets = cluster_jets(card, vector.Array([event, event[:1]]))
    >>> np.round(jets.pt, 9).tolist(), jets["_constituents"].tolist()
    ([[50.0, 30.0], [20.0]], [[[1], [0, 2]], [[0]]])
    """
    fastjet = _fastjet()
    counts = np.asarray(ak.num(particles), dtype=np.int64)
    momenta = _momenta(particles, counts)
    assert card.R is not None  # the card asks for it
    algorithm = getattr(fastjet, f"{card.algorithm or 'antikt'}_algorithm")
    definition = fastjet.JetDefinition(algorithm, card.R)
    found = [
        _block(fastjet, card, definition, momenta[first:last], counts[start:stop])
        for start, stop, first, last in _blocks(counts)
    ]
    jets = _records(*(np.concatenate(parts) for parts in zip(*found, strict=True)))
    return jets[ak.argsort(jets.pt, axis=1, ascending=False, stable=True)]


@lru_cache(maxsize=1)
def _fastjet() -> Any:
    try:
        import fastjet
    except ImportError as error:
        raise CardError(
            "'cluster' needs the package fastjet", hint="pip install 'symhep[cluster]'"
        ) from error
    # FastJet greets on the standard output, where results may be expected.
    fastjet._swig.ClusterSequence.set_fastjet_banner_stream(None)
    return fastjet


def _momenta(particles: ak.Array, counts: Integers) -> Floats:
    """(M, 4) E, px, py, pz of all particles, event after event."""
    flat = ak.flatten(particles, axis=1)
    momenta = np.stack([ak.to_numpy(getattr(flat, name)).astype(np.float64) for name in MOMENTUM], axis=1)
    bad = np.flatnonzero(~np.isfinite(momenta).all(axis=1))
    if bad.size:
        # One of them would make FastJet's distances meaningless for the whole event.
        event = int(np.searchsorted(np.cumsum(counts), bad[0], side="right"))
        raise InputError(
            f"{bad.size} of the particles to be clustered have an infinite or undefined four-momentum, the "
            f"first in event {event} of the {len(counts)} events of this chunk",
            hint="exclude them with 'where' of the object, as in where: \"E < 1e6\"",
        )
    return momenta


def _blocks(counts: Integers) -> Iterator[tuple[int, int, int, int]]:
    """Events from start to stop with their particles from first to last; one block if there are no events."""
    ends = np.cumsum(counts)
    start, first = 0, 0
    while True:
        stop = max(int(np.searchsorted(ends, first + BLOCK_PARTICLES, side="right")), start + 1)
        stop = min(stop, len(counts))
        last = int(ends[stop - 1]) if stop else 0
        yield start, stop, first, last
        if stop == len(counts):
            return
        start, first = stop, last


def _block(
    fastjet: Any, card: ObjectCard, definition: Any, momenta: Floats, counts: Integers
) -> tuple[Integers, Floats, Integers, Integers]:
    """Of some events: jets per event, (J, 4) momenta, particles per jet, and their positions."""
    sequence = fastjet.ClusterSequence(_lists(counts, momenta), definition)
    # FastJet takes a pt of exactly the minimum, too.
    least = float(card.pt_min or 0.0)
    jets, members = sequence.inclusive_jets(least), sequence.constituent_index(least)
    per_event = ak.to_numpy(ak.num(jets)).astype(np.int64)
    p = np.stack([ak.to_numpy(ak.flatten(jets[name])) for name in MOMENTUM], axis=1).astype(np.float64)
    members = ak.flatten(members, axis=1)
    per_jet = ak.to_numpy(ak.num(members)).astype(np.int64)
    positions = ak.to_numpy(ak.flatten(ak.sort(members))).astype(np.int64)
    if card.soft_drop is None:
        return per_event, p, per_jet, positions
    assert card.R is not None
    # Where the particles of each jet's event begin.
    begin = np.repeat(np.repeat(np.cumsum(counts) - counts, per_event), per_jet)
    groomed, kept, per_jet = _groomed(fastjet, card.soft_drop, card.R, momenta[begin + positions], per_jet)
    return per_event, groomed, per_jet, positions[kept]


def _groomed(
    fastjet: Any, card: SoftDrop, radius: float, momenta: Floats, counts: Integers
) -> tuple[Floats, Integers, Integers]:
    """Soft drop of J jets: (J, 4) momenta, which of the constituents are kept, and how many of each jet."""
    definition = fastjet.JetDefinition(fastjet.cambridge_algorithm, EVERYTHING)
    rows = momenta.tolist()
    results, kept, sizes = [], [], []
    begin = 0
    for count in counts.tolist():
        particles = [fastjet.PseudoJet(px, py, pz, e) for e, px, py, pz in rows[begin : begin + count]]
        sequence = fastjet.ClusterSequence(particles, definition)
        jet = _soft_dropped(fastjet, card, radius, max(sequence.inclusive_jets(), key=lambda j: j.pt2()))
        results.append((jet.e(), jet.px(), jet.py(), jet.pz()))
        # The first entries of the history are the particles.
        left = sorted(begin + particle.cluster_hist_index() for particle in jet.constituents())
        kept += left
        sizes.append(len(left))
        begin += count
    return (
        np.array(results, dtype=np.float64).reshape(-1, 4),
        np.array(kept, dtype=np.int64),
        np.array(sizes, dtype=np.int64),
    )


def _soft_dropped(fastjet: Any, card: SoftDrop, radius: float, jet: Any) -> Any:
    harder, softer = fastjet.PseudoJet(), fastjet.PseudoJet()
    while jet.has_parents(harder, softer):
        if harder.pt2() < softer.pt2():
            harder, softer = softer, harder
        pt = harder.pt() + softer.pt()
        distance = harder.delta_R(softer) / radius
        # At no distance z_cut DR^beta is 0, z_cut or infinite, as beta is positive, 0 or negative.
        least = card.z_cut * distance**card.beta if distance or card.beta >= 0 else np.inf
        if softer.pt() > least * pt:
            break
        jet, harder, softer = harder, fastjet.PseudoJet(), fastjet.PseudoJet()
    return jet


def _lists(counts: Integers, momenta: Floats) -> ak.Array:
    return ak.unflatten(
        ak.zip(dict(zip(MOMENTUM, momenta.T.copy(), strict=True)), with_name="Momentum4D"), counts
    )


def _records(per_event: Integers, momenta: Floats, per_jet: Integers, positions: Integers) -> ak.Array:
    fields: dict[str, Any] = {name: momenta[:, i] for i, name in enumerate(MOMENTUM)}
    fields = {name: fields[name] for name in ("px", "py", "pz", "E")}
    fields |= {"constituents": per_jet, "_constituents": ak.unflatten(positions, per_jet)}
    return ak.unflatten(ak.zip(fields, with_name="Momentum4D", depth_limit=1), per_event)
