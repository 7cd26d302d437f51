"""One French word hidden at a time: in one batch, or in a pass for each."""

import dataclasses

import numpy as np
import pytest

from transformer import UsageError
from transformer.analysis import leave_one_out as module
from transformer.analysis.leave_one_out import check_hidden, leave_one_out, without_each_way
from transformer.edits import ForbidLinks, ForceLinks, HideSource, SwitchOff

FRENCH, ENGLISH = "L'homme cherche la fenêtre.", "The old man looks for it."


@pytest.mark.parametrize("edits", [(), (SwitchOff("cross", 1),)])
def test_the_batch_finds_what_a_pass_for_each_word_finds(translator, edits) -> None:
    translation = translator.translate(FRENCH, target=ENGLISH, edits=edits)
    found = leave_one_out(translator, translation, edits)
    shape = len(translation.target.pieces), len(translation.source.words)
    assert found.hidden_LM.shape == shape and np.isfinite(found.hidden_LM).all()
    assert found.whole_L.sum() == pytest.approx(
        translator.log_probability(translation.trace, translation.target), abs=1e-4
    )
    for word in range(shape[1]):
        assert check_hidden(translator, translation, found, (0, word), edits).agrees
    wrong = dataclasses.replace(found, hidden_LM=found.hidden_LM + 1e-3)
    assert not check_hidden(translator, translation, wrong, (0, 0), edits).agrees


def test_a_word_that_is_hidden_already_loses_nothing_more(translator) -> None:
    edits = (HideSource(translator.tokenizer.encode(FRENCH).words[1].pieces),)
    translation = translator.translate(FRENCH, target=ENGLISH, edits=edits)
    lost_LM = leave_one_out(translator, translation, edits).lost_LM
    np.testing.assert_allclose(lost_LM[:, 1], 0, atol=1e-5)
    assert (np.abs(lost_LM[:, 2]) > 1e-3).any()


def test_a_batch_in_parts_is_the_same(translator, monkeypatch) -> None:
    translation = translator.translate(FRENCH, target=ENGLISH)
    whole = leave_one_out(translator, translation).hidden_LM
    monkeypatch.setattr(module, "PIECES_AT_ONCE", 1)
    np.testing.assert_allclose(leave_one_out(translator, translation).hidden_LM, whole, atol=1e-5)


def test_a_word_that_an_edit_needs_is_left_in(translator) -> None:
    words = translator.tokenizer.encode(FRENCH).words
    edits = (ForceLinks(None, words[2].pieces, "cross", 0),)
    translation = translator.translate(FRENCH, target=ENGLISH, edits=edits)
    found = leave_one_out(translator, translation, edits)
    missing = np.isnan(found.hidden_LM)
    assert missing[:, 2].all() and missing.sum() == len(translation.target.ids)


def test_edits_that_need_every_word_are_refused(translator) -> None:
    words = translator.tokenizer.encode("La voisine").words
    edits = [ForceLinks(None, word.pieces, "cross", n) for n, word in enumerate(words)]
    translation = translator.translate("La voisine", target=ENGLISH, edits=edits)
    with pytest.raises(UsageError, match="need every French word"):
        leave_one_out(translator, translation, edits)


def test_both_ways_closed_are_the_word_hidden(translator) -> None:
    translation = translator.translate(FRENCH, target=ENGLISH)
    hidden_LM = leave_one_out(translator, translation).hidden_LM
    pieces = translation.source.words[2].pieces
    first, second = without_each_way(translator, translation, 2)
    assert not np.allclose(first, second, atol=1e-3)
    closed = (ForbidLinks(None, pieces, "cross"),)
    # Once the decoder looks at none of its pieces, what they read themselves is no matter.
    again, both = without_each_way(translator, translation, 2, closed)
    np.testing.assert_array_equal(again, first)
    np.testing.assert_allclose(both, hidden_LM[:, 2], atol=1e-4)


def test_a_recurrent_model_is_refused(translator, monkeypatch) -> None:
    translation = translator.translate(FRENCH, target=ENGLISH)
    monkeypatch.setattr(translator, "model", object())
    with pytest.raises(UsageError, match="recurrent"):
        leave_one_out(translator, translation)
