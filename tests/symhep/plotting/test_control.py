"""Control plots hold every event, with its weight, under its dataset."""

from __future__ import annotations

import json
from dataclasses import replace

import hist
import matplotlib.pyplot as plt
import numpy as np
import uhi.io.json

from symhep.events.dataset import Column, Dataset
from symhep.plotting.control import control_figure, control_histograms


def _data() -> Dataset:
    rng = np.random.default_rng(1)
    columns = (Column("px(mu-)", "GeV", r"$p_x(\mu^-)$"), Column("n"))
    x = np.c_[rng.normal(size=1000), np.ones(1000)]
    one = Dataset.from_array(x, columns=columns, weights=rng.normal(1, 1, 1000))
    return replace(one, labels=np.arange(1000) % 2, label_names=("signal", "background"))


def test_nothing_is_lost() -> None:
    data = _data()
    for histogram in control_histograms(data).values():
        for index, name in enumerate(data.label_names):
            weights = data.weights[data.labels == index]
            found = histogram[name, :].sum(flow=True)
            np.testing.assert_allclose([found.value, found.variance], [weights.sum(), (weights**2).sum()])


def test_stored_and_drawn() -> None:
    made = control_histograms(_data())
    text = json.dumps(made, default=uhi.io.json.default)
    back = {k: hist.Hist(v) for k, v in json.loads(text, object_hook=uhi.io.json.object_hook).items()}
    assert back == made
    named = control_figure(back)
    assert named is not None
    axes = named.figure.axes
    assert [ax.get_xlabel() for ax in axes] == [r"$p_x(\mu^-)$ [GeV]", "n"]
    assert [t.get_text() for t in axes[0].get_legend().get_texts()] == ["signal", "background"]
    plt.close(named.figure)


def test_no_control_histograms_no_figure() -> None:
    assert control_figure({}) is None
