"""The encoder-decoder Transformer, top to bottom (Vaswani et al. 2017).

One deliberate difference from the paper: the norm comes before each sub-layer and once more after
the last layer (pre-norm: Xiong et al. 2020), which trains without a long warm-up.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from transformer.attention import (
    KeysValues,
    MultiHeadAttention,
    causal_mask,
    padding_mask,
)
from transformer.cache import DecoderCache
from transformer.config import ModelConfig
from transformer.edits import Edits, ReplaceHead, change_of, check_edits
from transformer.errors import UsageError
from transformer.network import Network
from transformer.projection import Embedding, Joint, Projection
from transformer.tokenizer import BEGIN
from transformer.trace import (
    AttentionSublayerTrace,
    DecoderLayerTrace,
    EncoderLayerTrace,
    FeedForwardTrace,
    Kind,
    Trace,
    as_record,
)


def sinusoids(length: int, d_model: int) -> Tensor:
    """Positions as sines and cosines, (length, d_model) (section 3.5).

    Even dimensions 2i hold sin(position / 10000^(2i / d_model)), odd ones the cosine.
    """
    position = torch.arange(length, dtype=torch.float64)[:, None]
    rate = 10_000 ** (-torch.arange(0, d_model, 2, dtype=torch.float64) / d_model)
    return torch.stack([(position * rate).sin(), (position * rate).cos()], -1).flatten(1).float()


class AttentionSublayer(nn.Module):
    """x + attention(norm(x)): the sub-layer that moves information between positions."""

    def __init__(self, config: ModelConfig, kind: Kind, layer: int) -> None:
        super().__init__()
        self.kind, self.layer = kind, layer
        self.norm = nn.LayerNorm(config.d_model)
        self.attention = MultiHeadAttention(config)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self,
        x_BLD: Tensor,
        mask_BLM: Tensor | None,
        keys_values: KeysValues | None = None,
        edits: Edits = (),
        explain: bool = False,
    ) -> tuple[Tensor, AttentionSublayerTrace | None]:
        """Looks at ``keys_values``, or, if None, at its own positions."""
        normalised = self.norm(x_BLD)
        if keys_values is None:
            keys_values = self.attention.keys_values(normalised)
        change = None
        if edits:
            rows, keys = range(x_BLD.shape[1]), keys_values[0].shape[2]
            heads, scale = self.attention.heads, self.attention.scale
            change = change_of(edits, self.kind, self.layer, heads, scale, rows, keys)
        output, looked = self.attention(normalised, keys_values, mask_BLM, change, explain)
        after = x_BLD + self.dropout(output)
        if looked is None:
            return after, None
        return after, AttentionSublayerTrace(
            residual_before_LD=as_record(x_BLD),
            normalised_LD=as_record(normalised),
            heads=looked,
            output_LD=as_record(output),
            residual_after_LD=as_record(after),
        )


class FeedForwardSublayer(nn.Module):
    """x + W_2 relu(W_1 norm(x)): the same two matrices at each position alone (section 3.3)."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(config.d_model)
        self.expand = Projection(config.d_model, config.d_ff)
        self.shrink = Projection(config.d_ff, config.d_model)
        self.dropout = nn.Dropout(config.dropout)

    def forward(
        self, x_BLD: Tensor, explain: bool = False
    ) -> tuple[Tensor, FeedForwardTrace | None]:
        normalised = self.norm(x_BLD)
        hidden = F.relu(self.expand(normalised))
        output = self.shrink(hidden)
        after = x_BLD + self.dropout(output)
        if not explain:
            return after, None
        return after, FeedForwardTrace(
            residual_before_LD=as_record(x_BLD),
            normalised_LD=as_record(normalised),
            hidden_LF=as_record(hidden),
            output_LD=as_record(output),
            residual_after_LD=as_record(after),
        )


