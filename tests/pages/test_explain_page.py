"""Attention or cause: the sentences that are offered do disagree, and edits are carried along."""

import json

import pytest

from pages.explanations.explain import STORIES
from transformer.analysis.explanations import compare
from transformer.analysis.leave_one_out import leave_one_out


@pytest.mark.parametrize("number", range(len(STORIES)))
def test_the_examples_that_are_offered_disagree(visit, shipped, number) -> None:
    chosen = STORIES[number][1]
    translation = shipped.translate(chosen["text"])
    left_out = leave_one_out(shipped, translation)
    found = compare(shipped, translation, left_out, layer=2)
    step = chosen["piece"] - 1
    looked, missed = found.attention_LM[step].argmax(), found.lost_LM[step].argmax()
    visitor = visit("explain", {"one_head": "1", "layer": "1", "edits": "off.cross.1.6"})
    visitor.app.button(key=f"explain_{number}").click().run()
    assert visitor.sentences == [] and visitor.box == chosen["text"]
    assert visitor.query == {name: str(code) for name, code in chosen.items()}
    said = next(text.value for text in visitor.app.text if "disagree" in text.value)
    words = translation.source.words
    assert looked != missed
    assert f"“{words[looked].text}” most" in said and f"“{words[missed].text}” costs most" in said
    assert sum(line.value.startswith(":green[✓") for line in visitor.app.markdown) == 2


def test_edits_and_one_head_hold_in_every_number_and_in_the_notebook(visit) -> None:
    link = {"edits": "forbid.cross.all.all.all.2", "one_head": "1", "head": "3"}
    visitor = visit("explain", link)
    visitor.app.session_state["take_three-explanations"] = True
    visitor.app.run()
    assert visitor.sentences == []
    assert sum(line.value.startswith(":green[✓") for line in visitor.app.markdown) == 2
    (cell,) = (code.value for code in visitor.app.code)
    found: dict = {}
    exec(cell, found)
    (drawn,) = (
        json.loads(chart.proto.spec)["data"]
        for chart in visitor.app.get("plotly_chart")
        if "three-explanations" in chart.proto.id
    )
    assert json.loads(found["figure"].to_json())["data"] == drawn
    assert found["found"].attention_LM[:, 1].max() == 0
