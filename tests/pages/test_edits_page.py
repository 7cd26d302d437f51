"""Edits are made, listed, taken back and carried; what cannot be is said, and nothing is edited."""

import pytest

from pages import VIEWS
from pages.shared.changes import EDITOR
from pages.shared.edit_words import KINDS_OF_EDIT
from pages.shared.examples import EXAMPLES, STORIES
from transformer import Translator
from transformer.edit_codes import read_edits
from transformer.edits import SwitchOff

TEXT = EXAMPLES[0].text
CHANGED = [view.path for view in VIEWS if view.changes]
EVERY = "off.cross.3.2_scale.cross.2.1.0.25_force.cross.3.3.2.4_forbid.encoder.1.all.all.2_hide.3"
DAMAGED = {
    "head 9 of 8": "off.cross.1.9",
    "layer 5 of 4": "scale.encoder.5.all.0.5",
    "a word that is not there": "hide.40",
    "a link to a word that is not there": "force.cross.1.1.2.60",
    "every key forbidden": "forbid.encoder.1.1.2.1-2-3-4-5-6-7-8-9",
    "a part missing": "off.cross",
    "not an edit": "<script>",
}


def press(visitor, key):
    next(button for button in visitor.app.button if button.key == key).click().run()


def texts(visitor):
    return [element.value for element in visitor.app.text]


def test_edits_are_added_listed_removed_and_forgotten(visit, shipped):
    visitor = visit(EDITOR)
    assert not any("edits" in name for name in visitor.query)
    press(visitor, "add_edit")
    assert visitor.query["edits"] == "off.cross.3.1"
    visitor.pick("tool", "hide")
    visitor.app.multiselect[0].set_value([2]).run()
    press(visitor, "add_edit")
    assert visitor.query["edits"] == "off.cross.3.1_hide.3"
    lines = [line for line in texts(visitor) if line[:2] in ("1.", "2.")]
    assert len(lines) == 2 and "noir" in lines[1]
    edited = shipped.translate(TEXT, edits=read_edits(visitor.query["edits"]))
    shown = visitor.component("two_texts")
    words = [word.text for word in edited.target.words if not word.special]
    assert [word["text"] for word in shown["after"]["words"]] == words
    rated = shipped.translate(TEXT, target=shipped.translate(TEXT).text, edits=edited_by(visitor))
    metrics = [metric.value for metric in visitor.app.metric]
    assert metrics[0] == f"{rated.search.hypotheses[0].log_probability:.2f}"
    assert metrics[1] == f"{edited.search.hypotheses[0].log_probability:.2f}"
    press(visitor, "remove_0")
    assert visitor.query["edits"] == "hide.3"
    press(visitor, "start_over")
    assert "edits" not in visitor.query


def edited_by(visitor):
    return read_edits(visitor.query["edits"])


@pytest.mark.parametrize("tool", KINDS_OF_EDIT)
def test_every_tool_makes_an_edit(visit, tool):
    visitor = visit(EDITOR, {"tool": tool, "kind": "encoder", "reach": "layer", "layer": "2"})
    if visitor.app.multiselect:
        visitor.app.multiselect[0].set_value([1]).run()
    press(visitor, "add_edit")
    assert visitor.sentences == []
    (edit,) = edited_by(visitor)
    assert tool == "hide" or (edit.kind, edit.layer, edit.head) == ("encoder", 1, None)


def test_an_edit_that_leaves_nothing_to_look_at_is_not_offered(visit):
    visitor = visit(EDITOR, {"tool": "forbid", "kind": "decoder"})
    visitor.app.multiselect[0].set_value([0]).run()
    assert len(visitor.sentences) == len(visitor.app.warning) == 1
    add = next(button for button in visitor.app.button if button.key == "add_edit")
    assert add.disabled


@pytest.mark.parametrize("code", DAMAGED.values(), ids=DAMAGED)
def test_edits_that_cannot_be_get_one_sentence_and_the_unedited_model(visit, code):
    plain = visit("attention").weights
    for path in (EDITOR, "attention"):
        visitor = visit(path, {"edits": code})
        assert len(visitor.sentences) == len(visitor.app.warning) == 1
        assert visitor.box == TEXT
    assert (visitor.weights == plain).all()
    press(visitor, "forget_edits")
    assert visitor.sentences == [] and "edits" not in visitor.query


def test_edits_for_another_model_are_refused_in_one_sentence(visit):
    visitor = visit("attention", {"edits": "off.cross.4.1"})
    assert visitor.sentences == []
    visitor.pick("model", "transformer-5m")
    assert len(visitor.sentences) == 1 and "2" in visitor.sentences[0]


@pytest.mark.parametrize("path", CHANGED)
def test_a_page_shows_the_changed_pair_and_its_recomputations_hold(visit, path):
    for change in ({"edits": EVERY}, {"english": "The white dog sleeps."}):
        visitor = visit(path, {"depth": "numbers", **change})
        assert visitor.sentences == []
        assert any(line.startswith(("🛠️", "✍️")) for line in texts(visitor))
        assert not any("✗" in line for line in visitor.said())


def test_edits_and_english_reach_the_numbers_shown(visit, shipped: Translator):
    query = {"edits": "off.encoder.1.all", "english": "The white dog sleeps.", "kind": "encoder"}
    visitor = visit("attention", query)
    edits = [SwitchOff("encoder", 0)]
    own = shipped.translate(TEXT, target="The white dog sleeps.", edits=edits)
    seen = own.trace.weights("encoder")[1, 0, :2, :2]
    assert abs(visitor.weights[1, 0, :2, :2] - seen).max() < 1e-4
    cells = [code.value for code in opened(visitor, "attention-head")]
    assert "read_edits('off.encoder.1.all')" in cells[0] and "target='The white" in cells[0]


def opened(visitor, name):
    visitor.app.session_state[f"take_{name}"] = True
    visitor.app.run()
    return visitor.app.code


def test_pages_without_them_say_so_and_lessons_are_left_alone(visit):
    visitor = visit("alone", {"edits": "off.cross.1.1"})
    assert any("without your edits" in caption.value for caption in visitor.app.caption)
    lesson = visit("attention", {"edits": "off.cross.1.1", "lesson": "cross"})
    assert not any(line.startswith("🛠️") for line in texts(lesson))


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.title)
def test_a_story_changes_its_translation(shipped, story):
    plain = shipped.translate(story.text)
    assert story.model == shipped.name
    assert shipped.translate(story.text, edits=read_edits(story.edits)).text != plain.text


def test_a_story_opens_with_a_click(visit):
    visitor = visit(EDITOR)
    press(visitor, "story_1")
    assert visitor.box == STORIES[1].text and visitor.query["edits"] == STORIES[1].edits
    after = [word["text"] for word in visitor.component("two_texts")["after"]["words"]]
    assert after == ["Mary", "saw", "Paul", "and", "she", "smiled", "at", "her", "."]
