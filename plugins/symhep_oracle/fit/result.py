"""The result's summary, arrays and tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from symhep.events.dataset import Dataset
from symhep.methods.result import Arrays, Table
from symhep_oracle.fit.algebra import Evidence, normalised
from symhep_oracle.fit.fields import LinearFields
from symhep_oracle.say.latent import latent_numbers
from symhep_oracle.options import OracleMethodOptions

__all__ = ["drawing_arrays", "matrix_text", "summarise", "tables"]

FloatArray = npt.NDArray[np.float64]

#: Events kept for drawings, and generators whose matrices fit into the summary.
DRAWN_EVENTS = 2000
LISTED = 100
#: What the names in tables mean.
NAMES = "E_ij: 1 in row i, column j. X_n: near no known matrix."


def _numbers(values: npt.ArrayLike) -> list[float]:
    return [float(v) for v in np.asarray(values, dtype=np.float64).ravel()]


def summarise(e: Evidence, options: OracleMethodOptions) -> dict[str, Any]:
    """The summary of results.json."""
    s, support, info = e.outcome.solution, e.outcome.support, e.outcome.info
    found = e.identification
    summary: dict[str, Any] = {
        "algebra": {
            "dimension": s.dimension, "name": e.algebra, "confidence": e.confidence,
            "dimension_confidence": s.confidence, "decision": s.reason,
            "identification": _identification(e) if found else None,
        },
        "generators": [
            {"name": known.name, "overlap": known.overlap, "residual": float(s.residuals[i]),
             "largest_error": float(s.errors[i].max())}
            for i, known in enumerate(e.names[:LISTED])
        ],
        "residual": {
            "invariance": float(s.residuals.max(initial=0.0)), "closure": e.closure,
            "finite": max(info["finite"]["change"], default=0.0) if "finite" in info else None,
        },
        "spectrum": {"values": _numbers(s.spectrum), "noise": _numbers(s.noise)},
        "support": {
            "constraints": list(support.constraints), "checked_off_support": support.checked,
            "spurious": [
                {"name": known.name, "moves_no_event": bool(still)}
                for known, still in zip(e.spurious, support.still, strict=True)
            ],
        },
        "layout": {
            "vectors": e.outcome.layout.vectors, "dimension": e.outcome.layout.dimension,
            "complex": e.outcome.layout.complex, "components": info["names"],
        },
        "events": info["events"], "scale": info["scale"], "oracle": _oracle(info),
        "solver": {"name": options.solver} | s.details,
        "options": options.model_dump(mode="json"),
    }  # fmt: skip
    if e.comparison is not None:
        c = e.comparison
        summary["compare"] = {
            "name": c.name, "dimension": c.dimension, "principal_angles": _numbers(c.angles),
            "distance": {"value": c.distance, "error": c.distance_error},
            "largest_angle_outside": {"value": c.outside, "error": c.outside_error},
        }  # fmt: skip
    if e.outcome.latent is not None:
        summary["latent"] = info["latent"] | latent_numbers(e.outcome.latent)
    if e.outcome.breaking is not None:
        summary["breaking"] = _breaking(e)
    return summary


def _oracle(info: dict[str, Any]) -> dict[str, Any]:
    keys = ("outputs", "precision", "approximate", "negative_weight", "training")
    return {key: info[key] for key in keys if key in info}


def _identification(e: Evidence) -> dict[str, Any]:
    found = e.identification
    assert found is not None
    return {
        "name": found.name, "how": found.how, "confidence": found.confidence, "closed": found.closed,
        "closure": found.closure, "parts": list(found.parts), "isomorphic": list(found.isomorphic),
        "rank": found.rank, "signature": list(found.signature) if found.signature else None,
        "alternatives": [list(a) for a in found.alternatives],
    }  # fmt: skip


def _breaking(e: Evidence) -> dict[str, Any]:
    b = e.outcome.breaking
    assert b is not None
    return {
        "strengths": _numbers(b.strengths),
        "surviving": {"name": e.surviving_name, "generators": [k.name for k in e.surviving]},
        "broken": [
            {"name": known.name, "violation": _numbers(b.violation[:, i]), "error": _numbers(b.violation_error[:, i])}
            for i, known in enumerate(e.broken)
        ],
        "algebra_of_the_whole": [
            {"strength": a.strength, "dimension": a.dimension, "name": a.name, "confidence": a.confidence}
            for a in e.broken_algebras
        ],
    }  # fmt: skip


def drawing_arrays(e: Evidence, data: Dataset) -> Arrays:
    """What the figures need."""
    s, info, layout = e.outcome.solution, e.outcome.info, e.outcome.layout
    spurious = _spurious_matrices(e)
    rows = np.linspace(0, len(data) - 1, min(len(data), DRAWN_EVENTS)).astype(np.int64)
    arrays: Arrays = {
        "coefficients": s.coefficients,
        "errors": s.errors,
        "generators_real": np.ascontiguousarray(e.matrices.real),
        "generators_imag": np.ascontiguousarray(np.imag(e.matrices)),
        "generators_error": np.abs(e.errors),
        "generator_names": _strings([k.name for k in e.names]),
        "structure_constants": e.constants,
        "spectrum": s.spectrum,
        "noise": s.noise,
        "component_names": _strings(info["names"]),
        "vectors": np.array([layout.vectors, layout.dimension, int(layout.complex)]),
        "affine": np.array(e.matrices.shape[-1] > layout.dimension),
        "spurious": e.outcome.support.spurious,
        "spurious_real": np.ascontiguousarray(spurious.real),
        "spurious_imag": np.ascontiguousarray(np.imag(spurious)),
        "spurious_names": _strings([k.name for k in e.spurious]),
    }
    if layout.features == 2 and data.values.shape[1] == 2:
        arrays["points"] = data.values[rows] / info["scale"]
    arrays |= {f"solver.{name}": a for name, a in s.arrays.items()}
    arrays |= {f"latent.{name}": a for name, a in (e.outcome.latent or {}).items()}
    if (b := e.outcome.breaking) is not None:
        arrays |= {
            "breaking_strengths": b.strengths, "breaking_violation": b.violation,
            "breaking_violation_error": b.violation_error, "breaking_names": _strings([k.name for k in e.broken]),
        }  # fmt: skip
    return arrays


def _strings(values: list[str]) -> npt.NDArray[np.str_]:
    return np.array(values, dtype=np.str_) if values else np.zeros(0, dtype="U1")


def tables(e: Evidence) -> dict[str, Table]:
    """The generators in numbers; what breaking leaves."""
    s = e.outcome.solution
    rows = tuple(
        (known.name, round(known.overlap, 6), float(f"{s.residuals[i]:.2g}"), _entry(e, i))
        for i, known in enumerate(e.names)
    )
    found = {
        "generators": Table(
            ("generator", "overlap with the name", "invariance residual", "entries"),
            rows,
            "Generators in their sparsest basis, tr W W† = 2, with bootstrap errors. The overlap is the cosine "
            f"of the angle to the matrix of that name, or to the nearest known one. {NAMES}",
        )
    } if rows else {}  # fmt: skip
    if e.spurious and len(matrices := _spurious_matrices(e)):
        found["spurious"] = Table(
            ("field", "moves no event", "entries"),
            tuple(
                (known.described, bool(still), matrix_text(matrix, np.zeros_like(matrix)))
                for known, still, matrix in zip(e.spurious, e.outcome.support.still, matrices, strict=True)
            ),
            f"Fields that preserve the oracle on these events alone, left out above; tr W W† = 2. {NAMES}",
        )
    if e.broken_algebras:
        found["breaking"] = Table(
            ("strength", "dimension", "algebra", "confidence"),
            tuple((a.strength, a.dimension, a.name, a.confidence) for a in e.broken_algebras),
            "All fields that preserve the oracle with its breaking term, for each strength.",
        )
    return found


def _spurious_matrices(e: Evidence) -> npt.NDArray[Any]:
    """(S, d, d), tr W W^dagger = 2; empty for polynomial fields."""
    if not isinstance(e.fields, LinearFields):
        return np.zeros((0, 0, 0))
    return normalised(e.fields.matrices(e.outcome.support.spurious))


def _entry(e: Evidence, index: int) -> str:
    if e.matrices.shape[-1] == 0:
        return ""
    return matrix_text(e.matrices[index], e.errors[index])


def matrix_text(matrix: npt.NDArray[Any], errors: npt.NDArray[Any], at_most: int = 8) -> str:
    """The entries that are not zero within three errors, as 'w12 = -1.000'.

    >>> matrix_text(np.array([[0.0, -1.0], [1.0, 0.001]]), np.full((2, 2), 0.01))
    'w12 = -1.00(1), w21 = 1.00(1)'
    """
    shown = []
    cutoff = np.maximum(3 * np.abs(errors), 1e-9 * np.abs(matrix).max())
    for i, j in np.argwhere(np.abs(matrix) > cutoff):
        shown.append(
            f"w{i + 1}{',' if len(matrix) > 9 else ''}{j + 1} = {_value(matrix[i, j], abs(errors[i, j]))}"
        )
    more = f", {len(shown) - at_most} more" if len(shown) > at_most else ""
    return ", ".join(shown[:at_most]) + more


def _value(value: complex, error: float) -> str:
    """A number with its error in units of the last digit, '-1.00(1)'; '-1' where the error is rounding."""
    imaginary = isinstance(value, complex) and abs(value.imag) > abs(value.real)
    number, unit = (value.imag, "i") if imaginary else (value.real, "")
    if error < 1e-9:
        return f"{number:.6g}{unit}"
    places = max(0, -int(np.floor(np.log10(error))))
    return f"{number:.{places}f}({round(error * 10**places)}){unit}"
