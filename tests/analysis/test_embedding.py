"""Rows of the embedding matrix, their factor and the positions, against formula and model."""

import dataclasses
import math

import numpy as np
import pytest

from transformer import Translation, Translator
from transformer.analysis.embedding import embedding_by_hand, sinusoid, wavelengths
from transformer.analysis.stack import SIDES, stack
from transformer.tokenizer import BEGIN


@pytest.fixture(scope="module")
def translation(translator: Translator) -> Translation:
    return translator.translate("L'homme âgé cherche la fenêtre.", target="The old man sleeps.")


@pytest.mark.parametrize("side", SIDES)
def test_what_the_first_layer_reads_is_computed_again(translator, translation, side) -> None:
    read = stack(translation, side)
    for piece in range(len(read.ids)):
        found = embedding_by_hand(translator, read, piece)
        assert found.scaled.agrees and found.positions.agrees and found.sum.agrees
        assert found.sum.count == read.input_LD.size
    matrix = translator.model.embedding.weight.detach().numpy()
    np.testing.assert_array_equal(found.rows_LD, matrix[list(read.ids)].astype(np.float64))
    assert found.factor == math.sqrt(translator.model.config.d_model)


def test_a_falsified_input_turns_the_check_red(translator, translation) -> None:
    read = stack(translation, "source")
    wrong = read.input_LD.copy()
    wrong[1, 3] += 1e-3
    found = embedding_by_hand(translator, dataclasses.replace(read, input_LD=wrong), 0)
    assert found.scaled.agrees and not found.sum.agrees


def test_the_formula_of_the_paper() -> None:
    width = 6
    for position, row in enumerate(sinusoid(np.arange(9), width)):
        for i in range(width // 2):
            angle = position / 10_000 ** (2 * i / width)
            np.testing.assert_allclose(row[2 * i : 2 * i + 2], [math.sin(angle), math.cos(angle)])


def test_every_dimension_repeats_after_its_wavelength() -> None:
    width, start = 8, np.array([3.25])
    here = sinusoid(start, width)[0]
    for dimension, length in enumerate(wavelengths(width)):
        again = sinusoid(start + length, width)[0, dimension]
        np.testing.assert_allclose(again, here[dimension], atol=1e-9)


def test_both_sides_name_what_they_read(translation) -> None:
    source, target = (stack(translation, side) for side in SIDES)
    assert source.ids == translation.source.ids
    assert target.ids == (BEGIN, *translation.target.ids[:-1])
    assert len(source.pieces) == len(source.ids) and target.pieces[0] == "<s>"
    assert source.parts == ("self_attention", "feed_forward")
    assert target.parts == ("self_attention", "cross_attention", "feed_forward")


def test_what_is_handed_out_is_a_copy(translator) -> None:
    for copy in (translator.embedding_rows([5, 6]), translator.positions(4)):
        copy += 1
    assert translator.positions(4)[0, 0] == 0
    weight = translator.model.embedding.weight.detach().numpy()
    np.testing.assert_array_equal(translator.embedding_rows([5, 6]), weight[[5, 6]])
