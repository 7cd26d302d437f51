"""Two heads compared: with itself there is no difference; words find their partners."""

import numpy as np
import pytest

from transformer import KINDS, Translator
from transformer.analysis.comparison import compare_heads, head_differences, pair_up
from transformer.analysis.view import view


@pytest.mark.parametrize(
    ("one", "two", "pairs"),
    [
        ("elle dort .", "il dort .", ((0, 0), (1, 1), (2, 2))),
        ("il dort .", "il ne dort pas .", ((0, 0), (1, 2), (2, 4))),
        ("Elle part hier .", "hier elle part .", ((0, 1), (1, 2), (2, 0), (3, 3))),
        ("a b .", "c d e .", ((2, 3),)),
        ("le chat .", "le chat voit le chat .", ((0, 3), (1, 4), (2, 5))),
    ],
)
def test_words_find_their_partners(one, two, pairs) -> None:
    assert pair_up(one.split(), two.split()) == pairs
    turned = tuple(sorted((j, i) for i, j in pair_up(two.split(), one.split())))
    assert {i for i, _ in turned} == {i for i, _ in pairs}


@pytest.mark.parametrize("kind", KINDS)
def test_every_difference_is_that_of_the_two_weights(translator: Translator, kind) -> None:
    one = translator.translate("L'homme cherche la fenêtre.", target="The man seeks a window.")
    two = translator.translate("L'homme ne cherche pas la clé.", target="A man seeks the window.")
    found = compare_heads(one, two, kind, (0, 1), (1, 3))
    again = compare_heads(two, one, kind, (1, 3), (0, 1))
    for head, translation, place in ((found.one_LM, one, (0, 1)), (found.two_LM, two, (1, 3))):
        np.testing.assert_array_equal(head, view(translation, kind, "words").weights_NHLM[place])
    assert found.difference_RC.shape == (len(found.rows), len(found.columns))
    row, column = found.largest()
    assert np.abs(found.difference_RC).max() == abs(found.difference_RC[row, column])
    assert np.abs(found.difference_RC).sum() == pytest.approx(np.abs(again.difference_RC).sum())
    assert set(found.alone) == set(again.alone)
    if kind != "decoder":
        assert {"ne", "pas"} <= set(found.alone) and "fenêtre / clé" in found.columns


def test_a_head_does_not_differ_from_itself(translator: Translator) -> None:
    one = translator.translate("La voisine regarde la fenêtre.", target="The neighbour watches.")
    found = compare_heads(one, one, "cross", (1, 2), (1, 2))
    assert not found.difference_RC.any() and found.alone == ()
    np.testing.assert_array_equal(found.both_RC[0], found.one_LM)
    assert not head_differences(one, one, "encoder").any()


def test_the_grid_of_heads_says_what_each_of_them_says(translator: Translator) -> None:
    one = translator.translate("L'homme cherche la fenêtre.", target="The man.")
    two = translator.translate("Elle cherche la fenêtre.", target="The woman.")
    grid_NH = head_differences(one, two, "cross")
    found = compare_heads(one, two, "cross", (2, 3), (2, 3))
    assert grid_NH[2, 3] == pytest.approx(np.abs(found.difference_RC).mean(), abs=1e-6)
