"""The boxes of the whole model: what they hold is what the trace recorded there."""

import numpy as np
import pytest

from transformer.analysis.journey import LEVELS, is_open, journey, lengths, visible
from transformer.analysis.stack import SIDES, stack


@pytest.fixture(scope="module")
def translation(translator):
    """French and English of different lengths, by a model with two and three layers."""
    return translator.translate("L'homme cherche la fenêtre.", target="The man")


@pytest.fixture(scope="module")
def boxes(translation):
    return journey(translation)


@pytest.fixture(scope="module")
def by_name(boxes):
    return {box.name: box for box in boxes}


def test_every_box_has_a_name_of_its_own_and_stands_behind_its_parent(boxes):
    names = [box.name for box in boxes]
    assert len(set(names)) == len(names)
    for number, box in enumerate(boxes):
        assert box.parent in ("", *names[:number])
        assert box.opens is None or any(other.parent == box.name for other in boxes)


def test_each_level_shows_more_than_the_one_before(boxes):
    for layer in range(3):
        seen = [{box.name for box in visible(boxes, level, layer)} for level in LEVELS]
        assert all(less < more for less, more in zip(seen, seen[1:], strict=False))
        assert seen[0] == {"source", "model", "target"}


@pytest.mark.parametrize("level", LEVELS)
def test_a_box_is_seen_if_the_one_it_lies_in_is_open(boxes, by_name, level):
    seen = visible(boxes, level, 1)
    for box in boxes:
        if box.parent:
            assert (box in seen) == is_open(by_name[box.parent], boxes, level, 1)


def test_only_the_chosen_layer_opens_and_of_fewer_layers_the_last(boxes):
    opened = [box.name for box in boxes if is_open(box, boxes, LEVELS[-1], 2)]
    assert opened == ["model", "encoder", "encoder.1", "decoder", "decoder.2"]


def test_sums_are_what_was_there_and_what_was_found(by_name, translation):
    for side, count in (("encoder", 2), ("decoder", 3)):
        parts = stack(translation, SIDES[side == "decoder"]).parts
        stream = by_name[f"{side}.positions"].output_LD
        for layer in range(count):
            for part in parts:
                name = f"{side}.{layer}.{part}"
                after = by_name[f"{name}.sum"].output_LD
                np.testing.assert_allclose(stream + by_name[name].output_LD, after, atol=1e-4)
                stream = after
            np.testing.assert_array_equal(stream, by_name[f"{side}.{layer}"].output_LD)


def test_what_is_handed_over_is_the_traces_own(by_name, translation):
    trace = translation.trace
    assert by_name["memory"].output_LD is trace.memory_MD
    assert by_name["encoder.last_norm"].output_LD is trace.memory_MD
    assert by_name["decoder"].output_LD is trace.decoded_LD
    assert by_name["decoder.next"].shape == trace.logits_LV.shape


def test_shapes_are_those_of_the_arrays(boxes, translation):
    pieces = {"source": len(translation.source.ids), "target": len(translation.target.ids)}
    for box in boxes:
        if box.output_LD is not None:
            assert box.output_LD.shape == box.shape
            assert box.length == pytest.approx(np.linalg.norm(box.output_LD, axis=1).mean())
        if box.side:
            assert box.shape[0] == pieces[box.side]
        if box.kind.endswith("attention"):
            np.testing.assert_allclose(box.weights_LM.sum(1), 1, rtol=1e-5)
            assert box.inside[1:] == box.weights_LM.shape


def test_lengths_are_those_of_the_boxes_on_the_way(by_name, translation):
    for side, name, layers in (("source", "encoder", 2), ("target", "decoder", 3)):
        way = ["embedding", "positions", *map(str, range(layers)), "last_norm"]
        expected = [by_name[f"{name}.{box}"].length for box in way]
        np.testing.assert_allclose(lengths(stack(translation, side)), expected)
