"""Patching, as a visitor sees it."""

import pytest

from pages.shared.pairs import PATCHES
from transformer.analysis.patching import patching


@pytest.mark.parametrize("pair", PATCHES, ids=[pair.differs for pair in PATCHES])
def test_every_pair_is_of_equal_length_and_ends_in_different_words(shipped, pair) -> None:
    one, other = (shipped.translate(text) for text in (pair.first, pair.second))
    assert len(one.source.ids) == len(other.source.ids)
    assert one.text != other.text


def test_a_pair_fills_both_boxes_and_its_strongest_head_is_named(visit, shipped) -> None:
    visitor = visit("patching")
    visitor.pick("patch_pair", 1)
    first, second = PATCHES[1].first, PATCHES[1].second
    assert visitor.box == first and visitor.query["patch"] == second
    kind, layer, head = patching(
        shipped, shipped.translate(first), shipped.translate(second)
    ).strongest()
    (button,) = (b for b in visitor.app.button if b.label.startswith("See where it looks"))
    assert f"layer {layer + 1}, head {head + 1}" in button.label
    button.click().run()
    state = visitor.app.session_state
    assert (state["kind"], state["layer"], state["head"]) == (kind, layer + 1, head + 1)


def test_unequal_lengths_are_said_with_both_counts(visit) -> None:
    visitor = visit("patching", {"patch": "Le chien dort."})
    assert visitor.sentences == []
    (said,) = (line.value for line in visitor.app.text if "equal length" in line.value)
    assert "has 9 pieces" in said and "second 5" in said
    assert visitor.app.text_input(key="patch").value == "Le chien dort."
    visitor = visit("patching", {"patch": "Le chat noir dort sur le canapé."})
    assert any("alike" in line.value for line in visitor.app.text)
