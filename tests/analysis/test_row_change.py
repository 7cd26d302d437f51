"""Which rows may change: feed-forward one only, attention all that may look at it."""

import numpy as np
import pytest

from transformer import Translator, UsageError
from transformer.analysis.row_change import row_change
from transformer.analysis.stack import stack


@pytest.fixture(scope="module")
def translation(translator: Translator):
    return translator.translate(
        "Le petit chat cherche la vieille fenêtre.", target="The little cat looks for the window."
    )


def weights(translator: Translator) -> list[np.ndarray]:
    return [parameter.detach().numpy().copy() for parameter in translator.model.parameters()]


def test_in_the_encoder_only_attention_tells_the_other_rows(translator, translation) -> None:
    read, before = stack(translation, "source"), weights(translator)
    for layer in range(len(read.layers)):
        for place in range(len(read.ids)):
            found = row_change(translator, translation, read, layer, place, "homme")
            others = np.arange(len(read.ids)) != place
            assert (found.alone["feed_forward"][others] == 0).all()
            assert found.alone["feed_forward"][place] > 0
            assert (found.alone["self_attention"] > 0).all()
            assert (found.joined_L > 0).all()
    for old, new in zip(before, weights(translator), strict=True):
        np.testing.assert_array_equal(old, new)


def test_in_the_decoder_earlier_rows_never_change(translator, translation) -> None:
    read = stack(translation, "target")
    rows = np.arange(len(read.ids))
    for layer in range(len(read.layers)):
        for place in range(1, len(read.ids)):
            found = row_change(translator, translation, read, layer, place, "boy")
            for part in ("feed_forward", "cross_attention"):
                np.testing.assert_array_equal(found.alone[part] > 0, rows == place)
            for lengths in (found.alone["self_attention"], found.joined_L):
                np.testing.assert_array_equal(lengths > 0, rows >= place)


def test_the_first_layer_meets_the_new_embedding(translator, translation) -> None:
    """The whole layer's change in its own row, computed from two traces of whole sentences."""
    read, place = stack(translation, "source"), 2
    found = row_change(translator, translation, read, 0, place, "homme")
    ids = list(translation.source.ids)
    pieces = translator.tokenizer.encode("homme")
    ids[place] = pieces.ids[pieces.pieces.index(found.piece)]
    after = [
        translator.model.trace(source, translation.target.ids)
        .encoder[0]
        .feed_forward.residual_after_LD.astype(np.float64)
        for source in (translation.source.ids, ids)
    ]
    expected = np.linalg.norm(after[1] - after[0], axis=1)
    np.testing.assert_allclose(found.joined_L, expected, rtol=1e-4)


@pytest.mark.parametrize("text", ["", "  ", "\x00", "\ud800"])
def test_what_cannot_be_read_is_refused(translator, translation, text) -> None:
    with pytest.raises(UsageError):
        row_change(translator, translation, stack(translation, "source"), 0, 1, text)


def test_the_same_piece_is_no_change(translator, translation) -> None:
    read = stack(translation, "source")
    with pytest.raises(UsageError, match="already"):
        row_change(translator, translation, read, 0, 0, "Le petit chat")


def test_the_decoder_keeps_its_beginning(translator, translation) -> None:
    with pytest.raises(UsageError, match="<s>"):
        row_change(translator, translation, stack(translation, "target"), 0, 0, "boy")
