"""Plugins: registered from outside, isolated when broken, refused when they clash."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import symhep
from symhep.errors import CardError, PluginError
from symhep.lie.groups import AffineLine, Similarity
from symhep.methods.record import Record
from symhep.plugin.functions import load_function, source_checksum
from symhep.plugin.isolation import traceback_of
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
    with pytest.raises(PluginError, match="registers 'lhe2', but the name of the class is 'lhe'"):
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
    with pytest.raises(PluginError, match="unknown family 'lime'; did you mean 'line'"):
        registry.family("lime")
    with pytest.raises(PluginError, match="unknown loss term 'four'"):
        registry.loss_term("four")
    with pytest.raises(PluginError, match=r"plugin 'mine': 'pi' \(3.14.*\) is not callable"):
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
        ("b", "'line' is already registered by plugin 'a'")
    ]
    assert registry.family("line") is AffineLine
    assert not registry.methods


def test_unknown_name() -> None:
    registry = _build(mine=_plugin(symhep_register_methods=lambda: {"good": Good}))
    with pytest.raises(PluginError, match="unknown method 'goood'; did you mean 'good'"):
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


def _exits() -> dict[str, str]:
    sys.exit(0)


class Stop(BaseException):
    """A plugin's own way to stop."""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import sys; sys.exit(0)", "SystemExit: 0"),
        ("raise GeneratorExit", "GeneratorExit: "),
        ("class Stop(BaseException): ...\nraise Stop('enough')", "Stop: enough"),
        (
            "import symhep\n@symhep.hookimpl\ndef symhep_register_method(): ...",
            "PluginValidationError: unknown hook",
        ),
        ("def __dir__(): raise SystemExit(3)", "SystemExit: 3"),
    ],
)
def test_an_entry_point_cannot_end_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, reason: str
) -> None:
    (tmp_path / "bad_entry_point.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "bad_entry_point", raising=False)
    points = [
        EntryPoint("bad", "bad_entry_point", "symhep"),
        EntryPoint("readers", "symhep.readers.plugin", "symhep"),
    ]
    registry = build_registry(points=points)
    assert [b.name for b in registry.broken] == ["bad"]
    assert reason in registry.broken[0].reason
    assert "bad_entry_point.py" in traceback_of(registry.broken[0].cause) or "Validation" in reason
    assert registry.reader("lhe").name == "lhe"
    with pytest.raises(PluginError, match="plugin 'bad' is broken"):
        registry.method("bad")


def test_neither_a_hook_nor_a_class_can_end_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "exits_when_imported.py").write_text("raise SystemExit(0)")
    monkeypatch.syspath_prepend(str(tmp_path))

    def ends(self: Any) -> None:
        raise Stop("while built")

    built = type("Built", (Good,), {"name": "built", "__init__": ends})
    registry = _build(
        hook=_plugin(symhep_register_methods=_exits),
        late=_plugin(symhep_register_methods=lambda: {"late": "exits_when_imported:X", "built": built}),
        good=_plugin(symhep_register_methods=lambda: {"good": Good}),
    )
    assert [(b.name, b.reason) for b in registry.broken] == [("hook", "SystemExit: 0")]
    assert registry.method("good").name == "good"
    for name, reason in (
        ("late", "cannot be loaded from .*: SystemExit: 0"),
        ("built", "cannot be built: Stop: while"),
    ):
        with pytest.raises(PluginError, match=reason):
            registry.method(name)


def test_a_keyboard_interrupt_is_the_users() -> None:
    def interrupted() -> dict[str, str]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _build(slow=_plugin(symhep_register_methods=interrupted))


