"""How much the loss would feel it if a head spoke a little louder or softer (Michel et al. 2019).

Everything is computed with gates of the call's own: the shared model keeps no gradient.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
import torch.nn.functional as F

from transformer.analysis.head_measures import Place
from transformer.attention import padding_mask
from transformer.config import ModelConfig
from transformer.data import Pair, make_batch
from transformer.edits import GateHeads
from transformer.model import Transformer
from transformer.progress import track
from transformer.tokenizer import Tokenizer
from transformer.trace import KINDS, Kind


def places(config: ModelConfig) -> tuple[Place, ...]:
    """Every head: the encoder's first, then the decoder's, then cross-attention's."""
    layers = {kind: config.decoder_layers for kind in KINDS} | {"encoder": config.encoder_layers}
    return tuple(
        (kind, layer, head)
        for kind in KINDS
        for layer in range(layers[kind])
        for head in range(config.heads)
    )


def head_importance(
    model: Transformer, tokenizer: Tokenizer, pairs: Sequence[Pair]
) -> dict[Place, float]:
    """The mean over sentences of |dL / dgate| at gate 1 (Michel et al. 2019, equation 2).

    L is the loss of a sentence: the cross-entropy of its reference, summed over the pieces, in
    nats. One pass forwards and one backwards for each sentence serve all heads.
    """
    heads = places(model.config)
    sublayers = tuple(dict.fromkeys((kind, layer) for kind, layer, _head in heads))
    total = np.zeros((len(sublayers), model.config.heads))
    sources, targets = (tokenizer.encode_corpus(side) for side in zip(*pairs, strict=True))
    for source, target in track(list(zip(sources, targets, strict=True)), "importance"):
        total += np.abs(gate_gradients(model, source, target, sublayers))
    return dict(zip(heads, (total / len(pairs)).ravel().tolist(), strict=True))


def gate_gradients(
    model: Transformer,
    source: Sequence[int],
    target: Sequence[int],
    sublayers: Sequence[tuple[Kind, int]],
) -> np.ndarray:
    """dL / dgate of every head of these sub-layers for one sentence, (sublayers, H)."""
    weight = model.embedding.weight
    batch = make_batch([source], [target]).to(weight.device)
    gates = [
        torch.ones(model.config.heads, dtype=weight.dtype, requires_grad=True) for _ in sublayers
    ]
    edits = [GateHeads(*place, gate_H) for place, gate_H in zip(sublayers, gates, strict=True)]
    with torch.enable_grad():
        mask_B1M = padding_mask(batch.lengths_B, batch.source_BM.shape[1])
        decoded_BLD = model.follow(batch.source_BM, mask_B1M, batch.target_in_BL, edits)
        logits_LV = model.logits(decoded_BLD[0])
        loss = F.cross_entropy(logits_LV, batch.target_out_BL[0], reduction="sum")
    return torch.stack(torch.autograd.grad(loss, gates)).double().numpy()


def by_sublayer(importance: Mapping[Place, float]) -> dict[Place, float]:
    """Divided by the Euclidean norm over the heads of the same sub-layer, before heads of different
    ones are put into one order (Michel et al. 2019, section 4.1, after Molchanov et al. 2017)."""
    squares: dict[tuple[Kind, int], float] = {}
    for (kind, layer, _head), value in importance.items():
        squares[kind, layer] = squares.get((kind, layer), 0.0) + value**2
    return {
        place: value / max(squares[place[0], place[1]] ** 0.5, 1e-300)
        for place, value in importance.items()
    }
