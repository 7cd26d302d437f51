"""The loss, as a visitor sees it: the trainer's number, for the model's English or one's own."""

import pytest

from pages.shared.examples import EXAMPLES
from transformer.analysis.loss_by_hand import SMOOTHING, trainer_loss

OWN = "The dark hound rests upon a bench."


def shown(visitor) -> float:
    return float(visitor.app.metric[0].value)


def test_the_loss_is_the_trainers(visit, shipped) -> None:
    visitor = visit("loss")
    translation = shipped.translate(EXAMPLES[0].text)
    assert shown(visitor) == pytest.approx(trainer_loss(shipped, translation, SMOOTHING), abs=1e-4)
    assert any(line.value.startswith(":green[") for line in visitor.app.markdown)


def test_ones_own_english_travels_in_the_address(visit, shipped) -> None:
    visitor = visit("loss", {"english": OWN, "piece": "99"})
    translation = shipped.translate(EXAMPLES[0].text, target=OWN)
    assert shown(visitor) == pytest.approx(trainer_loss(shipped, translation, SMOOTHING), abs=1e-4)
    assert visitor.query["english"] == OWN
    assert visitor.query["piece"] == str(len(translation.target.pieces))


@pytest.mark.parametrize("english", ["x" * 201, "\x07"], ids=["too long", "unreadable"])
def test_bad_english_is_one_sentence_and_stays(visit, english) -> None:
    visitor = visit("loss")
    visitor.app.text_input(key="english").set_value(english)
    next(b for b in visitor.app.button if b.label == "Measure the loss").click().run()
    assert len(visitor.sentences) == len(visitor.app.info) == 1
    assert visitor.app.text_input(key="english").value == english
