"""A model's folder: weights (safetensors, float16), settings (JSON), tokenizer (sentencepiece).

Nothing is ever unpickled. Files are written beside and renamed, so that a kill at any moment
leaves the old or the new file, never half of one.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from transformer.config import ModelConfig, RecurrentConfig, load_model_config, save_config
from transformer.errors import UsageError
from transformer.model import Transformer
from transformer.network import Network
from transformer.recurrent import Recurrent
from transformer.tokenizer import Tokenizer

WEIGHTS, SETTINGS, TOKENIZER = "model.safetensors", "config.json", "tokenizer.model"


def replace_file(path: Path, write: Callable[[Path], object]) -> None:
    """Let ``write`` fill a file beside ``path``, then rename it."""
    beside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(beside)
        os.replace(beside, path)
    except (OSError, SafetensorError) as error:
        with suppress(OSError):
            beside.unlink()
        raise UsageError(
            "{path} cannot be written ({why}). Choose a folder that you may write to.",
            path=path,
            why=getattr(error, "strerror", None) or error,
        ) from error


def save_model(
    folder: Path,
    config: ModelConfig | RecurrentConfig,
    tokenizer: Tokenizer,
    weights: dict[str, Tensor],
) -> None:
    """Write a folder that ``load_model`` reads; weights are rounded to float16."""
    halves = {name: weight.detach().half().cpu().contiguous() for name, weight in weights.items()}
    replace_file(folder / SETTINGS, lambda path: save_config(config, path))
    replace_file(folder / TOKENIZER, lambda path: path.write_bytes(tokenizer.model))
    header = {"tokenizer": _fingerprint(tokenizer)}
    replace_file(folder / WEIGHTS, lambda path: save_file(halves, path, header))


def load_model(folder: Path, device: torch.device) -> tuple[Network[Any], Tokenizer]:
    """Read a model's folder: float32 weights, ready to translate.

    Raises UsageError if a file is missing or damaged, or if weights, settings and tokenizer do
    not belong together.
    """
    if not folder.is_dir():
        raise UsageError(
            "There is no model in {folder}. Name a folder with {weights}, {settings} and "
            "{tokenizer}.",
            folder=folder,
            weights=WEIGHTS,
            settings=SETTINGS,
            tokenizer=TOKENIZER,
        )
    config = load_model_config(folder / SETTINGS)
    tokenizer = Tokenizer.load(folder / TOKENIZER, config.max_length)
    if len(tokenizer) != config.vocabulary:
        raise UsageError(
            "{folder}: the tokenizer has {pieces} pieces, but the weights were trained with "
            "{expected}. Copy both from the same model.",
            folder=folder,
            pieces=len(tokenizer),
            expected=config.vocabulary,
        )
    weights, header = read_tensors(folder / WEIGHTS)
    if header.get("tokenizer", _fingerprint(tokenizer)) != _fingerprint(tokenizer):
        raise UsageError(
            "{folder}: the weights were trained with another tokenizer. Copy both from the same "
            "model.",
            folder=folder,
        )
    try:
        model = new_model(config)
    except (RuntimeError, MemoryError) as error:
        raise UsageError(
            "{path}: a model of these sizes does not fit into memory. Copy the model's folder "
            "again.",
            path=folder / SETTINGS,
        ) from error
    load_weights(model, weights, folder / WEIGHTS)
    return model.to(device).eval(), tokenizer


def new_model(config: ModelConfig | RecurrentConfig) -> Network[Any]:
    """A model of that shape with random weights."""
    return Recurrent(config) if isinstance(config, RecurrentConfig) else Transformer(config)


def _fingerprint(tokenizer: Tokenizer) -> str:
    return hashlib.sha256(tokenizer.model).hexdigest()


def read_tensors(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors of a safetensors file, and what its header says of them."""
    try:
        with safe_open(path, "pt") as file:
            return load_file(path), file.metadata() or {}
    except (OSError, SafetensorError) as error:
        raise UsageError(
            "{path} should hold weights as safetensors, but cannot be read ({why}). Copy the "
            "file again.",
            path=path,
            why=getattr(error, "strerror", None) or error,
        ) from error


def load_weights(model: Network[Any], weights: dict[str, Tensor], path: Path) -> None:
    """Copy ``weights`` into ``model``; UsageError names the first tensor that does not fit."""
    own = model.state_dict()
    for name in sorted(own.keys() | weights.keys()):
        expected = tuple(own[name].shape) if name in own else None
        got = tuple(weights[name].shape) if name in weights else None
        if expected != got:
            raise UsageError(
                "{path}: {name} should have shape {expected}, but has {got}. Weights and "
                "config.json come from different models; copy both from the same one.",
                path=path,
                name=name,
                expected=expected or "none",
                got=got or "none",
            )
    model.load_state_dict({name: weight.float() for name, weight in weights.items()})
