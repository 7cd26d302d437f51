"""Memory and chain: with and without recurrent models, whichever model is chosen."""

import json
import re

import pytest
import streamlit as st
import torch

from pages.shared.memory import COMPARED, RECURRENT
from transformer import RecurrentConfig
from transformer.analysis.gradients import dependence
from transformer.checkpoint import new_model, save_model
from transformer.translator import MODELS, Translator

TEXT = "La petite souris grise mange."


@pytest.fixture
def only_default(monkeypatch, tmp_path):
    """As if nothing but the default model were shipped."""
    (tmp_path / "default").write_text("small")
    (tmp_path / "small").symlink_to(MODELS / "small")
    for module in ("transformer.translator", "pages.shared.translation", "pages.recurrence.memory"):
        monkeypatch.setattr(f"{module}.MODELS", tmp_path)
    st.cache_resource.clear()
    yield tmp_path
    st.cache_resource.clear()


@pytest.fixture
def with_recurrent(only_default, shipped):
    """The recurrent models too, small and with random weights."""
    for arch in RECURRENT:
        torch.manual_seed(2)
        config = RecurrentConfig.preset(arch, "tiny", vocabulary=len(shipped.tokenizer))
        weights = new_model(config).state_dict()
        save_model(only_default / arch, config, shipped.tokenizer, weights)
    return only_default


def lines(visitor, name) -> dict[str, list[float]]:
    """What is drawn in the figure of that name, without the bands."""
    (chart,) = (
        chart
        for chart in visitor.app.get("plotly_chart")
        if chart.proto.id.endswith(f"-chart_{name}")
    )
    traces = json.loads(chart.proto.spec)["data"]
    return {trace["name"]: trace["y"] for trace in traces if "name" in trace}


def cells_draw(visitor) -> None:
    """Every notebook cell runs as it is."""
    for expander in visitor.app.expander:
        if "-take_" in expander.proto.id:
            visitor.app.session_state["take_" + expander.proto.id.partition("-take_")[2]] = True
    visitor.app.run()
    cells = [code.value for code in visitor.app.code if code.value.endswith("\nfigure")]
    assert cells
    for cell in cells:
        exec(cell, {})


@pytest.mark.parametrize("path", ["memory", "chain"])
def test_without_recurrent_models_one_sentence_says_so(visit, only_default, path) -> None:
    visitor = visit(path)
    assert visitor.sentences == []
    said = [line.value for line in visitor.app.text if "without" in line.value]
    assert len(said) == 1
    wanted = COMPARED if path == "memory" else RECURRENT
    assert all(name in said[0] for name in wanted)
    assert len(visitor.app.get("plotly_chart")) == 1


@pytest.mark.parametrize("model", ["small", "birnn-attention"])
def test_all_models_are_drawn_whichever_is_chosen(visit, with_recurrent, model) -> None:
    visitor = visit("memory", {"text": TEXT, "model": model, "gain": "4"})
    assert visitor.sentences == []
    labels = [metric.label for metric in visitor.app.metric]
    names = ["rnn", "birnn", "small"] + [model] * (model != "small")
    assert [re.search(r"\((.*)\)", label)[1] for label in labels] == names
    assert list(lines(visitor, "dependence")) == labels
    recurrent = [label for label in labels if "small" not in label]
    scaled = [f"{label}, W × 4" for label in recurrent]
    assert list(lines(visitor, "scaled-weights")) == scaled + recurrent
    assert "in this sentence" in visitor.app.text[1].value


def test_the_rate_shown_is_measured_and_changes_with_the_weights(visit, with_recurrent) -> None:
    visitor = visit("memory", {"text": TEXT})
    reader = Translator.load(with_recurrent / "rnn", device="cpu")
    ids = reader.tokenizer.encode(TEXT).ids
    assert visitor.app.metric[0].value == f"× {dependence(reader.model, ids).curve().rate:.2f}"
    trained = lines(visitor, "dependence")
    visitor.app.toggle(key="before").set_value(True).run()
    assert lines(visitor, "dependence") != trained
    assert any("seed 1" in caption.value for caption in visitor.app.caption)
    cells_draw(visitor)


def test_a_very_short_sentence_is_too_short(visit, with_recurrent) -> None:
    visitor = visit("memory", {"text": "le"})
    assert visitor.sentences == []
    assert [metric.value for metric in visitor.app.metric] == ["–"] * 3
    assert sum("too short" in line.value for line in visitor.app.text) == 2


@pytest.mark.parametrize("reader", RECURRENT)
def test_the_chain_is_recomputed_for_every_recurrent_model(visit, with_recurrent, reader) -> None:
    query = {"text": TEXT, "reader": reader, "piece": "4", "model": "birnn-attention"}
    visitor = visit("chain", query)
    assert visitor.sentences == []
    proofs = [line.value for line in visitor.app.markdown if "recomputed" in line.value]
    assert len(proofs) == 2 and all(proof.startswith(":green[✓") for proof in proofs)
    assert len(visitor.app.get("plotly_chart")) == 3


def test_a_reader_that_is_not_there_is_brought_back(visit, with_recurrent) -> None:
    (with_recurrent / "birnn" / "config.json").unlink()
    visitor = visit("chain", {"text": TEXT, "reader": "birnn", "piece": "99", "layer": "99"})
    assert visitor.sentences == []
    assert visitor.app.session_state["reader"] == "rnn"
