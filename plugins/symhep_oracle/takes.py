"""Which oracles and solvers take a varying number of vectors, tags and spectators; the others are refused by name."""

from __future__ import annotations

from symhep.errors import CardError
from symhep.events.dataset import Dataset
from symhep_oracle.learned.options import LearnedOracleOptions
from symhep_oracle.options import OracleMethodOptions
from symhep_oracle.oracles.options import LorentzOracle, NormOracle, OracleOptions, QuadraticOracle

__all__ = ["require_taken"]

#: Oracles that are functions of the vectors that are there, whatever their number.
_OF_SETS = (LorentzOracle, NormOracle, QuadraticOracle)
FIXED = "give the features objects with a fixed number per event, as in take: 2"


def require_taken(data: Dataset, options: OracleMethodOptions) -> None:
    """Raise `CardError` for an oracle or a solver that cannot work with the events' masks, tags or spectators.

    >>> require_taken(Dataset.from_array([[1.0, 2.0]], scaling="isotropic"), OracleMethodOptions(oracle="l2"))
    """
    if data.mask is not None:
        _require_sets(data, options)
    beside = [name for name, there in (("tags", data.tags is not None), ("spectators", bool(data.spectator_columns)))
              if there]  # fmt: skip
    if beside:
        _require_beside(" and ".join(beside), options)


def _require_sets(data: Dataset, options: OracleMethodOptions) -> None:
    why = f"the number of objects of '{data.name}' varies between events"
    for where, oracle in _oracles(options):
        if isinstance(oracle, LearnedOracleOptions):
            if oracle.network == "plain":
                raise CardError(
                    f"{why}, but a plain network needs a fixed number of inputs",
                    where=f"{where}.network",
                    hint="use network: pooled, which sums over the vectors",
                )
        elif not isinstance(oracle, _OF_SETS):
            raise CardError(
                f"{why}, but the oracle '{oracle.kind}' is a function of a fixed number of vectors",
                where=where,
                hint="use lorentz, quadratic, l1, l2 or learned, or " + FIXED,
            )
    asked = {
        "solver: flows": options.solver == "flows",
        "latent": options.latent is not None,
        "affine: true": options.affine,
        f"degree: {options.degree}": options.degree > 1,
        "complex: true": options.complex,
    }
    for name, there in asked.items():
        if there:
            raise CardError(
                f"{why}, and '{name}' cannot be combined with padding", hint=f"remove it, or {FIXED}"
            )


def _require_beside(what: str, options: OracleMethodOptions) -> None:
    hint = "remove them from the features, or give the method features without them"
    if not isinstance(options.oracle, LearnedOracleOptions):
        raise CardError(
            f"the oracle '{options.oracle.kind}' is a function of the vectors only and does not accept "
            f"{what}",
            where="oracle",
            hint=hint,
        )
    asked = {f"solver: {options.solver}": options.solver != "exact", "latent": options.latent is not None}
    asked["breaking"] = options.breaking is not None
    for name, there in asked.items():
        if there:
            raise CardError(f"'{name}' does not accept {what}", hint=hint)


def _oracles(options: OracleMethodOptions) -> list[tuple[str, OracleOptions]]:
    """Where an oracle is named, and which."""
    found = [("oracle", options.oracle)]
    if options.breaking is not None:
        found.append(("breaking.oracle", options.breaking.oracle))
    return found
