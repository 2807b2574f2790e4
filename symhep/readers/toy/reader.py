"""Toy data sets with known symmetry, generated: those of the papers, and events with four-momenta.

Points, as event fields x1, x2, ...:

========== =============================================================== ==========================
name       density                                                          source
========== =============================================================== ==========================
square     uniform on [-R, R]^2, R = 10                                     VAE paper, equation (4.1)
circle     uniform on x1^2 + x2^2 = R^2, R = 10; truth ``angle``            VAE paper, equation (4.2)
gaussian   normal; by default N(0.5, 1), in one ``dimension`` or more       SymmetryGAN, section V.A
normal11   N(0, diag(1, 1))                                                 SymmetryGAN, equation (21)
normal12   N(0, diag(1, 2))                                                 SymmetryGAN, equation (22)
bimodal    N(-1, 1) / 2 + N(1, 1) / 2; truth ``component``                  SymmetryGAN, equation (25)
octagon    eight Gaussians on the unit circle, variance 0.1                 SymmetryGAN, equation (26)
grid5x5    25 Gaussians on {-1, ..., 3}^2, variance 0.1                     SymmetryGAN, equation (27)
sphere     uniform on the surface of radius R = 10 in three dimensions      -
digits     1797 images of 8 x 8 pixels from 0 to 16; truth ``digit``        scikit-learn (UCI, Alpaydin and Kaynak 1998)
========== =============================================================== ==========================

N(m, v) has the variance v, as in the paper; ``variance`` and ``mean`` replace it and the mean
of the whole. The grid is centred on (1, 1), as printed in the paper; its symmetry D4 is about that point, and
``mean: [0, 0]`` moves the centre to the origin. No unit; the weights are 1.

Particles, as the collection ``particles`` with E, px, py, pz in GeV:

========== ================================= ================================ ========================================
name       density                           symmetry                         what it is for
========== ================================= ================================ ========================================
two_body   mu- mu+ of a resonance, with      so(3), P, exchange               the largest group on a support that
           charge and pdgId; isotropic,                                       momentum conservation makes degenerate;
           massless                                                           ``width`` smears the support
...        ``rapidity``, ``pt``: the         so(2) about z, P, exchange       boosts that must be found broken, with
           resonance moves                                                    so(3) broken by motion alone
...        ``a_fb``: 1 + cos^2(theta) +      so(2) about z, P with exchange   P and charge conjugation broken,
           8 / 3 A cos(theta)                (P, exchange for A = 0)          their product kept
three_body flat in the Dalitz plot           so(3), P, all permutations       exchange among three; no pseudoscalar
                                                                              without a direction in space
...        ``handedness``: 1 + epsilon s,    so(2) about z, P with the        P broken as three jets of two equal
           s = 2 (p1.z) (n.z), n normal to   exchange of the last two         beams can break it
           the plane, unit vectors
four_body  flat in phase space               so(3), P, all permutations       eight dimensions of sixteen
...        ``handedness``: 1 + epsilon s,    so(3), P with the exchange of    P broken and every rotation kept
           s = p1.(p2 x p3), unit vectors    two of the first three
dijets     two massive jets, pt above        so(2) about z, P, exchange       no constraint; like the sample
           ``pt_min``, a soft recoil                                          pp_dijets_13TeV
...        ``ordered``: larger pt first      so(2) about z, P                 exchange that holds nearly
========== ================================= ================================ ========================================

The formulas stand in `symhep.readers.toy.decays` and `symhep.readers.toy.dijets`. All of these know

- ``modulation`` epsilon and ``order`` m: the density times 1 + epsilon cos(m phi), phi the azimuth of the first
  particle: an acceptance that breaks so(2) by a known amount;
- ``tilt`` and ``axis``: events turned, after the acceptance, so that the beam is no longer z;
- ``negative``: a fraction of events of weight -1; the signed density is exactly that without
  (`symhep.readers.toy.signs`). The event weight ``weight`` is there only then.

An option given to a toy that does not know it is an error.

Events come in blocks of 8192, each with its own random stream, so that event n is the same
whatever the chunks and however many events are asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

import awkward as ak
import numpy as np
import numpy.typing as npt

from symhep.errors import InputError, nearest
from symhep.readers.interface import ReaderOptions
from symhep.readers.layout import Layout
from symhep.readers.table import TableReader
from symhep.readers.toy.options import ToyOptions
from symhep.readers.toy.particles import PARTICLES
from symhep.readers.toy.shapes import SHAPES
from symhep.readers.toy.toy import Columns, Family, Toy

__all__ = ["TOYS", "ToyReader"]

_BLOCK = 8192
TOYS: Mapping[str, Family] = {**SHAPES, **PARTICLES}


class ToyReader(TableReader):
    """Toy data with known symmetry, generated; no files."""

    name: ClassVar[str] = "toy"
    summary: ClassVar[str] = (
        "toy data: square, circle, Gaussians, mixtures, sphere; images of digits; decays and dijets with four-momenta"
    )
    Options: ClassVar[type[ReaderOptions]] = ToyOptions
    needs_files: ClassVar[bool] = False

    def confidence(self, path: str, head: bytes) -> int:
        """2 for 'toy:NAME'."""
        return 2 if path.startswith("toy:") else 0

    @contextmanager
    def opened(self, path: str, options: ReaderOptions) -> Iterator[tuple[ToyTable, Layout]]:
        """The data set that the path 'toy:NAME' or the option ``name`` names."""
        assert isinstance(options, ToyOptions)
        table = ToyTable(path, _toy(path, options), options.events, options.seed)
        yield table, table.toy.layout

    def details(self, table: Any, layout: Layout) -> Mapping[str, Any]:
        """The truth: the dimension of the data and the name of their symmetry."""
        return {
            "intrinsic_dimension": table.toy.intrinsic,
            "embedding_dimension": table.toy.embedding,
            "symmetry": table.toy.symmetry,
            "seed": table.seed,
        }


class ToyTable:
    """The events of a toy, drawn block by block."""

    def __init__(self, path: str, toy: Toy, events: int, seed: int) -> None:
        self.path, self.toy, self.seed = path, toy, seed
        self.entries = events if toy.limit is None else min(events, toy.limit)
        self.damage: str | None = None

    @property
    def starts(self) -> Sequence[int]:
        """Where blocks begin."""
        return range(0, max(self.entries, 1), _BLOCK)

    def chunks(
        self, columns: Sequence[str], start: int, stop: int, step: int
    ) -> Iterator[tuple[int, Mapping[str, ak.Array]]]:
        """(number of events, columns) of events ``start`` to ``stop``, at most ``step`` at a time."""
        for first in range(start, stop, step):
            end = min(first + step, stop)
            yield end - first, self._columns(columns, first, end)

    def _columns(self, columns: Sequence[str], start: int, end: int) -> dict[str, ak.Array]:
        if not columns:
            return {}
        parts: list[Columns] = []
        for block in range(start // _BLOCK, (end - 1) // _BLOCK + 1):
            rng = np.random.default_rng(np.random.SeedSequence([self.seed, block]))
            drawn = self.toy.draw(rng, _BLOCK)
            inside = slice(max(start - block * _BLOCK, 0), min(end - block * _BLOCK, _BLOCK))
            parts.append({name: drawn[name][inside] for name in columns})
        return {name: _column(np.concatenate([part[name] for part in parts])) for name in columns}


def _column(values: npt.NDArray[Any]) -> ak.Array:
    """Numbers (n,) as they are, (n, P) as lists."""
    return ak.from_regular(ak.Array(values), axis=1) if values.ndim == 2 else ak.Array(values)


def _toy(path: str, options: ToyOptions) -> Toy:
    named = path.removeprefix("toy:") if path.startswith("toy:") else ""
    name = options.name or named
    if options.name and named and named != options.name:
        raise InputError(f"the option 'name' is '{options.name}'", file=path, hint="give the name only once")
    if name not in TOYS:
        raise InputError(f"unknown toy '{name}'", file=path, hint=nearest(name, TOYS))
    family, given = TOYS[name], options.given
    if unknown := [option for option in given if option not in family.options]:
        known = ", ".join((*family.options, "events", "seed"))
        raise InputError(
            f"'{name}' has no {' or '.join(unknown)}", file=path, hint=f"its options are {known}"
        )
    try:
        return family.build(name, given)
    except ValueError as error:
        raise InputError(str(error), file=path) from None
