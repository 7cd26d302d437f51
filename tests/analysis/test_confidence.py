"""Where a model is unsure: the limit by hand, its file, and the measurement against its parts."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transformer import Translator, UsageError
from transformer.analysis.calibration import BINS, Bin, of_own_output, reliability
from transformer.analysis.confidence import (
    Calibration,
    Corpus,
    Reliability,
    kept_calibration,
    least_sure,
    measure,
    unsure,
)
from transformer.data import Pair
from transformer.translator import MODELS, shipped_models

ODDS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60)


def calibration(*bins: Bin) -> Calibration:
    own = Reliability(bins, 0.1)
    corpora = (Corpus("dev.tsv", 2, own, own), Corpus("test.tsv", 3, own, own))
    return Calibration("small", "abc", 4, 0.9, corpora)


def test_the_limit_by_hand() -> None:
    bins = Bin(0.2, 4, 0.1, 0.25), Bin(0.4, 2, 0.3, 0.5), Bin(0.8, 3, 0.7, 1 / 3)
    assert calibration(*bins).limit == 0.8
    assert calibration(*bins, Bin(1.0, 9, 0.9, 1.0)).limit == 0.8
    assert calibration(*bins[:2], Bin(0.8, 3, 0.7, 2 / 3)).limit == 0.2
    assert calibration(Bin(0.2, 5, 0.1, 0.6)).limit == 0
    assert calibration(*bins).corpora[0].own.between(0, 0.4) == (6, 4)
    assert calibration(*bins).corpora[0].own.between(0.4, 1) == (3, 2)


@given(ODDS)
def test_no_other_edge_is_more_often_right(odds: list) -> None:  # type: ignore[type-arg]
    sure, right = np.array([p for p, _ in odds]), np.array([one for _, one in odds])
    found = calibration(*reliability(sure, right))

    def hits(limit: float) -> int:
        return int((right != (sure <= limit)).sum()) if limit else int(right.sum())

    edges = [0.0, *(number / BINS for number in range(1, BINS + 1))]
    assert hits(found.limit) == max(map(hits, edges))


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    found = calibration(Bin(1 / 3, 4, 0.1, 0.25), Bin(1.0, 2, 0.9, 0.5))
    found.save(tmp_path / "new" / "calibration.json")
    assert Calibration.load(tmp_path / "new" / "calibration.json") == found


@pytest.mark.parametrize(
    "damage", [{"corpora": []}, {"corpora": [3, 4]}, {"temperature": "hot", "more": 1}], ids=str
)
def test_a_damaged_file_says_how_to_make_it(tmp_path: Path, damage: dict) -> None:  # type: ignore[type-arg]
    path = tmp_path / "calibration.json"
    calibration(Bin(1.0, 2, 0.9, 0.5)).save(path)
    path.write_text(json.dumps(json.loads(path.read_text()) | damage))
    with pytest.raises(UsageError, match="--calibration"):
        Calibration.load(path)


def test_own_output_is_that_of_the_beam(translator: Translator, pairs: list[Pair]) -> None:
    found = measure(translator, [("a", pairs[:6]), ("b", pairs[6:10])], beam_size=2)
    assert [(one.data, one.sentences) for one in found.corpora] == [("a", 6), ("b", 4)]
    translated = [translator.translate(french, beam_size=2) for french, _ in pairs[:6]]
    steps = [step.probability for one in translated for step in one.search.steps[:-1]]
    assert found.corpora[0].own.pieces == len(steps)
    assert found.corpora[0].own.confidence == pytest.approx(np.mean(steps), abs=1e-5)
    guesses = of_own_output(translator, pairs[:6], (1.0,), 2)
    assert found.corpora[0].own.accuracy == pytest.approx(guesses.right_N.mean())
    assert found.corpora[0].own.error == pytest.approx(guesses.error())


def test_a_word_is_as_unsure_as_its_least_probable_piece(translator: Translator) -> None:
    translation = translator.translate("La voisine cherche.", target="The neighbour's moon!")
    words, steps = translation.target.words, translation.search.steps
    doubts = least_sure(translation)
    assert [doubt.text for doubt in doubts] == [word.text for word in words if not word.special]
    for doubt in doubts:
        own = [steps[piece].probability for piece in words[doubt.word].pieces]
        assert doubt.probability == min(own) and doubt in unsure(translation, min(own))
    assert unsure(translation, 1.0) == doubts and unsure(translation, 0.0) == ()


@pytest.mark.parametrize("model", shipped_models())
def test_what_is_shipped_was_measured_with_these_weights(model: str) -> None:
    found = kept_calibration(model)
    if found is None:
        return
    assert found.sha256 == Translator.load(MODELS / model, "cpu").sha256
    assert found.model == model and found.limit > 0
    for corpus in found.corpora:
        assert corpus.sentences > 500  # no trial run
        for way in (corpus.own, corpus.forced):
            assert 0 < way.error < 0.5 and 0.5 < found.temperature < 2
            assert all(0 < bin.confidence <= bin.edge <= 1 for bin in way.bins)
            right = [bin.pieces * bin.accuracy for bin in way.bins]
            np.testing.assert_allclose(right, np.round(right), atol=1e-6)
