"""Edits are data: they change what one call computes, and nothing else."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

from transformer import Translation, Translator, UsageError
from transformer.edits import ScaleScores, scale_of
from transformer.trace import KINDS, flatten

TEXT = "Le chat noir regarde la fenêtre."


def same(one, other) -> bool:
    first, second = flatten(one.trace), flatten(other.trace)
    return one.search.hypotheses == other.search.hypotheses and all(
        np.array_equal(first[name], second[name]) for name in first
    )


def test_the_models_own_factor_changes_no_bit(translator: Translator) -> None:
    own = translator.model.config.d_k**-0.5
    plain = translator.translate(TEXT)
    assert same(plain, translator.translate(TEXT, edits=[ScaleScores(own)]))
    assert same(plain, translator.translate(TEXT, edits=[ScaleScores(own, "cross", 0, 1)]))
    assert not same(plain, translator.translate(TEXT, edits=[ScaleScores(3 * own)]))


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_chosen_head_is_scaled(translator: Translator, kind) -> None:
    target = "The black cat."
    plain = translator.translate(TEXT, target=target).trace
    edited = translator.translate(TEXT, target=target, edits=[ScaleScores(0.9, kind, 0, 1)]).trace
    before, after = plain.sublayer(kind, 0).heads, edited.sublayer(kind, 0).heads
    np.testing.assert_allclose(
        after.scaled_scores_HLM[1], 0.9 * before.scores_HLM[1], rtol=1e-5, atol=1e-6
    )
    others = [head for head in range(len(before.scores_HLM)) if head != 1]
    np.testing.assert_allclose(
        after.weights_HLM[others], before.weights_HLM[others], rtol=1e-5, atol=1e-7
    )
    np.testing.assert_allclose(after.weights_HLM.sum(-1), 1, atol=1e-5)


def test_the_fast_path_carries_edits_as_the_trace_does(translator: Translator) -> None:
    found = translator.translate(TEXT, beam_size=1, edits=[ScaleScores(1.0, "decoder", head=0)])
    best = found.search.hypotheses[0]
    total = sum(np.log(step.probability) for step in found.search.steps)
    assert best.log_probability == pytest.approx(total, abs=1e-3)
    assert all(step.rank == 1 for step in found.search.steps[:-1])  # the last may be forced


def test_edits_leave_the_model_as_it_was(translator: Translator) -> None:
    before = {name: value.clone() for name, value in translator.model.state_dict().items()}
    for factor in np.linspace(0.01, 2, 100):
        translator.translate("Le chat.", beam_size=1, edits=[ScaleScores(float(factor))])
    for name, value in translator.model.state_dict().items():
        assert torch.equal(value, before[name])


def test_two_users_at_once_one_editing_do_not_touch_each_other(translator: Translator) -> None:
    edits = [(), (ScaleScores(1.0),), (ScaleScores(0.1, "cross"),)]

    def translate(user: int) -> Translation:
        return translator.translate(TEXT, beam_size=2, edits=edits[user % 3])

    alone = [translate(user) for user in range(3)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(translate, range(60)))
    assert not same(alone[0], alone[1]) and not same(alone[0], alone[2])
    assert all(same(found, alone[user % 3]) for user, found in enumerate(together))


def test_the_later_edit_of_a_head_holds() -> None:
    edits = [ScaleScores(0.5), ScaleScores(0.7, head=1)]
    scale = scale_of(edits, "cross", 0, 3, 0.25)
    assert isinstance(scale, torch.Tensor)
    assert scale.flatten().tolist() == pytest.approx([0.5, 0.7, 0.5])
    assert scale_of([ScaleScores(0.5, "encoder", 1)], "encoder", 0, 3, 0.25) == 0.25


@pytest.mark.parametrize(
    "edit",
    [
        lambda: ScaleScores(0.0),
        lambda: ScaleScores(float("nan")),
        lambda: ScaleScores(1e6),
        lambda: ScaleScores(1.0, kind="sideways"),  # type: ignore[arg-type]
        lambda: ScaleScores(1.0, layer=9),
        lambda: ScaleScores(1.0, head=-1),
    ],
)
def test_an_edit_that_cannot_be_is_refused_in_one_sentence(translator: Translator, edit) -> None:
    with pytest.raises(UsageError) as caught:
        translator.translate(TEXT, edits=[edit()])
    assert "\n" not in str(caught.value)
