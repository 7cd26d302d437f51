"""Where queries, keys and values come from, and what attention would be without W_Q and W_K."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from transformer.analysis.check import Check, largest
from transformer.analysis.softmax import softmax
from transformer.trace import Kind, Trace

ROLES = ("query", "key", "value")


@dataclass(frozen=True)
class Projection:
    """X times W: ``inputs`` (s, d_model), ``matrix`` (d_model, d_k), ``computed`` (s, d_k).

    ``inputs`` are the normalised rows that the sub-layer reads, ``matrix`` is the learned one of
    the chosen head, ``computed`` is the model's own product; ``check`` compares all of it with
    the product computed again in float64.
    """

    inputs: np.ndarray
    matrix: np.ndarray
    computed: np.ndarray
    check: Check


def project(
    trace: Trace, kind: Kind, layer: int, head: int, matrices: Mapping[str, np.ndarray]
) -> dict[str, Projection]:
    """Query, key and value of one head (layer and head from 0) as products.

    ``matrices`` are those of ``Translator.projections``. In cross-attention the query comes from
    the English side, key and value from the encoder's memory of the French.
    """
    sublayer = trace.sublayer(kind, layer)
    asking = sublayer.normalised_LD
    answering = trace.memory_MD if kind == "cross" else asking
    heads = sublayer.heads
    found = {}
    for role, inputs, all_heads in (
        ("query", asking, heads.query_HLK),
        ("key", answering, heads.key_HMK),
        ("value", answering, heads.value_HMK),
    ):
        computed = all_heads[head]
        width = computed.shape[1]
        matrix = matrices[role][head * width : (head + 1) * width].T
        again = inputs.astype(np.float64) @ matrix.astype(np.float64)
        found[role] = Projection(
            inputs, matrix, computed, Check.of(again, computed, largest(computed))
        )
    return found


def similarity_weights(queries: np.ndarray, keys: np.ndarray, mask_LM: np.ndarray) -> np.ndarray:
    """Attention without W_Q and W_K: softmax(x . x / sqrt(d_model)) of the inputs, (L, M)."""
    scores = queries.astype(np.float64) @ keys.astype(np.float64).T / queries.shape[1] ** 0.5
    return softmax(scores, mask_LM)
