"""Names of the real simple Lie algebras, by Dynkin type and character of the Killing form."""

from __future__ import annotations

from collections.abc import Iterator

__all__ = ["complex_names", "real_form_names"]

#: Characters of the real forms of the exceptional algebras (Knapp, Lie Groups Beyond an Introduction, appendix C.4).
EXCEPTIONAL = {
    "G_2": (14, -14, 2),
    "F_4": (52, -52, -20, 4),
    "E_6": (78, -78, -26, -14, 2, 6),
    "E_7": (133, -133, -25, -5, 7),
    "E_8": (248, -248, -24, 8),
}


def _pair(name: str, p: int, q: int) -> str:
    return f"{name}({q})" if p == 0 else f"{name}({p},{q})"


def _unitary(n: int) -> Iterator[tuple[str, int]]:
    """(name, dimension of the maximal compact subalgebra) of the real forms of sl(n, C)."""
    for p in range(n // 2 + 1):
        yield _pair("su", p, n - p), p**2 + (n - p) ** 2 - 1
    yield f"sl({n},R)", n * (n - 1) // 2
    if n % 2 == 0 and n > 2:
        yield f"su*({n})", n * (n + 1) // 2


def _orthogonal(n: int) -> Iterator[tuple[str, int]]:
    for p in range(n // 2 + 1):
        yield _pair("so", p, n - p), (p * (p - 1) + (n - p) * (n - p - 1)) // 2
    if n % 2 == 0:
        yield f"so*({n})", n**2 // 4


def _symplectic(n: int) -> Iterator[tuple[str, int]]:
    yield f"sp({2 * n},R)", n**2
    for p in range(n // 2 + 1):
        yield _pair("usp", 2 * p, 2 * (n - p)), p * (2 * p + 1) + (n - p) * (2 * (n - p) + 1)


def _families(type_: str) -> tuple[int, list[tuple[str, int]]]:
    """Dimension and all (name, dimension of the maximal compact subalgebra), isomorphic names included."""
    series, rank = type_[0], int(type_[2:])
    if series == "A":
        forms = list(_unitary(rank + 1))
        forms += [*_symplectic(1), *_orthogonal(3)] if rank == 1 else []
        forms += list(_orthogonal(6)) if rank == 3 else []
        return rank * (rank + 2), forms
    if series == "B":
        return rank * (2 * rank + 1), [*_orthogonal(2 * rank + 1), *(_symplectic(2) if rank == 2 else [])]
    if series == "C":
        return rank * (2 * rank + 1), list(_symplectic(rank))
    return rank * (2 * rank - 1), list(_orthogonal(2 * rank))


def real_form_names(type_: str, character: int, vector: bool = False) -> tuple[str, ...]:
    """Names of the real simple algebra of Dynkin type ``type_`` with this character, the preferred one first.

    The character is the number of positive minus that of negative eigenvalues of the Killing form:
    dimension - 2 dim k for the maximal compact subalgebra k (Knapp, section VI.10). ``vector``: prefer the
    orthogonal name, if there is one. An empty tuple: no real form has it.

    >>> real_form_names("A_1", 1), real_form_names("A_1", 1, vector=True)[0]
    (('sl(2,R)', 'su(1,1)', 'sp(2,R)', 'so(1,2)'), 'so(1,2)')
    >>> real_form_names("E_6", -26)
    ('e6(-26)',)
    """
    if type_ in EXCEPTIONAL:
        dimension, *characters = EXCEPTIONAL[type_]
        name = type_[0].lower() + type_[2:]
        if character not in characters:
            return ()
        return (name if character == -dimension else f"{name}({character})",)
    dimension, forms = _families(type_)
    names = [name for name, compact in forms if dimension - 2 * compact == character]
    order = {"sl": 0, "su": 1, "us": 2, "sp": 2, "so": -1 if vector else 3}
    return tuple(sorted(names, key=lambda name: order[name[:2]] + 0.5 * ("*" in name)))


def complex_names(type_: str, vector: bool = False) -> tuple[str, ...]:
    """Names of the complex simple algebra of this type, regarded as a real one.

    >>> complex_names("A_1", vector=True)
    ('so(1,3)', 'sl(2,C)', 'so(3,C)', 'sp(2,C)')
    """
    series, rank = type_[0], int(type_[2:])
    if type_ in EXCEPTIONAL:
        return (f"{series.lower()}{rank}(C)",)
    orthogonal = {
        "A_1": ["so(1,3)", "so(3,C)"], "A_3": ["so(6,C)"], "B": [f"so({2 * rank + 1},C)"], "D": [f"so({2 * rank},C)"],
    }  # fmt: skip
    other = {"A": [f"sl({rank + 1},C)"], "C": [f"sp({2 * rank},C)"], "B_2": ["sp(4,C)"]}
    first = orthogonal.get(type_, orthogonal.get(series, []))
    second = other.get(type_, other.get(series, []))
    if type_ == "A_1":
        second, first, rest = ["sl(2,C)"], ["so(1,3)"], ["so(3,C)", "sp(2,C)"]
        return (*first, *second, *rest) if vector else (*second, *first, *rest)
    return tuple(first + second if vector else second + first)
