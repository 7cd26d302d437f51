"""What training makes small: cross-entropy of the next piece, with label smoothing."""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from transformer.data import Batch, Pair, group_by_length, make_batch
from transformer.network import Network
from transformer.tokenizer import PAD, Tokenizer


def token_loss(model: Network[Any], batch: Batch, label_smoothing: float = 0.0) -> Tensor:
    """Mean cross-entropy of the target's pieces, in nats (section 5.4 for label smoothing).

    Logits are made only where a piece stands: padding costs no row of the vocabulary product.
    """
    decoded_BLD = model(batch.source_BM, batch.lengths_B, batch.target_in_BL)
    real_BL = batch.target_out_BL != PAD
    logits = model.logits(decoded_BLD[real_BL]).float()
    return F.cross_entropy(logits, batch.target_out_BL[real_BL], label_smoothing=label_smoothing)


@torch.inference_mode()
def dev_loss(model: Network[Any], tokenizer: Tokenizer, pairs: list[Pair]) -> float:
    """Cross-entropy per target piece of held-out pairs, in nats, without label smoothing."""
    sources = tokenizer.encode_corpus([french for french, _ in pairs])
    targets = tokenizer.encode_corpus([english for _, english in pairs])
    device = model.embedding.weight.device
    total = pieces = 0.0
    for group in group_by_length(sources, targets, tokens_per_batch=4000):
        batch = make_batch([sources[i] for i in group], [targets[i] for i in group]).to(device)
        count = float((batch.target_out_BL != PAD).sum())
        total += float(token_loss(model, batch)) * count
        pieces += count
    return total / pieces
