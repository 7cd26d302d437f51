"""The scores of this model, as a visitor sees them."""

import numpy as np
import pytest
import streamlit as st

from pages.shared.examples import EXAMPLES
from transformer import KINDS
from transformer.analysis.head_scores import measure_heads
from transformer.analysis.untrained import ROUNDING, distance_to_start, untrained_traces
from transformer.translator import MODELS


@pytest.fixture(scope="module")
def translations(shipped):
    return [shipped.translate(example.text) for example in EXAMPLES]


@pytest.fixture(scope="module")
def heads(translations):
    found = measure_heads([translation.trace for translation in translations])
    return {(head.kind, head.layer, head.head): head for head in found}


def values(visitor) -> list[str]:
    return [metric.value for metric in visitor.app.metric]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_chosen_head_is_measured(visit, heads, kind, theme) -> None:
    visitor = visit("measured", {"kind": kind, "layer": "2", "head": "4"}, theme=theme)
    assert visitor.sentences == []
    head = heads[kind, 1, 3]
    assert values(visitor) == [
        f"{head.mean:z.2f}",
        f"{head.variance:.1f}",
        f"{head.scaled:.2f}",
        f"{head.entropy:.2f}",
    ]
    assert len(visitor.app.get("plotly_chart")) == 3


def test_before_training_theory_holds_and_after_it_does_not(shipped, translations, heads) -> None:
    width = shipped.model.config.d_k
    before = measure_heads(untrained_traces(shipped, translations))
    assert all(0.5 * width < head.variance < 1.5 * width for head in before)
    assert np.mean([head.variance for head in before]) == pytest.approx(width, rel=0.1)
    assert max(head.variance for head in heads.values()) > 5 * width


def test_the_weights_before_training_are_those_of_the_run(visit, shipped) -> None:
    path = MODELS / shipped.name / "snapshots" / "000000.npz"
    assert distance_to_start(shipped, path) < ROUNDING
    assert any("recorded at step 0" in caption.value for caption in visit("measured").app.caption)


def test_without_a_record_the_page_does_not_claim_one(visit, monkeypatch) -> None:
    st.cache_data.clear()
    monkeypatch.setattr(
        "transformer.analysis.untrained.distance_to_start", lambda *_given: float("inf")
    )
    visitor = visit("measured")
    assert any("not on record" in caption.value for caption in visitor.app.caption)
    st.cache_data.clear()


def test_a_click_on_one_of_the_sharpest_chooses_it(visit, heads) -> None:
    visitor = visit("measured")
    visitor.app.button(key="sharpest_1").click().run()
    sharpest = min(heads.values(), key=lambda head: head.relative)
    state = visitor.app.session_state
    assert (state["kind"], state["layer"] - 1, state["head"] - 1) == (
        sharpest.kind,
        sharpest.layer,
        sharpest.head,
    )
    assert values(visitor)[3] == f"{sharpest.entropy:.2f}"
    assert any(
        f"1 of {len(heads)}" in line.value for line in visitor.app.text if "Chosen" in line.value
    )


@pytest.mark.parametrize("query", [{"layer": "99"}, {"head": "99"}, {"kind": "x"}])
def test_a_damaged_link_falls_back(visit, query) -> None:
    visitor = visit("measured", query)
    assert visitor.sentences == []
    assert len(visitor.app.get("plotly_chart")) == 3
