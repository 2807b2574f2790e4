"""All discrete elements of a sample: those that act alike share a test, p-values are adjusted for their number."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from symhep.hypotheses.adjustment import adjusted
from symhep.hypotheses.discrete.record import DiscreteRow
from symhep.lie.elements.acting import sources
from symhep.lie.elements.element import Element
from symhep.methods.number import Number
from symhep.methods.p_values import PKind, PValue
from symhep.stats.intervals import Interval

if TYPE_CHECKING:
    from torch import Tensor

    from symhep.hypotheses.discrete.asymmetries import NamedAsymmetry

__all__ = ["ElementTest", "by_order", "discrete_rows", "elements_to_test"]

RowT = TypeVar("RowT", bound=DiscreteRow)
T = TypeVar("T")


@dataclass(frozen=True)
class ElementTest:
    """What a method found out about one element.

    Attributes
    ----------
    log_p, kind
        Natural logarithm of the joint p-value, and its kind.
    tests
        Name of a single test -> log p and kind.
    named
        The asymmetries of predefined observables; None where there are none.
    learned
        Asymmetry of what a network has learned, of held-out events, 95 %; None where there is none.
    more
        Fields of the method's own row.
    """

    log_p: float
    kind: PKind
    tests: Mapping[str, tuple[float, PKind]] = field(default_factory=dict)
    named: NamedAsymmetry | None = None
    learned: Interval | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


def discrete_rows(
    elements: Sequence[Element],
    x: Tensor,
    test: Callable[[list[Element]], Sequence[ElementTest]],
    level: float,
    row: type[RowT],
    leaves: Callable[[Element], str | None] | None = None,
    delta: float | None = None,
) -> tuple[RowT, ...]:
    """One row for each of ``elements`` on events x (N, P, d): ``test`` sees those that do something new to them.

    Those that take events off the surface that holds them, for a reason that ``leaves`` gives, are not tested.
    Adjusted by Holm's method over all that are tested. ``delta``: is every named asymmetry smaller?
    """
    acting, off, tested = _sorted(elements, x, leaves)
    results = dict(zip((e.name for e in tested), test(tested) if tested else (), strict=True))
    logs = {name: min(result.log_p, 0.0) for name, result in results.items()}
    family = adjusted(logs, level, kinds={name: result.kind for name, result in results.items()})

    def told(element: Element, source: Element | None) -> RowT:
        known = {"name": element.name, "meaning": element.meaning, "order": element.order}
        if source is None:
            return row(**known, trivial=True, how="trivial")
        same_as = None if source is element else source.name
        if source.name in off:
            return row(**known, same_as=same_as, how="support", why=off[source.name])
        found = results[source.name]
        return row(
            **known,
            **dict(family[source.name]),
            same_as=same_as,
            tests={name: PValue.of(log_p, kind) for name, (log_p, kind) in found.tests.items()},
            **_limits(found.named, delta),
            learned_asymmetry=_number(found.learned),
            **found.more,
        )

    return tuple(told(e, source) for e, source in zip(elements, acting, strict=True))


def elements_to_test(
    elements: Sequence[Element], x: Tensor, leaves: Callable[[Element], str | None] | None = None
) -> list[Element]:
    """Those that ``test`` of `discrete_rows` sees."""
    return _sorted(elements, x, leaves)[2]


def _sorted(
    elements: Sequence[Element], x: Tensor, leaves: Callable[[Element], str | None] | None
) -> tuple[list[Element | None], dict[str, str], list[Element]]:
    """What each acts like, why those that leave the surface do, and those that are tested."""
    acting = sources(elements, x)
    off = {e.name: why for e in elements if leaves is not None and (why := leaves(e)) is not None}
    tested = [e for e, source in zip(elements, acting, strict=True) if source is e and e.name not in off]
    return acting, off, tested


def by_order(elements: Sequence[Element], test: Callable[[list[Element]], Sequence[T]]) -> list[T]:
    """Results of ``test`` for each element, those of one order worked out together."""
    groups: dict[int, list[int]] = defaultdict(list)
    for place, element in enumerate(elements):
        groups[element.order].append(place)
    found = {
        place: result
        for places in groups.values()
        for place, result in zip(places, test([elements[p] for p in places]), strict=True)
    }
    return [found[place] for place in range(len(elements))]


def _limits(named: NamedAsymmetry | None, delta: float | None) -> dict[str, Any]:
    if named is None:
        return {}
    return {
        "size": named.size, "function": named.function, "upper_95": named.upper, "expected_95": named.expected,
        "below_delta": None if delta is None else named.upper < delta,
        "effective": named.effective if math.isfinite(named.effective) else None,
    }  # fmt: skip


def _number(interval: Interval | None) -> Number | None:
    if interval is None or not math.isfinite(interval.value):
        return None
    return Number(value=interval.value, low=interval.low, high=interval.high, method=interval.method)
