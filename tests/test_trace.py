"""Records refuse wrong axes, and what they hold agrees with itself from embeddings to logits."""

import dataclasses

import numpy as np
import pytest
import torch

from transformer import KINDS, Kind, Trace, Translator
from transformer.trace import AttentionSublayerTrace, AttentionTrace, FeedForwardTrace, flatten

close = np.testing.assert_allclose
TOLERANCE = 2e-5


def sublayers(trace: Trace) -> list[AttentionSublayerTrace | FeedForwardTrace]:
    """Of the encoder and then of the decoder, in the order in which the sentence passes them."""
    layers = [*trace.encoder, *trace.decoder]
    return [getattr(layer, field.name) for layer in layers for field in dataclasses.fields(layer)]


def attentions(trace: Trace) -> list[AttentionTrace]:
    return [trace.sublayer(kind, i).heads for kind in KINDS for i in range(trace.layers(kind))]


def test_every_row_of_weights_sums_to_one(trace: Trace) -> None:
    for heads in attentions(trace):
        close(heads.weights_HLM.sum(-1), 1, atol=1e-6)


def test_masked_weights_are_exactly_zero(trace: Trace) -> None:
    masked = 0
    for heads in attentions(trace):
        hidden = ~heads.mask_HLM
        assert not heads.weights_HLM[hidden].any()
        assert (heads.weights_HLM[~hidden] > 0).all()
        masked += hidden.sum()
    assert masked, "the decoder looks at no later piece"


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_decoder_looks_at_earlier_pieces_alone(trace: Trace, kind: Kind) -> None:
    for layer in range(trace.layers(kind)):
        mask = trace.sublayer(kind, layer).heads.mask_HLM
        expected = np.tril(np.ones_like(mask)) if kind == "decoder" else np.ones_like(mask)
        assert (mask == expected).all()


def test_weights_times_value_is_context(trace: Trace) -> None:
    for heads in attentions(trace):
        close(heads.weights_HLM @ heads.value_HMK, heads.context_HLK, atol=TOLERANCE)


def test_scores_are_products_and_scaled_by_the_root_of_the_head_width(trace: Trace) -> None:
    for heads in attentions(trace):
        products = heads.query_HLK @ heads.key_HMK.swapaxes(-1, -2)
        close(heads.scores_HLM, products, rtol=1e-4, atol=TOLERANCE)
        d_k = heads.query_HLK.shape[-1]
        close(heads.scaled_scores_HLM, heads.scores_HLM * d_k**-0.5, rtol=1e-5, atol=1e-6)


def test_weights_are_the_softmax_of_the_scaled_scores(trace: Trace) -> None:
    for heads in attentions(trace):
        powers = np.exp(heads.scaled_scores_HLM.astype(np.float64)) * heads.mask_HLM
        close(heads.weights_HLM, powers / powers.sum(-1, keepdims=True), atol=1e-5)


def test_every_sublayer_adds_its_output_to_the_residual(trace: Trace) -> None:
    for part in sublayers(trace):
        close(part.residual_after_LD, part.residual_before_LD + part.output_LD, atol=TOLERANCE)


def test_the_residual_flows_unbroken_from_the_embeddings_to_the_last_layer(trace: Trace) -> None:
    parts = sublayers(trace)
    encoder = parts[: 2 * len(trace.encoder)]
    decoder = parts[2 * len(trace.encoder) :]
    for begin, side in ((trace.source_input_MD, encoder), (trace.target_input_LD, decoder)):
        for part in side:
            np.testing.assert_array_equal(part.residual_before_LD, begin)
            begin = part.residual_after_LD


def test_the_norms_turn_the_residual_into_what_comes_next(
    trace: Trace, translator: Translator
) -> None:
    model = translator.model
    norms = [part.norm for layer in model.encoder for part in layer.children()]
    norms += [part.norm for layer in model.decoder for part in layer.children()]
    for part, norm in zip(sublayers(trace), norms, strict=True):
        expected = norm(torch.tensor(part.residual_before_LD)).detach().numpy()
        close(part.normalised_LD, expected, atol=TOLERANCE)
    for norm, layer, result in (
        (model.encoder_norm, trace.encoder[-1], trace.memory_MD),
        (model.decoder_norm, trace.decoder[-1], trace.decoded_LD),
    ):
        last = torch.tensor(layer.feed_forward.residual_after_LD)
        close(result, norm(last).detach().numpy(), atol=TOLERANCE)


def test_heads_are_joined_by_the_output_matrix(trace: Trace, translator: Translator) -> None:
    for i, layer in enumerate(translator.model.decoder):
        part = trace.sublayer("cross", i)
        joined = part.heads.context_HLK.swapaxes(0, 1).reshape(len(part.output_LD), -1)
        matrix = layer.cross_attention.attention.output.weight.detach().numpy()
        close(part.output_LD, joined @ matrix.T, rtol=1e-4, atol=TOLERANCE)


