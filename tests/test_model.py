"""The network equals PyTorch's own layers, and no position learns what it must not know."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from transformer import ModelConfig
from transformer.attention import MultiHeadAttention, causal_mask, padding_mask
from transformer.data import make_batch
from transformer.model import FeedForwardSublayer, Transformer, sinusoids
from transformer.tokenizer import BEGIN, END

EIGHT_WIDE = {"d_k": 8}  # heads * d_k == d_model: the only shape that torch.nn knows
SENTENCES = st.lists(st.integers(4, 10), min_size=0, max_size=8)
close = torch.testing.assert_close


def copy_attention(ours: MultiHeadAttention, theirs: nn.MultiheadAttention) -> None:
    """Our attention has no bias, as in the paper: theirs gets zeros."""
    theirs.in_proj_weight.copy_(torch.cat([ours.query.weight, ours.key.weight, ours.value.weight]))
    theirs.in_proj_bias.zero_()
    theirs.out_proj.weight.copy_(ours.output.weight)
    theirs.out_proj.bias.zero_()


def copy_feed_forward(ours: FeedForwardSublayer, theirs: nn.Module) -> None:
    theirs.linear1.load_state_dict(ours.expand.state_dict())
    theirs.linear2.load_state_dict(ours.shrink.state_dict())


@torch.no_grad()
def test_an_encoder_layer_equals_that_of_torch(make_model) -> None:
    layer = make_model(**EIGHT_WIDE).encoder[0]
    theirs = nn.TransformerEncoderLayer(32, 4, 40, 0.0, batch_first=True, norm_first=True).eval()
    copy_attention(layer.self_attention.attention, theirs.self_attn)
    copy_feed_forward(layer.feed_forward, theirs)
    theirs.norm1.load_state_dict(layer.self_attention.norm.state_dict())
    theirs.norm2.load_state_dict(layer.feed_forward.norm.state_dict())
    x, lengths = torch.randn(3, 7, 32), torch.tensor([7, 3, 1])
    mask = padding_mask(lengths, 7)
    ours, _ = layer(x, mask)
    expected = theirs(x, src_key_padding_mask=~mask[:, 0])
    real = mask[:, 0]
    close(ours[real], expected[real], atol=1e-5, rtol=1e-5)
    explained, _ = layer(x, mask, explain=True)
    close(explained, ours, atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_a_decoder_layer_equals_that_of_torch(make_model) -> None:
    layer = make_model(**EIGHT_WIDE).decoder[0]
    theirs = nn.TransformerDecoderLayer(32, 4, 40, 0.0, batch_first=True, norm_first=True).eval()
    copy_attention(layer.self_attention.attention, theirs.self_attn)
    copy_attention(layer.cross_attention.attention, theirs.multihead_attn)
    copy_feed_forward(layer.feed_forward, theirs)
    theirs.norm1.load_state_dict(layer.self_attention.norm.state_dict())
    theirs.norm2.load_state_dict(layer.cross_attention.norm.state_dict())
    theirs.norm3.load_state_dict(layer.feed_forward.norm.state_dict())
    x, memory = torch.randn(3, 5, 32), torch.randn(3, 7, 32)
    causal, mask = causal_mask(5), padding_mask(torch.tensor([7, 3, 1]), 7)
    ours, _ = layer(x, causal, layer.memory_keys_values(memory), mask)
    expected = theirs(x, memory, tgt_mask=~causal[0], memory_key_padding_mask=~mask[:, 0])
    close(ours, expected, atol=1e-5, rtol=1e-5)
    explained, _ = layer(x, causal, layer.memory_keys_values(memory), mask, explain=True)
    close(explained, ours, atol=1e-5, rtol=1e-5)


def test_dropout_acts_while_training_only(make_model) -> None:
    model = make_model(dropout=0.5)
    batch = make_batch([[5, END]], [[6, END]])
    inputs = (batch.source_BM, batch.lengths_B, batch.target_in_BL)
    assert torch.equal(model(*inputs), model(*inputs))
    model.train()
    assert not torch.equal(model(*inputs), model(*inputs))


def logits(model: Transformer, sources: list[list[int]], targets: list[list[int]]) -> torch.Tensor:
    batch = make_batch(sources, targets)
    with torch.inference_mode():
        return model.logits(model(batch.source_BM, batch.lengths_B, batch.target_in_BL))


@given(st.lists(st.tuples(SENTENCES, SENTENCES), min_size=1, max_size=4))
def test_padding_changes_nothing(make_model, pairs: list[tuple[list[int], list[int]]]) -> None:
    model = make_model()
    sources = [[*source, END] for source, _ in pairs]
    targets = [[*target, END] for _, target in pairs]
    together = logits(model, sources, targets)
    for row, source, target in zip(together, sources, targets, strict=True):
        alone = logits(model, [source], [target])[0]
        close(row[: len(target)], alone, atol=1e-4, rtol=1e-4)


@given(SENTENCES, SENTENCES, st.integers(0, 7), st.integers(4, 10))
def test_a_later_piece_changes_no_earlier_output(
    make_model, source: list[int], target: list[int], place: int, other: int
) -> None:
    target = [*target, 4, END]
    place = min(place, len(target) - 1)
    changed = [*target[:place], other, *target[place + 1 :]]
    model = make_model()
    before, after = (logits(model, [[*source, END]], [t])[0] for t in (target, changed))
    close(before[: place + 1], after[: place + 1], atol=1e-5, rtol=1e-5)


def test_an_earlier_piece_and_the_source_do_change_the_output(make_model) -> None:
    model = make_model()
    usual = logits(model, [[5, 6, END]], [[7, 8, END]])[0]
    earlier = logits(model, [[5, 6, END]], [[9, 8, END]])[0]
    french = logits(model, [[6, 5, END]], [[7, 8, END]])[0]
    assert not torch.allclose(usual[1:], earlier[1:], atol=1e-3)
    assert not torch.allclose(usual, french, atol=1e-3), "also the order of the source counts"


def test_the_trace_is_the_pass_that_training_takes(make_model) -> None:
    model, source, target = make_model(), [5, 6, 7, 8, END], [9, 4, END]
    trace = model.trace(source, target)
    close(torch.tensor(trace.logits_LV), logits(model, [source], [target])[0], atol=1e-5, rtol=1e-5)
    assert (trace.target_embedding_LD.shape[0], trace.source_embedding_MD.shape[0]) == (3, 5)


def test_the_decoder_reads_the_begin_and_all_but_the_last_piece(make_model) -> None:
    model = make_model()
    trace = model.trace([5, END], [9, 4, END])
    expected = model.embedding.weight[[BEGIN, 9, 4]] * math.sqrt(32)
    close(torch.tensor(trace.target_embedding_LD), expected.detach())


def test_sinusoids_follow_the_paper() -> None:
    table = sinusoids(50, 16)
    for position, i in ((0, 0), (1, 0), (7, 3), (49, 7)):
        angle = position / 10_000 ** (2 * i / 16)
        assert table[position, 2 * i] == pytest.approx(math.sin(angle), abs=1e-6)
        assert table[position, 2 * i + 1] == pytest.approx(math.cos(angle), abs=1e-6)


def test_one_matrix_embeds_both_languages_and_makes_the_logits() -> None:
    model = Transformer(ModelConfig.preset("tiny"))
    shapes = [tuple(parameter.shape) for parameter in model.parameters()]
    assert shapes.count((8000, 64)) == 1
    assert "positions" not in model.state_dict()


def test_attention_has_no_bias_and_everything_else_has() -> None:
    model = Transformer(ModelConfig.preset("tiny"))
    biases = {name for name, _ in model.named_parameters() if name.endswith("bias")}
    assert not [name for name in biases if ".attention." in name]
    assert {name.replace("weight", "bias") for name, _ in model.named_parameters()} - biases == {
        name.replace("weight", "bias")
        for name, _ in model.named_parameters()
        if ".attention." in name or name == "embedding.weight"
    }


def test_the_longest_target_still_has_a_position(make_model) -> None:
    model = make_model(max_length=6)
    assert model.trace([5] * 5 + [END], [7] * 5 + [END]).logits_LV.shape == (6, 11)
