"""Another factor on the scores, as a visitor sees it."""

import re

import pytest

from pages.shared.compare import marked_words
from pages.shared.examples import LONG
from pages.shared.scaling import FACTORS
from transformer.edits import ScaleScores
from transformer.tokenizer import Word


def log_probability(visitor) -> tuple[float, float]:
    """Of the translation as trained: with the factor, and as trained."""
    metric = visitor.app.metric[0]
    return float(metric.value), float(metric.delta.removeprefix("as trained "))


def words(text: str) -> list[Word]:
    found = re.finditer(r"\w+|[^\w\s]", text)
    return [Word(match.group(), *match.span(), pieces=()) for match in found]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_models_own_factor_changes_nothing(visit, theme) -> None:
    visitor = visit("scale", {"factor": "1"}, theme=theme)
    assert any(line.value == "Not one word has changed." for line in visitor.app.text)
    after, before = log_probability(visitor)
    assert before == after
    assert visitor.app.button(key="start_over").disabled


@pytest.mark.parametrize("scope", ["model", "kind", "layer", "head"])
def test_the_scope_says_which_scores_are_scaled(visit, shipped, scope) -> None:
    query = {"factor": "0.25", "scope": scope, "kind": "cross", "layer": "2", "head": "3"}
    visitor = visit("scale", query)
    edit = ScaleScores(
        0.25 * shipped.model.config.d_k**-0.5,
        kind=None if scope == "model" else "cross",
        layer=1 if scope in ("layer", "head") else None,
        head=2 if scope == "head" else None,
    )
    plain = shipped.translate(visitor.box)
    trace = shipped.model.trace(plain.source.ids, plain.target.ids, [edit])
    expected = shipped.log_probability(trace, plain.target)
    assert log_probability(visitor)[0] == pytest.approx(expected, abs=0.006)
    assert visitor.query == {name: query[name] for name in visitor.query}


def test_without_division_rows_are_sharper(visit) -> None:
    texts = visit("scale", {"factor": "none"}).app.text
    said = next(line.value for line in texts if "entropy" in line.value)
    own, changed = (float(number) for number in re.findall(r"\d\.\d{3}", said))
    assert changed < own


def test_the_page_opens_on_a_translation_that_has_changed(visit) -> None:
    texts = [line.value for line in visit("scale").app.text]
    assert any("words that are gone" in line for line in texts)
    assert not any("Not one word" in line for line in texts)


def test_a_long_sentence_does_not_survive_without_the_division(visit) -> None:
    visitor = visit("scale", {"scope": "head", "factor": "2"})
    visitor.app.button(key="long").click().run()
    assert visitor.query == {"text": LONG.text, "factor": "none"}
    after, before = log_probability(visitor)
    assert after < before - 10


def test_a_head_is_asked_for_only_where_it_counts(visit) -> None:
    for scope, asked in (("model", False), ("kind", True), ("head", True)):
        app = visit("scale", {"scope": scope}).app
        assert ("head" in [group.key for group in app.segmented_control]) == asked


def test_both_translations_stand_side_by_side_with_their_differences(visit, shipped) -> None:
    visitor = visit("scale", {"factor": "0.25"})
    plain = shipped.translate(visitor.box)
    edited = shipped.translate(
        visitor.box, edits=[ScaleScores(0.25 * shipped.model.config.d_k**-0.5)]
    )
    assert plain.text != edited.text
    data = visitor.component("two_texts")
    for side, translation in (("before", plain), ("after", edited)):
        words = data[side]["words"]
        text = "".join(" " * (not word["joined"]) + word["text"] for word in words)
        assert text.strip() == translation.text
        assert any(word["changed"] for word in words)
        assert not all(word["changed"] for word in words)


def test_start_over_brings_the_models_own_factor_back(visit) -> None:
    visitor = visit("scale", {"factor": "0.25"})
    visitor.app.button(key="start_over").click().run()
    assert visitor.query == {"factor": "1"}
    after, before = log_probability(visitor)
    assert before == after


def test_the_curve_has_a_point_for_every_factor(visit) -> None:
    said = next(line.value for line in visit("scale").app.text if "each factor" in line.value)
    assert said.endswith("most probable at 1/√d_k.")
    assert "1" in FACTORS and "none" in FACTORS


def test_text_that_looks_like_markup_stays_text(visit) -> None:
    visitor = visit("scale", {"text": "![x](http://example.org/x.png) <b>chat</b>"})
    assert not any("example.org" in text for text in visitor.interpreted())


@pytest.mark.parametrize(
    ("before", "after", "gone", "new"),
    [
        ("The black cat sleeps.", "The cat is sleeping.", ["black", "sleeps"], ["is", "sleeping"]),
        ("new words", "new words", [], []),
        ("one two", "", ["one", "two"], []),
        ("a a b", "a b b", ["a"], ["b"]),
    ],
)
def test_words_that_differ_are_marked_in_both(before, after, gone, new) -> None:
    marked = marked_words(words(before), words(after))
    assert [[w["text"] for w in words if w["changed"]] for words in marked] == [gone, new]


def test_the_factor_as_trained_can_be_chosen(visit):
    assert visit("scale", {"factor": "1"}).sentences == []
