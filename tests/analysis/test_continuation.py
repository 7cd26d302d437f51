"""Going on from a beginning: from none it is greedy search, from a greedy one the rest of it."""

import numpy as np
import pytest

from transformer import Translator, UsageError
from transformer.analysis.continuation import alternatives, likeliest, score_by_steps
from transformer.decoding import continue_from, greedy_search
from transformer.edits import SwitchOff
from transformer.tokenizer import END

EDITS = pytest.mark.parametrize("edits", [(), (SwitchOff("cross", 1, 2),)], ids=["plain", "edited"])
FRENCH, ENGLISH = "L'homme cherche la fenêtre.", "The man is looking for her."


@EDITS
def test_from_a_greedy_beginning_greedy_search_goes_on(make_model, edits) -> None:
    model, source = make_model(2), [5, 6, 7, 8, 9, END]
    (greedy,) = greedy_search(model, [source], edits=edits)
    for length in range(len(greedy.ids) + 1):
        (found,) = continue_from(model, source, [greedy.ids[:length]], edits=edits)
        assert found.ids == greedy.ids
        assert found.log_probability == pytest.approx(greedy.log_probability, abs=1e-4)


def test_several_beginnings_go_on_as_one_by_one(make_model) -> None:
    model, source = make_model(3), [5, 6, 7, END]
    beginnings = [(4, 5), (9, END), (10, 4)]
    together = continue_from(model, source, beginnings)
    for begun, found in zip(beginnings, together, strict=True):
        (alone,) = continue_from(model, source, [begun])
        assert found.ids[:2] == begun and found.ids == alone.ids
        assert found.log_probability == pytest.approx(alone.log_probability, abs=1e-4)


@EDITS
def test_alternatives_are_worth_what_the_model_gives_them(translator: Translator, edits) -> None:
    found = translator.translate(FRENCH, target=ENGLISH, edits=edits)
    there = alternatives(translator, found, 3, edits=edits)
    assert len(there) == 10
    assert [other.piece for other in there][:5] == [p for p, _ in found.search.steps[3].likeliest]
    odds = np.array([other.probability for other in there])
    assert (np.diff(odds) <= 0).all() and 0 < odds.sum() <= 1
    best = likeliest(found, 3, 1)
    source, begun = found.source.ids, found.target.ids[:3]
    (greedy,) = continue_from(translator.model, source, [begun], edits=edits)
    assert greedy.ids[3] == best[0]
    assert there[0].text == translator.tokenizer.decode(greedy.ids)
    assert there[0].score == pytest.approx(greedy.score, abs=1e-4)


@EDITS
def test_piece_by_piece_is_worth_as_much_as_one_pass(translator: Translator, edits) -> None:
    found = translator.translate(FRENCH, target=ENGLISH, edits=edits)
    check = score_by_steps(translator, found, edits)
    assert check.agrees
    assert not edits or not score_by_steps(translator, found).agrees
    assert check.model == pytest.approx(found.search.hypotheses[0].log_probability)


def test_a_beginning_without_room_for_an_end_is_explained(make_model) -> None:
    model, source = make_model(), [4, END]
    longest = [5] * 19
    (found,) = continue_from(model, source, [longest])
    assert found.ids == (*longest, END)
    assert continue_from(model, source, [[*longest, END]])[0].ids == found.ids
    with pytest.raises(UsageError, match="at most 20"):
        continue_from(model, source, [[*longest, 5]])
