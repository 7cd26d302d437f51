"""Our components say at once what does not fit, before the browser is asked to draw it."""

import numpy as np
import pytest

from pages.shared.components import (
    HEADS_LABELS,
    PIECE_STEPS_LABELS,
    WORD_LINKS_LABELS,
    Link,
    heads,
    piece_steps,
    word_links,
)

WEIGHTS = np.full((2, 3, 4, 5), 0.2, dtype=np.float32)
WORDS = [{"text": "chat", "special": False}, {"text": "</s>", "special": True}]


def labels(names, without=""):
    return {name: name for name in names if name != without}


def step(**changes):
    step = {"piece": "▁cat", "probability": 0.9, "rank": 1, "likeliest": [("▁cat", 0.9)]}
    return [{"text": "cat", "special": False, "pieces": [step | changes]}]


def draw_heads(weights=WEIGHTS, **changes):
    named = {
        "rows": ["r"] * 4,
        "columns": ["c"] * 5,
        "links": [[Link(0, 0, "0.20")] * 4] * 2,
        "selected": (0, 0),
        "labels": labels(HEADS_LABELS),
    }
    heads(weights, key="h", **named | changes)


@pytest.mark.parametrize("shape", [(3, 4, 5), (1, 2, 3, 4, 5), (0, 3, 4, 5), (2, 3, 4, 0)])
def test_heads_refuse_another_shape(shape):
    with pytest.raises(ValueError, match="layers, heads, queries, keys"):
        draw_heads(np.zeros(shape))


@pytest.mark.parametrize("changes", [{"rows": ["r"] * 5}, {"columns": []}], ids=str)
def test_heads_refuse_names_of_other_tokens(changes):
    with pytest.raises(ValueError, match="4 queries and 5 keys"):
        draw_heads(**changes)


@pytest.mark.parametrize("links", [[], [[Link(0, 0, "1")] * 3] * 2, [[Link(0, 0, "1")] * 4]])
def test_heads_need_a_link_for_every_head_and_the_mean(links):
    with pytest.raises(ValueError, match="3 heads and their mean in each of 2 layers"):
        draw_heads(links=links)


@pytest.mark.parametrize("selected", [(2, 0), (0, 3), (-1, 0), (0, -1)])
def test_heads_refuse_a_head_that_is_not_there(selected):
    with pytest.raises(ValueError, match="2 layers and 3 heads"):
        draw_heads(selected=selected)


@pytest.mark.parametrize("missing", HEADS_LABELS)
def test_heads_name_a_missing_label(missing):
    with pytest.raises(ValueError, match=f"missing: {missing}$"):
        draw_heads(labels=labels(HEADS_LABELS, missing))


@pytest.mark.parametrize("shape", [(1, 2), (2, 1), (2, 2, 1), (4,)])
def test_word_links_refuses_weights_of_other_words(shape):
    with pytest.raises(ValueError, match=r"=\(2, 2\)"):
        word_links(WORDS, WORDS, np.zeros(shape), labels=labels(WORD_LINKS_LABELS), key="w")


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_word_links_refuses_weights_that_are_no_numbers(bad):
    weights = np.array([[0.5, bad], [0.5, 0.5]])
    with pytest.raises(ValueError, match="finite"):
        word_links(WORDS, WORDS, weights, labels=labels(WORD_LINKS_LABELS), key="w")


@pytest.mark.parametrize("missing", WORD_LINKS_LABELS)
def test_word_links_names_a_missing_label(missing):
    with pytest.raises(ValueError, match=f"missing: {missing}$"):
        weights = np.full((2, 2), 0.5)
        word_links(WORDS, WORDS, weights, labels=labels(WORD_LINKS_LABELS, missing), key="w")


@pytest.mark.parametrize(
    "changes", [{"probability": float("nan")}, {"likeliest": [("▁cat", float("inf"))]}], ids=str
)
def test_piece_steps_refuses_probabilities_that_are_no_numbers(changes):
    with pytest.raises(ValueError, match="finite"):
        piece_steps([], step(**changes), labels=labels(PIECE_STEPS_LABELS), key="p")


@pytest.mark.parametrize("missing", PIECE_STEPS_LABELS)
def test_piece_steps_names_a_missing_label(missing):
    with pytest.raises(ValueError, match=f"missing: {missing}$"):
        piece_steps([], step(), labels=labels(PIECE_STEPS_LABELS, missing), key="p")