class EncoderLayer(nn.Module):
    """Self-attention, then feed-forward (figure 1, left)."""

    def __init__(self, config: ModelConfig, layer: int = 0) -> None:
        super().__init__()
        self.self_attention = AttentionSublayer(config, "encoder", layer)
        self.feed_forward = FeedForwardSublayer(config)

    def forward(
        self,
        x_BMD: Tensor,
        mask_B1M: Tensor | None,
        edits: Edits = (),
        explain: bool = False,
    ) -> tuple[Tensor, EncoderLayerTrace | None]:
        x_BMD, looked = self.self_attention(x_BMD, mask_B1M, edits=edits, explain=explain)
        x_BMD, thought = self.feed_forward(x_BMD, explain)
        return x_BMD, EncoderLayerTrace(looked, thought) if explain else None


class DecoderLayer(nn.Module):
    """Self-attention, attention over the encoder's memory, feed-forward (figure 1, right)."""

    def __init__(self, config: ModelConfig, layer: int = 0) -> None:
        super().__init__()
        self.self_attention = AttentionSublayer(config, "decoder", layer)
        self.cross_attention = AttentionSublayer(config, "cross", layer)
        self.feed_forward = FeedForwardSublayer(config)
        own = self.self_attention.attention
        self.joint = Joint(own.query, own.key, own.value)  # one product at a decoding step

    def memory_keys_values(self, memory_BMD: Tensor) -> KeysValues:
        """What cross-attention looks at: the same at every decoding step."""
        return self.cross_attention.attention.keys_values(memory_BMD)

    def forward(
        self,
        x_BLD: Tensor,
        mask_BLL: Tensor | None,
        memory: KeysValues,
        memory_mask_B1M: Tensor | None,
        edits: Edits = (),
        explain: bool = False,
    ) -> tuple[Tensor, DecoderLayerTrace | None]:
        x_BLD, looked = self.self_attention(x_BLD, mask_BLL, None, edits, explain)
        x_BLD, crossed = self.cross_attention(x_BLD, memory_mask_B1M, memory, edits, explain)
        x_BLD, thought = self.feed_forward(x_BLD, explain)
        return x_BLD, DecoderLayerTrace(looked, crossed, thought) if explain else None


