"""Intervals of a difference in BLEU: counted as sacrebleu counts, and right where that is known."""

import numpy as np
import pytest
import sacrebleu

from transformer.bootstrap import Resampled, corpus_bleu, statistics

REFERENCES = ["The cat sleeps on the sofa.", "She is crying.", "It's raining cats and dogs."] * 5
FOUND = ["The cat is sleeping on the sofa.", "", "It is raining cats and dogs today."] * 5


def test_the_sum_over_sentences_is_the_score_of_the_corpus():
    for found in (FOUND, REFERENCES, ["x"] * 15):
        whole = sacrebleu.BLEU().corpus_score(found, [REFERENCES]).score
        assert corpus_bleu(statistics(found, REFERENCES).sum(0)) == pytest.approx(whole)


def test_no_difference_has_no_interval():
    same = statistics(FOUND, REFERENCES)
    assert Resampled(same).change(same) == (0, 0, 0)


def test_better_everywhere_is_clearly_better_and_the_same_each_time():
    worse, better = (statistics(found, REFERENCES) for found in (FOUND, REFERENCES))
    change, low, high = Resampled(worse).change(better)
    assert 0 < low < change < high
    assert Resampled(worse).change(better) == (change, low, high)


def test_one_sentence_of_many_is_no_clear_difference():
    other = [REFERENCES[0], *FOUND[1:]]
    change, low, _high = Resampled(statistics(FOUND, REFERENCES)).change(
        statistics(other, REFERENCES)
    )
    assert change > 0 and np.isclose(low, 0)
