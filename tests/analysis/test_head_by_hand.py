"""All scores of a head at once are what the model computed, entry by entry."""

import dataclasses

import numpy as np
import pytest

from transformer import Translator
from transformer.analysis.head_by_hand import HeadByHand, head_by_hand
from transformer.trace import KINDS, AttentionTrace


@pytest.fixture(scope="module")
def trace(translator: Translator):
    return translator.translate("Le chat noir dort.", target="The black cat sleeps.").trace


def checks(found: HeadByHand):
    return found.scores, found.scaled, found.weights, found.context


@pytest.mark.parametrize("kind", KINDS)
def test_every_matrix_of_every_head_agrees_with_the_model(trace, kind) -> None:
    for layer in range(trace.layers(kind)):
        heads = trace.sublayer(kind, layer).heads
        count, queries, keys = heads.weights_HLM.shape
        for head in range(count):
            found = head_by_hand(heads, head, queries - 1, keys - 1)
            assert all(check.agrees for check in checks(found))
            assert [check.count for check in checks(found)[:3]] == [queries * keys] * 3
            assert found.context.count == found.context_LK.size
            np.testing.assert_allclose(
                found.weights_LM.astype(np.float64) @ found.value_MK, found.context_LK, atol=1e-5
            )


def test_the_checks_print_the_chosen_cell(trace) -> None:
    heads = trace.sublayer("cross", 1).heads
    found = head_by_hand(heads, 2, 3, 4)
    assert found.scores.model == heads.scores_HLM[2, 3, 4]
    assert found.weights.model == heads.weights_HLM[2, 3, 4]
    assert found.context.model in heads.context_HLK[2, 3]


def falsified(heads: AttentionTrace, name: str) -> AttentionTrace:
    array = getattr(heads, name).copy()
    array[0, 1, 0] += 1e-3
    return dataclasses.replace(heads, **{name: array})


@pytest.mark.parametrize(
    ("name", "caught"),
    [("scores_HLM", "scores"), ("scaled_scores_HLM", "scaled"), ("weights_HLM", "weights")]
    + [("context_HLK", "context"), ("query_HLK", "scores"), ("value_HMK", "context")],
)
def test_one_wrong_number_anywhere_turns_a_check_red(trace, name, caught) -> None:
    heads = trace.sublayer("encoder", 0).heads
    assert all(check.agrees for check in checks(head_by_hand(heads, 0)))
    # Shown is another cell: the check looks at all of them.
    found = head_by_hand(falsified(heads, name), 0, 3, 2)
    assert not getattr(found, caught).agrees


@pytest.mark.parametrize("wrong", [{"head": 99}, {"head": 0, "query": 99}])
def test_what_is_not_there_is_refused(trace, wrong) -> None:
    with pytest.raises(IndexError):
        head_by_hand(trace.sublayer("cross", 0).heads, **wrong)
    with pytest.raises(IndexError):
        head_by_hand(trace.sublayer("cross", 0).heads, 0, 0, 99)