@pytest.fixture
def shapes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[EntryPoint]]:
    """An installed package 'o2_shapes', and one beside it, 'o2_other'."""
    for package in ("o2_shapes", "o2_other"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("")
    (tmp_path / "o2_shapes" / "functions.py").write_text("def radius(x):\n    return (x**2).sum(1)\n")
    (tmp_path / "o2_other" / "functions.py").write_text(f"open({str(tmp_path / 'marker')!r}, 'w')\n")
    (tmp_path / "o2_shapes" / "plugin.py").write_text(
        "import pickle\nimport symhep\nfrom o2_shapes.functions import radius\n\n\n@symhep.hookimpl\n"
        "def symhep_register_functions():\n"
        "    return {'radius': 'o2_shapes.functions:radius', 'same': radius, 'loads': pickle.loads,\n"
        "            'named': 'pickle:loads', 'other': 'o2_other.functions:open',\n"
        "            'imported': 'o2_shapes.plugin:pickle'}\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    yield [EntryPoint("shapes", "o2_shapes.plugin", "symhep")]
    for name in [n for n in sys.modules if n.startswith("o2_")]:
        del sys.modules[name]


def test_functions_that_a_plugin_announces(shapes: list[EntryPoint], tmp_path: Path) -> None:
    registry = build_registry(points=shapes)
    assert not registry.broken
    assert registry.function("shapes:radius") is registry.function("shapes:same")
    assert registry.function("shapes:radius")(np.ones((2, 3))).tolist() == [3.0, 3.0]
    assert sorted(registry.function_sources("shapes:radius")) == ["__init__.py", "functions.py", "plugin.py"]
    for name, why in (
        ("loads", "a builtin"),
        ("named", "the module 'pickle'"),
        ("other", "the module 'o2_other"),
    ):
        with pytest.raises(
            PluginError, match=f"registers 'shapes:{name}', but it is .*{why}.* package 'o2_shapes'"
        ):
            registry.function(f"shapes:{name}")
    assert "o2_other.functions" not in sys.modules
    with pytest.raises(PluginError, match="it is a module, not a Python"):
        registry.function("shapes:imported")


def test_a_card_names_what_a_plugin_announces(
    shapes: list[EntryPoint],
) -> None:
    registry = build_registry(points=shapes)
    assert load_function("shapes:radius", registry)(np.ones((1, 4))).tolist() == [4.0]
    before = source_checksum("shapes:radius", registry)
    package = Path(sys.modules["o2_shapes"].__file__ or "").parent
    (package / "late.py").write_text("")
    assert source_checksum("shapes:radius", registry) != before
    with pytest.raises(
        CardError, match=r"registers 'shapes:named', but it is defined in the module 'pickle'"
    ):
        load_function("shapes:named", registry)
    with pytest.raises(CardError, match=r"the function 'shapes:radios'.*; did you mean 'shapes:radius'"):
        load_function("shapes:radios", registry)


def test_a_function_that_no_card_can_name() -> None:
    registry = _build(mine=_plugin(symhep_register_functions=lambda: {"a-b": _exits}))
    assert "the function name 'mine:a-b' cannot be used in cards" in registry.broken[0].reason


def test_misspelt_hook_is_noticed() -> None:
    with pytest.raises(
        PluginError, match=r"plugin 'bad' is broken: PluginValidationError: .*symhep_register_method"
    ):
        _build(bad=_plugin(symhep_register_method=lambda: {"good": Good}))


def test_duplicate_names_are_refused() -> None:
    hooks = {"symhep_register_methods": lambda: {"good": Good}}
    registry = _build(a=_plugin(**hooks), b=_plugin(**hooks))
    assert [(b.name, b.reason) for b in registry.broken] == [
        ("b", "'good' is already registered by plugin 'a'")
    ]
    assert registry.method("good").name == "good"


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("symhep_no_such:X", "cannot be loaded from symhep_no_such:X: ModuleNotFoundError"),
        ("symhep.errors:Nothing", "cannot be loaded.*AttributeError"),
        ("symhep.errors:CardError", "is not a Method"),
        (Unfinished, "cannot be built"),
    ],
)
def test_targets_that_are_no_method(target: Any, message: str) -> None:
    name = "unfinished" if target is Unfinished else "x"
    registry = _build(mine=_plugin(symhep_register_methods=lambda: {name: target}))
    with pytest.raises(PluginError, match=message):
        registry.method(name)
