"""One's own English: what the model finds of it is what it finds everywhere, and so is the rest."""

import json

import numpy as np
import pytest

from pages.shared.examples import EXAMPLES
from transformer.analysis.continuation import alternatives
from transformer.edit_codes import read_edits

FRENCH, OWN = EXAMPLES[2].text, "She lost his keys last night."
LABEL = "Show it to the model"


def test_both_are_worth_what_the_model_gives_them(visit, shipped) -> None:
    code = "off.cross.3.2"
    visitor = visit("english", {"text": FRENCH, "english": OWN, "piece": "3", "edits": code})
    edits = read_edits(code)
    yours, own = (shipped.translate(FRENCH, target=text, edits=edits) for text in (OWN, None))
    table, there = (frame.value for frame in visitor.app.dataframe)
    scores = [f"{found.score:.3f}" for found in (yours, own)]
    assert list(table["Score"]) == [*scores, f"{yours.score - own.score:+.3f}"]
    found = alternatives(shipped, yours, 2, edits=edits)
    assert list(there["the model would write"]) == [other.text for other in found]
    assert any(line.value.startswith(":green[") for line in visitor.app.markdown)
    marked = visitor.component("two_texts")
    assert [w["text"] for w in marked["after"]["words"] if w["changed"]] == ["his"]


def test_cells_draw_the_changed_pair_again(visit) -> None:
    query = {"text": FRENCH, "english": OWN, "piece": "3", "edits": "off.cross.3.2"}
    visitor = visit("english", query)
    for name in ("race", "expected", "next-here"):
        visitor.app.session_state[f"take_{name}"] = True
    visitor.app.run()
    drawn = [json.loads(chart.proto.spec)["data"] for chart in visitor.app.get("plotly_chart")]
    cells = [code.value for code in visitor.app.code]
    for cell, data in zip(cells, drawn, strict=True):
        found: dict = {}
        exec(cell, found)
        assert json.loads(found["figure"].to_json())["data"] == data


def test_the_box_empty_it_is_the_models_own(visit, shipped) -> None:
    visitor = visit("english", {"piece": "1"})
    (there,) = (frame.value for frame in visitor.app.dataframe)
    found = alternatives(shipped, shipped.translate(visitor.box), 0)
    np.testing.assert_allclose(
        there["probability"].astype(float), [other.probability for other in found], atol=5e-5
    )


def test_an_example_brings_its_sentence_and_its_place(visit) -> None:
    visitor = visit("english")
    next(b for b in visitor.app.button if b.label == "the wrong word: his").click().run()
    assert (visitor.box, visitor.query["english"]) == (FRENCH, OWN)
    assert visitor.app.session_state["piece"] == 3
    visitor.app.button(key="own_english").click().run()
    assert "english" not in visitor.query


@pytest.mark.parametrize("english", ["x" * 201, "a\x07b"], ids=["too long", "control"])
def test_bad_english_is_one_sentence_and_stays(visit, english) -> None:
    visitor = visit("english")
    visitor.app.text_input(key="english").set_value(english)
    next(b for b in visitor.app.button if b.label == LABEL).click().run()
    assert len(visitor.sentences) == len(visitor.app.info) == 1
    assert visitor.app.text_input(key="english").value == english


def test_english_longer_than_the_model_would_write_has_its_ranks(visit) -> None:
    english = "yes " * 40
    visitor = visit("english", {"text": "Oui.", "english": english, "piece": "40"})
    assert not visitor.app.error and len(visitor.app.info) == 1
    assert visitor.app.get("plotly_chart")


def test_a_recurrent_model_is_asked_the_same(visit) -> None:
    visitor = visit("english", {"model": "rnn", "english": "The cat sleeps."})
    assert visitor.sentences == [] and len(visitor.app.get("plotly_chart")) == 3
