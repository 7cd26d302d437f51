"""The record of all heads: orders, curves and badges on hand-made heads, and the file."""

import math

import pytest

from transformer import UsageError
from transformer.analysis.head_badges import QUESTIONS, answers, badges, grids, ranked
from transformer.analysis.head_measures import Measures
from transformer.analysis.head_study import (
    ORDERS,
    Change,
    Head,
    HeadStudy,
    Point,
    kept_study,
    pruning_order,
)
from transformer.analysis.importance import places
from transformer.translator import MODELS, Translator

PLAIN = Measures(0.5, 1.0, 0.5, 2.0, 0.2, 0.2, 0.2, 0.1, 0.1, 0.1)
NO_PLACE = PLAIN._replace(distance=math.nan, previous=math.nan, same=math.nan, next=math.nan)


def head(place, importance=1.0, bleu=0.0, spread=0.1, links=(math.nan, math.nan), **measures):
    plain = NO_PLACE if place[0] == "cross" else PLAIN
    change = Change(bleu, bleu - spread, bleu + spread)
    return Head(place, plain._replace(**measures), *links, importance, change)


HEADS = (
    head(("encoder", 0, 0), 3.0, bleu=-0.2, next=0.95),
    head(("encoder", 0, 1), 4.0, bleu=0.3, confidence=0.8),
    head(("decoder", 0, 0), 1.0, bleu=-0.5, spread=2.0, previous=0.6),
    head(("decoder", 0, 1), 0.0, bleu=0.0, special=0.7),
    head(("cross", 0, 0), 30.0, bleu=-9.0, links=(0.2, 0.6)),
    head(("cross", 0, 1), 40.0, bleu=-1.5, spread=2.0, links=(0.4, 0.3)),
)
CURVE = tuple(Point(count, Change(-float(count**2), -40.0, 0.0)) for count in range(3))
STUDY = HeadStudy(
    *("small", "abc", "dev.tsv", 5, "", 0, "nrefs:1"), 40.0, HEADS, dict.fromkeys(ORDERS, CURVE)
)


def test_the_order_of_all_weighs_every_sublayer_alike_and_that_of_one_keeps_to_it():
    order = pruning_order(HEADS, "importance")
    assert order[0] == ("decoder", 0, 1) and order[-1] == ("decoder", 0, 0)
    assert set(order[1:3]) == {("encoder", 0, 0), ("cross", 0, 0)}  # both 0.6
    assert pruning_order(HEADS, "cross") == [("cross", 0, 0), ("cross", 0, 1)]
    assert pruning_order(HEADS, "loss")[0] == ("encoder", 0, 1)
    assert pruning_order(HEADS, "loss")[-1] == ("cross", 0, 0)


def test_the_findings_are_counted():
    assert STUDY.spared == 4  # all but the two of cross-attention
    assert STUDY.missed == 2  # the encoder's first and cross-attention's first
    assert STUDY.gained == 1
    assert STUDY.affordable("importance") == 0  # the first head costs the whole point
    assert STUDY.curve("cross") == [(0, 40.0), (1, 39.0), (2, 36.0)]
    assert STUDY.left("importance", "decoder") == [(0, 2), (1, 1), (2, 1)]
    assert STUDY.left("cross", "encoder") == [(0, 0), (1, 0), (2, 0)]  # they are not in its order


def test_badges_have_their_thresholds():
    held = [set(badges(one)) for one in HEADS]
    assert held[0] == {"next", "positional", "missed", "spare"}
    assert held[1] == {"confidence", "spare"}
    assert held[2] == {"previous"}
    assert held[3] == {"special", "spare"}
    assert held[4] == {"aligned", "missed"}
    assert held[5] == set()


def test_an_answer_has_the_badge_and_what_has_no_number_has_no_rank():
    assert [one.place for one in answers(HEADS, "next")] == [("encoder", 0, 0)]
    assert answers(HEADS, "rarest") == ()
    assert {one.place[0] for one in ranked(HEADS, "distance")} == {"encoder", "decoder"}
    assert ranked(HEADS, "missed")[0].off.bleu == -9 and ranked(HEADS, "spare")[0].off.bleu == 0.3
    assert answers(HEADS, "importance")[0].place == ("cross", 0, 1)  # it has no badge: all of them
    for code in QUESTIONS:
        assert {kind: grid.shape for kind, grid in grids(HEADS, code).items()} == {
            kind: (1, 2) for kind in ("encoder", "decoder", "cross")
        }


def test_what_is_saved_is_loaded(tmp_path):
    STUDY.save(tmp_path / "heads.json")
    found = HeadStudy.load(tmp_path / "heads.json")
    assert repr(found) == repr(STUDY)  # NaN equals nothing, but is written alike
    assert "NaN" not in (tmp_path / "heads.json").read_text()


@pytest.mark.parametrize("text", ["{", "[]", '{"heads": [{}], "curves": []}'])
def test_a_damaged_file_is_explained(tmp_path, text):
    (tmp_path / "heads.json").write_text(text)
    with pytest.raises(UsageError, match="python -m transformer heads"):
        HeadStudy.load(tmp_path / "heads.json")


@pytest.mark.parametrize("model", ["small", "transformer-5m"])
def test_the_shipped_measurement_is_whole_and_of_the_shipped_weights(model):
    found, translator = kept_study(model), Translator.load(MODELS / model, "cpu")
    assert found.sha256 == translator.sha256 and found.model == translator.name == model
    assert [head.place for head in found.heads] == list(places(translator.transformer.config))
    for order, points in found.curves.items():
        assert points[0] == (0, (0, 0, 0))
        assert points[-1].removed == len(pruning_order(found.heads, order))


def test_a_model_that_was_not_measured_has_none():
    assert kept_study("no such") is None
