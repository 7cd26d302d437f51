"""From words to vectors and back to words: what stands on these pages is the model's own."""

import json

import numpy as np
import pytest

from pages.shared.pairs import ANOTHER, MISSED, PAIRS, SAME
from pages.shared.stage import DEPTHS
from pages.shared.translation import LONGEST_SENTENCE
from transformer.analysis.row_change import row_change
from transformer.analysis.similarity import to_first_self, twins
from transformer.analysis.stack import PARTS, SIDES, stack

STAGES = {"vectors": 2, "positions": 1, "layers": 2, "next": 4}
TEXT = "Elle lui en a parlé."


def proofs(visitor) -> list[str]:
    return [line.value for line in visitor.app.markdown if "recomputed" in line.value]


def figure(visitor, name):
    """What Plotly was given to draw the figure of that name."""
    (chart,) = (
        chart
        for chart in visitor.app.get("plotly_chart")
        if chart.proto.id.endswith(f"-chart_{name}")
    )
    return json.loads(chart.proto.spec)


def write(visitor, key: str, text: str) -> None:
    """Into a box of the page, not that of the sentence."""
    visitor.app.text_input(key=key).set_value(text)
    buttons = [button for button in visitor.app.button if button.label == "Compare"]
    (buttons[0].click() if buttons else visitor.app).run()


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("path", STAGES)
def test_every_step_proves_itself(visit, path, side) -> None:
    for piece in ("1", "4", "200"):
        visitor = visit(path, {"text": TEXT, "side": side, "piece": piece, "dimension": "250"})
        assert visitor.sentences == []
        assert len(proofs(visitor)) == STAGES[path]
        assert all(line.startswith(":green[✓") for line in proofs(visitor))


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("side", SIDES)
def test_every_sub_layer_proves_itself(visit, side, part) -> None:
    for layer in ("1", "4"):
        visitor = visit("layers", {"side": side, "part": part, "layer": layer})
        assert all(line.startswith(":green[✓") for line in proofs(visitor))


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("path", STAGES)
def test_every_depth_is_shown(visit, path, depth) -> None:
    app = visit(path, {"depth": depth}).app
    expected = {name: STAGES[path] if name == depth else 0 for name in DEPTHS}
    expected["picture"] = len(visit(path).app.get("plotly_chart"))
    if depth != "picture":
        expected["picture"] -= STAGES[path]
    shown = {
        "picture": len(app.get("plotly_chart")),
        "numbers": len(app.dataframe),
        "formula": len(app.get("latex")),
        "code": len(app.code),
    }
    assert shown == expected


def test_the_map_shows_the_cosines_of_the_model(visit, shipped) -> None:
    visitor = visit("layers", {"text": TEXT, "side": "target"})
    drawn = figure(visitor, "cosines-itself")["data"][0]
    expected = to_first_self(stack(shipped.translate(TEXT), "target"))
    assert drawn["text"] == [[f"{value:.2f}" for value in row] for row in expected]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.word}: {pair.shows}")
def test_the_model_tells_our_pairs_apart_as_they_say(shipped, pair) -> None:
    """Another meaning moves a word further than the same meaning does, unless it is missed."""
    other = {p.shows: p for p in PAIRS if p.word == pair.word}
    last = {
        shows: twins(shipped.translate(p.first), shipped.translate(p.second), p.word).cosines[-1]
        for shows, p in other.items()
    }
    if pair.shows == MISSED:
        assert last[MISSED] > 0.95
    else:
        assert last[ANOTHER] < last[SAME] - 0.1


def test_a_pair_from_the_list_is_compared(visit, shipped) -> None:
    visitor = visit("context")
    assert visitor.query == {}
    pair = PAIRS[4]
    visitor.pick("pair", 4)
    assert visitor.box == pair.first
    assert visitor.query == {"text": pair.first, "other": pair.second, "word": pair.word}
    drawn = figure(visitor, "parting")["data"][0]
    found = twins(shipped.translate(pair.first), shipped.translate(pair.second), pair.word)
    assert drawn["text"] == [f"{cosine:.2f}" for cosine in found.cosines]
    assert drawn["text"][0] == "1.00"
    assert figure(visit("context", visitor.query), "parting")["data"][0] == drawn


@pytest.mark.parametrize(
    "text", ["", " \t ", "a" * (LONGEST_SENTENCE + 1), "le \a chat", "le ch\ufffdt"], ids=repr
)
def test_a_second_sentence_that_cannot_be_read_gets_one_sentence(visit, text) -> None:
    visitor = visit("context")
    write(visitor, "other", text)
    assert len(visitor.sentences) == len(visitor.app.info) == 1
    assert visitor.app.text_input(key="other").value == text
    write(visitor, "other", PAIRS[1].second)
    assert visitor.sentences == []
    assert figure(visitor, "parting")


def test_a_word_that_the_second_sentence_lacks_is_said_and_others_are_offered(visit) -> None:
    visitor = visit("context", {"text": "Le chat noir dort.", "other": "Le chat est noir."})
    assert visitor.app.selectbox(key="word").options == ["Le", "chat", "noir"]
    write(visitor, "other", "Le chat est gris.")
    (said,) = (line.value for line in visitor.app.text if "these words do" in line.value)
    assert "“noir”" in said and said.endswith("Le, chat.")
    assert visitor.app.session_state["word"] == "chat"
    write(visitor, "other", "Bonjour !")
    assert any("No word stands in both" in line.value for line in visitor.app.text)
    assert figure(visitor, "both-sentences")


@pytest.mark.parametrize("side", SIDES)
def test_only_the_changed_row_of_feed_forward_changes(visit, shipped, side) -> None:
    link = {"text": TEXT, "side": side, "piece": "3", "layer": "2"}
    visitor = visit("alone", link)
    spec = figure(visitor, "row-changes")["data"]
    translation = shipped.translate(TEXT)
    text = {"source": "chien", "target": "dog"}[side]
    read = stack(translation, side)
    found = row_change(shipped, translation, read, 1, 2, text)
    bars = [*found.alone.values(), found.joined_L]
    for bar, lengths in zip(spec, bars, strict=True):
        np.testing.assert_allclose([float(text) for text in bar["text"]], lengths, atol=0.06)
        assert [text == "0" for text in bar["text"]] == [length == 0 for length in lengths]
    np.testing.assert_array_equal(
        [text != "0" for text in spec[-2]["text"]], np.arange(len(read.ids)) == 2
    )


@pytest.mark.parametrize("text", ["", "\a", "a" * 2000])
def test_a_new_word_that_cannot_be_read_gets_one_sentence(visit, text) -> None:
    visitor = visit("alone")
    write(visitor, "instead", text)
    assert len(visitor.sentences) == len(visitor.app.info) == 1
    write(visitor, "instead", "souris")
    assert visitor.sentences == []
    assert visitor.query == {"instead": "souris"}


def test_the_word_that_stands_there_is_no_change(visit) -> None:
    visitor = visit("alone", {"instead": "chat"})
    assert ["already stands there" in said for said in visitor.sentences] == [True]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", [*STAGES, "alone", "context"])
def test_names_are_escaped_in_figures(visit, path, theme) -> None:
    link = {"text": "<b>x</b> & <i>y</i>", "other": "<b>x</b>", "side": "source", "piece": "2"}
    visitor = visit(path, link, theme=theme)
    for chart in visitor.app.get("plotly_chart"):
        assert "<i" not in chart.proto.spec and "</i>" not in chart.proto.spec
