"""The same network built from ``torch.nn.Transformer``, without a cache: what to compare with."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, cast

import torch
from torch import Tensor, nn

from transformer.config import ModelConfig
from transformer.data import pad
from transformer.errors import UsageError
from transformer.model import AttentionSublayer, FeedForwardSublayer, Transformer
from transformer.tokenizer import BEGIN, END, PAD


def torch_layers(config: ModelConfig, dropout: float) -> nn.Transformer:
    """The layers of a model of that shape as PyTorch has them: pre-norm, batch first.

    Raises UsageError where heads times d_k is not d_model, which PyTorch's layers cannot have.
    """
    if config.heads * config.d_k != config.d_model:
        raise UsageError(
            "torch.nn.Transformer needs heads times d_k to be d_model; here they are "
            "{heads} times {d_k} and {d_model}. Choose another model.",
            heads=config.heads,
            d_k=config.d_k,
            d_model=config.d_model,
        )
    shape: dict[str, Any] = {"batch_first": True, "norm_first": True, "dropout": dropout}
    sizes = config.d_model, config.heads, config.d_ff
    encoder = nn.TransformerEncoder(
        nn.TransformerEncoderLayer(*sizes, **shape),
        config.encoder_layers,
        nn.LayerNorm(config.d_model),
        enable_nested_tensor=False,
    )
    decoder = nn.TransformerDecoder(
        nn.TransformerDecoderLayer(*sizes, **shape),
        config.decoder_layers,
        nn.LayerNorm(config.d_model),
    )
    return nn.Transformer(*sizes[:2], custom_encoder=encoder, custom_decoder=decoder, **shape)


class Plain(nn.Module):
    """PyTorch's own layers with a copy of the weights of ``model``, ready to translate."""

    def __init__(self, model: Transformer) -> None:
        super().__init__()
        config = model.config
        self.network = torch_layers(config, dropout=0.0)
        encoder, decoder = cast(Any, self.network.encoder), cast(Any, self.network.decoder)
        self.embedding, self.positions = model.embedding.weight.detach(), model.positions
        self.longest = config.max_length
        with torch.no_grad():
            for to, layer in zip(encoder.layers, cast(Iterable[Any], model.encoder), strict=True):
                _copy_attention(to.self_attn, to.norm1, layer.self_attention)
                _copy_feed_forward(to, to.norm2, layer.feed_forward)
            for to, layer in zip(decoder.layers, cast(Iterable[Any], model.decoder), strict=True):
                _copy_attention(to.self_attn, to.norm1, layer.self_attention)
                _copy_attention(to.multihead_attn, to.norm2, layer.cross_attention)
                _copy_feed_forward(to, to.norm3, layer.feed_forward)
            _copy(encoder.norm, model.encoder_norm)
            _copy(decoder.norm, model.decoder_norm)
        self.eval()

    def embed(self, ids_BL: Tensor) -> Tensor:
        """As ``Transformer.embed``: (B, L, D)."""
        rows = self.embedding[ids_BL] * math.sqrt(self.embedding.shape[1])
        return rows + self.positions[: ids_BL.shape[1]]

    @torch.inference_mode()
    def greedy(self, sources: Sequence[Sequence[int]]) -> list[list[int]]:
        """The likeliest piece at every step, each from all pieces before it once more."""
        source_BM = pad(sources)
        hidden_BM = source_BM == PAD
        memory = self.network.encoder(self.embed(source_BM), src_key_padding_mask=hidden_BM)
        written_BL = torch.full((len(sources), 1), BEGIN)
        limit = min(2 * source_BM.shape[1] + 16, self.longest)
        while written_BL.shape[1] <= limit and not bool((written_BL == END).any(1).all()):
            length = written_BL.shape[1]
            later_LL = torch.ones(length, length, dtype=torch.bool).triu(1)
            decoded = self.network.decoder(
                self.embed(written_BL),
                memory,
                tgt_mask=later_LL,
                memory_key_padding_mask=hidden_BM,
            )
            ids_B = (decoded[:, -1] @ self.embedding.T).argmax(-1)
            written_BL = torch.cat([written_BL, ids_B[:, None]], dim=1)
        return [_until_end(row) for row in written_BL[:, 1:].tolist()]


def _until_end(ids: list[int]) -> list[int]:
    return ids[: ids.index(END) + 1] if END in ids else ids


def _copy_attention(
    to: nn.MultiheadAttention, norm: nn.LayerNorm, sublayer: AttentionSublayer
) -> None:
    ours = sublayer.attention
    _copy(norm, sublayer.norm)
    stacked = torch.cat([ours.query.weight, ours.key.weight, ours.value.weight])
    cast(Tensor, to.in_proj_weight).copy_(stacked)
    to.in_proj_bias.zero_()
    to.out_proj.weight.copy_(ours.output.weight)
    to.out_proj.bias.zero_()


def _copy_feed_forward(to: Any, norm: nn.LayerNorm, sublayer: FeedForwardSublayer) -> None:
    _copy(norm, sublayer.norm)
    _copy(to.linear1, sublayer.expand)
    _copy(to.linear2, sublayer.shrink)


def _copy(to: nn.Module, ours: nn.Module) -> None:
    to.load_state_dict(ours.state_dict())
