"""What it cannot do: live translations with marks, and the measurement that the marks come from."""

import json

import pytest

from pages.shared import unsure as shared
from pages.shared.limits import LIMITS
from transformer.analysis.confidence import kept_calibration, least_sure, unsure

CASES = [case for limit in LIMITS.values() for case in limit.cases]


@pytest.fixture(scope="module")
def found():
    return kept_calibration("small")


@pytest.fixture(autouse=True)
def forget():
    """What one test pretends was measured, the next does not see."""
    yield
    shared._load.clear()


def lines(visitor):
    """What the component was given for each of the sentences."""
    return [
        json.loads(part.proto.json)
        for part in visitor.app.get("bidi_component")
        if part.proto.component_name == "side_lines"
    ]


def test_the_english_is_the_models_own_and_the_marks_are_those_below_the_limit(
    visit, shipped, found
):
    visitor = visit("limits", {"limit": "idioms"})
    cases = LIMITS["idioms"].cases
    for case, shown in zip(cases, lines(visitor), strict=True):
        translation = shipped.translate(case.text)
        doubts = least_sure(translation)
        assert [word["text"] for word in shown["words"]] == [doubt.text for doubt in doubts]
        marked = [word["probability"] for word in shown["words"] if word["unsure"]]
        assert marked == [doubt.probability for doubt in unsure(translation, found.limit)]
        assert (shown["french"], shown["ours"]) == (case.text, case.ours)
        assert shown["pieces"] == " ".join(translation.source.pieces)


def test_a_model_that_writes_our_line_is_said_to(visit, shipped, monkeypatch):
    text = LIMITS["names"].cases[0].text
    agreed = LIMITS["names"].cases[0]._replace(ours=shipped.translate(text).text)
    monkeypatch.setitem(LIMITS, "names", LIMITS["names"]._replace(cases=(agreed,)))
    said = [element.value for element in visit("limits").app.text]
    assert any("It writes what we would." in line for line in said)


def test_a_recurrent_model_is_tried_on_the_same_sentences(visit):
    visitor = visit("limits", {"model": "rnn", "limit": "context"})
    for code in ("context", "unknown"):
        visitor.pick("limit", code)
        assert visitor.sentences == []
        for case, shown in zip(LIMITS[code].cases, lines(visitor), strict=True):
            assert (shown["before"], shown["french"]) == (case.before, case.text)


def test_a_click_opens_the_sentence_on_another_page(visit):
    case = LIMITS["meanings"].cases[0]
    visitor = visit("limits", {"limit": "meanings"})
    visitor.app.button(key="open_0_english").click().run()
    assert (visitor.box, visitor.query["english"]) == (case.text, case.ours)
    visitor = visit("limits", {"limit": "meanings", "english": "Something else."})
    visitor.app.button(key="open_0_context").click().run()
    assert (visitor.box, visitor.query["word"]) == (case.text, case.choices["word"])
    assert "english" not in visitor.query


def test_without_a_measurement_nothing_is_marked_or_claimed(visit, monkeypatch):
    monkeypatch.setattr("pages.shared.unsure.kept_calibration", lambda model: None)
    shared._load.clear()
    visitor = visit("limits")
    assert not any(word["unsure"] for shown in lines(visitor) for word in shown["words"])
    assert not visitor.app.get("plotly_chart")
    assert "--calibration" in visitor.app.code[0].value
    visitor = visit(query={"text": CASES[0].text})
    assert not any(word["unsure"] for word in visitor.component("word_links")["target"])
    assert visitor.component("piece_steps")["unsure"] == 0
    assert not any("reference translation" in one.value for one in visitor.app.caption)


def test_the_first_page_marks_the_models_own_english_only(visit, shipped, found):
    text = CASES[0].text
    visitor = visit(query={"text": text})
    doubts = unsure(shipped.translate(text), found.limit)
    words = visitor.component("word_links")["target"]
    assert doubts and [word["text"] for word in words if word["unsure"]] == [
        doubt.text for doubt in doubts
    ]
    assert visitor.component("piece_steps")["unsure"] == found.limit
    assert any(doubts[0].text in one.value for one in visitor.app.text)
    visitor = visit(query={"text": text, "english": CASES[0].ours})
    assert not any(word["unsure"] for word in visitor.component("word_links")["target"])


def test_our_sentences_fit_the_bar(shipped):
    for case in CASES:
        assert len(shipped.sentences(case.text)) == 1 and len(case.text) <= 200
        assert len(case.ours) <= 200
