"""Edits are data: they change what one call computes, and nothing else."""

import copy
import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from transformer import Translation, Translator, UsageError
from transformer.edit_codes import read_edits, write_edits
from transformer.edits import (
    Edit,
    ForbidLinks,
    ForceLinks,
    GateHeads,
    HideSource,
    ReplaceHead,
    ScaleScores,
    SwitchOff,
    change_of,
)
from transformer.tokenizer import BEGIN
from transformer.trace import KINDS, flatten
from transformer.translator import log_softmax

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


def test_the_later_factor_of_a_head_holds() -> None:
    edits = [ScaleScores(0.5), ScaleScores(0.7, head=1)]
    scale = change_of(edits, "cross", 0, 3, 0.25, range(1), 1).scale
    assert isinstance(scale, torch.Tensor)
    assert scale.flatten().tolist() == pytest.approx([0.5, 0.7, 0.5])
    elsewhere = [ScaleScores(0.5, "encoder", 1)]
    assert change_of(elsewhere, "encoder", 0, 3, 0.25, range(1), 1).scale == 0.25


@pytest.mark.parametrize(
    "edit",
    [
        lambda: ScaleScores(0.0),
        lambda: ScaleScores(float("nan")),
        lambda: ScaleScores(1e6),
        lambda: ScaleScores(1.0, kind="sideways"),  # type: ignore[arg-type]
        lambda: ScaleScores(1.0, layer=9),
        lambda: ScaleScores(1.0, head=-1),
        lambda: SwitchOff("cross", 0, 4),
        lambda: SwitchOff("encoder", 2),
        lambda: HideSource((0, 40)),
        lambda: HideSource(()),
        lambda: ForceLinks((2,), (), "cross"),
        lambda: ForceLinks((2,), (90,), "cross"),
        lambda: ForbidLinks((90,), (1,), "encoder"),
        lambda: ForbidLinks((1,), (1,), "sideways"),  # type: ignore[arg-type]
        lambda: ForceLinks((2,), (3,), "decoder"),  # a later piece, which the mask hides
        lambda: ForbidLinks(None, (0,), "decoder"),  # the first row has no other key
        lambda: HideSource((0, -1)),
    ],
)
def test_an_edit_that_cannot_be_is_refused_in_one_sentence(translator: Translator, edit) -> None:
    with pytest.raises(UsageError) as caught:
        translator.translate(TEXT, edits=[edit()])
    assert "\n" not in str(caught.value)


def test_not_all_of_a_sentence_can_be_hidden(translator: Translator) -> None:
    pieces = range(len(translator.tokenizer.encode(TEXT).ids))
    translator.translate(TEXT, beam_size=1, edits=[HideSource(tuple(pieces[1:]))])
    with pytest.raises(UsageError, match="nothing to look at"):
        translator.translate(TEXT, beam_size=1, edits=[HideSource(tuple(pieces))])


