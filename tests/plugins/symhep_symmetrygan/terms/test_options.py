"""Terms named in a card: this package's, a plugin's, the user's."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest
import torch
from pydantic import ValidationError

import symhep
from symhep.errors import CardError, PluginError
from symhep.lie.groups import PlaneRotations
from symhep.plugin.functions import add_code_folder
from symhep.plugin.manager import Registry, build_registry
from symhep_symmetrygan import plugin
from symhep_symmetrygan.terms.commuting import Commuting
from symhep_symmetrygan.terms.cyclic import Cyclic
from symhep_symmetrygan.terms.factory import build_term
from symhep_symmetrygan.terms.options import TermOptions


@pytest.fixture(scope="module")
def registry() -> Registry:
    """The package's own plugin, however symhep was installed, and a broken one."""
    return build_registry({"symmetrygan": plugin, "broken": _Broken}, points=())


class _Broken:
    @staticmethod
    @symhep.hookimpl
    def symhep_register_loss_terms() -> dict[str, str]:
        return {"absent": "symhep_no_such:Term", "number": "math:pi", "maker": "builtins:dict"}


def test_terms_of_this_package() -> None:
    term = TermOptions(name="cyclic", settings={"order": 7}).build()
    assert isinstance(term, Cyclic)
    assert term.order == 7
    assert isinstance(TermOptions(name="commuting").build(), Commuting)
    assert TermOptions(name="commuting").sha256 == ""


@pytest.mark.parametrize(
    ("name", "settings", "message"),
    [
        ("cyclc", {}, "unknown loss term 'cyclc'; did you mean 'cyclic'"),
        ("cyclic", {"order": 0}, "does not take these settings: the order of a cyclic group"),
        ("cyclic", {"ordre": 2}, "does not take these settings.*'ordre'"),
        ("math:nothing", {}, "the function 'math:nothing'"),
        ("absent", {}, "'absent' cannot be loaded from symhep_no_such:Term"),
        ("number", {}, "is not callable"),
        ("maker", {}, "'maker' returns dict, not a LossTerm"),
    ],
)
def test_terms_that_cannot_be_built(
    registry: Registry, name: str, settings: dict[str, object], message: str
) -> None:
    with pytest.raises(CardError, match=message):
        build_term(name, settings, registry)
    with pytest.raises(ValidationError, match=message):
        TermOptions.model_validate({"name": name, "settings": settings}, context={"registry": registry})


def test_wrong_types_are_reported_by_the_field() -> None:
    with pytest.raises(ValidationError, match="name\n  Input should be a valid string"):
        TermOptions(name=3)
    with pytest.raises(ValidationError, match="settings\n  Input should be a valid dictionary"):
        TermOptions(name="cyclic", settings=3)


@pytest.fixture(scope="module")
def users(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("code")
    (folder / "my_gan_terms.py").write_text(
        "def far(family, parameters, x, power=2):\n"
        "    return (parameters**power).sum(1) + x.mean((1, 2))\n"
        "def scalar(family, parameters, x): return parameters.sum()\n"
        "def count(family, parameters, x): return 3\n"
        "def still(family, parameters, x): return parameters.detach().sum(1)\n"
        "def fails(family, parameters, x): raise KeyError('beam')\n",
        encoding="utf-8",
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYMHEP_CODE", "")
        patch.syspath_prepend(str(folder))
        add_code_folder(folder)
        yield "my_gan_terms"
        sys.modules.pop("my_gan_terms", None)


def test_a_function_of_the_users(users: str) -> None:
    options = TermOptions(name=f"{users}:far", settings={"power": 3})
    assert len(options.sha256) == 64
    parameters = torch.tensor([[2.0], [3.0]], requires_grad=True)
    value = options.build().value(PlaneRotations(2), parameters, torch.ones(2, 5, 2))
    assert value.tolist() == [9.0, 28.0]


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("scalar", r"must return one number per restart, shape \(2,\), not"),
        ("count", r"must return one number per restart, shape \(2,\), not int"),
        ("still", "has no gradient"),
        ("fails", "raised an error: KeyError: 'beam'"),
    ],
)
def test_functions_that_are_no_term(users: str, function: str, message: str) -> None:
    term = TermOptions(name=f"{users}:{function}").build()
    with pytest.raises(CardError, match=message):
        term.value(PlaneRotations(2), torch.ones(2, 1, requires_grad=True), torch.ones(2, 5, 2))


def test_plugin_errors_keep_their_cause(registry: Registry) -> None:
    with pytest.raises(CardError) as caught:
        build_term("absent", {}, registry)
    assert isinstance(caught.value.__cause__, PluginError)


class _Mine:
    @staticmethod
    @symhep.hookimpl
    def symhep_register_loss_terms() -> dict[str, object]:
        return {"mine": Cyclic}


def test_terms_of_the_registry_that_is_handed_down() -> None:
    context = {"registry": build_registry({"mine": _Mine}, points=())}
    term = TermOptions.model_validate({"name": "mine", "settings": {"order": 5}}, context=context)
    assert isinstance(term.build(), Cyclic)
    with pytest.raises(ValidationError, match="unknown loss term 'mine'"):
        TermOptions(name="mine")


def test_a_function_of_the_plugins_of_the_run(announced: Callable[..., Registry]) -> None:
    registry = announced("def far(family, parameters, x): return (parameters**2).sum(1)")
    term = TermOptions.model_validate({"name": "mine:far"}, context={"registry": registry})
    parameters = torch.tensor([[2.0], [3.0]], requires_grad=True)
    assert term.build().value(PlaneRotations(2), parameters, torch.ones(2, 5, 2)).tolist() == [4.0, 9.0]