def test_cross_attention_looks_from_english_at_the_memory(
    trace: Trace, translator: Translator
) -> None:
    french, english = len(trace.source_input_MD), len(trace.target_input_LD)
    assert french > english, "or the orientation could not be told"
    for i, layer in enumerate(translator.model.decoder):
        heads = trace.sublayer("cross", i).heads
        assert heads.weights_HLM.shape == (4, english, french)
        keys = trace.memory_MD @ layer.cross_attention.attention.key.weight.detach().numpy().T
        keys = keys.reshape(french, 4, -1).swapaxes(0, 1)
        close(heads.key_HMK, keys, rtol=1e-4, atol=TOLERANCE)


def test_hidden_values_come_after_the_relu(trace: Trace) -> None:
    for layer in (*trace.encoder, *trace.decoder):
        hidden = layer.feed_forward.hidden_LF
        assert hidden.min() == 0 < hidden.max()


def test_logits_are_products_with_the_embedding(trace: Trace, translator: Translator) -> None:
    embedding = translator.model.embedding.weight.detach().numpy()
    close(trace.logits_LV, trace.decoded_LD @ embedding.T, rtol=1e-4, atol=TOLERANCE)


def test_the_input_is_embedding_plus_position(trace: Trace, translator: Translator) -> None:
    positions = translator.model.positions.numpy()
    for rows, read in (
        (trace.source_embedding_MD, trace.source_input_MD),
        (trace.target_embedding_LD, trace.target_input_LD),
    ):
        close(read, rows + positions[: len(rows)], atol=1e-6)


def test_arrays_are_float32_or_bool_and_read_only(trace: Trace) -> None:
    for name, array in flatten(trace).items():
        assert array.dtype == (np.bool_ if "mask" in name else np.float32), name
        assert array.flags.owndata, "no view of a tensor that could change"
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_weights_of_a_kind_are_stacked_by_layer(trace: Trace) -> None:
    for kind in KINDS:
        stacked = trace.weights(kind)
        assert stacked.shape[:2] == (trace.layers(kind), 4)
        for layer, weights in enumerate(stacked):
            np.testing.assert_array_equal(weights, trace.sublayer(kind, layer).heads.weights_HLM)


def test_the_three_kinds_are_different_sublayers(trace: Trace) -> None:
    assert (trace.layers("encoder"), trace.layers("decoder"), trace.layers("cross")) == (2, 3, 3)
    assert trace.sublayer("encoder", 1) is trace.encoder[1].self_attention
    assert trace.sublayer("decoder", 1) is trace.decoder[1].self_attention
    assert trace.sublayer("cross", 1) is trace.decoder[1].cross_attention


def test_flatten_names_every_array_by_its_path(trace: Trace) -> None:
    arrays = flatten(trace)
    assert len(arrays) == 7 + 2 * (14 + 5) + 3 * (14 + 14 + 5)
    path = "decoder.2.cross_attention.heads.weights_HLM"
    assert arrays[path] is trace.decoder[2].cross_attention.heads.weights_HLM
    assert arrays["logits_LV"] is trace.logits_LV


def test_a_record_names_both_fields_that_disagree(trace: Trace) -> None:
    heads = trace.encoder[0].self_attention.heads
    length = heads.query_HLK.shape[1]
    longer = np.zeros((4, length + 1, heads.weights_HLM.shape[-1]), np.float32)
    message = f"weights_HLM: axis L is {length + 1}, but query_HLK has L={length}"
    with pytest.raises(ValueError, match=message):
        dataclasses.replace(heads, weights_HLM=longer)


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("key_HMK", (4, 9, 6)),
        ("value_HMK", (3, 8, 6)),
        ("mask_HLM", (4, 5, 7)),
        ("context_HLK", (5,)),
    ],
)
def test_every_axis_is_checked(name: str, shape: tuple[int, ...]) -> None:
    shapes = {
        "query_HLK": (4, 5, 6),
        "key_HMK": (4, 8, 6),
        "value_HMK": (4, 8, 6),
        "scores_HLM": (4, 5, 8),
        "scaled_scores_HLM": (4, 5, 8),
        "mask_HLM": (4, 5, 8),
        "scale_H": (4,),
        "gate_H": (4,),
        "weights_HLM": (4, 5, 8),
        "context_HLK": (4, 5, 6),
    }
    AttentionTrace(**{field: np.zeros(right) for field, right in shapes.items()})
    with pytest.raises(ValueError, match=r"axis|axes"):
        AttentionTrace(**{field: np.zeros(s) for field, s in (shapes | {name: shape}).items()})


def test_swapped_cross_attention_is_refused(trace: Trace) -> None:
    heads = trace.sublayer("cross", 0).heads
    with pytest.raises(ValueError, match="weights_HLM: axis L"):
        dataclasses.replace(heads, weights_HLM=heads.weights_HLM.swapaxes(1, 2).copy())
