"""The atlas of heads and the pruning page: filters, the way to a head, and models not measured."""

import dataclasses

import pytest

from pages.shared import head_study
from pages.shared.examples import EXAMPLES
from transformer.analysis.head_badges import answers
from transformer.analysis.head_measures import head_measures
from transformer.analysis.head_study import kept_study


def table(visitor):
    """Attention, layer and head of every row."""
    frame = visitor.app.dataframe[0].value
    return list(frame.iloc[:, :3].itertuples(index=False, name=None))


def test_a_question_leaves_the_heads_that_answer_it_and_leads_to_one_at_work(visit, shipped):
    study = kept_study("small")
    visitor = visit("atlas")
    assert len(table(visitor)) == len(study.heads)
    visitor.pick("question", "next")
    assert visitor.query["question"] == "next"
    held = answers(study.heads, "next")
    assert table(visitor) == [
        ("Encoder self", head.place[1] + 1, head.place[2] + 1) for head in held
    ]
    visitor.app.button(key="first").click().run()
    place = held[0].place
    state = visitor.app.session_state
    assert (state["kind"], state["layer"] - 1, state["head"] - 1) == place
    shares = {
        example.text: head_measures([shipped.translate(example.text)])[place].next
        for example in EXAMPLES
    }
    visitor.app.button(key="open_1").click().run()
    assert visitor.box == max(shares, key=lambda text: (shares[text], text))
    assert (state["kind"], state["layer"] - 1, state["head"] - 1) == place


def test_this_sentence_is_measured_now(visit, shipped):
    visitor = visit("atlas", {"question": "special", "span": "sentence"})
    own = head_measures([shipped.translate(visitor.box)])
    held = sum(measures.special >= 0.5 for measures in own.values())
    assert any(f"{held} of {len(own)} heads" in line.value for line in visitor.app.text)


@pytest.mark.parametrize("path", ["atlas", "pruning"])
def test_a_model_whose_heads_were_not_measured_says_how_to(visit, monkeypatch, path):
    monkeypatch.setattr("pages.shared.head_study._load", lambda model: None)
    visitor = visit(path)
    (sentence,) = visitor.sentences
    assert "python \\-m transformer heads" in sentence


def test_numbers_of_other_weights_are_not_shown(visit, monkeypatch):
    other = dataclasses.replace(kept_study("small"), sha256="0")
    monkeypatch.setattr(head_study, "_load", lambda model: other)
    (said,) = visit("atlas").sentences
    assert "have not been measured" in said
