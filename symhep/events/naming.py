"""Names of particles and variables: 'px(mu-)' for scripts, '$p_x(\\mu^{-})$' for axes."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from particle import InvalidParticle, Particle, ParticleNotFound

from symhep.card.expressions import KINEMATICS, parse_expression
from symhep.events.dataset import Column
from symhep.events.functions import PHYSICS_FUNCTIONS

__all__ = [
    "ParticleName",
    "expression_unit",
    "feature_columns",
    "particle_label",
    "particle_name",
    "particle_names",
]

_LATEX = {
    "px": "p_x", "py": "p_y", "pz": "p_z", "E": "E", "energy": "E", "p": "|p|", "pt": r"p_\mathrm{T}", "m": "m",
    "mass": "m", "mt": r"m_\mathrm{T}", "et": r"E_\mathrm{T}", "eta": r"\eta", "phi": r"\phi", "theta": r"\theta",
    "costheta": r"\cos\theta", "rapidity": "y", "beta": r"\beta", "gamma": r"\gamma",
}  # fmt: skip


def _math(variable: str) -> str:
    plain = variable.replace("_", r"\_").replace("%", r"\%")
    return _LATEX.get(variable, rf"\mathrm{{{plain}}}")


def particle_name(pdg_id: int | None, fallback: str) -> str:
    """Name of a particle by its PDG number; ``fallback`` where it differs from event to event.

    >>> particle_name(13, "muons[0]"), particle_name(None, "muons[0]")
    ('mu-', 'muons[0]')
    """
    if pdg_id is None:
        return fallback
    try:
        return str(Particle.from_pdgid(pdg_id).name)
    except (ParticleNotFound, InvalidParticle):
        return f"pdgId {pdg_id}"


def particle_label(pdg_id: int | None, fallback: str) -> str:
    """The same for mathtext, without dollars.

    >>> print(particle_label(-13, "muons[1]"))
    \\mu^{+}
    """
    if pdg_id is not None:
        try:
            return str(Particle.from_pdgid(pdg_id).latex_name)
        except (ParticleNotFound, InvalidParticle):
            pass
    plain = particle_name(pdg_id, fallback).replace("_", r"\_").replace(" ", r"\ ")
    return rf"\mathrm{{{plain}}}"


def expression_unit(text: str, units: Mapping[str, str] | None = None, *, of_member: bool = False) -> str:
    """Unit of an expression, as far as it is plain; '' where nobody can tell.

    ``units`` are those of functions of plugins and named folders, by 'module:function'; ``of_member``: names are
    variables of an object's members.

    >>> expression_unit("(mu[0] + mu[1]).pt"), expression_unit("deltaphi(a, b)"), expression_unit("HT / 2")
    ('GeV', 'rad', '')
    >>> expression_unit("max(HT(jets), 2 * MT(e[0], met[0]))"), expression_unit("my:f(jets)", {"my:f": "GeV"})
    ('GeV', 'GeV')
    >>> expression_unit("abs(pz)", of_member=True)
    'GeV'
    """
    return _unit(parse_expression(text).tree, units or {}, of_member) or ""


def _unit(node: ast.expr, units: Mapping[str, str], of_member: bool) -> str | None:
    """None for a plain number, which goes with every unit."""

    def unit(inner: ast.expr) -> str | None:
        return _unit(inner, units, of_member)

    match node:
        case ast.Constant():
            return None
        case ast.Attribute(attr=field):
            return KINEMATICS.get(field, "")
        case ast.Name(id=name) if of_member:
            return KINEMATICS.get(name, "")
        case ast.Call(func=ast.Name(id=name)) if name in PHYSICS_FUNCTIONS:
            return PHYSICS_FUNCTIONS[name].unit
        case ast.Call(func=ast.Name(id=name)) if name in units:
            return units[name]
        case ast.Call(func=ast.Name(id="mass")):
            return "GeV"
        case ast.Call(func=ast.Name(id="deltaphi" | "arctan2")):
            return "rad"
        case ast.Call(func=ast.Name(id="abs" | "sum" | "min" | "max"), args=inner):
            return _shared(unit(argument) for argument in inner)
        case ast.Call(func=ast.Name(id="if"), args=[_, first, second]):
            return _shared([unit(first), unit(second)])
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=right):
            return _shared([unit(left), unit(right)])
        case ast.BinOp(left=left, op=ast.Mult(), right=right) if None in (unit(left), unit(right)):
            return _shared([unit(left), unit(right)])
        case ast.BinOp(left=left, op=ast.Div(), right=right) if unit(right) is None:
            return unit(left)
        case ast.Subscript(value=inner):
            return unit(inner)
        case ast.UnaryOp(operand=operand) if not isinstance(node.op, ast.Not):
            return unit(operand)
    return ""


def _shared(found: Iterable[str | None]) -> str | None:
    """The unit that all have which have one; '' if they differ."""
    units = {unit for unit in found if unit is not None}
    return units.pop() if len(units) == 1 else "" if units else None


@dataclass(frozen=True)
class ParticleName:
    """``name`` for scripts, ``label`` for mathtext, without dollars."""

    name: str
    label: str


def particle_names(particles: Sequence[tuple[int | None, str]]) -> list[ParticleName]:
    """Names of the places of an event, from (PDG number if it is constant, fallback).

    The members of an object with two of one name are called by their fallbacks: two jets are two things, even if both
    are gluons.

    >>> [n.name for n in particle_names([(13, "mu[0]"), (-13, "mu[1]"), (21, "jets[0]"), (21, "jets[1]")])]
    ['mu-', 'mu+', 'jets[0]', 'jets[1]']
    """
    names = [particle_name(*p) for p in particles]
    twice = {fallback for name, (_, fallback) in zip(names, particles, strict=True) if names.count(name) > 1}
    shared = {_object(fallback) for fallback in twice}
    known = [(None, f) if _object(f) in shared else (number, f) for number, f in particles]
    return [ParticleName(particle_name(*p), particle_label(*p)) for p in known]


def _object(fallback: str) -> str:
    return fallback.partition("[")[0]


def feature_columns(
    variables: Sequence[Sequence[str]],
    particles: Sequence[ParticleName],
    units: Mapping[str, str] | None = None,
) -> tuple[Column, ...]:
    """Columns particle by particle, each with its variables: px(a), py(a), ..., px(b), py(b), ...

    >>> muons = particle_names([(13, "mu[0]"), (-13, "mu[1]")])
    >>> [c.name for c in feature_columns([["px", "pz"], ["px"]], muons)]
    ['px(mu-)', 'pz(mu-)', 'px(mu+)']
    """
    return tuple(
        Column(
            f"{variable}({particle.name})",
            expression_unit(variable, units, of_member=True),
            f"${_math(variable)}({particle.label})$",
            variable,
            particle.name,
            slot,
        )
        for slot, (particle, own) in enumerate(zip(particles, variables, strict=True))
        for variable in own
    )