HEADS = 4
LINKS = {
    "encoder": ((2, 4), (1, 3)),
    "decoder": ((3, 5), (0, 2)),
    "cross": ((0, 2), (4, 5)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_forbidden_link_has_no_weight_and_rows_still_sum_to_one(translator, kind) -> None:
    queries, keys = LINKS[kind]
    edits = [ForbidLinks(queries, keys, kind, layer=1, head=2)]
    edited = translator.translate(TEXT, target="The black cat is here.", edits=edits).trace
    weights_HLM = edited.sublayer(kind, 1).heads.weights_HLM
    closed_HLM = np.zeros(weights_HLM.shape, dtype=bool)
    closed_HLM[2, np.array(queries)[:, None], np.array(keys)] = True
    open_HLM = np.tril(np.ones(weights_HLM.shape)) if kind == "decoder" else ~closed_HLM
    assert (weights_HLM[closed_HLM] == 0).all()
    assert (weights_HLM[(open_HLM > 0) & ~closed_HLM] > 0).all()
    np.testing.assert_allclose(weights_HLM.sum(-1), 1, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_a_query_forced_to_one_key_gives_it_all_its_weight(translator, kind) -> None:
    edits = [ForceLinks((3,), (2,), kind, layer=0)]
    edited = translator.translate(TEXT, target="The black cat is here.", edits=edits).trace
    first, second = (edited.sublayer(kind, layer).heads.weights_HLM for layer in (0, 1))
    assert (
        (first[:, 3, 2] == 1).all() and (first[:, 2, 2] < 1).all() and (second[:, 3, 2] < 1).all()
    )


def test_a_hidden_word_is_looked_at_by_nobody(translator: Translator) -> None:
    edited = translator.translate(TEXT, target="The black cat.", edits=[HideSource((1, 2))]).trace
    for kind, weights in edited.maps().items():
        assert kind == "decoder" or not weights[..., [1, 2]].any()


def test_hiding_a_word_equals_masking_it_as_padding(translator: Translator) -> None:
    source, target = (
        translator.tokenizer.encode(TEXT).ids,
        translator.tokenizer.encode("The cat.").ids,
    )
    trace = translator.transformer.trace(source, target, [HideSource((1, 2))])
    mask_B1M = torch.ones(1, 1, len(source), dtype=torch.bool)
    mask_B1M[..., [1, 2]] = False
    read = torch.tensor([[BEGIN, *target[:-1]]])
    with torch.inference_mode():
        followed = translator.transformer.follow(torch.tensor([source]), mask_B1M, read)
    np.testing.assert_allclose(trace.decoded_LD, followed[0], atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_switching_a_head_off_equals_zeroing_its_columns_of_the_output_matrix(
    translator: Translator, kind
) -> None:
    edited = translator.translate(TEXT, edits=[SwitchOff(kind, 1, 2)])
    model = copy.deepcopy(translator.transformer)
    layers = model.encoder if kind == "encoder" else model.decoder
    part = "cross_attention" if kind == "cross" else "self_attention"
    attention = getattr(layers[1], part).attention
    width = attention.output.weight.shape[1] // HEADS
    attention.output.weight.data[:, 2 * width : 3 * width] = 0
    zeroed = Translator(model, translator.tokenizer).translate(TEXT)
    assert edited.text == zeroed.text
    np.testing.assert_allclose(edited.trace.logits_LV, zeroed.trace.logits_LV, atol=1e-5)
    gate_H = edited.trace.sublayer(kind, 1).heads.gate_H
    assert gate_H.tolist() == [1, 1, 0, 1]


def test_all_but_one_and_the_one_together_leave_nothing_of_an_attention(translator) -> None:
    edits = [SwitchOff("cross", 0, 1, others=True), SwitchOff("cross", 0, 1)]
    trace = translator.translate(TEXT, target="The cat.", edits=edits).trace
    assert not trace.sublayer("cross", 0).output_LD.any()
    kept = translator.translate(TEXT, target="The cat.", edits=edits[:1]).trace
    assert kept.sublayer("cross", 0).heads.gate_H.tolist() == [0, 1, 0, 0]
    whole = translator.translate(TEXT, target="The cat.", edits=[SwitchOff("cross", 0)]).trace
    np.testing.assert_array_equal(whole.logits_LV, trace.logits_LV)


SEVERAL = (
    SwitchOff("decoder", 0, 1),
    ScaleScores(0.9, "cross", 1),
    ForceLinks((1, 3), (2, 4), "cross", 0),
    ForbidLinks((2, 3), (1,), "decoder", None, 0),
    ForbidLinks(None, (3,), "encoder", 1),
    HideSource((5,)),
)


@pytest.mark.parametrize("beam_size", [1, 4])
@pytest.mark.parametrize("edits", [*((edit,) for edit in SEVERAL), SEVERAL], ids=str)
def test_the_edited_fast_path_equals_the_spelled_out_one(translator, edits, beam_size) -> None:
    found = translator.translate(TEXT, beam_size, edits=edits)
    for candidate in found.search.hypotheses:
        trace = translator.model.trace(found.source.ids, candidate.ids, edits)
        total = log_softmax(trace.logits_LV)[range(len(candidate.ids)), candidate.ids].sum()
        if len(candidate.ids) < 2 * len(found.source.ids) + 16:  # else its end was forced
            assert candidate.log_probability == pytest.approx(total, abs=1e-3)


def test_an_empty_list_of_edits_changes_no_bit(translator: Translator) -> None:
    assert same(translator.translate(TEXT), translator.translate(TEXT, edits=[]))


def test_a_head_replaced_by_itself_changes_nothing(translator: Translator) -> None:
    plain = translator.translate(TEXT, target="The cat.")
    context_LK = plain.trace.sublayer("encoder", 0).heads.context_HLK[1]
    edits = [ReplaceHead("encoder", 0, 1, context_LK)]
    again = translator.model.trace(plain.source.ids, plain.target.ids, edits)
    np.testing.assert_allclose(again.logits_LV, plain.trace.logits_LV, atol=1e-5)
    edits = [ReplaceHead("encoder", 0, 1, np.zeros_like(context_LK))]
    without = translator.model.trace(plain.source.ids, plain.target.ids, edits)
    off = translator.model.trace(plain.source.ids, plain.target.ids, [SwitchOff("encoder", 0, 1)])
    np.testing.assert_array_equal(without.logits_LV, off.logits_LV)


def test_a_head_is_not_replaced_while_a_translation_is_written(translator: Translator) -> None:
    with pytest.raises(UsageError, match="give the English as target"):
        translator.translate(TEXT, edits=[ReplaceHead("cross", 0, 1, np.zeros((3, 8)))])


def test_gates_carry_a_gradient(translator: Translator) -> None:
    gate_H = torch.ones(HEADS, requires_grad=True)
    source, target = torch.tensor([[7, 8, 3]]), torch.tensor([[BEGIN, 9]])
    mask_B1M = torch.ones(1, 1, 3, dtype=torch.bool)
    edits = [GateHeads("cross", 1, gate_H)]
    decoded_BLD = translator.transformer.follow(source, mask_B1M, target, edits)
    (gradient_H,) = torch.autograd.grad(decoded_BLD.square().sum(), gate_H)
    assert (gradient_H != 0).all()


@pytest.mark.parametrize("edits", [(), *((edit,) for edit in SEVERAL), SEVERAL], ids=str)
def test_edits_and_their_code_are_the_same(edits: tuple[Edit, ...]) -> None:
    code = write_edits(edits)
    assert read_edits(code) == edits
    assert re.fullmatch(r"[\w.\-]*", code), "nothing that an address would have to escape"
    for damaged in (code[:-1], code + "_", code.replace(".", "", 1), "x" + code):
        if damaged:
            try:
                assert read_edits(damaged) != edits
            except UsageError as error:
                assert "\n" not in str(error)


@given(st.text("offhidescalenyrbc.-_0123456789all", max_size=40))
def test_a_damaged_code_is_read_or_refused_in_one_sentence(code: str) -> None:
    try:
        assert read_edits(write_edits(read_edits(code))) == read_edits(code)
    except UsageError as error:
        assert "\n" not in str(error)
