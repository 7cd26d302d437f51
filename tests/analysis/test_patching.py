"""Patching: nothing from oneself, everything from cross-attention, and no head past its time."""

import dataclasses

import numpy as np
import pytest

from transformer import KINDS, Translator, UsageError
from transformer.analysis import patching as module
from transformer.analysis.patching import patching, shared_beginning


def pair(translator: Translator, one: str = "The old man.", other: str = "The old girl."):
    """Two French sentences that differ in one piece of thirteen, with any English."""
    return [
        translator.translate(text, target=english)
        for text, english in (("Le chat noir dort.", one), ("Le chat noir mort.", other))
    ]


@pytest.fixture(scope="module")
def found(translator: Translator):
    return patching(translator, *pair(translator))


def test_both_proofs_agree(found, translator: Translator) -> None:
    assert found.itself.agrees and found.crossed.agrees
    assert found.itself.count == found.crossed.count == len(translator.tokenizer)
    np.testing.assert_allclose(found.whole["cross"], 1, rtol=1e-4)


def test_numbers_of_no_run_turn_both_proofs_red(translator: Translator, monkeypatch) -> None:
    own = module._contexts

    def wrong(trace, kind):
        layers = own(trace, kind)
        layers[1][2] = dataclasses.replace(layers[1][2], context_LK=2 * layers[1][2].context_LK)
        return layers

    monkeypatch.setattr(module, "_contexts", wrong)
    found = patching(translator, *pair(translator))
    assert not found.itself.agrees and not found.crossed.agrees


def test_every_head_has_a_share(found, translator: Translator) -> None:
    config = translator.transformer.config
    layers = (config.encoder_layers, config.decoder_layers, config.decoder_layers)
    for kind, count in zip(KINDS, layers, strict=True):
        assert found.moved[kind].shape == (count, config.heads)
        assert found.together[kind].shape == (count,)
    kind, layer, head = found.strongest()
    assert found.moved[kind][layer, head] == max(part.max() for part in found.moved.values())


def test_what_cannot_differ_yet_moves_nothing(found) -> None:
    """The decoder's bottom layer reads the same English in both runs."""
    np.testing.assert_allclose(found.moved["decoder"][0], 0, atol=1e-4)
    np.testing.assert_allclose(found.together["decoder"][0], 0, atol=1e-4)


def test_the_runs_are_the_models_own(found, translator: Translator) -> None:
    one, other = pair(translator)
    place = shared_beginning(one, other)
    assert found.beginning == one.target.ids[:place] == other.target.ids[:place]
    pieces = (found.piece_a, found.piece_b)
    assert pieces == (one.target.ids[place], other.target.ids[place])
    for translation, lead in ((one, found.lead_a), (other, found.lead_b)):
        first, second = translation.trace.logits_LV[place, pieces]
        np.testing.assert_allclose(lead, first - second, atol=1e-4)


def test_the_way_back_ends_where_the_way_there_began(found, translator: Translator) -> None:
    back = patching(translator, *reversed(pair(translator)))
    np.testing.assert_allclose(back.lead_a, -found.lead_b, atol=1e-4)
    np.testing.assert_allclose(back.lead_b, -found.lead_a, atol=1e-4)


def test_unequal_lengths_are_said_with_both_counts(translator: Translator) -> None:
    one = translator.translate("Le chat dort.", target="The cat.")
    other = translator.translate("Le chat dort bien, et longtemps.", target="The dog.")
    with pytest.raises(UsageError) as error:
        patching(translator, one, other)
    assert str(len(one.source.ids)) in str(error.value)
    assert str(len(other.source.ids)) in str(error.value)


def test_the_same_english_leaves_nothing_to_patch(translator: Translator) -> None:
    with pytest.raises(UsageError, match="alike"):
        patching(translator, *pair(translator, "The old man.", "The old man."))
