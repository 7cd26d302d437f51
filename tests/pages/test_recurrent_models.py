"""Recurrent models in the list: they translate, and pages about heads say that they have none."""

import numpy as np
import pytest

from pages import VIEWS
from transformer.config import ARCHITECTURES
from transformer.translator import Translator, shipped_models

RECURRENT = ARCHITECTURES[1:]
HEADS = [view.path for view in VIEWS if view.reads == "heads"]


def press(visitor, label):
    next(button for button in visitor.app.button if button.label == label).click().run()


def test_all_of_them_are_in_the_list_beside_a_transformer_of_their_size(visit) -> None:
    assert {*RECURRENT, "transformer-5m", "small"} <= set(shipped_models())
    picker = next(box for box in visit().app.selectbox if box.key == "model")
    assert picker.options == shipped_models()


@pytest.mark.parametrize("model", RECURRENT)
def test_it_translates_on_the_first_page(visit, model) -> None:
    visitor = visit(query={"model": model})
    translation = Translator.load(f"assets/models/{model}", "cpu").translate(visitor.box)
    assert visitor.sentences == []
    assert translation.text in visitor.app.dataframe[0].value.iloc[0].tolist()
    if translation.record.maps():
        links = visitor.component("word_links")["weights"]
        assert np.allclose(np.sum(links, axis=1), 1, atol=1e-3)
        return
    (chart,) = visitor.app.get("plotly_chart")
    width = translation.recurrent.decoder[0].initial_S.size
    assert f"2 vectors of {width} numbers" in chart.proto.alt
    assert [text.value for text in visitor.app.text][:2] == [visitor.box, translation.text]


@pytest.mark.parametrize("path", HEADS)
def test_a_page_about_heads_says_that_there_are_none(visit, path) -> None:
    visitor = visit(path, {"model": "rnn"})
    assert len(visitor.sentences) == len(visitor.app.info) == 1
    assert "rnn" in visitor.sentences[0] and not visitor.app.error


def test_one_click_looks_into_a_transformer_instead(visit) -> None:
    visitor = visit("score", {"model": "birnn", "head": "3"})
    press(visitor, "Look into small")
    assert visitor.sentences == [] and visitor.app.session_state["model"] == "small"
    assert visitor.app.session_state["head"] == 3


def test_a_lesson_asks_for_a_transformer(visit) -> None:
    visitor = visit("speed", {"model": "birnn", "lesson": "speed"})
    assert len(visitor.sentences) == 1
    press(visitor, "Look into small")
    assert visitor.sentences == [] and visitor.app.radio


def test_additive_attention_is_seen_where_there_is_some(visit) -> None:
    visitor = visit("attention", {"model": "birnn-attention", "kind": "cross"})
    assert visitor.sentences == []
    assert visitor.component("heads")["heads"] == visitor.component("heads")["layers"] == 1
    visitor.pick("kind", "encoder")
    assert len(visitor.sentences) == 1 and "has no self" in visitor.sentences[0]
    visitor.pick("kind", "cross")
    assert visitor.sentences == []
    without = visit("attention", {"model": "rnn"})
    assert len(without.sentences) == 1 and "no attention" in without.sentences[0]
