"""The logit lens ends in the model's own words; ranks, frames and steps say the same."""

import dataclasses

import numpy as np
import pytest

from transformer import Translator
from transformer.analysis.lens import LIKELIEST, lens, lens_steps, pieces_matrix, read_early
from transformer.tokenizer import BEGIN


@pytest.fixture(scope="module")
def translation(translator: Translator):
    return translator.translate("Le chat noir dort.", target="The old man sleeps.")


def test_the_last_state_is_what_the_model_says(translator: Translator, translation) -> None:
    found = lens(translator, translation)
    assert found.check.agrees and found.check.count == translation.trace.logits_LV.size
    steps = translation.search.steps
    assert found.rank_LN[:, -1].tolist() == [step.rank for step in steps]
    written = [step.probability for step in steps]
    np.testing.assert_allclose(found.written_LN[:, -1], written, rtol=1e-4)
    best = [translator.tokenizer.piece(int(id)) for id in found.best_LN[:, -1]]
    assert best == [step.likeliest[0][0] for step in steps]


def test_rank_and_probability_agree_at_every_state(translator: Translator, translation) -> None:
    found = lens(translator, translation)
    ids = np.array(translation.target.ids)[:, None]
    assert found.best_LN.shape == (len(ids), 1 + len(translation.trace.decoder))
    np.testing.assert_array_equal(found.rank_LN == 1, found.best_LN == ids)
    assert (found.written_LN <= found.probability_LN).all()
    read = [BEGIN, *translation.target.ids[:-1]]
    assert found.read == sum(found.best_LN[:, 0] == read)


def test_a_piece_leads_from_where_it_is_overtaken_no_more(
    translator: Translator, translation
) -> None:
    found = lens(translator, translation)
    ranks = np.array([[1, 1, 1, 1], [3, 1, 2, 1], [2, 1, 1, 1], [1, 1, 1, 2]])
    made = dataclasses.replace(
        found, **{name: ranks for name in ("best_LN", "probability_LN", "written_LN", "rank_LN")}
    )
    assert made.leads_from().tolist() == [0, 3, 1, 4]


def test_the_steps_of_one_position_pass_through_its_layers(
    translator: Translator, translation
) -> None:
    found = lens(translator, translation)
    for step in range(len(translation.target.ids)):
        steps = lens_steps(translator, translation, step)
        assert len(steps.parts) + 1 == len(steps.best) == len(steps.written_N)
        assert steps.best.shape[1] == LIKELIEST
        np.testing.assert_array_equal(steps.best[::3, 0], found.best_LN[step])
        np.testing.assert_allclose(steps.written_N[::3], found.written_LN[step])
        np.testing.assert_array_equal(steps.rank_N[::3], found.rank_LN[step])
        assert (np.diff(steps.probabilities) <= 0).all()


def test_a_falsified_state_turns_the_check_red(translator: Translator, translation) -> None:
    logits_LV = translation.trace.logits_LV.copy()
    logits_LV[1, 3] += 0.01
    wrong = dataclasses.replace(
        translation, record=dataclasses.replace(translation.trace, logits_LV=logits_LV)
    )
    assert not lens(translator, wrong).check.agrees


def test_what_is_read_early_does_not_depend_on_the_scale_of_the_state(
    translator: Translator, translation
) -> None:
    norm, matrix_VD = translator.transformer.decoder_norm, pieces_matrix(translator)
    state_LD = translation.trace.target_input_LD.astype(np.float64) * 1e3
    np.testing.assert_allclose(
        read_early(norm, matrix_VD, state_LD),
        read_early(norm, matrix_VD, 2 * state_LD + 1),
        rtol=1e-4,
        atol=1e-4,
    )
