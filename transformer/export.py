"""Write a model for another program: CTranslate2, the fastest known for this kind on a processor.

Only the layout changes: the same float32 weights, and the table of positions as weights.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import numpy as np
from torch import Tensor, nn

from transformer.checkpoint import replace_file
from transformer.errors import UsageError, not_a_transformer
from transformer.model import AttentionSublayer, FeedForwardSublayer, Transformer
from transformer.tokenizer import BEGIN, END, UNKNOWN, Tokenizer
from transformer.translator import Translator

FORMATS = ("ctranslate2",)
TOKENIZER = "tokenizer.model"


def export(translator: Translator, folder: Path) -> None:
    """Write ``folder``, which ``ctranslate2.Translator`` loads, with the tokenizer beside.

    What it reads are our pieces, ``</s>`` included. Raises UsageError for a recurrent model.
    """
    if not isinstance(translator.model, Transformer):
        raise not_a_transformer()
    tokenizer = translator.tokenizer
    spec = _specification(import_ctranslate2(), translator.model, tokenizer)
    replace_file(folder / TOKENIZER, lambda path: path.write_bytes(tokenizer.model))
    spec.save(str(folder))


def import_ctranslate2() -> ModuleType:
    """The package, which translating does not need; UsageError says how to install it."""
    try:
        import ctranslate2
    except ImportError as error:
        raise UsageError(
            "This needs ctranslate2: pip install ctranslate2. Translating works without it."
        ) from error
    return ctranslate2


def _specification(ctranslate2: ModuleType, model: Transformer, tokenizer: Tokenizer) -> Any:
    """CTranslate2's description of the model with all its weights."""
    specs, config = ctranslate2.specs, model.config
    widths = {"num_heads": config.heads, "head_dim": config.d_k}
    spec = specs.TransformerSpec(
        specs.TransformerEncoderSpec(config.encoder_layers, **widths),
        specs.TransformerDecoderSpec(config.decoder_layers, **widths),
    )
    for side, layers, norm in (
        (spec.encoder, model.encoder, model.encoder_norm),
        (spec.decoder, model.decoder, model.decoder_norm),
    ):
        side.position_encodings.encodings = _array(model.positions)
        _fill(side.layer_norm, norm)
        for to, layer in zip(side.layer, cast(Iterable[Any], layers), strict=True):
            _fill_self_attention(to.self_attention, layer.self_attention)
            _fill_feed_forward(to.ffn, layer.feed_forward)
            if side is spec.decoder:
                _fill_cross_attention(to.attention, layer.cross_attention)
    embedding = _array(model.embedding.weight)
    spec.encoder.embeddings[0].weight = spec.decoder.embeddings.weight = embedding
    spec.decoder.projection.weight = embedding
    pieces = [tokenizer.piece(id) for id in range(len(tokenizer))]
    spec.register_source_vocabulary(pieces)
    spec.register_target_vocabulary(pieces)
    spec.config.unk_token, spec.config.eos_token = pieces[UNKNOWN], pieces[END]
    spec.config.bos_token = spec.config.decoder_start_token = pieces[BEGIN]
    spec.config.add_source_bos = spec.config.add_source_eos = False
    spec.validate()
    spec.optimize()  # equal tensors are written once
    return spec


def _fill_self_attention(to: Any, sublayer: AttentionSublayer) -> None:
    """W_Q, W_K and W_V stand one below the other."""
    attention = sublayer.attention
    _fill(to.layer_norm, sublayer.norm)
    _stack(to.linear[0], attention.query, attention.key, attention.value)
    _stack(to.linear[1], attention.output)


def _fill_cross_attention(to: Any, sublayer: AttentionSublayer) -> None:
    """W_K and W_V read the memory, W_Q the decoder."""
    attention = sublayer.attention
    _fill(to.layer_norm, sublayer.norm)
    _stack(to.linear[0], attention.query)
    _stack(to.linear[1], attention.key, attention.value)
    _stack(to.linear[2], attention.output)


def _fill_feed_forward(to: Any, sublayer: FeedForwardSublayer) -> None:
    _fill(to.layer_norm, sublayer.norm)
    for linear, ours in ((to.linear_0, sublayer.expand), (to.linear_1, sublayer.shrink)):
        linear.weight, linear.bias = _array(ours.weight), _array(ours.bias)


def _stack(to: Any, *projections: nn.Linear) -> None:
    to.weight = np.concatenate([_array(projection.weight) for projection in projections])


def _fill(to: Any, norm: nn.LayerNorm) -> None:
    to.gamma, to.beta = _array(norm.weight), _array(norm.bias)


def _array(tensor: Tensor) -> np.ndarray:
    return tensor.detach().float().cpu().numpy()


def add_options(parser: ArgumentParser) -> None:
    """``export``: its options."""
    parser.add_argument("--format", required=True, choices=FORMATS)
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="a folder")


def run(options: Namespace) -> int:
    """What ``python -m transformer export`` does."""
    translator = Translator.load(options.model, "cpu")
    export(translator, options.out)
    print(f"{translator.name} for {options.format} in {options.out}")
    return 0
