"""The parts of a logit add up to it, whatever was edited."""

import dataclasses

import numpy as np
import pytest

from transformer import Translator
from transformer.analysis.contributions import MEASURES, contributions, head_outputs
from transformer.analysis.edited import replay
from transformer.edits import ScaleScores, SwitchOff

EDITS = ((), (SwitchOff("cross", 1, 2),), (SwitchOff("decoder"), ScaleScores(2.0)))


def translated(translator: Translator, edits=()):
    translation = translator.translate("Le chat noir dort.", target="The old man sleeps.")
    return dataclasses.replace(translation, record=replay(translator, translation, edits))


@pytest.mark.parametrize("edits", EDITS, ids=("as it is", "one head off", "several"))
def test_the_parts_add_up_to_the_logit(translator: Translator, edits) -> None:
    translation = translated(translator, edits)
    for step in range(len(translation.target.ids)):
        logits_V = translation.trace.logits_LV[step]
        for measure in MEASURES:
            found = contributions(translator, translation, step, measure)
            model = float(logits_V[found.written])
            if measure == "lead":
                others = np.delete(logits_V, found.written)
                assert logits_V[found.runner_up] == others.max()
                model -= float(others.max())
            assert found.check.agrees
            np.testing.assert_allclose(found.sublayers().sum(), model, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("edits", EDITS[:2], ids=("as it is", "one head off"))
@pytest.mark.parametrize("kind", ["encoder", "decoder", "cross"])
def test_the_heads_add_up_to_their_sublayer(translator: Translator, kind, edits) -> None:
    translation = translated(translator, edits)
    for layer in range(translation.trace.layers(kind)):
        for row in (0, 2):
            heads_HD = head_outputs(translator, translation, kind, layer, row)
            output_D = translation.trace.sublayer(kind, layer).output_LD[row]
            np.testing.assert_allclose(heads_HD.sum(0), output_D, rtol=1e-4, atol=1e-5)


def test_a_head_that_is_off_adds_nothing(translator: Translator) -> None:
    found = contributions(translator, translated(translator, EDITS[1]), 1)
    assert found.cross_NH[1, 2] == 0
    assert np.count_nonzero(found.cross_NH) == found.cross_NH.size - 1
    found = contributions(translator, translated(translator, EDITS[2]), 1)
    assert not found.decoder_NH.any()


def test_the_lead_is_the_difference_of_two_logits_part_by_part(translator: Translator) -> None:
    """The same parts for both pieces: what the piece itself gets, and what the runner-up gets."""
    translation = translated(translator)
    lead = contributions(translator, translation, 1, "lead")
    logit = contributions(translator, translation, 1)
    ids = [translation.target.ids[0], lead.runner_up, *translation.target.ids[2:]]
    other = dataclasses.replace(translation, target=translator.tokenizer.tokens(ids))
    instead = contributions(translator, other, 1)
    assert instead.written == lead.runner_up
    np.testing.assert_allclose(lead.sublayers(), logit.sublayers() - instead.sublayers(), atol=1e-9)


def test_a_falsified_output_turns_the_check_red(translator: Translator) -> None:
    translation = translated(translator)
    logits_LV = translation.trace.logits_LV.copy()
    logits_LV[1, translation.target.ids[1]] += 0.01
    trace = dataclasses.replace(translation.trace, logits_LV=logits_LV)
    assert not contributions(
        translator, dataclasses.replace(translation, record=trace), 1
    ).check.agrees
