"""The tree of the beam search, as a visitor sees it."""

import pytest

from pages.shared.components.beam_tree import BEAM_TREE_LABELS, beam_tree
from transformer.analysis.search_tree import search_tree
from transformer.analysis.tree import rows_of

SENTENCE = "Ma voisine a vendu trois vieilles chaises."


def test_the_tree_is_that_of_the_chosen_search(visit, shipped) -> None:
    visitor = visit("search", {"text": SENTENCE, "beam": "3", "penalty": "0.6", "dropped": "1"})
    tree = search_tree(shipped, shipped.tokenizer.encode(SENTENCE), 3, 0.6)
    shown = visitor.component("beam_tree")
    assert [(n["piece"], n["state"], n["parent"]) for n in shown["nodes"]] == [
        (node.piece, node.state, node.parent) for node in tree.nodes
    ]
    assert shown["path"] == list(tree.path(tree.best)) and shown["picked"] == tree.best
    proofs = [line.value for line in visitor.app.markdown if "recomputed" in line.value]
    assert len(proofs) == 2 and all(line.startswith(":green[✓") for line in proofs)
    table = visitor.app.dataframe[-1].value
    assert table["English"][2] == tree.nodes[tree.best].text
    assert table["score"][2] == pytest.approx(tree.hypotheses[0].score)


def test_a_picked_node_is_kept_until_the_tree_is_another(visit) -> None:
    visitor = visit("search", {"text": SENTENCE, "node": "2"})
    assert visitor.component("beam_tree")["picked"] == 1
    assert visitor.query["node"] == "2"
    visitor.app.select_slider(key="beam").set_value("2").run()
    assert visitor.app.session_state["node"] == 0 and "node" not in visitor.query


def test_what_was_dropped_is_not_picked_where_it_is_not_shown(visit) -> None:
    visitor = visit("search", {"text": SENTENCE, "beam": "1", "node": "2"})
    assert visitor.app.session_state["node"] == 0 and visitor.sentences == []


def test_the_table_carries_edits_and_the_visitor_s_own_english(visit) -> None:
    link = {"text": SENTENCE, "edits": "off.cross.3.all", "english": "My friend sold a chair."}
    visitor = visit("search", link)
    table = visitor.app.dataframe[-1].value
    assert table["way"].tolist()[-1] == "your English"
    assert table["English"].tolist()[-1] == link["english"]


def test_a_recurrent_model_without_attention_still_has_a_tree(visit) -> None:
    visitor = visit("search", {"text": SENTENCE, "model": "rnn"})
    assert len(visitor.sentences) == len(visitor.app.info) == 1
    assert len(visitor.component("beam_tree")["nodes"]) > 10
    assert len(visitor.app.dataframe[-1].value) == 3


def test_a_node_to_be_shown_needs_a_row(shipped) -> None:
    tree = search_tree(shipped, shipped.tokenizer.encode("Oui."), 1)
    labels = dict.fromkeys(BEAM_TREE_LABELS, "")
    rows = rows_of(tree.nodes, dropped=False)
    missing = next(place for place in range(len(tree.nodes)) if place not in rows)
    with pytest.raises(ValueError, match="must have a row"):
        beam_tree(tree.nodes, rows, [], missing, labels=labels, key="t", on_pick=print)
    with pytest.raises(ValueError, match="missing: final"):
        del labels["final"]
        beam_tree(tree.nodes, rows, [], tree.best, labels=labels, key="t", on_pick=print)
