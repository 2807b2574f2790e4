"""Named quantities of an event that a latent may follow, and those that never change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations as pairs_of

import numpy as np
import numpy.typing as npt

from symhep.events.dataset import Column, Dataset
from symhep.events.kinds import VectorKind, kind_of_sum, known_variables
from symhep.stats.constraints import constant_value
from symhep_vae.record import Kind, NearConstant

__all__ = ["EXACT", "Combination", "named_combinations", "near_constant"]

FloatArray = npt.NDArray[np.float64]

#: More particles than this would give more pairs than anyone reads.
MAX_PARTICLES = 4
#: Without particle names, sums and differences are formed of at most this many features.
MAX_PLAIN_FEATURES = 4
#: A spread below this share of the ingredients' is rounding of the file (LHE has 11 digits).
EXACT = 1e-5
#: 68 % of the events within this share: worth a sentence, though not a constraint.
NARROW = 0.1


@dataclass(frozen=True)
class Combination:
    """A quantity with its values (N,); ``scale`` is how much it would vary if nothing constrained it."""

    name: str
    label: str
    unit: str
    kind: Kind
    values: FloatArray
    scale: float


def named_combinations(data: Dataset) -> list[Combination]:
    """All combinations: differences and sums of a variable over pairs of
    particles, mass, pt, rapidity and energy of pairs, |p| and pt of particles, the features themselves.

    >>> data = Dataset.from_array([[1.0, 2.0], [3.0, 5.0]], columns=("a", "b"))
    >>> [c.name for c in named_combinations(data)]
    ['a', 'b', 'a - b', 'a + b', '|x|']
    """
    features = data.values
    found = [
        Combination(c.name, c.label or c.name, c.unit, "feature", values, _size(values))
        for c, values in zip(data.columns, features.T, strict=True)
    ]
    found += _sums_and_differences(data.columns, features)
    if data.momenta is not None:
        found += _from_momenta(data.momenta, data.particles, data.kinds, data.columns)
    elif 1 < features.shape[1] <= 8 and len({_quantity(c) for c in data.columns}) == 1:
        norm = np.linalg.norm(features, axis=1)
        found.append(Combination("|x|", "$|x|$", data.columns[0].unit, "norm", norm, _size(norm)))
    return found


def _size(values: FloatArray) -> float:
    """Root mean square: the scale of a quantity that may be constant but not zero."""
    return float(np.sqrt(np.mean(values**2)))


def _quantity(c: Column) -> str:
    """What features must share to be added: the unit or, in expressions, which have none, the last field.

    >>> [_quantity(Column(name)) for name in ("x1", "muons[0].pt", "(a + b).pt", "deltaphi(a, b)")]
    ['', 'pt', 'pt', 'deltaphi(a, b)']
    """
    if c.unit or c.variable or c.name.isidentifier():
        return c.unit
    return c.name.rpartition(".")[2]


def _join(a: Column, sign: str, b: Column) -> str:
    return f"{a.label or a.name} ${sign}$ {b.label or b.name}"


def _sums_and_differences(columns: tuple[Column, ...], x: FloatArray) -> Iterator[Combination]:
    named = all(c.variable and c.particle for c in columns)
    if not named and len(columns) > MAX_PLAIN_FEATURES:
        return
    for i, k in pairs_of(range(len(columns)), 2):
        a, b = columns[i], columns[k]
        if named and (a.variable != b.variable or a.particle == b.particle):
            continue
        if _quantity(a) != _quantity(b):
            continue
        scale = float(np.hypot(x[:, i].std(), x[:, k].std())) or _size(x[:, i])
        difference, total = x[:, i] - x[:, k], x[:, i] + x[:, k]
        if a.variable == "phi":
            difference = (difference + np.pi) % (2 * np.pi) - np.pi
        yield Combination(f"{a.name} - {b.name}", _join(a, "-", b), a.unit, "difference", difference, scale)
        if a.variable != "phi":
            yield Combination(f"{a.name} + {b.name}", _join(a, "+", b), a.unit, "sum", total, scale)


def _from_momenta(
    p: FloatArray, particles: tuple[str, ...], kinds: tuple[VectorKind, ...], columns: tuple[Column, ...]
) -> Iterator[Combination]:
    """Quantities of four-momenta (N, P, 4) = (E, px, py, pz) in GeV that are no features themselves, and that are known
    of vectors of these kinds."""
    taken = {c.name for c in columns}
    # A sum of energies is already among the sums of features.
    variables = ("m", "pt", "y") if any(c.variable == "E" for c in columns) else ("m", "pt", "y", "E")
    labels = {name: _particle_label(name, columns) for name in particles}
    shown = range(min(len(particles), MAX_PARTICLES))
    for i in shown:
        single = _Momentum(particles[i], labels[particles[i]], "particle", p[:, i])
        known = known_variables(kinds[i])
        yield from (
            single.combination(v) for v in ("p", "pt") if v in known and f"{v}({single.name})" not in taken
        )
    for i, k in pairs_of(shown, 2):
        a, b = particles[i], particles[k]
        label = rf"{labels[a]}\,{labels[b]}"
        pair = _Momentum(f"{a} {b}", label, "pair", p[:, i] + p[:, k], _transverse_size(p[:, [i, k]]))
        known = known_variables(kind_of_sum([kinds[i], kinds[k]]))
        yield from (pair.combination(v) for v in variables if ("rapidity" if v == "y" else v) in known)


def _particle_label(name: str, columns: tuple[Column, ...]) -> str:
    """The particle's mathtext, taken out of a feature's label such as '$p_x(\\mu^{-})$'."""
    for column in columns:
        if column.particle == name and column.label.endswith(")$") and "(" in column.label:
            return column.label[column.label.index("(") + 1 : -2]
    return rf"\mathrm{{{name}}}".replace("_", r"\_").replace(" ", r"\ ")


def _transverse_size(p: FloatArray) -> float:
    """How large a sum of transverse momenta is if their directions are independent."""
    return float(np.sqrt((p[..., 1] ** 2 + p[..., 2] ** 2).sum(axis=1).mean()))


@dataclass(frozen=True)
class _Momentum:
    """A four-momentum (N, 4) with a name; ``transverse`` is the natural size of its pt, if not its own."""

    name: str
    label: str
    kind: Kind
    p: FloatArray
    transverse: float | None = None

    def combination(self, variable: str) -> Combination:
        """Mass m, |p|, pt, energy E in GeV or rapidity y, as a combination."""
        energy, px, py, pz = self.p.T
        scale: float | None = None
        if variable == "y":
            with np.errstate(divide="ignore", invalid="ignore"):
                values = np.nan_to_num(0.5 * np.log((energy + pz) / (energy - pz)), posinf=0.0, neginf=0.0)
            scale = 1.0
        else:
            squared = {
                "p": px**2 + py**2 + pz**2,
                "pt": px**2 + py**2,
                "m": energy**2 - px**2 - py**2 - pz**2,
                "E": energy**2,
            }[variable]
            # The mass of a light system is a difference of large squares: rounding may turn it negative.
            values = np.sqrt(np.maximum(squared, 0.0))
            scale = self.transverse if variable == "pt" else None
        symbol = {"p": "|p|", "pt": r"p_\mathrm{T}"}.get(variable, variable)
        return Combination(
            f"{variable}({self.name})",
            f"${symbol}({self.label})$",
            "" if variable == "y" else "GeV",
            self.kind,
            values,
            _size(values) if scale is None else scale,
        )


def near_constant(found: list[Combination]) -> list[NearConstant]:
    """Combinations that never vary, or little, most constant first.

    >>> x = np.random.default_rng(0).normal(size=1000)
    >>> data = Dataset.from_array(np.c_[x, 3 - x], columns=("a", "b"))
    >>> [(c.name, c.constraint, round(c.value, 6)) for c in near_constant(named_combinations(data))]
    [('a + b', True, 3.0)]
    """
    result = []
    for c in found:
        low, centre, high = np.quantile(c.values, [0.16, 0.5, 0.84])
        relative = float(high - low) / 2 / c.scale if c.scale > 0 else 0.0
        fixed = constant_value(c.values, c.scale, EXACT)
        if fixed is None and relative >= NARROW:
            continue
        row = NearConstant(
            name=c.name, kind=c.kind, unit=c.unit, constraint=fixed is not None, vanishes=fixed == 0,
            value=centre, low=low, high=high, level=0.68, method="median and central 68 % of the events",
        )  # fmt: skip
        result.append((fixed is None, 0.0 if fixed is not None else relative, row))
    return [row for *_, row in sorted(result, key=lambda entry: entry[:2])]
