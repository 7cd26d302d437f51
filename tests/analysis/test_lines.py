"""Lines between words: every weight that is large enough, of the heads and words chosen."""

import numpy as np
import pytest

from transformer import KINDS, Translator
from transformer.analysis.lines import panel
from transformer.analysis.panel import FAINTEST, FAINTEST_OF_MANY, Panel
from transformer.analysis.view import view

TEXT, ENGLISH = "L'homme âgé cherche la fenêtre.", "The old man looks for the window."


@pytest.fixture(scope="module")
def translation(translator: Translator):
    return translator.translate(TEXT, target=ENGLISH)


def drawn(part):
    """Lines as a matrix for each layer and head; 0 where there is none."""
    found = np.zeros_like(part.weights_NHLM)
    lines = part.lines()
    places = [part.layers.index(layer) for layer in lines.layer]
    found[places, lines.head, lines.row, lines.column] = lines.weight
    return found


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("unit", ["words", "pieces"])
@pytest.mark.parametrize("hide", [False, True])
def test_every_weight_from_the_faintest_on_is_a_line(translation, kind, unit, hide):
    part = panel(translation, kind, unit, hide)
    seen = view(translation, kind, unit, hide)
    assert (part.rows, part.columns) == (seen.rows, seen.columns)
    assert (len(part.row_pieces), len(part.column_pieces)) == seen.weights_NHLM.shape[2:]
    weights = seen.weights_NHLM
    np.testing.assert_array_equal(drawn(part), np.where(weights >= FAINTEST, weights, 0))
    assert (np.diff(part.lines().weight) >= 0).all()


def test_one_layer_counts_as_it_does_among_all(translation):
    every = panel(translation, "cross", "words")
    second = panel(translation, "cross", "words", layer=1)
    np.testing.assert_array_equal(drawn(second)[0], drawn(every)[1])
    assert set(second.lines().layer) == {1}
    assert panel(translation, "cross", "words", layer=99).layers == every.layers[-1:]


def test_heads_that_are_not_shown_have_no_lines(translation):
    part = panel(translation, "encoder", "words", shown=(0, 0b101))
    heads = {(layer, head) for layer, head in zip(*part.lines()[:2], strict=True)}
    count = part.weights_NHLM.shape[1]
    later = {(layer, head) for layer in part.layers[2:] for head in range(count)}
    assert heads == {(1, 0), (1, 2)} | later


def test_a_line_begins_or_ends_at_a_pinned_word(translation):
    free = drawn(panel(translation, "cross", "pieces"))
    part = panel(translation, "cross", "pieces", pinned_queries=(1, 3), pinned_keys=(2,))
    rows, columns = np.indices(free.shape[2:])
    pinned = np.isin(rows, (1, 3)) | (columns == 2)
    np.testing.assert_array_equal(drawn(part), free * pinned)


def test_a_word_is_pinned_by_any_of_its_pieces(translation):
    words = translation.source.words
    at, word = next((i, word) for i, word in enumerate(words) if len(word.pieces) > 1)
    for piece in word.pieces:
        assert panel(translation, "cross", "words", pinned_keys=(piece,)).pinned_columns == (at,)


def test_pins_that_the_sentence_lacks_or_hides_are_left_out(translation):
    last = len(translation.target.pieces) - 1
    free = panel(translation, "cross", "pieces", True)
    part = panel(translation, "cross", "pieces", True, pinned_queries=(last, last + 1, 250))
    assert part.pinned_rows == ()
    np.testing.assert_array_equal(drawn(part), drawn(free))


def test_of_very_many_weights_only_the_large_ones_are_lines():
    names = tuple(map(str, range(65)))
    weights = np.full((1, 1, 65, 65), 0.05, dtype=np.float32)
    weights[0, 0, 3, 4] = 0.2
    pieces = tuple((i,) for i in range(65))
    shown = np.ones((1, 1), dtype=bool)
    part = Panel("cross", names, names, pieces, pieces, (0,), weights, shown, (), ())
    assert part.faintest == FAINTEST_OF_MANY
    assert [int(place[0]) for place in part.lines()[:4]] == [0, 0, 3, 4]
