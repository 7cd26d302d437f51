"""The black box and the steps, as a visitor sees them."""

import base64
import json

import numpy as np
import pytest

from pages.shared.overview import LEVELS, STEPS
from transformer import Translator
from transformer.analysis.journey import journey

TEXT = "La voisine lit une lettre."


def press(visitor, label):
    next(button for button in visitor.app.button if button.label == label).click().run()


@pytest.fixture
def boxes(shipped):
    return journey(shipped.translate(TEXT))


OPENED = {
    "box": [],
    "sides": ["model"],
    "layers": ["model", "encoder", "decoder"],
    "encoder": ["model", "encoder", "encoder.1", "decoder"],
    "decoder": ["model", "encoder", "encoder.1", "decoder", "decoder.1"],
}


@pytest.mark.parametrize("level", LEVELS)
def test_each_level_opens_its_boxes(visit, level):
    visitor = visit("box", {"level": level, "layer": "2"})
    shown = visitor.component("unfold")["boxes"]
    assert [box["name"] for box in shown if box["open"]] == OPENED[level]


def test_the_boxes_hold_the_models_own_numbers(visit, boxes):
    shown = {box["name"]: box for box in visit("box", {"text": TEXT}).component("unfold")["boxes"]}
    assert list(shown) == [box.name for box in boxes]
    for box in boxes:
        values = box.output_LD if box.weights_LM is None else box.weights_LM
        if values is None:
            continue
        drawn = shown[box.name]
        part = values[: drawn["rows"], : drawn["columns"]]
        places = np.frombuffer(base64.b64decode(drawn["places"]), np.uint8).reshape(part.shape)
        top, signed = np.abs(part).max(), box.weights_LM is None
        again = (places / 127.5 - 1) * top if signed else places / 255 * top
        np.testing.assert_allclose(again, part, atol=top / 200)
        if signed and box.kind not in ("encoder", "decoder", "memory"):
            assert f"{box.length:.1f}" in drawn["said"]


def test_the_box_is_opened_and_closed_by_buttons(visit):
    visitor = visit("box")
    for level in list(LEVELS)[1:]:
        press(visitor, "Open it")
        assert visitor.query == {"level": level}
    press(visitor, "Close it")
    assert visitor.query == {"level": "encoder"}


@pytest.mark.parametrize(
    ("name", "header", "chosen"),
    [
        ("encoder.0.self_attention", "Attention", {"kind": "encoder", "layer": 1}),
        ("decoder.1.cross_attention", "Attention", {"kind": "cross", "layer": 2}),
        ("decoder.1.feed_forward", "Layer by layer", {"side": "target", "part": "feed_forward"}),
        ("decoder.positions", "Where a word stands", {"side": "target"}),
        ("model", "Step by step", {}),
    ],
)
def test_a_box_leads_to_its_page(visit, name, header, chosen):
    visitor = visit("box", {"level": "decoder", "text": TEXT, "lang": "en"}, locale="ko-KR")
    visitor.app.session_state["_wanted_box"] = name
    visitor.app.run()
    state = visitor.app.session_state
    assert visitor.app.header[0].value == header
    assert {key: state[key] for key in chosen} == chosen
    assert (state["text"], state["lang"]) == (TEXT, "en")


@pytest.mark.parametrize("step", STEPS)
def test_each_step_is_one_figure_and_one_short_sentence(visit, shipped, monkeypatch, step):
    visitor = visit("steps", {"text": TEXT, "step": step, "piece": "3"})
    (chart,) = visitor.app.get("plotly_chart")
    assert len(chart.proto.alt.split()) <= 25
    assert not any(line.value.startswith(":red") for line in visitor.app.markdown)
    name = visitor.app.expander[0].proto.id.partition("-take_")[2]
    visitor.app.session_state[f"take_{name}"] = True
    visitor.app.run()
    monkeypatch.setattr(Translator, "load", lambda path: shipped)
    found: dict = {}
    exec(visitor.app.code[0].value, found)
    assert json.loads(found["figure"].to_json())["data"] == json.loads(chart.proto.spec)["data"]


def test_after_the_last_step_the_next_piece_is_written(visit):
    visitor = visit("steps", {"step": "softmax", "piece": "1"})
    press(visitor, "Next")
    assert visitor.query == {"step": "written", "piece": "1"}
    press(visitor, "Next piece")
    assert visitor.app.session_state["step"] == "read"
    assert visitor.app.session_state["piece"] == 2


def test_a_way_on_sets_choices_back_to_what_is_usual_too(visit):
    visitor = visit("steps", {"step": "cross", "kind": "encoder"})
    press(visitor, "👀 All heads →")
    assert visitor.app.header[0].value == "Attention"
    assert visitor.app.session_state["kind"] == "cross"
    assert visitor.app.session_state["step"] == "cross"
    assert "kind" not in visitor.query


def test_a_way_on_without_any_choice_left_keeps_the_language(visit):
    visitor = visit("steps", {"piece": "3", "lang": "ko"}, locale="ko-KR")
    visitor.pick("piece", 2)
    assert visitor.query == {}
    visitor.app.button[-1].click().run()
    assert visitor.app.session_state["lang"] == "ko"