class Transformer(Network[DecoderCache]):
    """Embeddings, encoder layers, decoder layers, logits (figure 1)."""

    config: ModelConfig
    positions: Tensor

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = Embedding(config.vocabulary, config.d_model)
        # Not learned, so not stored. One row more than pieces: the decoder also reads <s>.
        table = sinusoids(config.max_length + 1, config.d_model)
        self.register_buffer("positions", table, persistent=False)
        self.dropout = nn.Dropout(config.dropout)
        self.encoder = nn.ModuleList(EncoderLayer(config, n) for n in range(config.encoder_layers))
        self.encoder_norm = nn.LayerNorm(config.d_model)
        self.decoder = nn.ModuleList(DecoderLayer(config, n) for n in range(config.decoder_layers))
        self.decoder_norm = nn.LayerNorm(config.d_model)
        self._initialise()

    def _initialise(self) -> None:
        """Glorot for matrices; unit variance for embeddings; small steps into the residual sum.

        What a sub-layer adds is divided by sqrt(2 layers) in both stacks, as in GPT-2 (Radford et
        al. 2019, section 2.3), though a decoder layer has three sub-layers.
        """
        for name, parameter in self.named_parameters():
            if parameter.dim() == 2:
                nn.init.xavier_uniform_(parameter)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)
            if name.endswith(("output.weight", "shrink.weight")):
                parameter.data /= math.sqrt(2 * self.config.decoder_layers)
        nn.init.normal_(self.embedding.weight, std=self.config.d_model**-0.5)

    def embed(self, ids_BL: Tensor) -> tuple[Tensor, Tensor]:
        """Embedding rows times sqrt(d_model), without and with positions: both (B, L, D)."""
        rows = self.embedding(ids_BL) * math.sqrt(self.config.d_model)
        return rows, self.dropout(rows + self.positions[: ids_BL.shape[1]])

    def encode(
        self, source_BM: Tensor, mask_B1M: Tensor | None = None, edits: Edits = ()
    ) -> Tensor:
        """The encoder's memory of the French sentences, (B, M, D)."""
        _, x_BMD = self.embed(source_BM)
        for layer in self.encoder:
            x_BMD, _ = layer(x_BMD, mask_B1M, edits)
        return self.encoder_norm(x_BMD)

    def memory_keys_values(self, memory_BMD: Tensor) -> list[KeysValues]:
        """Keys and values of the memory, for each decoder layer: made once for a sentence."""
        layers = cast(Iterable[DecoderLayer], self.decoder)
        return [layer.memory_keys_values(memory_BMD) for layer in layers]

    def forward(self, source_BM: Tensor, lengths_B: Tensor, target_BL: Tensor) -> Tensor:
        """Teacher forcing, as ``Network.forward``."""
        return self.follow(source_BM, padding_mask(lengths_B, source_BM.shape[1]), target_BL)

    def follow(
        self, source_BM: Tensor, mask_B1M: Tensor, target_BL: Tensor, edits: Edits = ()
    ) -> Tensor:
        """Teacher forcing with any French pieces hidden: those where ``mask_B1M`` is false.

        Padding of the target stands after its pieces, so that the causal mask already hides it.
        """
        memory = self.memory_keys_values(self.encode(source_BM, mask_B1M, edits))
        causal = causal_mask(target_BL.shape[1], target_BL.device)
        _, x_BLD = self.embed(target_BL)
        for layer, keys_values in zip(self.decoder, memory, strict=True):
            x_BLD, _ = layer(x_BLD, causal, keys_values, mask_B1M, edits=edits)
        return self.decoder_norm(x_BLD)

    def start(self, source_BM: Tensor, lengths_B: Tensor, edits: Edits = ()) -> DecoderCache:
        """A cache over the encoded sources; where nothing is padding, no mask is kept."""
        shortest, longest = int(lengths_B.min()), source_BM.shape[1]
        check_edits(edits, self.config, shortest)
        if any(isinstance(edit, ReplaceHead) for edit in edits):
            raise UsageError(
                "A head can be replaced in one pass over a translation, not while it is written: "
                "give the English as target."
            )
        mask_B1M = padding_mask(lengths_B, longest) if shortest < longest else None
        memory = self.memory_keys_values(self.encode(source_BM, mask_B1M, edits))
        return DecoderCache(self, memory, mask_B1M, edits)

    def step(self, ids_B: Tensor, cache: DecoderCache) -> Tensor:
        """Logits (B, V) of the piece after ``ids_B``, whose keys and values join the cache."""
        return cache.step(ids_B)

    @torch.inference_mode()
    def trace(self, source: Sequence[int], target: Sequence[int], edits: Edits = ()) -> Trace:
        """One explained pass, as ``Network.trace``."""
        check_edits(edits, self.config, len(source))
        device = self.embedding.weight.device
        source_BM = torch.tensor([list(source)], device=device)
        target_BL = torch.tensor([[BEGIN, *target[:-1]]], device=device)
        source_embedding, x_BMD = self.embed(source_BM)
        source_input, encoder, decoder = x_BMD, [], []
        for layer in self.encoder:
            x_BMD, explained = layer(x_BMD, None, edits, explain=True)
            encoder.append(explained)
        memory_BMD = self.encoder_norm(x_BMD)
        target_embedding, x_BLD = self.embed(target_BL)
        target_input = x_BLD
        causal = causal_mask(target_BL.shape[1], device)
        memory = self.memory_keys_values(memory_BMD)
        for layer, keys_values in zip(self.decoder, memory, strict=True):
            x_BLD, explained = layer(x_BLD, causal, keys_values, None, edits=edits, explain=True)
            decoder.append(explained)
        decoded_BLD = self.decoder_norm(x_BLD)
        return Trace(
            source_embedding_MD=as_record(source_embedding),
            source_input_MD=as_record(source_input),
            encoder=tuple(encoder),
            memory_MD=as_record(memory_BMD),
            target_embedding_LD=as_record(target_embedding),
            target_input_LD=as_record(target_input),
            decoder=tuple(decoder),
            decoded_LD=as_record(decoded_BLD),
            logits_LV=as_record(self.logits(decoded_BLD)),
        )
