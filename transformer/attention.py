"""Attention: who may look where, softmax(Q K^T / sqrt(d_k)) V, and its heads."""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from transformer.config import ModelConfig
from transformer.edits import Change
from transformer.projection import Projection
from transformer.trace import AttentionTrace, as_record

KeysValues = tuple[Tensor, Tensor]  # key_BHMK and value_BHMK: what can be looked at
# ``attend`` without edits, as one kernel: query, key, value and mask in, (B, H, L, K) out.
fused_attention = F.scaled_dot_product_attention


def padding_mask(lengths_B: Tensor, longest: int) -> Tensor:
    """(B, 1, M), true at the first ``lengths_B`` keys: padding is never looked at."""
    return (torch.arange(longest, device=lengths_B.device) < lengths_B[:, None])[:, None]


def causal_mask(length: int, device: torch.device | None = None) -> Tensor:
    """(1, L, L), true on and below the diagonal: no position sees a later one (section 3.2.3)."""
    return torch.ones(1, length, length, dtype=torch.bool, device=device).tril()


def attend(
    query_BHLK: Tensor,
    key_BHMK: Tensor,
    value_BHMK: Tensor,
    mask_BLM: Tensor | None,
    change: Change,
    explain: bool = False,
) -> tuple[Tensor, AttentionTrace | None]:
    """softmax(Q K^T * scale) V in every head (Vaswani et al. 2017, equation 1): (B, H, L, K).

    ``mask_BLM`` is true where a query may look, None where every query may look everywhere.
    ``change`` holds the scale, 1/sqrt(d_k) unless edited, and what else is edited. The fused kernel
    and the spelled-out arithmetic give the same context; only the latter, chosen by ``explain``,
    has intermediate values to record (of the first sentence of the batch). The spelled-out one is
    also what trains on a CPU, where the gradient of the fused kernel takes ten times as long (torch
    2.13, sentences of 10 to 40 pieces).
    """
    mask_BHLM = None if mask_BLM is None else mask_BLM[:, None]
    if change.closed_HLM is not None:
        open_HLM = ~change.closed_HLM.to(query_BHLK.device)
        mask_BHLM = open_HLM[None] if mask_BHLM is None else mask_BHLM & open_HLM
    scale = change.scale
    if isinstance(scale, Tensor):
        scale = scale.to(query_BHLK)
    needs_gradient_on_cpu = torch.is_grad_enabled() and query_BHLK.device.type == "cpu"
    if not explain and not needs_gradient_on_cpu:
        if isinstance(scale, Tensor):  # the fused kernel takes one number: scale the query instead
            query_BHLK, scale = query_BHLK * scale, 1.0
        context = fused_attention(
            query_BHLK, key_BHMK, value_BHMK, attn_mask=mask_BHLM, scale=scale
        )
        return change.fetched(context), None
    scores = torch.einsum("bhlk,bhmk->bhlm", query_BHLK, key_BHMK)
    scaled = scores * scale
    if mask_BHLM is None:
        mask_BHLM = torch.ones_like(scaled[:, :1], dtype=torch.bool)
    weights = scaled.masked_fill(~mask_BHLM, -math.inf).softmax(-1)
    context = torch.einsum("bhlm,bhmk->bhlk", weights, value_BHMK)
    if not explain:
        return change.fetched(context), None
    return change.fetched(context), AttentionTrace(
        query_HLK=as_record(query_BHLK),
        key_HMK=as_record(key_BHMK),
        value_HMK=as_record(value_BHMK),
        scores_HLM=as_record(scores),
        scale_H=np.array(change.scales, dtype=np.float32),
        scaled_scores_HLM=as_record(scaled),
        mask_HLM=as_record(mask_BHLM.expand_as(scores)),
        weights_HLM=as_record(weights),
        context_HLK=as_record(context),
        gate_H=np.array(change.gates, dtype=np.float32),
    )


class MultiHeadAttention(nn.Module):
    """Heads side by side, joined by W_O (Vaswani et al. 2017, section 3.2.2); no bias."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        width = config.heads * config.d_k
        self.heads = config.heads
        self.scale = config.d_k**-0.5
        self.query = Projection(config.d_model, width, bias=False)  # W_Q of all heads
        self.key = Projection(config.d_model, width, bias=False)  # W_K
        self.value = Projection(config.d_model, width, bias=False)  # W_V
        self.output = Projection(width, config.d_model, bias=False)  # W_O

    def keys_values(self, x_BMD: Tensor) -> KeysValues:
        """What can be looked at: keys and values, both (B, H, M, K)."""
        return self._split(self.key(x_BMD)), self._split(self.value(x_BMD))

    def forward(
        self,
        x_BLD: Tensor,
        keys_values: KeysValues,
        mask_BLM: Tensor | None,
        change: Change | None = None,
        explain: bool = False,
    ) -> tuple[Tensor, AttentionTrace | None]:
        """Every row of ``x_BLD`` looks at the keys and fetches their values: (B, L, D)."""
        query_BHLK = self._split(self.query(x_BLD))
        change = change or Change(self.heads, self.scale)
        context_BHLK, heads = attend(query_BHLK, *keys_values, mask_BLM, change, explain)
        return self.output(context_BHLK.transpose(1, 2).flatten(2)), heads

    def _split(self, x_BLW: Tensor) -> Tensor:
        return x_BLW.unflatten(-1, (self.heads, -1)).transpose(1, 2)
