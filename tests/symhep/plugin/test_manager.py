"""Plugins: registered as strangers, isolated when broken, refused when they clash."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from types import ModuleType
from typing import Any

import pytest

import symhep
from symhep.errors import PluginError
from symhep.lie.groups import AffineLine, Similarity
from symhep.methods.record import Record
from symhep.plugin.manager import Registry, build_registry


class Good(symhep.Method[Any]):
    """Does nothing, correctly."""

    name = "good"
    summary = "nothing"
    Options = symhep.Options

    Record = Record

    def fit(self, prepared: Any, shard: Any, context: Any) -> Any:
        raise NotImplementedError

    def combine(self, prepared: Any, parts: Any, context: Any) -> Any:
        raise NotImplementedError


class Unfinished(symhep.Method[Any]):
    """Forgot `combine` and `fit`."""

    name = "unfinished"
    summary = "nothing"
    Options = symhep.Options


def _plugin(**hooks: Any) -> ModuleType:
    module = ModuleType("plugin")
    vars(module).update({name: symhep.hookimpl(function) for name, function in hooks.items()})
    return module


def _build(**plugins: Any) -> Registry:
    return build_registry(plugins, points=())


def test_built_ins_come_through_entry_points() -> None:
    registry = build_registry()
    assert not registry.broken
    assert {"lhe", "delphes", "nanoaod", "tree", "parquet", "lhco", "toy"} <= set(registry.readers)
    assert "vae" in registry.methods
    for name in registry.readers:
        assert registry.reader(name).name == name
    for name in registry.methods:
        assert registry.method(name).name == name


def test_a_method_and_a_reader_from_a_plugin() -> None:
    plugin = _plugin(
        symhep_register_methods=lambda: {"good": Good},
        symhep_register_readers=lambda: {"lhe2": "symhep.readers.lhe:LheReader"},
    )
    registry = _build(mine=plugin)
    assert isinstance(registry.method("good"), Good)
    with pytest.raises(PluginError, match="registers 'lhe2', but the class calls itself 'lhe'"):
        registry.reader("lhe2")


def test_a_family_and_a_loss_term_from_a_plugin() -> None:
    plugin = _plugin(
        symhep_register_families=lambda: {"line": "symhep.lie.groups:AffineLine", "circle": Similarity},
        symhep_register_loss_terms=lambda: {"three": lambda: 3, "pi": "math:pi", "no": "math:none"},
    )
    registry = _build(mine=plugin)
    assert registry.family("line") is AffineLine
    assert registry.family("circle") is Similarity
    assert registry.loss_term("three")() == 3
    with pytest.raises(PluginError, match="no family is called 'lime'; did you mean 'line'"):
        registry.family("lime")
    with pytest.raises(PluginError, match="no loss term is called 'four'"):
        registry.loss_term("four")
    with pytest.raises(
        PluginError, match=r"plugin 'mine': 'pi' \(3.14.*\) makes nothing; it cannot be called"
    ):
        registry.loss_term("pi")
    with pytest.raises(PluginError, match="'no' cannot be loaded from math:none: AttributeError"):
        registry.loss_term("no")


def test_a_plugin_that_clashes_in_one_kind_brings_nothing() -> None:
    first = _plugin(symhep_register_families=lambda: {"line": AffineLine})
    second = _plugin(
        symhep_register_methods=lambda: {"good": Good}, symhep_register_families=lambda: {"line": Similarity}
    )
    registry = _build(a=first, b=second)
    assert [(b.name, b.reason) for b in registry.broken] == [
        ("b", "PluginError: 'line' is already registered by plugin 'a'")
    ]
    assert registry.family("line") is AffineLine
    assert not registry.methods


def test_unknown_name() -> None:
    registry = _build(mine=_plugin(symhep_register_methods=lambda: {"good": Good}))
    with pytest.raises(PluginError, match="no method is called 'goood'; did you mean 'good'"):
        registry.method("goood")


def test_broken_entry_point_is_recorded_and_the_others_work() -> None:
    points = [
        EntryPoint("bad", "symhep_no_such_module.plugin", "symhep"),
        EntryPoint("readers", "symhep.readers.plugin", "symhep"),
    ]
    registry = build_registry(points=points)
    assert [(b.name, b.target) for b in registry.broken] == [("bad", "symhep_no_such_module.plugin")]
    assert "No module named" in registry.broken[0].reason
    assert registry.reader("lhe").name == "lhe"
    with pytest.raises(PluginError, match="plugin 'bad' is broken: ModuleNotFoundError"):
        registry.method("bad")


def test_hook_that_raises_is_recorded() -> None:
    def fails() -> dict[str, str]:
        raise OSError("disk on fire")

    good = _plugin(symhep_register_methods=lambda: {"good": Good})
    registry = _build(bad=_plugin(symhep_register_methods=fails), good=good)
    assert registry.broken[0].reason == "OSError: disk on fire"
    assert registry.method("good").name == "good"


def test_misspelt_hook_is_noticed() -> None:
    import pluggy

    with pytest.raises(pluggy.PluginValidationError, match="symhep_register_method"):
        _build(bad=_plugin(symhep_register_method=lambda: {"good": Good}))


def test_duplicate_names_are_refused() -> None:
    hooks = {"symhep_register_methods": lambda: {"good": Good}}
    registry = _build(a=_plugin(**hooks), b=_plugin(**hooks))
    assert [(b.name, b.reason) for b in registry.broken] == [
        ("b", "PluginError: 'good' is already registered by plugin 'a'")
    ]
    assert registry.method("good").name == "good"


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("symhep_no_such:X", "cannot be loaded from symhep_no_such:X: ModuleNotFoundError"),
        ("symhep.errors:Nothing", "cannot be loaded.*AttributeError"),
        ("symhep.errors:CardError", "is no Method"),
        (Unfinished, "cannot be built"),
    ],
)
def test_targets_that_are_no_method(target: Any, message: str) -> None:
    name = "unfinished" if target is Unfinished else "x"
    registry = _build(mine=_plugin(symhep_register_methods=lambda: {name: target}))
    with pytest.raises(PluginError, match=message):
        registry.method(name)
