"""The tree is the search's own: what was finished is what was found, and nothing is left out."""

import numpy as np
import pytest
import torch

from transformer import Translator, UsageError
from transformer.analysis.search_tree import SearchTree, forced_totals, ranks_held, search_tree
from transformer.analysis.tree import START, rows_of
from transformer.decoding import Hypothesis, beam_search, greedy_search
from transformer.edits import SwitchOff
from transformer.tokenizer import END

BEAMS = pytest.mark.parametrize("beam_size", [1, 2, 4, 7])


@pytest.fixture(scope="module", params=[1, 2])
def ending(request, tokenizer, make_model) -> Translator:
    """Writes </s> early and often, so that beginnings leave the beam."""
    model = make_model(request.param, vocabulary=len(tokenizer))
    with torch.no_grad():
        model.embedding.weight[END] += 3 * model.decoder_norm.bias
    return Translator(model, tokenizer)


def grown(translator: Translator, beam_size: int, length_penalty: float = 1.0) -> SearchTree:
    source = translator.tokenizer.encode("Le petit chat cherche.")
    return search_tree(translator, source, beam_size, length_penalty)


@BEAMS
@pytest.mark.parametrize("length_penalty", [0.0, 1.0])
def test_the_tree_holds_the_beam_s_own_hypotheses(
    ending: Translator, beam_size: int, length_penalty: float
) -> None:
    tree = grown(ending, beam_size, length_penalty)
    source = ending.tokenizer.encode("Le petit chat cherche.").ids
    [found] = beam_search(ending.model, [source], beam_size, length_penalty)
    finished = [
        Hypothesis(tree.ids(place), tree.nodes[place].log_probability, tree.nodes[place].score)
        for place in tree.of_state("finished")
    ]
    best = sorted(finished, key=lambda hypothesis: -hypothesis.score)[:beam_size]
    assert best == found == list(tree.hypotheses), "to the last bit"
    assert tree.ids(tree.best) == found[0].ids
    assert all(ids.count(END) == 1 for ids in (h.ids for h in finished))


@BEAMS
def test_every_step_weighs_keeps_and_drops(ending: Translator, beam_size: int) -> None:
    tree = grown(ending, beam_size)
    for step in range(tree.steps):
        nodes = [node for node in tree.nodes if node.step == step]
        assert [node.rank for node in nodes] == list(range(2 * beam_size))
        totals = [node.log_probability for node in nodes]
        assert totals == sorted(totals, reverse=True)
        going = [node for node in nodes if node.id != END]
        states = ["kept"] * beam_size + ["dropped"] * (len(going) - beam_size)
        assert [node.state for node in going] == states
        for node in nodes:
            if node.id == END:
                assert node.state == ("finished" if node.rank < beam_size else "dropped")
            parent = None if node.parent == START else tree.nodes[node.parent]
            assert (parent is None) == (step == 0)
            assert parent is None or (parent.state, parent.step) == ("kept", step - 1)


def test_totals_and_scores_are_those_of_a_teacher_forced_pass(ending: Translator) -> None:
    tree = grown(ending, 3, 0.6)
    source = ending.tokenizer.encode("Le petit chat cherche.").ids
    for place, node in enumerate(tree.nodes):
        if node.step == tree.steps - 1 or node.state == "dropped":
            continue
        ids = tree.ids(place)
        forced = forced_totals(ending.model.trace(source, ids), ids)
        np.testing.assert_allclose(tree.totals(place), forced, atol=1e-3)
        assert node.score == pytest.approx(node.log_probability / ((5 + len(ids)) / 6) ** 0.6)
        assert node.text == (ending.tokenizer.decode(ids) or node.piece)


def test_a_beam_of_one_grows_the_greedy_text(translator: Translator) -> None:
    tree = grown(translator, 1)
    source = translator.tokenizer.encode("Le petit chat cherche.").ids
    assert tree.ids(tree.best) == greedy_search(translator.model, [source])[0].ids
    assert set(ranks_held(tree)) == {1}
    assert np.isfinite(tree.totals(tree.best)).all(), "also where only </s> could follow"


def test_edits_change_the_tree(translator: Translator) -> None:
    source = translator.tokenizer.encode("Le petit chat.")
    edits = (SwitchOff("cross"),)
    edited = search_tree(translator, source, 2, edits=edits)
    [found] = beam_search(translator.model, [source.ids], 2, edits=edits)
    assert list(edited.hypotheses) == found != list(search_tree(translator, source, 2).hypotheses)


def test_rows_close_up_where_nothing_dropped_is_drawn(ending: Translator) -> None:
    tree = grown(ending, 4)
    every, kept = rows_of(tree.nodes, True), rows_of(tree.nodes, False)
    assert every == {place: node.rank for place, node in enumerate(tree.nodes)}
    assert {*tree.path(tree.best)} <= set(kept)
    for step in range(tree.steps):
        rows = [row for place, row in kept.items() if tree.nodes[place].step == step]
        assert rows == list(range(len(rows)))
    last = [place for place in kept if tree.nodes[place].step == tree.steps - 1]
    assert all(tree.nodes[place].state == "finished" for place in last)


def test_an_impossible_beam_is_refused(translator: Translator) -> None:
    with pytest.raises(UsageError, match="whole number from 1 to 32"):
        grown(translator, 0)
