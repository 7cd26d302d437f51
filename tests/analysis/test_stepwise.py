"""Piece by piece with a cache, all numbers are those of the recorded pass: edited or not."""

import dataclasses

import pytest

from transformer import Translator
from transformer.analysis.stepwise import rows_stay, stepwise
from transformer.edits import ForbidLinks, HideSource, SwitchOff

EDITS = pytest.mark.parametrize(
    "edits",
    [
        (),
        (SwitchOff("decoder", 1), HideSource((0,))),
        (ForbidLinks(None, (0,), "cross", 2, 1), ForbidLinks((3,), (1, 2), "decoder")),
    ],
    ids=["plain", "off", "forbidden"],
)


@EDITS
@pytest.mark.parametrize("target", [None, "The man"])
def test_every_step_with_a_cache_equals_its_row(translator: Translator, edits, target) -> None:
    translation = translator.translate("L'homme cherche.", target=target, edits=edits)
    again = stepwise(translator, translation, edits)
    steps, vocabulary = translation.trace.logits_LV.shape
    assert len(again.logits) == len(again.memory) == steps
    assert all(check.agrees and check.count == vocabulary for check in again.logits)
    assert all(check.agrees for check in again.memory)
    for step in (0, steps // 2, steps - 1):
        assert rows_stay(translator, translation, step, edits).agrees


def test_another_sentence_s_record_is_found_out(translator: Translator) -> None:
    translation = translator.translate("L'homme cherche.", target="The man")
    edits = [SwitchOff("cross"), SwitchOff("encoder")]
    edited = translator.translate("L'homme cherche.", target="The man", edits=edits)
    wrong = dataclasses.replace(translation, record=edited.record)
    again = stepwise(translator, wrong)
    assert not any(check.agrees for check in (*again.logits, *again.memory))
    assert not rows_stay(translator, wrong, 1).agrees
