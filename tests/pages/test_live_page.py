"""Watch it learn: what a press of the button leaves, and what can be asked of it."""

import pytest

from pages.shared.slots import LINE


@pytest.fixture
def short(monkeypatch):
    """A training of 2 steps instead of 1,000, examined on 5 sequences."""
    monkeypatch.setattr("transformer.exercise.STEPS", 2)
    monkeypatch.setattr("transformer.exercise.HELD_OUT", 5)


def steps(visitor):
    return next(metric.value for metric in visitor.app.metric if metric.label == "Steps")


def press(visitor):
    visitor.app.button(key="start").click().run()


def test_a_training_is_kept_and_its_model_answers(visit, short):
    visitor = visit("live", {"task": "copy", "heads": "1", "d_k": "4", "letters": "Bad ge"})
    assert steps(visitor) == "0"
    assert any("right would be badge" in line.value for line in visitor.app.markdown)
    press(visitor)
    assert steps(visitor) == "2" and visitor.sentences == []
    assert len(LINE) == 0
    visitor.open("recall")
    visitor.open("live")
    assert steps(visitor) == "2"
    visitor.pick("heads", "2")
    assert steps(visitor) == "0"
    visitor.pick("heads", "1")
    assert steps(visitor) == "2"


@pytest.mark.parametrize("text", ["xyz", "ab", "abcdefghi", "", "**a**"])
def test_other_letters_are_answered_in_one_sentence(visit, text):
    visitor = visit("live", {"letters": text})
    assert len(visitor.sentences) == len(visitor.app.info) == 1
    assert visitor.app.text_input(key="letters").value == text


def test_a_training_that_fails_gives_its_place_back(visit, monkeypatch):
    def fail(*arguments):
        raise RuntimeError("secret detail")

    visitor = visit("live")
    monkeypatch.setattr("transformer.exercise.token_loss", fail)
    press(visitor)
    assert len(LINE) == 0
    assert len(visitor.sentences) == 1 and "secret" not in visitor.sentences[0]
