"""Two sentences, heads or models side by side: each picture is what the model has there."""

import base64
import json

import numpy as np
import pytest

from transformer import Translator
from transformer.analysis.comparison import compare_heads
from transformer.translator import MODELS


def drawn(visitor) -> list[np.ndarray]:
    """The numbers of all heat maps of the page, in their order."""
    found = []
    for chart in visitor.app.get("plotly_chart"):
        z = json.loads(chart.proto.spec)["data"][0]["z"]
        shape = [int(length) for length in z["shape"].split(",")]
        found.append(np.frombuffer(base64.b64decode(z["bdata"]), z["dtype"]).reshape(shape))
    return found


def test_a_minimal_pair_is_both_sentences_of_the_model(visit, shipped) -> None:
    visitor = visit("compare")
    next(b for b in visitor.app.button if b.label == "elle, il").click().run()
    texts = visitor.box, visitor.app.text_input(key="variant").value
    assert [text.split()[0] for text in texts] == ["Elle", "Il"]
    one, two = (shipped.translate(text) for text in texts)
    found = compare_heads(one, two, "cross", (2, 0), (2, 0))
    maps = drawn(visitor)[:3]
    for shown, right in zip(maps, (found.one_LM, found.two_LM, found.difference_RC), strict=True):
        np.testing.assert_allclose(shown, right, atol=1e-6)
    assert "Elle / Il" in found.columns
    visitor.app.button(key="most_different").click().run()
    assert visitor.query != {} and not visitor.sentences


def test_two_models_read_the_same_english(visit, shipped) -> None:
    query = {"versus": "models", "layer": "4", "head": "3", "second_layer": "9"}
    visitor = visit("compare", query | {"second_model": "birnn-attention"})
    second = Translator.load(MODELS / "birnn-attention", "cpu")
    one = shipped.translate(visitor.box)
    two = second.translate(visitor.box, target=one.text)
    found = compare_heads(one, two, "cross", (3, 2), (0, 0))
    for shown, right in zip(
        drawn(visitor), (found.one_LM, found.two_LM, found.difference_RC), strict=True
    ):
        np.testing.assert_allclose(shown, right, atol=1e-5)


def test_a_head_against_itself_has_no_difference(visit) -> None:
    place = {"layer": "2", "head": "3", "second_layer": "2", "second_head": "3"}
    visitor = visit("compare", {"versus": "heads", "kind": "encoder"} | place)
    one, two, difference = drawn(visitor)
    np.testing.assert_array_equal(one, two)
    assert not difference.any()


@pytest.mark.parametrize(
    "query",
    [
        {"versus": "models", "second_model": "rnn"},
        {"versus": "models", "second_model": "birnn-attention", "kind": "encoder"},
        {"variant": "a\x07b"},
        {"variant": ""},
    ],
    ids=["no attention", "no self-attention", "control", "empty"],
)
def test_what_cannot_be_compared_is_one_sentence(visit, query) -> None:
    visitor = visit("compare", query)
    assert len(visitor.sentences) == len(visitor.app.info) == 1
